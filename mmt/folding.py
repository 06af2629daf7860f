"""Templates in which what says the same on every page is put together once for each language.

Most of a page is words to be translated, addresses of its files and of other pages. A template is
folded as it is compiled: where such things and plain text stand side by side, one text takes their
place. What depends on anything that a page knows is never one of them. Of the address of a record
the words around the ids are kept: Django looks for them among all addresses each time.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.template import Context, Node, NodeList, Template
from django.template.base import FilterExpression, TextNode, TokenType, Variable
from django.template.defaulttags import IfNode, URLNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import reverse
from django.utils.translation import get_language


class _Folding(base.Loader):
    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        fold(template.nodelist)
        return template


class Loader(cached.Loader, _Folding):
    """Django's cached loader, of folded templates."""


class Folded(Node):
    """Nodes that give the same text whatever a page knows, kept by language."""

    child_nodelists = ()

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.token, self.origin = nodes[0].token, nodes[0].origin
        self._texts: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self._texts:
            nothing = Context()  # so nothing of one person's page can be kept for another's
            nothing.template = context.template
            self._texts[language] = NodeList(self.nodes).render(nothing)
        return self._texts[language]


class Address(Node):
    """An address that holds ids, if anything."""

    child_nodelists = ()

    def __init__(self, node: URLNode) -> None:
        self.node = node
        self.token, self.origin = node.token, node.origin

    def render(self, context: Context) -> str:
        ids = tuple(each.resolve(context) for each in self.node.args)
        if not all(isinstance(each, UUID) for each in ids):
            return self.node.render(context)
        return _around(self.node.view_name.resolve(context), len(ids)) % ids


@lru_cache(maxsize=500)
def _around(name: str, count: int) -> str:
    """Return the address of a page with so many ids, "%s" in the place of each."""
    ids = [str(uuid4()) for _each in range(count)]
    found = reverse(name, args=ids).replace("%", "%%")
    for each in ids:
        found = found.replace(each, "%s")
    return found


def fold(nodes: NodeList) -> None:
    """Fold a list of nodes, and those within its nodes."""
    for node in nodes:
        for inner in _lists_in(node):
            fold(inner)
    folded: list[Node] = []
    for same, found in groupby(nodes, key=_says_the_same):
        run = list(found)
        folded += [Folded(run)] if same and not _is_text(run) else map(_shorter, run)
    nodes[:] = folded


def _shorter(node: Node) -> Node:
    match node:
        case URLNode(asvar=None, kwargs=kwargs) if not kwargs:
            return Address(node)
    return node


def _lists_in(node: Node) -> Iterator[NodeList]:
    if isinstance(node, IfNode):
        yield from (nodes for _condition, nodes in node.conditions_nodelists)
        return
    for name in node.child_nodelists:
        found = getattr(node, name, None)
        if isinstance(found, NodeList):
            yield found


def _is_text(run: Sequence[Node]) -> bool:
    return len(run) == 1 and isinstance(run[0], TextNode)


def _says_the_same(node: Any) -> bool:
    """Whether a node gives the same text on every page of a language."""
    match node:
        case TextNode():
            return True
        case TranslateNode(asvar=None, message_context=None):
            return _is_literal(node.filter_expression)
        case BlockTranslateNode(asvar=None, message_context=None, plural=None | []):
            tokens = node.singular
            return not node.extra_context and all(
                token.token_type == TokenType.TEXT for token in tokens
            )
        case StaticNode(varname=None):
            return _is_literal(node.path)
        case URLNode(asvar=None, args=[], kwargs={}):
            return not node.kwargs and _is_literal(node.view_name)
    return False


def _is_literal(expression: FilterExpression) -> bool:
    if expression.filters:
        return False
    found = expression.var
    return not isinstance(found, Variable) or found.lookups is None

"""Templates in which what says the same on every page is put together once for each language.

Most of a page is words to be translated, addresses of its files and of other pages. A template is
folded as it is compiled: where such things and plain text stand side by side, one text takes their
place. What depends on anything that a page knows is never one of them.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.template import Context, Node, NodeList, Template
from django.template.base import FilterExpression, TextNode, TokenType, Variable
from django.template.defaulttags import IfNode, URLNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
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


def fold(nodes: NodeList) -> None:
    """Fold a list of nodes, and those within its nodes."""
    for node in nodes:
        for inner in _lists_in(node):
            fold(inner)
    folded: list[Node] = []
    for same, found in groupby(nodes, key=_says_the_same):
        run = list(found)
        folded += [Folded(run)] if same and not _is_text(run) else run
    nodes[:] = folded


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

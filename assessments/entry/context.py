"""The context panel of the grid as HTML, written lean like the grid itself.

The fields are those of `ContextForm`, which judges them at signing.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from django import forms
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from ..models import Assessment, Draft
from .forms import CONTEXT_GROUPS, CONTEXT_KEYS, TESTED_AT, ContextForm, TestedAtField

PREFIX = f"{ContextForm.prefix}."
# What the browser sends of a field that nobody touched, where it is not the empty text.
UNTOUCHED = {f"{PREFIX}device_worn": "unknown"}


class FieldHead(NamedTuple):
    """The part of a field that is the same for every visit."""

    before: str
    after: str
    choices: tuple[tuple[str, str], ...]
    is_area: bool


def context_texts(assessment: Assessment, draft: Draft) -> dict[str, str]:
    """Return the text of every context field by its key, as typed so far."""
    texts = dict.fromkeys(CONTEXT_KEYS, "") | UNTOUCHED
    texts[f"{PREFIX}tested_at"] = f"{assessment.local_tested_at:%Y-%m-%dT%H:%M}"
    return texts | {key: draft.cells[key]["text"] for key in CONTEXT_KEYS if key in draft.cells}


def render_context(texts: Mapping[str, str]) -> SafeString:
    """Return the panel's fields, group by group; what was typed is escaped here."""
    heads = _heads(get_language() or "")
    groups = (
        f'<fieldset class="context-group">{"".join(_fields(heads, texts, group))}</fieldset>'
        for group in CONTEXT_GROUPS
    )
    return mark_safe("".join(groups))  # noqa: S308  (each part escaped where it is made)


def _fields(
    heads: Mapping[str, FieldHead], texts: Mapping[str, str], names: Iterable[str]
) -> Iterable[str]:
    for name in names:
        head, text = heads[name], texts[f"{PREFIX}{name}"]
        if head.choices:
            options = "".join(
                f'<option value="{value}"{" selected" if value == text else ""}>{label}</option>'
                for value, label in head.choices
            )
            yield f"{head.before}>{options}{head.after}"
        elif head.is_area:
            yield f"{head.before}>{escape(text)}{head.after}"
        else:
            yield f'{head.before} value="{escape(text)}">{head.after}'


@lru_cache(maxsize=20)
def _heads(language: str) -> dict[str, FieldHead]:
    fields = {
        **ContextForm.base_fields,
        "tested_at": forms.DateTimeField(label=TESTED_AT, widget=TestedAtField.widget),
    }
    return {name: _head(name, fields[name]) for group in CONTEXT_GROUPS for name in group}


def _head(name: str, field: forms.Field) -> FieldHead:
    key, widget = f"{PREFIX}{name}", field.widget
    label = f'<label class="form-label" for="{key}">{escape(_capital(field))}</label>'
    box = f'<div class="mb-3">{label}'
    named = f'id="{key}" name="{key}"'
    if isinstance(widget, forms.Select):
        choices = tuple((escape(value), escape(words)) for value, words in widget.choices)
        before = f'{box}<select class="form-select" {named}'
        return FieldHead(before, "</select></div>", choices, False)
    if isinstance(widget, forms.Textarea):
        before = f'{box}<textarea class="form-control" rows="3" {named}{_limits(widget)}'
        return FieldHead(before, "</textarea></div>", (), True)
    kind = widget.attrs.get("type") or widget.input_type
    before = f'{box}<input class="form-control" type="{kind}" {named}{_limits(widget)}'
    return FieldHead(before, "</div>", (), False)


def _limits(widget: forms.Widget) -> str:
    known = ("min", "max", "step", "maxlength")
    return "".join(f' {name}="{widget.attrs[name]}"' for name in known if name in widget.attrs)


def _capital(field: forms.Field) -> str:
    label = str(field.label)
    return label[:1].upper() + label[1:]

"""The score grid as HTML: written lean, since it is the page that must never wait.

The part that is the same for every visit is made once per process and language.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from .. import instrument
from ..history import Cell
from ..models import Assessment, Draft
from ..wording import cell_name
from .content import cell_key
from .order import Order

WIDTH = 3


def render_grid(
    assessment: Assessment,
    draft: Draft,
    last: Mapping[Cell, str],
    order: Order,
    untestable: Collection[Cell] = (),
) -> SafeString:
    """Return the table bodies of the grid, one per position or region, in test order.

    `last` maps cells to the code of the last grade, where there is one; `untestable` are those
    that could not be tested since. Every text that a person typed is escaped here.
    """
    language = get_language() or ""
    parts: list[str] = []
    for group, movements in order.groups(assessment.movements):
        parts.append(
            f'<tbody><tr class="group"><th colspan="{WIDTH}" scope="rowgroup">'
            f"{escape(group.label)}</th></tr>"
        )
        for movement in movements:
            parts.append(_row_head(movement.key, language))
            for side in movement.sides:
                cell = (movement.key, str(side.value))
                value, was = draft.cells.get(cell_key(cell), {}), last.get(cell, "")
                shown = _Shown(value, was, cell in untestable, assessment.profile)
                parts.append(_cell(cell, shown, language))
            parts.append("</tr>")
        parts.append("</tbody>")
    return mark_safe("".join(parts))  # noqa: S308  (each part escaped where it is made)


def grid_state(value: Mapping[str, Any], profile: str) -> tuple[str, str, str]:
    """Return (state, grade code, CSS class) of a typed cell.

    The state is blank, graded, not_testable, not_done or invalid.
    """
    text = str(value.get("text", "")).strip()
    if not text:
        return "blank", "", "blank"
    try:
        parsed = instrument.parse_grade(text, profile)
    except instrument.NotAGrade:
        return "invalid", "", "invalid"
    if parsed.status == instrument.Status.GRADED and parsed.level is not None:
        return "graded", instrument.code(parsed.level, profile), f"g{parsed.level}"
    return str(parsed.status.value), "", "nt" if parsed.status == "not_testable" else "nd"


class _Shown(NamedTuple):
    """What one cell shows: what was typed, the last grade's code, whether untestable since."""

    value: Mapping[str, Any]
    was: str
    untestable: bool
    profile: str


def _cell(cell: Cell, shown: _Shown, language: str) -> str:
    key, value, was = cell_key(cell), shown.value, shown.was
    span = f' colspan="{WIDTH - 1}"' if cell[1] == instrument.Side.MIDLINE else ""
    state, code, look = grid_state(value, shown.profile)
    text = escape(code or value.get("text", ""))
    note, reason = escape(value.get("note", "")), escape(value.get("reason", ""))
    limiters = escape(" ".join(value.get("limiters", ())))
    position, kept = escape(value.get("position", "")), " ".join(value.get("confirmed", ()))
    extra = f' data-position="{position}" data-confirmed="{escape(kept)}"'
    if value.get("quick"):
        extra += ' data-quick="yes"'
    if shown.untestable:
        extra += ' data-untestable="yes"'
    invalid = ' aria-invalid="true"' if state == "invalid" else ""
    return (
        f'<td{span}><div class="slot"><input class="cell {look}" id="{key}" name="{key}"'
        f' type="text" maxlength="40" list="grade-codes" autocomplete="off" spellcheck="false"'
        f' value="{text}"'
        f'{_cell_head(cell, language)} aria-describedby="was.{key}" data-state="{state}"'
        f' data-grade="{code}" data-reason="{reason}" data-limiters="{limiters}" data-note="{note}"'
        f' data-entered="{escape(value.get("entered", ""))}" data-rev="{value.get("rev", 0)}"'
        f' data-was="{was}"{extra}{invalid}>'
        f'<span class="aside"><span class="was" id="was.{key}">{_was(was, language)}</span>'
        f'<span class="beside">{_beside(state, language)}</span></span></div></td>'
    )


@lru_cache(maxsize=1000)
def _row_head(movement_key: str, language: str) -> str:
    movement = instrument.movement(movement_key)
    own = "".join(
        f' data-meaning-{level}="{escape(text)}"' for level, text in movement.meanings.items()
    )
    eliminated = " ".join(position.value for position in movement.eliminated)
    return (
        f'<tr data-row="{movement_key}" data-name="{escape(movement.name)}"'
        f' data-limb="{movement.limb or ""}" data-without-gravity="{eliminated}"'
        f' data-against="{escape(movement.against_gravity)}"'
        f' data-eliminated="{escape(movement.gravity_eliminated)}"{own}>'
        f'<th scope="row"><span class="movement">{escape(movement.name)}</span> '
        f'<span class="region">{escape(movement.region.label)}</span></th>'
    )


@lru_cache(maxsize=1000)
def _cell_head(cell: Cell, language: str) -> str:
    movement, side = cell
    name = escape(cell_name(cell))
    return f' data-movement="{movement}" data-side="{side}" aria-label="{name}"'


@lru_cache(maxsize=100)
def _beside(state: str, language: str) -> str:
    return escape(gettext("not a grade")) if state == "invalid" else ""


@lru_cache(maxsize=100)
def _was(code: str, language: str) -> str:
    return escape(gettext("was %s") % code) if code else ""

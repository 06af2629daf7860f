"""The heat map's table: the same cells in words, and what happened between the visits."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..history import Cell, Happening, History
from .columns import Column, time_of, visits_words
from .rows import Rows
from .words import Words, escape


def caption(columns: Sequence[Column], rows: Rows) -> str:
    """Return what the picture shows, in one sentence, escaped."""
    count = len({box.cell[0] for box in rows.boxes})
    text = _("%(movements)s at %(visits)s, %(first)s to %(last)s") % {
        "movements": ngettext("%(count)d movement", "%(count)d movements", count)
        % {"count": count},
        "visits": visits_words(len(columns)),
        "first": columns[0].day,
        "last": columns[-1].day,
    }
    return escape(text)


def table(
    history: History,
    columns: Sequence[Column],
    rows: Rows,
    cells: Sequence[Sequence[str]],
    words: Words,
) -> list[str]:
    """Return the tables, folded, in parts. `cells` are the table cells of each box."""
    title = escape(_("Every visit as a table"))
    parts = [
        f'<details class="chart-table"><summary>{title}</summary>'
        f'<div class="chart-table-scroll" tabindex="0" role="region" aria-label="{title}">'
        f'<table><caption>{caption(columns, rows)}</caption><thead><tr><th scope="col">'
        f"{escape(_('Movement'))}</th>",
        *_visit_headings(columns),
        "</tr></thead>",
    ]
    said: dict[str, list[str]] = {}
    for box, row_cells in zip(rows.boxes, cells, strict=True):
        said.setdefault(box.cell[0], []).append(_row(box.cell, row_cells, words))
    for row in rows.rows:
        if row.movement:
            parts += said[row.movement]
        else:
            parts.append(
                f'{"</tbody>" if row.top else ""}<tbody><tr><th scope="rowgroup" '
                f'colspan="{len(columns) + 1}">{row.label}</th></tr>'
            )
    return [*parts, "</tbody></table>", *_happenings(history, words), "</div></details>"]


def _row(cell: Cell, cells: Sequence[str], words: Words) -> str:
    key, side = cell
    return (
        f'<tr><th scope="row" data-cell="{key} {side}">{words.side_and_movement(key, side)}</th>'
        f"{''.join(cells)}</tr>"
    )


def _visit_headings(columns: Sequence[Column]) -> list[str]:
    other, amended = escape(_("other tester")), escape(_("amended"))
    return [
        f'<th scope="col">{time_of(column)} <span>{column.tester}'
        f"{f', {other}' if column.other_tester else ''}"
        f"{f', {amended}' if column.visit.amended else ''}</span></th>"
        for column in columns
    ]


def _happenings(history: History, words: Words) -> list[str]:
    # Without an end an event is a moment; an intervention may still go on.
    open_end = escape(_("no end recorded"))
    found = sorted(
        [(each, "") for each in history.events]
        + [(each, open_end) for each in history.interventions]
        + [(each, "") for each in history.referrals],
        key=lambda pair: pair[0].start,
    )
    if not found:
        return []
    headings = (_("What happened"), _("From"), _("To"))
    return [
        f"<table><caption>{escape(_('Events, interventions and referrals'))}</caption><thead><tr>",
        *(f'<th scope="col">{escape(heading)}</th>' for heading in headings),
        "</tr></thead><tbody>",
        *(_happening(each, without_end, words) for each, without_end in found),
        "</tbody></table>",
    ]


def _happening(happening: Happening, without_end: str, words: Words) -> str:
    end = words.day(happening.end) if happening.end else without_end
    return (
        f'<tr><th scope="row">{escape(happening.label)}</th>'
        f"<td>{words.day(happening.start)}</td><td>{end}</td></tr>"
    )

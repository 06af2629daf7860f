"""The body map: one visit on a figure seen from the front and the back, and two visits compared.

Every movement and side has one place, a button that says what was recorded there.
"""

from collections.abc import Callable, Iterable, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import instrument
from ..change import Change
from ..history import Cell, Result, Visit
from .body_marks import change_classes, change_sign, classes_of, sign, state_of
from .body_places import Place
from .body_table import body_table
from .body_view import CORNERS, views
from .columns import Column, columns, time_of
from .legend import body_legend
from .words import Words, escape, words_now


def body_map(visit: Visit) -> SafeString:
    """Return the figure of one visit with its legend and its table."""
    words = words_now()
    [column] = columns([visit], words)

    def place_mark(place: Place) -> str:
        result = visit.results.get(place.cell)
        said = words.outcome(result, column.codes)
        return (
            f'<g class="{classes_of(result)}" {_button(place, result, column, said, words)}>'
            f"{sign(result, _code(result, column))}</g>"
        )

    def row(cell: Cell) -> tuple[str]:
        return (words.recorded(visit.results.get(cell), column.codes),)

    headings = [words.movement_word, time_of(column)]
    return _figure(
        "body-map",
        f"<p>{_visit_words(column)}</p>{body_legend(visit.profile)}",
        place_mark,
        body_table(_("This visit as a table"), headings, row, words),
    )


def body_map_difference(before: Visit, after: Visit, changes: Sequence[Change]) -> SafeString:
    """Return the figure of `after` with what became of each place since `before`.

    `changes` are those of `compare(before, after, ...)`; a place without one is not assessed.
    """
    words = words_now()
    old, new = columns([before, after], words)
    by_cell = {(change.movement, change.side): change for change in changes}

    def row(cell: Cell) -> tuple[str, str, str]:
        change = by_cell.get(cell)
        if change is None:
            return words.not_assessed, words.not_assessed, ""
        return (
            words.recorded(change.before, old.codes),
            words.recorded(change.after, new.codes),
            words.verdict(change),
        )

    headings = [words.movement_word, time_of(old), time_of(new), escape(_("Change"))]
    return _figure(
        "body-map-difference",
        f"<p>{_visit_words(new)}</p><p>{_since_words(old)}</p>"
        f"{body_legend(after.profile, compared=True)}",
        lambda place: _changed_mark(place, by_cell.get(place.cell), old, new, words),
        body_table(_("Both visits as a table"), headings, row, words),
    )


def _changed_mark(
    place: Place, change: Change | None, old: Column, new: Column, words: Words
) -> str:
    result = change.after if change else None
    said = words.outcome(result, new.codes)
    if change:
        said = f"{said}, {words.since(change, old.codes)}"
    flag = f' data-flag="{change.flag.value}"' if change else ""
    return (
        f'<g class="{classes_of(result)}{change_classes(change)}"{flag} '
        f"{_button(place, result, new, said, words)}>"
        f"{change_sign(change, _code(result, new))}</g>"
    )


def _figure(
    kind: str, caption: str, place_mark: Callable[[Place], str], table: Iterable[str]
) -> SafeString:
    """Return a figure of parts that were each escaped where they were made."""
    parts = [
        f'<figure class="chart body-map" data-chart="{kind}">',
        f"<figcaption>{caption}</figcaption>",
        *views(place_mark),
        '<p class="chart-reading" role="status"></p>',
        *table,
        "</figure>",
    ]
    return SafeString("".join(parts))


def _button(place: Place, result: Result | None, column: Column, said: str, words: Words) -> str:
    """Return the attributes of a place, its name among them."""
    key, side = place.cell
    if result is None or result.level is None:
        held = f'data-state="{state_of(result)}"'
    else:
        held = f'data-grade="{column.codes[result.level]}"'
    return (
        f'role="button" tabindex="0" aria-label="{words.side_and_movement(key, side)}, {said}" '
        f'data-movement="{key}" data-side="{side}" data-date="{column.key}" {held} '
        f"{CORNERS[place.cell]}"
    )


def _code(result: Result | None, column: Column) -> str:
    return "" if result is None or result.level is None else column.codes[result.level]


def _visit_words(column: Column) -> str:
    """Return when, by whom and how much was tested. The tester was escaped as it entered."""
    visit = column.visit
    text = escape(_("%(day)s, tested by %(tester)s, %(tested)d of %(total)d tested")) % {
        "day": time_of(column),
        "tester": column.tester,
        "tested": sum(result.level is not None for result in visit.results.values()),
        "total": len(_asked(visit)),
    }
    return f"{text}, {escape(_('amended after signing'))}" if visit.amended else text


def _since_words(column: Column) -> str:
    return escape(_("compared with %(visit)s")) % {"visit": _visit_words(column)}


def _asked(visit: Visit) -> set[Cell]:
    """Return the cells that the visit had room for, as far as its battery tells."""
    known = instrument.BATTERIES.get(visit.battery)
    return {*(instrument.cells(known.movements) if known else ()), *visit.results}

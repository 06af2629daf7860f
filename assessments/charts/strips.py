"""Small multiples, one strip per movement: right and left as steps on a true time axis.

Codes stand on the y axis, evenly spaced by thirds of a grade, which are never written. Nothing is
drawn between two visits that was not recorded: where a grade is missing, the line breaks.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import instrument
from ..history import Cell, History, Result
from .columns import columns
from .legend import strips_legend
from .strip_frame import BOTTOM, TOP, Frame, frame_of
from .strip_side import Drawn, draw_side
from .strip_table import strip_table
from .words import Words, escape, words_now


def strips(
    history: History,
    cells: Iterable[Cell],
    *,
    said: Mapping[str, str] = MappingProxyType({}),
    name: str = "strip",
) -> SafeString:
    """Return a figure for each movement in `cells`; those of several regions in a part for each,
    from hips to arms, which folds.

    `said` are the words about each region that stand beside its name; `name` is the prefix of the
    figures' ids: strip-knee_extension. Raises UnknownMovement.
    """
    sides: dict[str, list[str]] = {}
    for movement, side in cells:
        sides.setdefault(movement, []).append(str(side))
    words = words_now()
    found = columns(history.visits, words)
    if not found or not sides:
        return SafeString("")
    frame = frame_of(history, found, words)
    parts = [strips_legend(history, found, words)]
    regions = instrument.by_region(sides)
    if len(regions) == 1:
        parts += _figures(frame, sides, words, name)
    else:
        for region, movements in regions:
            keys = [movement.key for movement in movements]
            of_region = {key: sides[key] for key in keys}
            parts.append(_region(region, len(keys), said.get(region, ""), words))
            parts += [*_figures(frame, of_region, words, name), "</details>"]
    # Every part was escaped where it entered.
    return SafeString("".join(parts))


def _region(region: instrument.Region, count: int, said: str, words: Words) -> str:
    counted = ngettext("%(count)d movement", "%(count)d movements", count) % {"count": count}
    line = " · ".join(filter(None, (counted, said)))
    return (
        f'<details class="strip-region fold headed" open=""><summary>{words.region(region)} '
        f'<span class="fold-line">{escape(line)}</span></summary>'
    )


def _figures(
    frame: Frame, sides: Mapping[str, Sequence[str]], words: Words, name: str
) -> list[str]:
    parts = [f'<div class="strips" {frame.places}>']
    for movement, shown in sides.items():
        parts += _figure(frame, movement, shown, words, name)
    return [*parts, "</div>"]


def _figure(
    frame: Frame, movement: str, sides: Sequence[str], words: Words, name: str
) -> list[str]:
    title = words.movement(movement)
    drawn = [draw_side(frame, movement, side, words) for side in sides]
    summary = _summary(sum(each.grades for each in drawn), frame)
    parts = [
        f'<figure class="chart strip{frame.density}" data-chart="strips" id="{name}-{movement}" '
        f'{frame.spoken}><figcaption><span class="strip-name">{title}</span> '
        f'<span class="strip-latest">{_latest(frame, drawn, words)}</span></figcaption>'
        f'<svg data-plot="" data-cursor="{TOP - 6} {BOTTOM}" '
        f'viewBox="0 0 {frame.width} {frame.height}" role="img" '
        f'aria-label="{title}: {summary}">{frame.ground}'
    ]
    for each in drawn:
        parts += each.picture
    parts.append('</svg><p class="chart-reading" role="status"></p>')
    parts += strip_table(frame, movement, drawn, summary, words)
    return [*parts, "</figure>"]


def _summary(count: int, frame: Frame) -> str:
    grades = ngettext("%(count)d grade", "%(count)d grades", count) % {"count": count}
    return escape(_("%(grades)s at %(visits)s") % {"grades": grades, "visits": frame.visits_words})


def _latest(frame: Frame, drawn: Sequence[Drawn], words: Words) -> str:
    """Return what was recorded last, with its date unless that was at the last visit of all."""
    last = max((each.last for each in drawn if each.last is not None), default=None)
    if last is None:
        return words.not_assessed
    column = frame.columns[last]
    # As a reference: with one sign beyond ASCII, the whole picture would be encoded sign by sign.
    text = " &#183; ".join(
        f"{words.initials[each.side]} {_code(result, column.codes, words)}".strip()
        for each in drawn
        if (result := column.visit.results.get((each.movement, each.side))) is not None
    )
    if last == len(frame.columns) - 1:
        return text
    return f"{text} <small>{column.month} {column.year}</small>"


def _code(result: Result, codes: Sequence[str], words: Words) -> str:
    return words.abbreviations[result.status] if result.level is None else codes[result.level]

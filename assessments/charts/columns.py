"""A visit made ready for drawing: everything that all of its marks share."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import ngettext

from .. import instrument
from ..history import Visit
from .words import Words, escape

# Marker shapes by tester, in the order in which testers first appear. The last one is shared when
# there are more testers than shapes.
SHAPES = ("circle", "square", "triangle", "diamond")


class Column(NamedTuple):
    """One visit. Text is translated and escaped for markup.

    `codes` are those of the 13 levels in the visit's own profile, `shape` is a place in SHAPES.
    `other_tester` says that somebody else tested at the visit before.
    """

    visit: Visit
    iso: str
    day: str
    month: str
    year: str
    tester: str
    shape: int
    other_tester: bool
    codes: tuple[str, ...]


def columns(visits: Iterable[Visit], words: Words) -> list[Column]:
    """Return visits in the order given, ready for drawing."""
    found: list[Column] = []
    codes: dict[str, tuple[str, ...]] = {}
    shapes: dict[UUID, int] = {}
    names: dict[str, str] = {}
    for visit in visits:
        day = visit.day
        if visit.tester not in names:
            names[visit.tester] = escape(visit.tester)
        if visit.profile not in codes:
            codes[visit.profile] = codes_of(visit.profile)
        found.append(
            Column(
                visit=visit,
                iso=day.isoformat(),
                day=words.day(day),
                month=f"{day.day} {words.months[day.month]}",
                year=str(day.year),
                tester=names[visit.tester],
                shape=shapes.setdefault(visit.tester_id, min(len(shapes), len(SHAPES) - 1)),
                other_tester=bool(found) and found[-1].visit.tester_id != visit.tester_id,
                codes=codes[visit.profile],
            )
        )
    return found


def codes_of(profile: str) -> tuple[str, ...]:
    """Return the escaped code of every level in a profile."""
    return tuple(escape(instrument.code(level, profile)) for level in instrument.LEVELS)


def testers_by_shape(found: Iterable[Column]) -> list[list[str]]:
    """Return the escaped names of testers by the shape that marks them, without empty shapes."""
    names: list[list[str]] = [[] for _shape in SHAPES]
    for column in found:
        if column.tester not in names[column.shape]:
            names[column.shape].append(column.tester)
    return [each for each in names if each]


def time_of(column: Column) -> str:
    return f'<time datetime="{column.iso}">{column.day}</time>'


def visits_words(count: int) -> str:
    return ngettext("%(count)d visit", "%(count)d visits", count) % {"count": count}

"""A visit made ready for drawing: everything that all of its marks share."""

from collections.abc import Collection, Iterable
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
    `initials` are the tester's, unlike those of any other tester of the picture.
    `other_tester` says that somebody else tested at the visit before.
    """

    visit: Visit
    iso: str
    day: str
    month: str
    year: str
    tester: str
    initials: str
    shape: int
    other_tester: bool
    codes: tuple[str, ...]


def columns(visits: Iterable[Visit], words: Words) -> list[Column]:
    """Return visits in the order given, ready for drawing."""
    found: list[Column] = []
    codes: dict[str, tuple[str, ...]] = {}
    shapes: dict[UUID, int] = {}
    names: dict[str, str] = {}
    initials: dict[UUID, str] = {}
    for visit in visits:
        day = visit.day
        if visit.tester not in names:
            names[visit.tester] = escape(visit.tester)
        if visit.tester_id not in initials:
            initials[visit.tester_id] = _initials(visit.tester, initials.values())
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
                initials=initials[visit.tester_id],
                shape=shapes.setdefault(visit.tester_id, min(len(shapes), len(SHAPES) - 1)),
                other_tester=bool(found) and found[-1].visit.tester_id != visit.tester_id,
                codes=codes[visit.profile],
            )
        )
    return found


def codes_of(profile: str) -> tuple[str, ...]:
    """Return the escaped code of every level in a profile."""
    return tuple(escape(instrument.code(level, profile)) for level in instrument.LEVELS)


def _initials(name: str, taken: Collection[str]) -> str:
    """Return first letters, escaped, with a number where another tester has the same."""
    words = name.split() or ["?"]
    letters = escape("".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper())
    alike = sum(each.rstrip("23456789") == letters for each in taken)
    return f"{letters}{alike + 1}" if alike else letters


def testers_by_shape(found: Iterable[Column]) -> list[list[tuple[str, str]]]:
    """Return (initials, name) of testers, escaped, by the shape that marks them."""
    testers: list[list[tuple[str, str]]] = [[] for _shape in SHAPES]
    for column in found:
        if (column.initials, column.tester) not in testers[column.shape]:
            testers[column.shape].append((column.initials, column.tester))
    return [each for each in testers if each]


def places_words(found: Iterable[Column], xs: Iterable[float], unit: str = "") -> str:
    """Return the attribute that tells the script where each visit stands in a picture."""
    told = ",".join(f"{column.iso} {x:.2f}{unit}" for column, x in zip(found, xs, strict=True))
    return f'data-visits="{told}"'


def time_of(column: Column) -> str:
    return f'<time datetime="{column.iso}">{column.day}</time>'


def visits_words(count: int) -> str:
    return ngettext("%(count)d visit", "%(count)d visits", count) % {"count": count}

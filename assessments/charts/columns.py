"""A visit made ready for drawing: everything that all of its marks share."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import ngettext

from .. import instrument
from ..history import Visit, times_of
from .words import Words, escape

# Marker shapes by tester, in the order in which testers first appear. The last one is shared when
# there are more testers than shapes.
SHAPES = ("circle", "square", "triangle", "diamond")


class Column(NamedTuple):
    """One visit. Text is translated and escaped for markup. Where another visit shares its day,
    `iso`, `day` and `year` have its time.

    `key` is its name in the marks of all pictures of these visits: it sorts by time, and two
    testers may have tested at the same minute.
    `codes` are those of the 13 levels in the visit's own profile, `shape` is a place in SHAPES.
    `initials` are the tester's, unlike those of any other tester of the picture.
    `other_tester` says that somebody else tested at the visit before.
    """

    visit: Visit
    key: str
    iso: str
    day: str
    month: str
    month_of_year: str
    year: str
    tester: str
    initials: str
    shape: int
    other_tester: bool
    codes: tuple[str, ...]


class Tester(NamedTuple):
    """How a picture shows a tester. Text is escaped; `shape` is a place in SHAPES."""

    tester: str
    initials: str
    shape: int


class Testers:
    """The testers of the pictures of a page, in the order in which they first appear."""

    def __init__(self) -> None:
        self._known: dict[UUID, Tester] = {}

    def of(self, tester_id: UUID, name: str) -> Tester:
        if tester_id not in self._known:
            taken = [each.initials for each in self._known.values()]
            shape = min(len(self._known), len(SHAPES) - 1)
            self._known[tester_id] = Tester(escape(name), _initials(name, taken), shape)
        return self._known[tester_id]


def columns(visits: Iterable[Visit], words: Words, testers: Testers | None = None) -> list[Column]:
    """Return visits in the order given, ready for drawing."""
    found: list[Column] = []
    codes: dict[str, tuple[str, ...]] = {}
    testers, visits = testers or Testers(), list(visits)
    times = times_of(visits)
    for place, visit in enumerate(visits):
        time = times.get(visit.id, "")
        iso = f"{visit.day}T{time}" if time else visit.day.isoformat()
        day, tester = visit.day, testers.of(visit.tester_id, visit.tester)
        if visit.profile not in codes:
            codes[visit.profile] = codes_of(visit.profile)
        found.append(
            Column(
                visit=visit,
                key=f"{iso}/{place:04}" if time else iso,
                iso=iso,
                day=f"{words.day(day)} {time}".rstrip(),
                month=f"{day.day} {words.months[day.month]}",
                month_of_year=f"{words.months[day.month]} {day.year}",
                year=f"{day.year} {time}".rstrip(),
                tester=tester.tester,
                initials=tester.initials,
                shape=tester.shape,
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


def testers_by_shape(found: Iterable[Tester | Column]) -> list[list[tuple[str, str]]]:
    """Return (initials, name) of testers by the shape that marks them, without empty shapes."""
    testers: list[list[tuple[str, str]]] = [[] for _shape in SHAPES]
    for each in found:
        named = each.initials, each.tester
        if named not in testers[each.shape]:
            testers[each.shape].append(named)
    return [each for each in testers if each]


def places_words(keys: Iterable[str], xs: Iterable[float], unit: str = "") -> str:
    """Return the attribute that tells the script where each visit stands in a picture, or each day
    of measuring.
    """
    told = ",".join(f"{key} {x:.2f}{unit}" for key, x in zip(keys, xs, strict=True))
    return f'data-visits="{told}"'


def time_of(column: Column) -> str:
    return f'<time datetime="{column.iso}">{column.day}</time>'


def visits_words(count: int) -> str:
    return ngettext("%(count)d visit", "%(count)d visits", count) % {"count": count}

"""Exports as FHIR R4: each patient, each visit and each result is a resource of its own.

A patient stands before the first of their visits, so a reader of lines never meets a reference it
does not know. As in `lines`, what a visit's results have in common is written once a visit, and a
result that was seen before is looked up as the bytes it was; `fhir` says what a resource holds.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db.models import Expression

from .. import instrument
from ..history import Cell, Result
from ..models import Assessment
from ..packed import ALL_FIELDS, BETWEEN_FIELDS, HOW_IT_WAS_ENTERED, text_in, unpack
from ..signing import known_broken
from .fhir import (
    OURS,
    Resource,
    cell_suffix,
    last_changed,
    note_part,
    result_part,
    visit_part,
)
from .fhir_json import members
from .fhir_people import Named, People, Visit, WithoutPeople
from .lines import Known, OncePer
from .rows import VisitRow
from .selection import Shape
from .source import Source

PLACES: dict[Cell, int] = {
    cell: place for place, cell in enumerate(instrument.cells(instrument.MOVEMENTS))
}


class Frame(NamedTuple):
    """What stands before a resource, with its kind and id to be filled in, and after it."""

    before: str
    after: str


LINE = Frame('{{"resourceType":"{kind}","id":"{id}",', "}\n")
ENTRY = Frame(f'{{{{"fullUrl":"{OURS}/{{kind}}/{{id}}","resource":{LINE.before}', "}},\n")
STEM = "\0"  # stands for what ids of a visit's results begin with
BEGIN, ENTRIES, END = b'{"resourceType":"Bundle","type":"collection"', b',"entry":[\n', b"}\n"


def ndjson(source: Source, _shape: Shape) -> Iterator[tuple[bytes, int]]:
    """Yield a resource a line, visit by visit, each with the number of its results."""
    return Resources(source, LINE).all()


def bundle(source: Source, _shape: Shape) -> Iterator[tuple[bytes, int]]:
    """Yield a Bundle of the type collection. What holds nothing has no entries."""
    yield BEGIN, 0
    joint = ENTRIES
    # The comma behind an entry waits for the next one.
    for entries, rows in Resources(source, ENTRY).all():
        yield joint + entries.removesuffix(b",\n"), rows
        joint = b",\n"
    yield (END if joint is ENTRIES else b"\n]" + END), 0


class Resources:
    """The resources of an export, each in its frame."""

    def __init__(self, source: Source, frame: Frame) -> None:
        self.source, self.frame = source, frame
        selection = source.selection
        broken = known_broken(selection.clinic.pk)
        self.people: People = (
            WithoutPeople(source.table, broken)
            if selection.deidentified
            else Named(selection.clinic, broken)
        )
        # Dates of the log would tell when a person came.
        self.given: dict[str, Expression] = (
            {} if selection.deidentified else {"updated": last_changed()}
        )
        self.results = {
            profile: _Results(source, profile, frame) for profile in instrument.PROFILES
        }
        self.batteries = OncePer(_battery)

    def all(self) -> Iterator[tuple[bytes, int]]:
        known: set[str] = set()
        for visit in self._visits():
            yield self._patient(visit, known) + self._visit(visit), len(visit.packed)

    def patients(self) -> Iterator[tuple[bytes, int]]:
        """Yield the patients of the visits, each with how many that are: one or none."""
        known: set[str] = set()
        for visit in self._visits():
            patient = self._patient(visit, known)
            yield patient, int(bool(patient))

    def observations(self) -> Iterator[tuple[bytes, int]]:
        """Yield the Observations of each visit, and how many they are."""
        for visit in self._visits():
            yield self._visit(visit), 1 + len(visit.packed)

    def _visits(self) -> Iterable[VisitRow]:
        return self.source.visits(self.people.paths, without=HOW_IT_WAS_ENTERED, given=self.given)

    def _patient(self, visit: VisitRow, known: set[str]) -> bytes:
        """Return the visit's patient, or nothing for one who is known."""
        person = self.people.person(visit.values)
        if person in known:
            return b""
        known.add(person)
        return self._written("Patient", person, self.people.patient(visit.values))

    def _visit(self, visit: VisitRow) -> bytes:
        """Return the visit's Observation, then those of its results."""
        about = self.people.visit(visit.values)
        results = sorted(map(self.results[visit.values["profile"]].__getitem__, visit.packed))
        own = self._own(about, [result.suffix for result in results])
        before, after = self.frame
        first = f"{before.format(kind='Observation', id=about.id)}{about.common},{own}{after}"
        pieces = [first.encode()]
        stem, common = about.stem.encode(), f"{about.common},".encode()
        for _place, _suffix, before_id, rest in results:
            pieces += (stem.join(before_id), common, rest)
        return b"".join(pieces)

    def _own(self, about: Visit, suffixes: list[str]) -> str:
        """Return the members of the visit's Observation alone, as `visit_part` has them."""
        found = self.batteries[about.battery]
        if rest := members(about.own | note_part(about.note)):
            found += f",{rest}"
        if suffixes:
            stem = f'{{"reference":"Observation/{about.stem}'
            found += f',"hasMember":[{stem}{f""""}},{stem}""".join(suffixes)}"}}]'
        return found

    def _written(self, kind: str, key: str, resource: Resource) -> bytes:
        before, after = self.frame
        return (before.format(kind=kind, id=key) + members(resource) + after).encode()


def _battery(key: str) -> str:
    """Return what the Observation of every visit with this battery has."""
    return members(visit_part(Assessment(battery=key).battery_name, ()))


def line(resource: Resource) -> bytes:
    """Return a whole resource as a line."""
    before = LINE.before.format(kind=resource["resourceType"], id=resource["id"])
    return (before + members(resource) + LINE.after).encode()


class _Rendered(NamedTuple):
    """A result: its place in the instrument, the end of its id, what stands before the members
    that it shares with the visit (the stem of the id belongs between the pieces), and the rest.
    """

    place: int
    suffix: str
    before: tuple[bytes, ...]
    rest: bytes


class _Results(Known):
    """Packed results of one scale as members of a resource."""

    room = 5_000  # about a kilobyte each

    def __init__(self, source: Source, profile: str, frame: Frame) -> None:
        self.profile, self.frame = profile, frame
        self.columns = {column.name: column for column in source.table.results}

    def __missing__(self, packed: str) -> _Rendered:
        known, note = packed, ""
        if packed.count(BETWEEN_FIELDS) == ALL_FIELDS - 1:
            known, _separator, note = packed.rpartition(BETWEEN_FIELDS)
        if not note:
            found: _Rendered = super().__missing__(packed)
            return found
        plain: _Rendered = self[known + BETWEEN_FIELDS]
        told = f",{members(note_part(text_in(note)))}{self.frame.after}"
        rest = plain.rest.removesuffix(self.frame.after.encode()) + told.encode()
        return plain._replace(rest=rest)

    def render(self, packed: str) -> _Rendered:
        row = unpack(packed)
        limiters, position = (
            str(self.columns[name].read(row, self.profile) or "")
            for name in ("limiters", "position")
        )
        result = Result(row.status, row.level, row.reason, tuple(limiters.split()), position)
        cell = (row.movement, row.side)
        suffix = cell_suffix(cell)
        before = self.frame.before.format(kind="Observation", id=STEM + suffix)
        rest = members(result_part(cell, result, self.profile)) + self.frame.after
        pieces = tuple(piece.encode() for piece in before.split(STEM))
        return _Rendered(PLACES[cell], suffix, pieces, rest.encode())

"""The code systems and value sets that our FHIR resources use, written from the instrument."""

from collections.abc import Iterable
from functools import cache

from .. import instrument
from ..models import LetterKind
from .fhir import (
    MOVEMENTS_SYSTEM,
    OURS,
    POSITIONS_SYSTEM,
    STATES_SYSTEM,
    VISIT_CODE,
    Resource,
    grades_system,
)
from .fhir_letters import PAGES_SYSTEM

Concept = tuple[str, str, str]  # code, display, definition
VERSION = "1"


@cache
def code_systems() -> tuple[Resource, ...]:
    return (
        _system(MOVEMENTS_SYSTEM, "Movements of the manual muscle test", _movements()),
        *(
            _system(grades_system(profile.key), f"Grades: {profile.name}", _grades(profile))
            for profile in instrument.PROFILES.values()
        ),
        _system(
            f"{OURS}/CodeSystem/scale",
            "Scales",
            ((each.key, str(each.name), "") for each in instrument.PROFILES.values()),
        ),
        _system(STATES_SYSTEM, "Why there is no grade", _states()),
        _system(POSITIONS_SYSTEM, "Positions of the patient", _labelled(instrument.Position)),
        _system(f"{OURS}/CodeSystem/limiter", "What limited a test", _labelled(instrument.Limiter)),
        _system(PAGES_SYSTEM, "Pages about a visit", _pages()),
    )


@cache
def value_sets() -> tuple[Resource, ...]:
    """One for each code system: all of it."""
    return tuple(
        {
            "resourceType": "ValueSet",
            "id": system["id"],
            "url": system["url"].replace("/CodeSystem/", "/ValueSet/"),
            "version": VERSION,
            "name": system["name"],
            "title": system["title"],
            "status": "active",
            "compose": {"include": [{"system": system["url"]}]},
        }
        for system in code_systems()
    )


def _system(url: str, title: str, concepts: Iterable[Concept]) -> Resource:
    listed = [
        {"code": code, "display": display} | ({"definition": meaning} if meaning else {})
        for code, display, meaning in concepts
    ]
    key = url.rpartition("/")[2]
    return {
        "resourceType": "CodeSystem",
        "id": key,
        "url": url,
        "version": VERSION,
        "name": "".join(part.capitalize() for part in key.split("-")),
        "title": title,
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
        "count": len(listed),
        "concept": listed,
    }


def _movements() -> Iterable[Concept]:
    yield VISIT_CODE, "Manual muscle test of a visit", "All results of one visit."
    yield "level", "Level", "Place of a grade, 0-12, on the lattice that orders all scales."
    yield "limited-by", "Limited by", "What limited a test that was done."
    for movement in instrument.MOVEMENTS.values():
        yield movement.key, str(movement.name), f"Prime movers: {movement.prime_movers}."


def _grades(profile: instrument.Profile) -> Iterable[Concept]:
    return ((grade.code, grade.code, str(grade.meaning)) for grade in profile.grades)


def _states() -> Iterable[Concept]:
    for status, reasons in instrument.REASONS.items():
        for reason in reasons:
            yield f"{status.value}.{reason.value}", f"{status.label}: {reason.label}", ""


def _pages() -> Iterable[Concept]:
    return ((kind.value, str(kind.label), "") for kind in LetterKind)


def _labelled(words: type[instrument.LabelledEnum]) -> Iterable[Concept]:
    return ((word.value, str(word.label), "") for word in words)

"""The cases that every page must get right, laid over patients of the demonstration."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from .. import instrument
from ..history import Result
from .people import MILD, RELAPSING, SEVERE, Kind
from .plan import Place, PlannedDraft, PlannedEvent, PlannedPatient
from .visits import Habits
from .weakness import LEFT_LEG, limb_of

ZERO = Result(instrument.Status.GRADED.value, 0)
# How many cells are tested before somebody is too tired, and what the others then have.
TESTED, STOPPED = 10, Result(instrument.Status.NOT_DONE.value, reason="fatigue")
NAMESAKES = ("H-00231", "H-00232")
ZEROS, ARCHIVED, UNDER_HALF = "H-00205", "H-00240", "H-00233"
LEADS_DRAFT, WHOLE_DRAFT, EMPTY_DRAFT = "H-00209", "H-00222", "R1004"


@dataclass(frozen=True, slots=True)
class Fixed:
    """What is not left to chance: the kind of course, how tested, the visits in days ago."""

    kind: Kind
    habits: Habits = Habits()  # noqa: RUF009 (frozen)
    days_ago: tuple[int, ...] = ()


# In a wheelchair from the first visit on.
PLEGIC = replace(SEVERE, loss=(11.0, 11.5))
FIXED = {
    ZEROS: Fixed(PLEGIC, Habits(battery="ms_seated_quick", profile="mrc_plus_minus_4")),
    NAMESAKES[0]: Fixed(MILD, days_ago=(903, 721, 543, 399, 217, 61)),
    NAMESAKES[1]: Fixed(RELAPSING, days_ago=(819, 637, 462, 301, 40)),
}


def _only_zeros(_place: Place, patient: PlannedPatient) -> PlannedPatient:
    """A left leg without any contraction, at every visit."""
    visits = []
    for visit in patient.visits:
        results = {
            cell: ZERO if limb_of(*cell) == LEFT_LEG else result
            for cell, result in visit.results.items()
        }
        visits.append(replace(visit, results=results, filled=frozenset()))
    return replace(patient, visits=tuple(visits), weaker_side="left")


def _namesake(_place: Place, patient: PlannedPatient) -> PlannedPatient:
    return replace(
        patient,
        family_name="Lakeland",
        given_names="Maeve",
        birth_date=date(1984, 6, 3),
        sex="female",
    )


def _archived(place: Place, patient: PlannedPatient) -> PlannedPatient:
    moved_away = place.ago(2)
    return replace(
        patient,
        archived_at=place.at(moved_away, 11),
        events=(*patient.events, PlannedEvent("other", moved_away, note="moved to another town")),
    )


def _under_half(_place: Place, patient: PlannedPatient) -> PlannedPatient:
    """The latest test was cut short: ten cells of two dozen have a grade."""
    *earlier, last = patient.visits
    results = {
        cell: result if place < TESTED else STOPPED
        for place, (cell, result) in enumerate(last.results.items())
    }
    context = {**last.context, "stopped_early": "too tired to go on"}
    stopped = replace(last, results=results, context=context, filled=frozenset())
    return replace(patient, visits=(*earlier, stopped))


def _leads_draft(place: Place, patient: PlannedPatient) -> PlannedPatient:
    """Two days old, with things in it that are not grades yet."""
    typed = {
        "hip_flexion.right": {"text": "4"},
        "hip_flexion.left": {"text": "34"},
        "hip_extension.right": {"text": "5"},
        "hip_extension.left": {"text": "NT"},
        "knee_extension.right": {"text": "5", "note": "strong"},
        "knee_flexion.left": {"text": "ND", "reason": "fatigue"},
        "context.pain": {"text": "eleven"},
    }
    return _with_draft(place, patient, typed, tester=1, day=place.ago(2), hour=15)


def _whole_draft(place: Place, patient: PlannedPatient) -> PlannedPatient:
    """Everything is there; only the signature is missing."""
    last = patient.visits[-1]
    typed: dict[str, Any] = {}
    for (movement, side), result in last.results.items():
        key = f"{movement}.{side}"
        if result.level is None:
            status = "NT" if result.status == instrument.Status.NOT_TESTABLE else "ND"
            typed[key] = {"text": status, "reason": result.reason}
        else:
            typed[key] = {"text": instrument.code(result.level, last.profile)}
    return _with_draft(place, patient, typed, tester=0, day=place.ago(1), hour=16)


def _empty_draft(place: Place, patient: PlannedPatient) -> PlannedPatient:
    return _with_draft(place, patient, {}, tester=0, day=place.today, hour=9)


def _with_draft(
    place: Place, patient: PlannedPatient, typed: Any, *, tester: int, day: date, hour: int
) -> PlannedPatient:
    last = patient.visits[-1]
    draft = PlannedDraft(
        id=place.id(patient.record_number, "draft"),
        tested_at=place.at(day, hour) + timedelta(minutes=20),
        tester=tester,
        battery=last.battery,
        profile=last.profile,
        movements=last.movements,
        typed=typed,
    )
    return replace(patient, drafts=(draft,))


SPECIAL: dict[str, Callable[[Place, PlannedPatient], PlannedPatient]] = {
    ZEROS: _only_zeros,
    NAMESAKES[0]: _namesake,
    NAMESAKES[1]: _namesake,
    ARCHIVED: _archived,
    UNDER_HALF: _under_half,
    LEADS_DRAFT: _leads_draft,
    WHOLE_DRAFT: _whole_draft,
    EMPTY_DRAFT: _empty_draft,
}

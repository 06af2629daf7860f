"""One person drawn by hand, for pictures and for the first look: a relapse, half a recovery, a
strength programme, and a left foot that loses the fight.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from patients.models import BodySide, Course, EventKind, InterventionKind, Sex

from .. import instrument
from ..history import Cell, Result
from .people import weekday
from .plan import Place, PlannedDraft, PlannedEvent, PlannedIntervention, PlannedPatient
from .plan import PlannedVisit as Visit

RECORD_NUMBER = "H-00217"
BATTERY, PROFILE = "ms_clinic_screen", "mrc"

DAYS_AGO = (1715, 1533, 1375, 1295, 1040, 828, 617, 350, 200, 96)
RELAPSE, RELAPSE_OVER = 1317, 1275
PROGRAMME, WALKER = 1030, 340
TESTERS = (0, 0, 1, 0, 0, 1, 0, 0, 1, 0)
FATIGUE = (3, 3, 4, 6, 4, 3, 4, 4, 5, 5)
EDSS = ("3.5", "3.5", "3.5", "5.5", "4.5", "4", "4.5", "5.5", "6.5", "6.5")
DEVICES = ("none", "none", "none", "cane", "cane", "none", "none", "cane", "walker", "walker")
FALLS = (0, 0, 1, 2, 1, 0, 0, 1, 2, 3)

# Right and left of each visit, earliest first.
GRADES = {
    "hip_flexion": ("4 4 4 3 3 4 4 4 4 3", "4 4 4 2 3 3 3 3 2 2"),
    "hip_extension": ("5 5 5 4 4 5 5 5 5 5", "4 4 4 3 4 4 4 4 4 4"),
    "hip_abduction": ("5 5 5 4 4 4 5 5 4 4", "4 4 4 3 3 4 4 4 3 3"),
    "knee_extension": ("5 5 5 4 5 5 5 5 5 5", "4 4 4 3 3 4 4 3 3 2"),
    "knee_flexion": ("4 4 4 3 4 4 4 4 4 4", "4 4 3 2 3 3 3 3 3 3"),
    "ankle_dorsiflexion": ("4 4 4 3 3 4 4 4 4 4", "3 3 3 1 2 2 2 1 1 0"),
    "ankle_plantarflexion": ("5 5 5 4 4 NT 5 5 4 4", "4 4 4 3 3 NT 4 4 3 3"),
    "shoulder_abduction": ("5 5 5 5 5 5 5 5 5 4", "5 5 5 4 4 4 5 5 5 5"),
    "elbow_flexion": ("5 5 5 5 5 5 5 5 5 5", "5 5 5 4 5 5 5 5 5 5"),
    "elbow_extension": ("5 5 5 5 5 5 5 5 5 5", "5 5 5 4 4 4 4 5 4 4"),
    "wrist_extension": ("5 5 5 5 5 5 5 5 5 5", "5 5 5 4 4 5 5 5 5 5"),
    "finger_extension": ("5 5 5 5 4 5 5 5 5 5", "3 3 3 3 3 3 4 4 4 4"),
}
LIMITERS: Mapping[tuple[int, str, str], tuple[str, ...]] = {
    (3, "knee_flexion", "left"): ("tone",),
    (3, "hip_flexion", "left"): ("fatigue",),
    (7, "ankle_dorsiflexion", "left"): ("tone", "substitution"),
    (8, "hip_flexion", "left"): ("fatigue",),
    (9, "knee_extension", "left"): ("fatigue",),
}
NOTES = {
    0: "First assessment after referral. Left foot catches on kerbs.",
    3: "Three weeks after the relapse; steroids finished two weeks ago.",
    5: "Heel raises stopped: pain at both Achilles tendons.",
    9: "No palpable contraction of tibialis anterior on the left, tested twice.",
}
# The first rows of this morning's test, in the order of testing.
MORNING = ("4", "2", "5", "2", "4", "3", "4", "0", "5")


def plan_showcase(place: Place) -> PlannedPatient:
    days = [weekday(place.ago(days)) for days in DAYS_AGO]
    return PlannedPatient(
        id=place.id(RECORD_NUMBER),
        record_number=RECORD_NUMBER,
        family_name="Winters",
        given_names="Álma",
        birth_date=date(1979, 4, 12),
        sex=Sex.FEMALE.value,
        ms_course=Course.RRMS.value,
        course_since=place.ago(2210),
        onset=place.ago(2390),
        dominant_side=BodySide.RIGHT.value,
        weaker_side=BodySide.LEFT.value,
        registered_at=place.at(days[0], 8, 40),
        visits=tuple(_visit(place, number, day) for number, day in enumerate(days)),
        events=_events(place),
        interventions=_interventions(place),
        drafts=(_morning(place),),
    )


def _visit(place: Place, number: int, day: date) -> Visit:
    return Visit(
        id=place.id(RECORD_NUMBER, "visit", number),
        tested_at=place.at(day, 10 + number % 3, 15),
        tester=TESTERS[number],
        battery=BATTERY,
        profile=PROFILE,
        movements=instrument.battery(BATTERY).movements,
        results=_results(number),
        context={
            "edss": Decimal(EDSS[number]),
            "setting": "plinth",
            "heat": "none",
            "fatigue_before": FATIGUE[number],
            "fatigue_after": FATIGUE[number] + 1,
            "relapse_status": {3: "active", 4: "recovering"}.get(number, "none"),
            "device": DEVICES[number],
            "device_worn": False,
            "falls_since_last": FALLS[number],
            "first_side": "right",
            "note": NOTES.get(number, ""),
        },
    )


def _results(number: int) -> dict[Cell, Result]:
    results = {}
    for movement, sides in GRADES.items():
        for side, codes in zip(("right", "left"), sides, strict=True):
            code = codes.split()[number]
            limiters = LIMITERS.get((number, movement, side), ())
            results[movement, side] = (
                Result(instrument.Status.NOT_TESTABLE.value, reason="pain")
                if code == "NT"
                else Result(
                    instrument.Status.GRADED.value,
                    instrument.profile(PROFILE).level_of(code),
                    limiters=limiters,
                )
            )
    return results


def _morning(place: Place) -> PlannedDraft:
    rows = instrument.by_position(instrument.battery(BATTERY).movements)
    cells = [
        f"{movement.key}.{side.value}"
        for _position, movements in rows
        for movement in movements
        for side in movement.sides
    ]
    typed: dict[str, dict[str, Any]] = {
        cell: {"text": code} for cell, code in zip(cells, MORNING, strict=False)
    }
    typed["context.fatigue_before"] = {"text": "4"}
    typed["context.device"] = {"text": "walker"}
    return PlannedDraft(
        id=place.id(RECORD_NUMBER, "draft"),
        tested_at=place.at(place.today, 9, 10),
        tester=0,
        battery=BATTERY,
        profile=PROFILE,
        movements=instrument.battery(BATTERY).movements,
        typed=typed,
    )


def _events(place: Place) -> tuple[PlannedEvent, ...]:
    return (
        PlannedEvent(EventKind.RELAPSE.value, place.ago(RELAPSE), place.ago(RELAPSE_OVER)),
        PlannedEvent(EventKind.FALL.value, place.ago(232), note="left foot caught on a kerb"),
    )


def _interventions(place: Place) -> tuple[PlannedIntervention, ...]:
    medication = InterventionKind.MEDICATION.value
    return (
        PlannedIntervention(
            medication, "glatiramer acetate", "3 times a week", place.ago(1640), place.ago(1290)
        ),
        PlannedIntervention(
            medication, "steroids", "5 days", place.ago(RELAPSE - 4), place.ago(RELAPSE - 8)
        ),
        PlannedIntervention(medication, "interferon-beta", "every other day", place.ago(1240)),
        PlannedIntervention(
            InterventionKind.STRENGTH.value, "strength programme", "2 a week", place.ago(PROGRAMME)
        ),
        PlannedIntervention(InterventionKind.DEVICE.value, "walker", "outdoors", place.ago(WALKER)),
    )

"""Records that were corrected after signing: one amended, one voided, one filed on the wrong
patient and moved. They go through the actions that people use.
"""

from mmt.accounts.models import Clinic, User
from patients.models import Patient

from .. import instrument
from ..actions import amend_assessment, move_assessment, void_assessment
from ..history import Result
from ..models import Assessment
from .special import NAMESAKES

GRADED = instrument.Status.GRADED.value
AMENDED, VOIDED = "H-00203", "H-00211"


def correct(clinic: Clinic, *, by: User) -> None:
    _amend(_assessments(clinic, AMENDED)[0], by)
    voided = _assessments(clinic, VOIDED)[1]
    void_assessment(
        voided, reason="Tested with the brace on the weak leg by mistake.", by=by, revision=1
    )
    first, second = NAMESAKES
    right_one = Patient.objects.get(clinic=clinic, record_number=second)
    move_assessment(
        _assessments(clinic, first)[1],
        to=right_one,
        reason="Filed on her namesake: same name and birth date.",
        by=by,
        revision=1,
    )


def _assessments(clinic: Clinic, record_number: str) -> list[Assessment]:
    found = Assessment.objects.filter(clinic=clinic, patient__record_number=record_number)
    return list(found.in_force().latest_first())


def _amend(assessment: Assessment, by: User) -> None:
    """One grade had been typed into the wrong row."""
    grades = instrument.profile(assessment.profile)
    standing = assessment.scores.get(movement="knee_flexion", side="left")
    code = "3" if standing.level == grades.level_of("4") else "4"
    amend_assessment(
        assessment,
        {("knee_flexion", "left"): Result(GRADED, grades.level_of(code))},
        reason="Typing slip, noticed when the letter was written.",
        by=by,
        revision=1,
    )

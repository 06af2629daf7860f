"""Drafts that wait, and what a day already holds of a patient."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from mmt.accounts.models import User
from mmt.kept import Kept
from patients.models import Patient
from patients.querysets import reach_of

from .. import instrument
from ..models import Assessment
from ..people import know_people
from ..permissions import check_user_can_edit_draft, check_user_can_test_second, user_can
from ..querysets import AssessmentQuerySet
from .content import cell_key

OLD_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft, and how many of its cells hold a grade or say why there is none."""

    assessment: Assessment
    entered: int

    @property
    def asked(self) -> int:
        return len(self.assessment.cells)

    @property
    def started(self) -> datetime:
        """On the clinic's wall clock."""
        return self.assessment.entered_at.astimezone(self.assessment.clinic.zone)

    @property
    def is_of_today(self) -> bool:
        return self.started.date() == self.assessment.clinic.now().date()

    @property
    def is_of_another_day(self) -> bool:
        """Whether the patient was tested on a day before the draft was begun, as after paper."""
        return self.started.date() != self.assessment.local_tested_at.date()

    @property
    def days(self) -> int:
        """How many whole days it has waited."""
        return (timezone.now() - self.assessment.entered_at).days


def waiting(assessment: Assessment) -> Waiting:
    cells = assessment.draft.cells
    texts = (cells.get(cell_key(cell), {}).get("text", "") for cell in assessment.cells)
    return Waiting(assessment, sum(_says_something(text, assessment.profile) for text in texts))


def all_waiting(assessments: Iterable[Assessment]) -> list[Waiting]:
    return [waiting(assessment) for assessment in assessments]


def _says_something(text: str, profile: str) -> bool:
    """Whether a text is a grade, not testable or not done. 0 is a grade."""
    try:
        instrument.parse_grade(text, profile)
    except instrument.NotAGrade:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Standing:
    """What a day already holds of a patient: a further test of that day is a second one.

    `blind` are the records, drafts too, that this person may test a second time, blind.
    """

    day: date
    is_today: bool
    mine: list[Waiting] = field(default_factory=list)  # drafts this person may go on with
    others: list[Waiting] = field(default_factory=list)
    signed: list[Assessment] = field(default_factory=list)
    blind: set[UUID] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.mine or self.others or self.signed)


def standing_on(moment: datetime, patient: Patient, *, by: User, but: object = None) -> Standing:
    """Return what the clinic's day of this moment holds, voided records left out.

    `but` is the id of a record that does not count: the one that is just being started.
    """
    zone = patient.clinic.zone
    day = moment.astimezone(zone).date()
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    found = _kept_between(patient.pk, begins, ends, *reach_of(by))
    for assessment in found:
        assessment.patient = patient
    know_people(found, by)
    standing = Standing(day, day == patient.clinic.now().date())
    for assessment in found:
        if but is not None and assessment.pk == but:
            continue
        if user_can(check_user_can_test_second, by, assessment):
            standing.blind.add(assessment.pk)
        if not assessment.is_draft:
            standing.signed.append(assessment)
        elif user_can(check_user_can_edit_draft, by, assessment) and assessment.is_of(by):
            standing.mine.append(waiting(assessment))
        else:
            standing.others.append(waiting(assessment))
    return standing


def _between(patient: UUID, begins: datetime, ends: datetime, *reach: Any) -> AssessmentQuerySet:
    found = Assessment.objects.filter(patient=patient).listed_within_reach(*reach)
    found = found.filter(tested_at__gte=begins, tested_at__lt=ends).exclude(status="voided")
    return found.select_related("draft").order_by("tested_at")


_kept_between = Kept(_between)

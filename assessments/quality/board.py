"""What the board counts, kind by kind. Counting reads indexes, never a score."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User
from patients.duplicates import count_look_alikes, look_alikes
from patients.models import Patient
from patients.querysets import PatientQuerySet

from ..cohort import due
from ..entry.waiting import OLD_AFTER
from ..models import Apart, Assessment, QualityMarkKind
from ..querysets import AssessmentQuerySet


@dataclass(frozen=True, slots=True)
class Kind:
    """One number of the board: `key` is its place in the address; it lists records or patients.

    `counted` counts what is listed where that is quicker than asking the list.
    """

    key: str
    name: Promise
    about: Promise
    records: Callable[[User, Clinic], AssessmentQuerySet] | None = None
    patients: Callable[[User, Clinic], PatientQuerySet] | None = None
    counted: Callable[[User, Clinic], int] | None = None

    @property
    def of_patients(self) -> bool:
        return self.patients is not None

    def count(self, user: User, clinic: Clinic) -> int:
        if self.counted:
            return self.counted(user, clinic)
        found = [listed(user, clinic) for listed in (self.records, self.patients) if listed]
        return sum(each.count() for each in found)


@dataclass(frozen=True, slots=True)
class Counted:
    kind: Kind
    count: int


def _records(user: User, clinic: Clinic) -> AssessmentQuerySet:
    """Also those of open blind pairs: a list shows no score."""
    return Assessment.objects.listed_to(user).filter(clinic=clinic)


def _unsigned(user: User, clinic: Clinic) -> AssessmentQuerySet:
    return _records(user, clinic).drafts()


def _old_drafts(user: User, clinic: Clinic) -> AssessmentQuerySet:
    return _unsigned(user, clinic).filter(entered_at__lt=timezone.now() - OLD_AFTER)


def _marked(kind: QualityMarkKind) -> Callable[[User, Clinic], AssessmentQuerySet]:
    def found(user: User, clinic: Clinic) -> AssessmentQuerySet:
        marked = _records(user, clinic)
        return marked.filter(quality_marks__kind=kind, quality_marks__clinic=clinic)

    return found


def _open_pairs(user: User, clinic: Clinic) -> AssessmentQuerySet:
    """The second tests: each stands for its pair."""
    sealed = _records(user, clinic).kept_apart(Apart.SEALED)
    return sealed.filter(blind_pair__ended_at=None, blind_pair__isnull=False)


def _overdue(user: User, clinic: Clinic) -> PatientQuerySet:
    return due(Patient.objects.visible_to(user).filter(clinic=clinic), [clinic])


def _active(user: User, clinic: Clinic) -> PatientQuerySet:
    return Patient.objects.visible_to(user).filter(clinic=clinic).active()


def _duplicates(user: User, clinic: Clinic) -> PatientQuerySet:
    patients = _active(user, clinic)
    return patients.filter(pk__in=list(look_alikes(patients)))


def _count_duplicates(user: User, clinic: Clinic) -> int:
    return count_look_alikes(_active(user, clinic))


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "old-drafts",
            _("Drafts over 24 hours old"),
            _("Begun more than a day ago and not signed."),
            _old_drafts,
        ),
        Kind(
            "unsigned",
            _("Unsigned"),
            _("Every draft that is neither signed nor discarded."),
            _unsigned,
        ),
        Kind(
            "under-half",
            _("Under half tested"),
            _("Signed, with a grade for fewer than half of the cells asked for."),
            _marked(QualityMarkKind.UNDER_HALF),
        ),
        Kind(
            "one-grade",
            _("Same grade everywhere"),
            _("Signed, with one and the same grade in all of twelve cells or more."),
            _marked(QualityMarkKind.ONE_GRADE),
        ),
        Kind(
            "open-pairs",
            _("Blind pairs still open"),
            _("Two tests of a day, one of them not signed yet: neither counts."),
            _open_pairs,
        ),
        Kind(
            "overdue",
            _("Overdue for a re-test"),
            _("Active patients whose last visit lies longer back than the clinic's interval."),
            patients=_overdue,
        ),
        Kind(
            "duplicates",
            _("Possible duplicates"),
            _("Active patients born the same day who share a name, or of the same full name."),
            patients=_duplicates,
            counted=_count_duplicates,
        ),
    )
}


def board(user: User, clinic: Clinic) -> list[Counted]:
    return [Counted(kind, kind.count(user, clinic)) for kind in KINDS.values()]

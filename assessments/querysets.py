"""Which assessments, and a patient's whole history in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.audit.log import viewings_of
from mmt.kept import Kept
from patients.happenings import AnyHappened
from patients.models import Event, EventKind, Intervention, Patient, Referral
from patients.querysets import reach_of

from .history import Cell, Happening, History, Result, Visit
from .packed import BETWEEN_RESULTS, packed_to_show, unpack

if TYPE_CHECKING:
    from .models import Assessment


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> "AssessmentQuerySet":
        """Assessments of the clinics in which the person may see patients, discarded ones not.

        Those of an open blind pair are there for their own people alone.
        """
        return self.within_reach(*reach_of(user))

    def within_reach(
        self, user: UUID, clinics: Sequence[UUID], opened: Sequence[UUID]
    ) -> "AssessmentQuerySet":
        """What `visible_to` finds, by the person's `reach_of`: for a question that is kept."""
        found = self.ever_within_reach(user, clinics, opened)
        return found.exclude(draft__discarded_at__isnull=False)

    def ever_within_reach(
        self, user: UUID, clinics: Sequence[UUID], opened: Sequence[UUID]
    ) -> "AssessmentQuerySet":
        """The same, and the discarded ones."""
        return self._of_reach(clinics, opened).filter(_is_open_to(user))

    def of_clinics_of(self, user: User) -> "AssessmentQuerySet":
        """Those that `visible_to` finds, and the discarded ones."""
        return self.ever_within_reach(*reach_of(user))

    def listed_to(self, user: User) -> "AssessmentQuerySet":
        """Those that `visible_to` finds, and that others exist, for lists that show no score.

        `may_open` says which of them the person may read.
        """
        return self.listed_within_reach(*reach_of(user))

    def listed_within_reach(
        self, user: UUID, clinics: Sequence[UUID], opened: Sequence[UUID]
    ) -> "AssessmentQuerySet":
        """What `listed_to` finds, by the person's `reach_of`: for a question that is kept."""
        found = self._of_reach(clinics, opened).exclude(draft__discarded_at__isnull=False)
        return found.annotate(may_open=_is_open_to(user))

    def _of_reach(self, clinics: Sequence[UUID], opened: Sequence[UUID]) -> "AssessmentQuerySet":
        mine = Q(clinic__in=clinics)
        return self.filter(mine | Q(patient__in=opened)) if opened else self.filter(mine)

    def of(self, user: User | UUID) -> "AssessmentQuerySet":
        """What this person tested or typed in."""
        return self.filter(Q(tester=user) | Q(entered_by=user))

    def drafts(self) -> "AssessmentQuerySet":
        """Drafts that were not put aside. None is signed: so the index by signing finds them."""
        return self.filter(status="draft", signed_at__isnull=True, draft__discarded_at__isnull=True)

    def discarded_since(self, moment: datetime) -> "AssessmentQuerySet":
        """Drafts that were put aside at this moment or later."""
        return self.filter(status="draft", draft__discarded_at__gte=moment)

    def in_force(self) -> "AssessmentQuerySet":
        """Signed, not voided, and not kept apart in a blind pair."""
        return self.filter(in_force())

    def kept_apart(self, apart: str) -> "AssessmentQuerySet":
        """The records of blind pairs, which an index finds: sealed ones, or second ones."""
        return self.exclude(apart="").filter(apart=apart)

    def recorded(self) -> "AssessmentQuerySet":
        """Signed once: in force or voided since."""
        return self.exclude(status="draft").filter(apart="")

    def since(self, moment: datetime) -> "AssessmentQuerySet":
        """Tested at this moment or later, earliest first, with who tested."""
        found = self.filter(tested_at__gte=moment).select_related("tester")
        return found.order_by("tested_at")

    def with_own_order(self) -> "AssessmentQuerySet":
        """With `own_order`: the clinic's order of the battery's movements, or None."""
        from .models import EntryOrder

        found = EntryOrder.objects.filter(clinic=OuterRef("clinic"), battery=OuterRef("battery"))
        return self.annotate(own_order=Subquery(found.values("movements")[:1]))

    def with_told(self, user: UUID, hour: datetime) -> "AssessmentQuerySet":
        """With `is_told`: whether the log knows that this person saw the patient in that hour."""
        told = viewings_of(user, hour).filter(patient_id=OuterRef("patient_id"))
        return self.annotate(is_told=Exists(told))

    def latest_first(self) -> "AssessmentQuerySet":
        return self.order_by("-tested_at", "-entered_at", "-id")


def in_force(path: str = "") -> Q:
    """Return the condition for what counts, of assessments reached by `path` ("assessment__")."""
    return Q(**{f"{path}status__in": ("signed", "amended"), f"{path}apart": ""})


def _is_open_to(user: UUID) -> Q:
    """Return the condition for what this person may read: see `models/blind_pair`."""
    return ~Q(apart="sealed") | Q(tester=user) | Q(entered_by=user)


def load_history(patient: Patient) -> History:
    """Return every visit in force with its results, earliest first: five queries, whatever its
    length.
    """
    return History(
        visits=tuple(_visits(_kept_visits(patient.pk))),
        events=tuple(
            Happening(event.kind, _event_words(event), event.started, event.ended)
            for event in _kept_events(patient.pk)
        ),
        interventions=tuple(
            Happening(
                done.kind, " ".join(filter(None, (done.name, done.dose))), done.started, done.ended
            )
            for done in _kept_interventions(patient.pk)
        ),
        referrals=tuple(
            Happening(each.kind, _referral_words(each), each.started, each.ended)
            for each in _kept_referrals(patient.pk)
        ),
    )


def _standing(model: type[AnyHappened], patient: UUID) -> models.QuerySet[Any]:
    return model._default_manager.filter(patient=patient, voided_at__isnull=True).order_by(
        "started"
    )


_kept_events = Kept(partial(_standing, Event))
_kept_interventions = Kept(partial(_standing, Intervention))
_kept_referrals = Kept(partial(_standing, Referral))


def _event_words(event: Event) -> str:
    """Return what happened: the note says more than the kind, but not always which kind."""
    kind, note = str(event.get_kind_display()), event.note
    if not note:
        return kind
    is_said = event.kind == EventKind.OTHER or kind.casefold() in note.casefold()
    return note if is_said else f"{kind}: {note}"


def _referral_words(referral: Referral) -> str:
    return _("referral to %(whom)s: %(reason)s (%(status)s)") % {
        "whom": referral.get_kind_display(),
        "reason": referral.reason,
        "status": referral.get_status_display(),
    }


class _Row(NamedTuple):
    """What is read of each visit."""

    id: UUID
    tested_at: datetime
    time_zone: str
    tester_id: UUID
    battery: str
    profile: str
    status: str
    fatigue_before: int | None
    heat: str
    relapse_status: str
    device: str
    tester__name: str


def visits_of(assessments: AssessmentQuerySet) -> list[Visit]:
    """Return assessments as plain visits, in two queries."""
    return _visits(_rows(assessments))


def _rows(assessments: AssessmentQuerySet) -> models.QuerySet[Any, Any]:
    """Ask for visits as rows, not as records: of a hundred visits, making the records took half as
    long as reading their six thousand scores.
    """
    return assessments.values_list(*_Row._fields)


def _rows_of_patient(patient: UUID) -> models.QuerySet[Any, Any]:
    from .models import Assessment

    found = Assessment.objects.in_force().filter(patient=patient)
    return _rows(found.order_by("tested_at", "entered_at", "id"))


_kept_visits = Kept(_rows_of_patient)


def _visits(rows: Iterable[Sequence[Any]]) -> list[Visit]:
    found = list(map(_Row._make, rows))
    results = results_of([row.id for row in found])
    return [_visit(row, row.tester__name, results[row.id]) for row in found]


def visit_of(assessment: "Assessment") -> Visit:
    """Return a record that is here already as a plain visit, with one query for its scores."""
    return _visit(assessment, assessment.tester.name, results_of([assessment.pk])[assessment.pk])


def _visit(row: "Assessment | _Row", tester: str, results: Mapping[Cell, Result]) -> Visit:
    return Visit(
        id=row.id,
        tested_at=row.tested_at.astimezone(ZoneInfo(row.time_zone)),
        tester_id=row.tester_id,
        tester=tester,
        battery=row.battery,
        profile=row.profile,
        results=results,
        amended=row.status == "amended",
        fatigue=row.fatigue_before,
        heat=row.heat,
        relapse_status=row.relapse_status,
        device=row.device,
    )


# Drivers take only so many values in a statement.
AT_ONCE = 1_024


def results_of(assessment_ids: list[UUID]) -> dict[UUID, dict[Cell, Result]]:
    """Return the results of each assessment by cell. Equal results are one object."""
    rows = chain.from_iterable(
        _kept_scores(assessment_ids[first : first + AT_ONCE])
        for first in range(0, len(assessment_ids), AT_ONCE)
    )
    of_cell = _Unpacked().__getitem__
    return defaultdict(
        dict, {pk: dict(map(of_cell, packed.split(BETWEEN_RESULTS))) for pk, packed in rows}
    )


def _packed_scores(assessment_ids: Sequence[UUID]) -> models.QuerySet[Any, Any]:
    from .models import Score

    found = Score.objects.filter(assessment__in=assessment_ids).values_list("assessment_id")
    return found.annotate(all=packed_to_show())


_kept_scores = Kept(_packed_scores)


class _Unpacked(dict[str, tuple[Cell, Result]]):
    """Each packed result by its text: of six thousand, mostly some hundred are unlike."""

    def __init__(self) -> None:
        self._equal: dict[Result, Result] = {}

    def __missing__(self, packed: str) -> tuple[Cell, Result]:
        row = unpack(packed)
        result = Result(
            status=row.status,
            level=row.level,
            reason=row.reason,
            limiters=tuple(row.limiters.split()),
            position=row.position,
            note=row.note,
            amended=row.amended,
            confirmed=tuple(row.confirmed.split()),
        )
        # What looks cells up has the catalogue's own words: the same ones are found soonest.
        cell = intern(row.movement), intern(row.side)
        found = self[packed] = cell, self._equal.setdefault(result, result)
        return found

"""A record as it stands, and a patient's page."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from mmt.accounts.models import Clinic
from mmt.accounts.roles import Permission
from patients.models import Event, Intervention, Patient

from .. import change, instrument
from ..history import Cell, History, Result
from ..models import Assessment
from ..permissions import (
    check_user_can_amend,
    check_user_can_edit_draft,
    check_user_can_move,
    check_user_can_record,
    check_user_can_void,
    user_can,
)
from ..querysets import load_history, visits_with_results
from ..rules import rule_of
from ..wording import context_facts
from .access import SignedInRequest, get_assessment, get_patient

FLAGGED = (change.Flag.CROSSED, change.Flag.CHANGED, change.Flag.WATCH)
LATEST_SHOWN = 8
START_SHOWN = 8


@require_safe
def read(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """A signed record; a draft leads to its grid, or says whose it is."""
    assessment = get_assessment(request, assessment_id)
    if assessment.is_draft and user_can(check_user_can_edit_draft, request.user, assessment):
        return redirect("assessments:record", assessment.pk)
    results = visits_with_results([assessment])[0].results
    amendments = assessment.amendments.select_related("by").prefetch_related("changes")
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "groups": instrument.by_region(assessment.movements),
        "results": results,
        "tested": sum(result.level is not None for result in results.values()),
        "total": len(assessment.cells),
        "sums": _sums(assessment, results),
        "profile": instrument.profile(assessment.profile),
        "context_facts": context_facts(assessment),
        "signed_at": _local(assessment.signed_at, assessment.clinic),
        "voided_at": _local(assessment.voided_at, assessment.clinic),
        "amendments": amendments.order_by("-at"),
        "moved_to": getattr(assessment, "moved_to", None),
        "may_amend": user_can(check_user_can_amend, request.user, assessment),
        "may_void": user_can(check_user_can_void, request.user, assessment),
        "may_move": user_can(check_user_can_move, request.user, assessment),
    }
    return render(request, "assessments/read.html", context)


def _local(moment: datetime | None, clinic: Clinic) -> datetime | None:
    return moment.astimezone(clinic.zone) if moment else None


def _sums(assessment: Assessment, results: Mapping[Cell, Result]) -> list[instrument.Sum]:
    battery = instrument.BATTERIES.get(assessment.battery)
    return instrument.named_sums(battery, assessment.profile, results) if battery else []


@require_safe
def person(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The patient: what to do next, what changed, every assessment, what happened."""
    patient = get_patient(request, patient_id)
    history = load_history(patient)
    rule = rule_of(patient.clinic)
    relapses = [event.start for event in history.events if event.kind == "relapse"]
    changes = _since_baseline(history, rule, relapses)
    context = {
        "patient": patient,
        "rule": rule,
        "changes": [found for found in changes if found.flag in FLAGGED][:LATEST_SHOWN],
        "visits": len(history.visits),
        "assessments": patient.assessments.visible_to(request.user)
        .select_related("tester", "draft", "draft__saved_by")
        .latest_first(),
        "events": Event.objects.filter(patient=patient).order_by("-started"),
        "interventions": Intervention.objects.filter(patient=patient).order_by("-started"),
        "may_record": user_can(check_user_can_record, request.user, patient),
    }
    return render(request, "assessments/person.html", context)


def _since_baseline(
    history: History, rule: change.Rule, relapses: list[date]
) -> list[change.Change]:
    """Compare the first visit with the latest; nothing where there is but one."""
    if len(history.visits) < 2:
        return []
    first, latest = history.visits[0], history.visits[-1]
    return change.compare(first, latest, rule, later=history.visits, relapses=relapses)


@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """What waits for this person: drafts to finish, patients due for a re-test, a search."""
    user = request.user
    mine = Assessment.objects.visible_to(user).drafts().filter(entered_by=user)
    due = [
        patient
        for clinic in user.clinics_with(Permission.SEE_PATIENTS)
        for patient in Patient.objects.visible_to(user)
        .active()
        .filter(
            clinic=clinic,
            last_seen__lt=clinic.now().date() - timedelta(days=clinic.retest_interval_days),
        )
        .select_related("clinic")
        .order_by("last_seen")[:START_SHOWN]
    ]
    context = {
        "drafts": mine.select_related("patient", "draft").order_by("-draft__saved_at"),
        "due": due,
        "recent": Assessment.objects.visible_to(user)
        .in_force()
        .select_related("patient", "tester")
        .latest_first()[:START_SHOWN],
        "may_record": user.can_somewhere(Permission.RECORD),
    }
    return render(request, "start.html", context)

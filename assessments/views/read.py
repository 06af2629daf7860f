"""A record as it stands, and a patient's page."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from mmt.accounts.models import Clinic
from patients.functional import latest_tests
from patients.models import Event, Intervention

from .. import change, instrument
from ..entry.back_entry import is_of_the_pile
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
from ..wording import context_facts, measurements_in_order
from .access import SignedInRequest, get_assessment, get_patient
from .offline import kept_addresses

FLAGGED = (change.Flag.CROSSED, change.Flag.CHANGED, change.Flag.WATCH)
LATEST_SHOWN = 8


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
        "measurements": measurements_in_order(assessment),
        "context_facts": context_facts(assessment),
        "signed_at": _local(assessment.signed_at, assessment.clinic),
        "voided_at": _local(assessment.voided_at, assessment.clinic),
        "amendments": amendments.order_by("-at"),
        "next_sheet": is_of_the_pile(request.session, assessment),
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
    may_record = user_can(check_user_can_record, request.user, patient)
    context = {
        "patient": patient,
        "rule": rule,
        "changes": [found for found in changes if found.flag in FLAGGED][:LATEST_SHOWN],
        "visits": len(history.visits),
        "assessments": patient.assessments.visible_to(request.user)
        .select_related("tester", "entered_by", "draft", "draft__saved_by")
        .latest_first(),
        "events": Event.objects.filter(patient=patient).order_by("-started"),
        "functional": latest_tests(patient),
        "interventions": Intervention.objects.filter(patient=patient).order_by("-started"),
        "may_record": may_record,
        "keep": kept_addresses(patient) if may_record else [],
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

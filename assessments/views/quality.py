"""The data-quality board and its lists; agreement of testers. For who leads or administers."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mmt.accounts.models import Clinic
from patients.duplicates import look_alikes
from patients.models import Patient
from patients.paging import page_by_name
from patients.querysets import PatientQuerySet

from ..agreement import agreements
from ..agreement.movements import FEWEST_PAIRS
from ..models import Assessment
from ..permissions import check_user_can_see_quality
from ..quality.board import KINDS, board
from ..quality.paging import page_by_time
from ..querysets import AssessmentQuerySet
from .access import SignedInRequest, get_clinic


@require_safe
def quality(request: SignedInRequest, clinic_slug: str) -> HttpResponse:
    """The numbers of a clinic, each a way to its list."""
    clinic = get_clinic(request, clinic_slug, check_user_can_see_quality)
    context = {"clinic": clinic, "board": board(request.user, clinic), "section": "quality"}
    return render(request, "assessments/quality.html", context)


@require_safe
def quality_list(request: SignedInRequest, clinic_slug: str, kind_key: str) -> HttpResponse:
    clinic = get_clinic(request, clinic_slug, check_user_can_see_quality)
    kind = KINDS.get(kind_key)
    if kind is None:
        raise Http404
    keys = {key: request.GET.get(key, "") for key in ("after", "before")}
    context = {"clinic": clinic, "kind": kind, "section": "quality", "place": ""}
    if kind.records:
        context |= _records(request, clinic, kind.records(request.user, clinic), keys)
    if kind.patients:
        with_twins = kind.key == "duplicates"
        found = kind.patients(request.user, clinic)
        context |= _patients(request, clinic, found, keys, with_twins=with_twins)
    return render(request, "assessments/quality_list.html", context)


@require_safe
def agreement(request: SignedInRequest, clinic_slug: str) -> HttpResponse:
    """How far the clinic's testers agree, movement by movement. Nobody is named."""
    clinic = get_clinic(request, clinic_slug, check_user_can_see_quality)
    context = {
        "clinic": clinic,
        "scales": agreements(clinic),
        "fewest": FEWEST_PAIRS,
        "section": "quality",
    }
    return render(request, "assessments/agreement.html", context)


def _records(
    request: SignedInRequest, clinic: Clinic, found: AssessmentQuerySet, keys: dict[str, str]
) -> dict[str, Any]:
    found = found.select_related("patient", "tester", "entered_by")
    edges = Assessment.objects.listed_to(request.user).filter(clinic=clinic)
    page = page_by_time(found, edges=edges, **keys)
    return {"page": page, "records": page.records}


def _patients(
    request: SignedInRequest,
    clinic: Clinic,
    found: PatientQuerySet,
    keys: dict[str, str],
    *,
    with_twins: bool,
) -> dict[str, Any]:
    visible = Patient.objects.visible_to(request.user).filter(clinic=clinic)
    page = page_by_name(found, edges=visible, after=keys["after"], before=keys["before"])
    twins = _twins(visible, page.patients) if with_twins else {}
    rows = [(each, twins.get(each.pk, [])) for each in page.patients]
    return {"page": page, "patients": rows, "with_twins": with_twins}


def _twins(visible: PatientQuerySet, patients: list[Patient]) -> dict[UUID, list[Patient]]:
    """Return for each of these patients those who may be the same person."""
    alike = look_alikes(visible.active())
    shown = {patient.pk: alike.get(patient.pk, []) for patient in patients}
    known = visible.in_bulk({pk for others in shown.values() for pk in others})
    return {pk: [known[other] for other in others] for pk, others in shown.items()}

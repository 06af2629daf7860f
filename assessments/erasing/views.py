"""Asking that a patient be erased, confirming and withdrawing it, and what waits."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mmt.accounts.again import asks_again, asks_again_to_post
from mmt.accounts.models import User
from mmt.accounts.requests import SignedInRequest
from mmt.accounts.roles import Permission
from mmt.audit.models import Action
from patients.erasure import (
    AFTER_ONE,
    AFTER_TWO,
    NotNow,
    ask_erasure,
    check_user_can_confirm,
    check_user_can_erase,
    confirm_erasure,
    past_their_time,
    standing_of,
    withdraw_erasure,
)
from patients.models import Erasure, Patient

from ..views.access import get_patient
from .forms import ErasureForm
from .hanging import counted

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """An erasure that was asked for, and whose."""

    erasure: Erasure
    patient: Patient | None


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """What waits at one's clinics, who is past their time, and what was done."""
    clinics = request.user.clinic_ids_with(Permission.ERASE)
    if not clinics:
        raise PermissionDenied(_("Only an administrator can have a patient erased."))
    theirs = Erasure.objects.filter(clinic__in=clinics).select_related(
        "clinic", "asked_by", "confirmed_by"
    )
    standing = list(theirs.standing().order_by("asked_at")[:SHOWN])
    patients = Patient.objects.visible_to(request.user)
    whose = patients.in_bulk([erasure.patient_id for erasure in standing])
    context = {
        "standing": [Waiting(each, whose.get(each.patient_id)) for each in standing],
        "past": past_their_time().filter(pk__in=patients.values("pk"), clinic__in=clinics)[:SHOWN],
        "years": settings.RECORDS_KEPT_YEARS,
        "done": theirs.exclude(erased_at=None).order_by("-erased_at")[:SHOWN],
        "section": "audit",
    }
    return render(request, "erasing/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again_to_post
def patient(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What would go, and the form that asks for it; or how far it has come."""
    found = get_patient(request, patient_id, check_user_can_erase, Action.ERASURE_ASKED)
    erasure = standing_of(found)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and not erasure and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("ground", "reason")}
        try:
            ask_erasure(found, **said, by=request.user)
        except NotNow as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The erasure is asked for. Nothing is gone yet."))
            return redirect("erasing:patient", found.pk)
    context = {
        "patient": found,
        "erasure": erasure,
        "form": form,
        "counted": counted(found),
        "confirms": erasure and _why_not(request.user, erasure),
        "days_two": AFTER_TWO.days,
        "days_one": AFTER_ONE.days,
    }
    return render(request, "erasing/patient.html", context)


@require_POST
@asks_again
def confirm(request: SignedInRequest, erasure_id: UUID) -> HttpResponse:
    erasure = _get(request, erasure_id)
    try:
        confirm_erasure(erasure, by=request.user)
        messages.success(request, _("Confirmed. It can be withdrawn until it is done."))
    except NotNow as problem:
        messages.error(request, str(problem))
    return redirect("erasing:index")


@require_POST
def withdraw(request: SignedInRequest, erasure_id: UUID) -> HttpResponse:
    erasure = _get(request, erasure_id)
    try:
        withdraw_erasure(erasure, by=request.user)
        messages.success(request, _("Withdrawn. The patient stays."))
    except NotNow as problem:
        messages.error(request, str(problem))
    return redirect("erasing:index")


def _get(request: SignedInRequest, erasure_id: UUID) -> Erasure:
    clinics = request.user.clinic_ids_with(Permission.ERASE)
    return get_object_or_404(Erasure, pk=erasure_id, clinic__in=clinics)


def _why_not(user: User, erasure: Erasure) -> str:
    """Return why this person cannot confirm it; empty where they can."""
    try:
        check_user_can_confirm(user, erasure)
    except PermissionDenied as problem:
        return str(problem)
    return ""

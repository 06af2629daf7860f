"""Typing in a pile of paper sheets: choose once, then patient after patient."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mmt.accounts.models import Clinic
from mmt.accounts.roles import Permission
from mmt.audit.models import Action
from patients.forms import SearchForm
from patients.models import Patient

from ..entry import drafts
from ..entry.back_entry import BackEntryForm, Pile, keep, kept_pile, kept_texts, note_started
from ..entry.waiting import standing_on
from ..permissions import check_user_can_record
from .access import SignedInRequest, get_patient

MOST_FOUND = 20


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedInRequest) -> HttpResponse:
    """Choose clinic, time, tester, battery and scale for the whole pile."""
    clinics = _clinics(request)
    clinic = _chosen(clinics, request.GET.get("clinic", ""))
    if clinic is None:
        return render(request, "assessments/back_entry.html", {"clinics": clinics})
    form = BackEntryForm(
        request.POST or None, clinic=clinic, initial=kept_texts(request.session, clinic)
    )
    if request.method == "POST" and form.is_valid():
        keep(request.session, form)
        return redirect("assessments:back_entry_patient")
    context = {"clinics": clinics, "clinic": clinic, "form": form}
    return render(request, "assessments/back_entry.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def patient(request: SignedInRequest) -> HttpResponse:
    """Find whose sheet comes next. What is looked for comes by POST: no name in an address."""
    _clinics(request)
    pile = kept_pile(request.session, request.user)
    if pile is None:
        return redirect("assessments:back_entry")
    form = SearchForm(request.POST or None)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = _matching(request, pile, text) if text else []
    context = {
        "pile": pile,
        "form": form,
        "wanted": text,
        "found": [(each, uuid4()) for each in found[:MOST_FOUND]],
        "more": len(found) > MOST_FOUND,
        "most": MOST_FOUND,
    }
    return render(request, "assessments/back_entry_patient.html", context)


@require_POST
def start(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Open the grid for one sheet; where that day holds a record already, ask first."""
    found = get_patient(request, patient_id, check_user_can_record, Action.DRAFT_STARTED)
    pile = kept_pile(request.session, request.user)
    sheet_id = _uuid(request.POST.get("id", ""))
    if pile is None or pile.clinic.pk != found.clinic_id or sheet_id is None:
        messages.error(request, _("Choose again what the sheets have in common."))
        return redirect("assessments:back_entry")
    if pile.local_tested_at.date() < found.birth_date:
        messages.error(request, _("The day of the sheets is before this patient was born."))
        return redirect("assessments:back_entry_patient")
    standing = standing_on(pile.tested_at, found, by=request.user, but=sheet_id)
    if standing and not request.POST.get("second"):
        context = {"patient": found, "pile": pile, "standing": standing, "sheet_id": sheet_id}
        return render(request, "assessments/back_entry_second.html", context)
    sheet = pile.assessment(found, id=sheet_id, by=request.user)
    try:
        assessment = drafts.start_draft(sheet, by=request.user)
    except drafts.AlreadyUsed:
        messages.error(request, _("This sheet was started before. Find the patient again."))
        return redirect("assessments:back_entry_patient")
    note_started(request.session, assessment)
    return redirect("assessments:record", assessment.pk)


def _clinics(request: SignedInRequest) -> list[Clinic]:
    """Return the clinics in which the person may record. Raises PermissionDenied without one."""
    clinics = request.user.clinics_with(Permission.RECORD)
    if not clinics:
        raise PermissionDenied(_("Only a physiotherapist of this clinic can record scores."))
    return clinics


def _chosen(clinics: list[Clinic], wanted: str) -> Clinic | None:
    """Return the clinic asked for, or the only one."""
    if len(clinics) == 1:
        return clinics[0]
    return next((clinic for clinic in clinics if str(clinic.pk) == wanted), None)


def _matching(request: SignedInRequest, pile: Pile, text: str) -> list[Patient]:
    visible = Patient.objects.visible_to(request.user).active().filter(clinic=pile.clinic)
    return list(visible.matching(text).by_name()[: MOST_FOUND + 1])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

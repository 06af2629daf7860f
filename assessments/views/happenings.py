"""Entering, editing and taking back what happened between visits; one way for the four kinds."""

import copy
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.cards import Kind, line_of
from patients.functional_forms import InErrorForm
from patients.happening_forms import EditableForm, add_once
from patients.happenings import ChangedMeanwhile
from patients.models import Patient
from patients.permissions import check_user_can_enter

from ..happenings import add_happening, edit_happening, void_happening
from .access import SignedInRequest, get_patient


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, patient_id: UUID, kind: Kind) -> HttpResponse:
    patient = get_patient(request, patient_id, check_user_can_enter, kind.told.added)
    form = kind.form(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid():
        add_once(form, lambda: add_happening(form.instance, by=request.user))
        messages.success(request, str(kind.saved))
        return redirect("assessments:person", patient.pk)
    context = {"patient": patient, "kind": kind, "form": form}
    return render(request, "patients/happening.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, patient_id: UUID, row_id: UUID, kind: Kind) -> HttpResponse:
    """Change what was entered. What was entered in error stays as it is."""
    patient = get_patient(request, patient_id, check_user_can_enter, kind.told.edited)
    row = _get_row(patient, kind, row_id)
    if row.voided_at is not None:
        return redirect("assessments:person", patient.pk)
    form = kind.form(request.POST or None, instance=copy.copy(row), patient=patient)
    if request.method == "POST" and form.is_valid() and _edited(request, form):
        messages.success(request, _("The changes are saved."))
        return redirect("assessments:person", patient.pk)
    context = {"patient": patient, "kind": kind, "form": form, "row": row}
    return render(request, "patients/happening.html", context)


def _edited(request: SignedInRequest, form: EditableForm) -> bool:
    try:
        edit_happening(form.instance, seen=form.cleaned_data["seen"], by=request.user)
    except ChangedMeanwhile as found:
        form.tell_what_stands(found.stands)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def void(request: SignedInRequest, patient_id: UUID, row_id: UUID, kind: Kind) -> HttpResponse:
    """Mark as entered in error, with the reason. A second click leads to the patient."""
    patient = get_patient(request, patient_id, check_user_can_enter, kind.told.voided)
    row = _get_row(patient, kind, row_id)
    form = InErrorForm(request.POST or None)
    if row.voided_at is not None:
        return redirect("assessments:person", patient.pk)
    if request.method == "POST" and form.is_valid():
        void_happening(row, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("It is marked as entered in error. It stays readable."))
        return redirect("assessments:person", patient.pk)
    context = {"patient": patient, "kind": kind, "form": form, "line": line_of(kind, row)}
    return render(request, "patients/void_happening.html", context)


def _get_row(patient: Patient, kind: Kind, row_id: UUID) -> Any:
    rows = kind.model._default_manager.filter(patient=patient).select_related("entered_by")
    row: Any = get_object_or_404(rows, pk=row_id)
    # Already read with its clinic.
    row.patient = patient
    return row

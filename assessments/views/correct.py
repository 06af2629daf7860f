"""Correcting a signed record: amend, void, move to the right patient."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..actions import (
    NothingChanged,
    StaleRevision,
    amend_assessment,
    move_assessment,
    void_assessment,
)
from ..amending import AmendForm, MoveForm, VoidForm
from ..permissions import check_user_can_amend, check_user_can_move, check_user_can_void
from .access import SignedInRequest, get_assessment


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Change or add results, with a reason; before and after stay on the record."""
    assessment = get_assessment(request, assessment_id)
    check_user_can_amend(request.user, assessment)
    form = AmendForm(request.POST or None, assessment=assessment)
    if request.method == "POST" and form.is_valid():
        try:
            amend_assessment(
                assessment,
                form.changes,
                reason=form.cleaned_data["reason"],
                by=request.user,
                revision=form.cleaned_data["revision"],
            )
        except NothingChanged:
            form.add_error(None, _("Nothing was changed."))
        except StaleRevision:
            form.add_error(None, _stale())
        else:
            messages.success(request, _("The amendment is on the record."))
            return redirect("assessments:read", assessment.pk)
    context = {"patient": assessment.patient, "assessment": assessment, "form": form}
    return render(request, "assessments/amend.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def void(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    assessment = get_assessment(request, assessment_id)
    check_user_can_void(request.user, assessment)
    form = VoidForm(request.POST or None, assessment=assessment)
    if request.method == "POST" and form.is_valid():
        try:
            void_assessment(
                assessment,
                reason=form.cleaned_data["reason"],
                by=request.user,
                revision=form.cleaned_data["revision"],
            )
        except StaleRevision:
            form.add_error(None, _stale())
        else:
            messages.success(request, _("The assessment is voided. It stays readable."))
            return redirect("assessments:read", assessment.pk)
    context = {"patient": assessment.patient, "assessment": assessment, "form": form}
    return render(request, "assessments/void.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """File a record on the right patient of the clinic; the wrong one keeps a tombstone."""
    assessment = get_assessment(request, assessment_id)
    check_user_can_move(request.user, assessment)
    form = MoveForm(request.POST or None, assessment=assessment, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            copy = move_assessment(
                assessment,
                to=form.cleaned_data["record_number"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                revision=form.cleaned_data["revision"],
            )
        except StaleRevision:
            form.add_error(None, _stale())
        else:
            messages.success(request, _("The assessment now stands on this patient."))
            return redirect("assessments:read", copy.pk)
    context = {"patient": assessment.patient, "assessment": assessment, "form": form}
    return render(request, "assessments/move.html", context)


def _stale() -> str:
    return _("Somebody changed this record meanwhile. Open it again to see how it stands now.")

"""Correcting a signed record: amend, void, move to the right patient."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mmt.audit.models import Action

from ..actions import (
    NothingChanged,
    StaleRevision,
    amend_assessment,
    move_assessment,
    void_assessment,
)
from ..amending import AmendForm, MoveForm, ReasonForm, VoidForm
from ..models import Assessment, AssessmentStatus
from ..permissions import check_user_can_amend, check_user_can_move, check_user_can_void
from .access import SignedInRequest, ask_signer, get_assessment


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Change or add results, with a reason; before and after stay on the record."""
    assessment = get_assessment(
        request, assessment_id, check_user_can_amend, Action.ASSESSMENT_AMENDED
    )
    form = AmendForm(request.POST or None, assessment=assessment)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "assessments/amend.html", form)
    if asked := ask_signer(request, assessment):
        return asked
    try:
        amend_assessment(
            assessment,
            form.changes,
            key=form.cleaned_data["key"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            revision=form.cleaned_data["revision"],
        )
    except NothingChanged:
        form.add_error(None, _("Nothing was changed."))
        return _page(request, "assessments/amend.html", form)
    except StaleRevision:
        return _stale(request, "assessments/amend.html", form)
    messages.success(request, _("The amendment is on the record."))
    return redirect("assessments:read", assessment.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def void(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Take a record out of force. A second click finds it voided."""
    assessment = get_assessment(
        request, assessment_id, check_user_can_void, Action.ASSESSMENT_VOIDED, when=_not_voided
    )
    if not _not_voided(assessment):
        return redirect("assessments:read", assessment.pk)
    form = VoidForm(request.POST or None, assessment=assessment)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "assessments/void.html", form)
    if asked := ask_signer(request, assessment):
        return asked
    try:
        void_assessment(
            assessment,
            reason=form.cleaned_data["reason"],
            by=request.user,
            revision=form.cleaned_data["revision"],
        )
    except StaleRevision:
        return _stale(request, "assessments/void.html", form)
    messages.success(request, _("The assessment is voided. It stays readable."))
    return redirect("assessments:read", assessment.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """File a record on the right patient of the clinic; the wrong one keeps a tombstone, to which
    a second click leads.
    """
    assessment = get_assessment(
        request, assessment_id, check_user_can_move, Action.ASSESSMENT_MOVED, when=_not_voided
    )
    if not _not_voided(assessment):
        return redirect("assessments:read", assessment.pk)
    form = MoveForm(request.POST or None, assessment=assessment, user=request.user)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "assessments/move.html", form)
    if asked := ask_signer(request, assessment):
        return asked
    try:
        copy = move_assessment(
            assessment,
            to=form.cleaned_data["record_number"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            revision=form.cleaned_data["revision"],
        )
    except StaleRevision:
        return _stale(request, "assessments/move.html", form)
    messages.success(request, _("The assessment now stands on this patient."))
    return redirect("assessments:read", copy.pk)


def _not_voided(assessment: Assessment) -> bool:
    return assessment.status != AssessmentStatus.VOIDED


def _page(
    request: SignedInRequest, template: str, form: ReasonForm, *, status: int = 200
) -> HttpResponse:
    assessment = form.assessment
    signed = assessment.signed_at
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "signed_at": signed and signed.astimezone(assessment.clinic.zone),
        "form": form,
    }
    return render(request, template, context, status=status)


def _stale(request: SignedInRequest, template: str, form: ReasonForm) -> HttpResponse:
    """Show the form with what was typed and the way to the record as it stands now."""
    form.add_error(
        None, _("Somebody changed this record meanwhile. Open it again to see how it stands now.")
    )
    return _page(request, template, form, status=409)

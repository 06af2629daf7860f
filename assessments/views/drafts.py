"""Drafts: starting one, putting it aside, taking it back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mmt.audit.models import Action

from ..entry import drafts
from ..entry.forms import StartForm
from ..entry.waiting import all_waiting, standing_on
from ..models import Assessment
from ..permissions import (
    check_user_can_edit_draft,
    check_user_can_record,
    check_user_can_set_order,
    user_can,
)
from .access import SignedInRequest, get_assessment, get_discarded, get_patient


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Choose battery, scale and time; the clinic's are set. Starting opens the grid.

    Where the day of the test already holds something of the patient, that is offered first, and
    starting beside it must be said (`second`).
    """
    patient = get_patient(request, patient_id, check_user_can_record, Action.DRAFT_STARTED)
    form = StartForm(request.POST or None, patient=patient)
    chosen = form.cleaned_data if request.method == "POST" and form.is_valid() else {}
    moment = chosen.get("tested_at") or patient.clinic.now()
    standing = standing_on(moment, patient, by=request.user, but=chosen.get("id"))
    if chosen and (request.POST.get("second") or not standing):
        try:
            assessment = drafts.start_draft(form.assessment(request.user), by=request.user)
        except drafts.AlreadyUsed:
            form.add_error(None, _("This form was used before. Open a new one."))
        else:
            return redirect("assessments:record", assessment.pk)
    listed = [found.assessment.pk for found in standing.mine]
    elsewhen = Assessment.objects.visible_to(request.user).drafts().of(request.user)
    elsewhen = elsewhen.filter(patient=patient).exclude(pk__in=listed)
    context = {
        "patient": patient,
        "form": form,
        "standing": standing,
        "elsewhen": all_waiting(elsewhen.select_related("clinic", "draft")),
        "may_set_order": user_can(check_user_can_set_order, request.user, patient.clinic),
    }
    return render(request, "assessments/new.html", context)


@require_POST
def discard(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Put a draft aside; the message that says so can undo it."""
    assessment = get_assessment(
        request, assessment_id, check_user_can_edit_draft, Action.DRAFT_DISCARDED
    )
    try:
        drafts.discard_draft(assessment, by=request.user)
    except drafts.NoLongerADraft:
        messages.error(request, _("This assessment was signed or discarded meanwhile."))
        return redirect("assessments:read", assessment.pk)
    undo = reverse("assessments:restore_draft", args=[assessment.pk])
    messages.success(request, _("The draft was discarded."), extra_tags=undo)
    if request.POST.get("from") == "start":
        return redirect("start")
    return redirect("assessments:person", assessment.patient_id)


@require_POST
def restore(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Take a discarded draft back and go on with it, up to 30 days later."""
    assessment = get_discarded(
        request, assessment_id, check_user_can_edit_draft, Action.DRAFT_RESTORED
    )
    if not assessment.is_draft:
        return redirect("assessments:read", assessment.pk)
    try:
        drafts.restore_draft(assessment, by=request.user)
    except drafts.NoLongerADraft:
        return redirect("assessments:read", assessment.pk)
    except drafts.TooLate:
        messages.error(
            request,
            _("This draft was discarded more than %(days)s days ago. It cannot be taken back.")
            % {"days": drafts.DISCARDED_KEPT.days},
        )
        return redirect("start")
    messages.success(request, _("The draft is back. Its scores are as they were."))
    return redirect("assessments:record", assessment.pk)

"""Judging what the weakness of a region comes from."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mmt.audit.models import Action
from patients.happening_forms import add_once
from patients.permissions import check_user_can_enter

from ..weakness import WeaknessForm, judge_weakness
from .access import SignedInRequest, get_patient


@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    patient = get_patient(request, patient_id, check_user_can_enter, Action.WEAKNESS_JUDGED)
    form = WeaknessForm(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid():
        add_once(form, lambda: judge_weakness(form.instance, by=request.user))
        messages.success(request, _("The judgement is saved. Earlier ones stay readable."))
        return redirect("assessments:person", patient.pk)
    return render(request, "assessments/weakness.html", {"patient": patient, "form": form})

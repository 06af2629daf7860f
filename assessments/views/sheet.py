"""A blank score sheet to print and take along."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..entry.sheet import Sheet
from ..permissions import check_user_can_set_order, user_can
from .access import SignedInRequest, get_patient


@require_safe
def sheet(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The movements of a battery with boxes to write in, the last grades in grey beside them."""
    patient = get_patient(request, patient_id)
    order = request.GET.get("order") or request.user.entry_order
    blank = Sheet(patient, request.GET.get("battery", ""), order)
    may_set_order = user_can(check_user_can_set_order, request.user, patient.clinic)
    context = {"patient": patient, "sheet": blank, "may_set_order": may_set_order}
    return render(request, "assessments/sheet.html", context)

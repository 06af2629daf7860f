"""What a device fetches ahead, so that a patient once opened can be assessed without a network."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from patients.models import Patient

from .. import instrument
from ..entry.forms import StartForm
from ..entry.order import Order, chosen
from ..entry.page import RecordPage
from ..models import Assessment, Draft
from ..ordering import own_order
from ..permissions import check_user_can_record
from .access import SignedInRequest, get_patient

# The device puts the real ones in their place: they stand for what is not known yet.
NO_ID = UUID("00000000-0000-4000-8000-000000000000")
NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  (on the clinic's wall clock)


def kept_addresses(patient: Patient) -> list[str]:
    """Return the addresses of what a visit needs, with the clinic's own battery and scale."""
    usual = StartForm(patient=patient).initial
    query = urlencode({"battery": usual["battery"], "profile": usual["profile"]})
    blank_grid = reverse("assessments:blank", args=[patient.pk])
    return [reverse("assessments:new", args=[patient.pk]), f"{blank_grid}?{query}"]


@require_safe
def blank(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The grid of a visit that has not begun, the clinic's usual one. Nothing is stored."""
    patient = get_patient(request, patient_id, check_user_can_record)
    usual = StartForm(patient=patient).initial
    battery = instrument.BATTERIES.get(request.GET.get("battery", usual["battery"]))
    profile = request.GET.get("profile", usual["profile"])
    if battery is None or profile not in instrument.PROFILES:
        raise Http404
    assessment = Assessment(
        id=NO_ID,
        clinic=patient.clinic,
        patient=patient,
        tester=request.user,
        entered_by=request.user,
        battery=battery.key,
        battery_version=battery.version,
        profile=profile,
        movements=list(battery.movements),
        tested_at=NO_TIME.replace(tzinfo=patient.clinic.zone),
        time_zone=patient.clinic.time_zone,
    )
    draft = Draft(assessment=assessment, saved_by=request.user)
    own = own_order(patient.clinic_id, battery.key)
    page = RecordPage(assessment, draft, Order(chosen(request.user.entry_order), own))
    return render(request, "assessments/record.html", page.context())

"""The door, for views: a patient or record of one's clinics, or 404 with an empty mouth."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from mmt.accounts.models import User
from mmt.audit.log import record_viewing
from patients.models import Patient

from ..models import Assessment


class SignedInRequest(HttpRequest):
    """A request behind the sign-in."""

    user: User


def get_patient(request: SignedInRequest, patient_id: UUID) -> Patient:
    """Return the patient and tell the audit log that this person saw it."""
    found = get_object_or_404(
        Patient.objects.visible_to(request.user).select_related("clinic"), pk=patient_id
    )
    record_viewing(by=request.user, clinic_id=found.clinic_id, patient_id=found.pk)
    return found


def get_assessment(request: SignedInRequest, assessment_id: UUID) -> Assessment:
    """Return the record with its patient, clinic and people, and tell that it was seen."""
    found = get_object_or_404(
        Assessment.objects.visible_to(request.user).select_related(
            "patient", "patient__clinic", "clinic", "tester", "signed_by", "voided_by", "draft"
        ),
        pk=assessment_id,
    )
    record_viewing(by=request.user, clinic_id=found.clinic_id, patient_id=found.patient_id)
    return found

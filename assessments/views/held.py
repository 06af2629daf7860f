"""Everything held about one patient, for an administrator to hand over."""

import json
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mmt.accounts.again import ask_again
from mmt.accounts.roles import Permission
from mmt.audit.log import record
from mmt.audit.models import Action
from patients.models import Patient

from ..held import held_about, held_pdf
from ..letters.typesetting import NotPrintable
from .access import SignedInRequest, get_patient

TYPES = {"pdf": "application/pdf", "json": "application/json"}


def check_user_can_hand_over(user: Any, patient: Patient) -> None:
    if not user.can(Permission.EXPORT, patient.clinic_id):
        raise PermissionDenied(_("Only an administrator can take out everything about a patient."))


@require_http_methods(["GET", "HEAD", "POST"])
def held(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Say what it is; on POST hand it out in the `form` that was chosen, and tell the log."""
    patient = get_patient(request, patient_id, check_user_can_hand_over, Action.EVERYTHING_TAKEN)
    form = request.POST.get("form", "")
    if form in TYPES and (asked := ask_again(request, back=request.path)):
        return asked
    problem = ""
    if form in TYPES:
        rows = held_about(patient)
        try:
            content = held_pdf(rows, patient, by=request.user) if form == "pdf" else _json(rows)
        except NotPrintable as refused:
            problem = str(refused)
        else:
            return _handed(request, patient, form, content)
    return render(request, "assessments/held.html", {"patient": patient, "problem": problem})


def _json(rows: dict[Any, Any]) -> bytes:
    named = {model._meta.db_table: found for model, found in rows.items()}
    return json.dumps(named, ensure_ascii=False, indent=1).encode()


@transaction.atomic
def _handed(request: SignedInRequest, patient: Patient, form: str, content: bytes) -> HttpResponse:
    record(
        Action.EVERYTHING_TAKEN,
        by=request.user,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        detail={"format": form},
    )
    name = f"everything-held-{patient.clinic.now().date().isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=TYPES[form], headers=headers)

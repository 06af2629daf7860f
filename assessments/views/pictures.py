"""A picture of a patient as a file."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mmt.audit.log import record
from mmt.audit.models import Action

from ..charts.plots import NothingDrawn
from ..pictures import PICTURES, NoFonts, take
from ..rasterise import NotDrawn
from .access import SignedInRequest, get_patient

FORMS = ("svg", "png")


@require_safe
def picture(request: SignedInRequest, patient_id: UUID, kind: str, form: str) -> HttpResponse:
    """The picture that the address asks for, told to the audit log as an export."""
    if kind not in PICTURES or form not in FORMS:
        raise Http404
    patient = get_patient(request, patient_id)
    try:
        taken = take(PICTURES[kind], form, patient, request.GET, by=request.user)
    except NothingDrawn as nothing:
        raise Http404 from nothing
    except NoFonts:
        messages.error(request, _("This server has no font to draw an image with. Take the SVG."))
        return redirect("assessments:person", patient.pk)
    except NotDrawn:
        messages.error(request, _("The image could not be drawn. Take the SVG."))
        return redirect("assessments:person", patient.pk)
    with transaction.atomic():
        record(
            Action.EXPORTED,
            by=request.user,
            clinic_id=patient.clinic_id,
            patient_id=patient.pk,
            detail={"picture": kind, "form": form},
        )
    headers = {"Content-Disposition": f'attachment; filename="{taken.name}"'}
    return HttpResponse(taken.content, content_type=taken.content_type, headers=headers)

"""Opening a patient of another clinic in an emergency, ending it, and looking at it afterwards."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mmt.accounts.again import asks_again, asks_again_to_post
from mmt.accounts.models import Clinic
from mmt.accounts.requests import SignedInRequest
from mmt.accounts.roles import Permission
from mmt.audit.log import record_viewing

from ..models import EmergencyAccess
from . import actions
from .forms import AllowForm, EmergencyForm


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
def open_record(request: SignedInRequest) -> HttpResponse:
    if not request.user.can_somewhere(Permission.OPEN_IN_EMERGENCY):
        raise PermissionDenied(_("Only who treats patients can open one of another clinic."))
    form = EmergencyForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            access = actions.open_in_emergency(**form.cleaned_data, by=request.user)
        except actions.NotFound:
            form.add_error(None, _("No patient of another clinic can be opened with these."))
        except actions.TooManyTries:
            form.add_error(None, _("Too many tries. Wait an hour, or call the other clinic."))
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            messages.warning(
                request,
                _("The administrators of this patient’s clinic have been told."),
            )
            return redirect("assessments:person", access.patient_id)
    elsewhere = Clinic.objects.exclude(pk__in=[clinic.pk for clinic in request.user.clinics])
    context = {"form": form, "possible": elsewhere.filter(emergency_access=True).exists()}
    return render(request, "emergency/open.html", context, status=status)


@require_POST
def end(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """End one's own access; a second click finds it ended."""
    if actions.end_emergency(patient_id, by=request.user):
        messages.success(request, _("Ended. The record is closed to you again."))
    return redirect("start")


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: SignedInRequest, access_id: UUID) -> HttpResponse:
    """An access to a patient of one's own clinic, for its administrators."""
    known = EmergencyAccess.objects.select_related("patient__clinic", "person", "reviewed_by")
    clinics = request.user.clinic_ids_with(Permission.READ_AUDIT)
    access = get_object_or_404(known, pk=access_id, patient__clinic__in=clinics)
    patient = access.patient
    if request.method == "POST":
        actions.review_emergency(access, by=request.user)
        messages.success(request, _("Noted that you looked at it."))
        return redirect("start")
    record_viewing(by=request.user, clinic_id=patient.clinic_id, patient_id=patient.pk)
    zone = patient.clinic.zone
    context = {
        "patient": patient,
        "access": access,
        "begun": access.begun_at.astimezone(zone),
        "until": (access.ended_at or access.until).astimezone(zone),
        "clinics": access.person.clinics,
        "section": "audit",
    }
    return render(request, "emergency/review.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again_to_post
def allow(request: SignedInRequest, clinic_slug: str) -> HttpResponse:
    """Whether people of other clinics may open this one's patients."""
    own = [clinic.pk for clinic in request.user.clinics]
    clinic = get_object_or_404(Clinic, slug=clinic_slug, pk__in=own)
    if not request.user.can(Permission.MANAGE_CLINIC, clinic):
        raise PermissionDenied(_("Only an administrator can change the clinic's settings."))
    form = AllowForm(request.POST if request.method == "POST" else None, instance=clinic)
    if request.method == "POST" and form.is_valid():
        actions.allow_emergencies(clinic, form.cleaned_data["emergency_access"], by=request.user)
        messages.success(request, _("Saved. It holds at once."))
        return redirect("team:index")
    return render(request, "emergency/allow.html", {"clinic": clinic, "form": form})

"""Finding, registering and editing patients, and their functional tests."""

import copy
import uuid
from collections.abc import Callable, Sequence
from typing import assert_never
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mmt.accounts.models import Clinic, User
from mmt.accounts.requests import SignedInRequest
from mmt.accounts.roles import Permission
from mmt.audit.log import record_viewing

from . import actions
from .forms import PatientForm, SearchForm, differences, state_of
from .functional_forms import FunctionalTestForm, InErrorForm
from .happening_forms import add_once
from .models import Patient
from .paging import COUNTED, count_some, page_by_name
from .permissions import check_user_can_edit, check_user_can_enter, check_user_can_register
from .querysets import PatientQuerySet

STALE = "stale"


class Show(models.TextChoices):
    """Which patients a list holds."""

    ACTIVE = "active", gettext_lazy("active")
    ARCHIVED = "archived", gettext_lazy("archived")
    ALL = "all", gettext_lazy("all")


@require_http_methods(["GET", "HEAD", "POST"])
def list_patients(request: SignedInRequest) -> HttpResponse:
    """The clinic's patients by name. What is looked for comes by POST: no name in an address."""
    form = SearchForm(request.POST or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    wanted = request.GET.get("show", "")
    show = Show(wanted) if wanted in Show.values else Show.ACTIVE
    visible = Patient.objects.visible_to(request.user)
    found = _narrowed(visible, show).matching(text) if text else _narrowed(visible, show)
    if form.errors:
        found = visible.none()
    page = page_by_name(
        found,
        edges=visible,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        total=count_some(found),
    )
    _know_clinics(page.patients, request.user)
    context = {
        "form": form,
        "text": text,
        "counted": COUNTED,
        "show": show,
        "shows": [(choice.value, choice.label) for choice in Show],
        "page": page,
        "several_clinics": len(request.user.clinics_with(Permission.SEE_PATIENTS)) > 1,
        "may_register": request.user.can_somewhere(Permission.EDIT_PATIENTS),
        "may_open_in_emergency": request.user.can_somewhere(Permission.OPEN_IN_EMERGENCY),
    }
    template = "patients/_found.html" if request.htmx else "patients/list.html"
    return render(request, template, context)


def _know_clinics(patients: Sequence[Patient], reader: User) -> None:
    """Give patients their clinic: mostly one of the reader's, which are here. Joined, SQLite begins
    with the clinics and sorts all patients.
    """
    clinics = {each.pk: each for each in reader.clinics}
    clinics |= Clinic.objects.in_bulk({each.clinic_id for each in patients} - clinics.keys())
    for patient in patients:
        patient.clinic = clinics[patient.clinic_id]


def _narrowed(patients: PatientQuerySet, show: Show) -> PatientQuerySet:
    match show:
        case Show.ACTIVE:
            return patients.active()
        case Show.ARCHIVED:
            return patients.archived()
        case Show.ALL:
            return patients
        case _:
            assert_never(show)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: SignedInRequest) -> HttpResponse:
    check_user_can_register(request.user)
    form = PatientForm(request.POST or None, user=request.user)
    similar: list[Patient] = []
    if request.method == "POST" and form.is_valid():
        similar = form.similar()
        patient = None if similar else _register(request, form)
        if patient:
            messages.success(request, _("The patient is registered."))
            return redirect("assessments:person", patient.pk)
    return render(request, "patients/register.html", {"form": form, "similar": similar})


def _register(request: SignedInRequest, form: PatientForm) -> Patient | None:
    """Return the new patient; the same form sent again finds the first one.

    None where another person took the record number a moment ago.
    """
    try:
        return actions.register_patient(form.instance, by=request.user)
    except IntegrityError:
        if first := form.sent_before():
            return first
        if form.number_is_taken():
            form.refuse_number()
            return None
    # The page was used before, for another patient (by way of the browser's "back").
    form.instance.pk = uuid.uuid4()
    return actions.register_patient(form.instance, by=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    patient = _get_patient(request, patient_id)
    # The form fills its own copy: the banner goes on showing who the patient is.
    form = PatientForm(request.POST or None, instance=copy.copy(patient), user=request.user)
    similar: list[Patient] = []
    if request.method == "POST" and form.is_valid():
        similar = form.similar()
        if not similar and _save(request, form):
            messages.success(request, _("The changes are saved."))
            return redirect("assessments:person", patient.pk)
    # Stays as it came until the person was told that it is out of date.
    opened = request.POST.get("seen", "")
    told = form.has_error(NON_FIELD_ERRORS, STALE)
    context = {
        "patient": patient,
        "form": form,
        "similar": similar,
        "seen": state_of(patient) if told or request.method != "POST" else opened,
    }
    return render(request, "patients/edit.html", context)


@transaction.atomic
def _save(request: SignedInRequest, form: PatientForm) -> bool:
    """Save unless the patient was changed since the page was opened."""
    stands = get_object_or_404(Patient.objects.select_for_update(), pk=form.instance.pk)
    if state_of(stands) != request.POST.get("seen"):
        changed = _(
            "Somebody changed this patient meanwhile; nothing of yours is saved yet. "
            "Now it says: %(now)s. Save again to put your entries in its place."
        ) % {"now": "; ".join(differences(form, stands))}
        form.add_error(None, ValidationError(changed, code=STALE))
        return False
    try:
        actions.edit_patient(form.instance, by=request.user)
    except IntegrityError:
        if not form.number_is_taken():
            raise
        form.refuse_number()
        return False
    return True


@require_POST
def archive(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    patient = _get_patient(request, patient_id)
    try:
        actions.archive_patient(patient, by=request.user)
    except Patient.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The patient is archived. Every record stays readable."))
    return redirect("assessments:person", patient.pk)


@require_POST
def restore(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    patient = _get_patient(request, patient_id)
    try:
        actions.restore_patient(patient, by=request.user)
    except Patient.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The patient is taken back from the archive."))
    return redirect("assessments:person", patient.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def add_functional_test(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    patient = _get_patient(request, patient_id, check_user_can_enter)
    form = FunctionalTestForm(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid():
        add_once(form, lambda: actions.add_functional_test(form.instance, by=request.user))
        messages.success(request, _("The functional test is saved."))
        return redirect("assessments:person", patient.pk)
    return render(request, "patients/add_functional_test.html", {"patient": patient, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def void_functional_test(request: SignedInRequest, patient_id: UUID, test_id: UUID) -> HttpResponse:
    """Mark a test as entered in error, with the reason. A second click leads to the patient."""
    patient = _get_patient(request, patient_id, check_user_can_enter)
    test = get_object_or_404(patient.functional_tests.select_related("tester"), pk=test_id)
    form = InErrorForm(request.POST or None)
    if test.voided_at is not None:
        return redirect("assessments:person", patient.pk)
    if request.method == "POST" and form.is_valid():
        actions.void_functional_test(test, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The test is marked as entered in error. It stays readable."))
        return redirect("assessments:person", patient.pk)
    context = {"patient": patient, "form": form, "test": test}
    return render(request, "patients/void_functional_test.html", context)


def _get_patient(
    request: SignedInRequest,
    patient_id: UUID,
    check: Callable[[User, Patient], None] = check_user_can_edit,
) -> Patient:
    """Return a patient that the person may change, and tell the audit log that it was seen."""
    found = get_object_or_404(
        Patient.objects.visible_to(request.user).select_related("clinic"), pk=patient_id
    )
    check(request.user, found)
    record_viewing(by=request.user, clinic_id=found.clinic_id, patient_id=found.pk)
    return found

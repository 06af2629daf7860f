"""The audit log for administrators, the access log of one patient, and what prints tell."""

import re
from collections.abc import Iterator
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mmt.accounts.again import ask_again
from mmt.accounts.models import Clinic
from mmt.accounts.requests import SignedInRequest
from mmt.audit.alarms import acknowledge, open_alarms
from mmt.audit.log import record
from mmt.audit.models import Action, Alarm, Outcome
from patients.models import Patient

from ..letters.typesetting import NotPrintable
from ..views.access import get_patient
from .files import access_csv, audit_csv, audit_json, while_allowed
from .forms import FilterForm, PatientForm
from .found import Wanted, of_patient, page_of
from .paper import access_pdf
from .rights import check_user_can_read_accesses, clinics_of_reader, may_read
from .told import Roles, lines_of

FORMS = {"csv": (audit_csv, "text/csv; charset=utf-8"), "jsonl": (audit_json, "application/jsonl")}
PAGE = re.compile(r"[a-z_]{1,30}(:[a-z_]{1,30})?")


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """What was done at the clinic. Whose events is asked by POST and leads to an address with the
    patient's opaque id.
    """
    clinics = clinics_of_reader(request.user)
    form, wanted = _wanted(request, clinics)
    asked = PatientForm(request.POST or None)
    if request.method == "POST" and (whose := _whose(asked, wanted.clinic)):
        return redirect(f"{request.path}?{_with(request.GET, patient=str(whose.pk))}")
    page = page_of(
        wanted.events(), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "form": form,
        "asked": asked,
        "wanted": wanted,
        "several_clinics": len(clinics) > 1,
        "lines": lines_of(page.events, wanted.clinic),
        "page": page,
        "place": _with(request.GET),
        "alarms": list(open_alarms(clinic.pk for clinic in clinics)),
    }
    return render(request, "audit/index.html", context)


@require_POST
def export(request: SignedInRequest) -> HttpResponseBase:
    """The events of the address as a file, which is told to the log before it leaves."""
    clinics = clinics_of_reader(request.user)
    back = f"{reverse('audit:index')}?{_with(request.GET)}"
    if asked := ask_again(request, back=back):
        return asked
    form, wanted = _wanted(request, clinics)
    kind = request.POST.get("format", "")
    if form.errors or kind not in FORMS:
        messages.error(request, _("Choose what to export, then CSV or JSON lines."))
        return redirect(back)
    lines, content_type = FORMS[kind]
    found = wanted.events().filter(at__lt=timezone.now())
    with transaction.atomic():
        detail = {**wanted.described(), "format": kind, "rows": found.count()}
        record(Action.AUDIT_EXPORTED, by=request.user, clinic_id=wanted.clinic.pk, detail=detail)
    name = f"mmt-audit-{wanted.clinic.now().date().isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(
        _while_allowed(request, lines(found, wanted.clinic), wanted.clinic, Action.AUDIT_EXPORTED),
        content_type=content_type,
        headers=headers,
    )


def _while_allowed(
    request: SignedInRequest, lines: Iterator[bytes], clinic: Clinic, attempt: Action
) -> Iterator[bytes]:
    """Yield the file while the person has the right to it; where that ends, the log tells it."""

    def may_go_on() -> bool:
        if may_read(request.user, clinic):
            return True
        with transaction.atomic():
            record(attempt, by=request.user, clinic_id=clinic.pk, outcome=Outcome.REFUSED)
        return False

    return while_allowed(lines, may_go_on)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=10,
        max_length=500,
        label=gettext_lazy("What was found, and what was done about it"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def alarm(request: SignedInRequest, alarm_id: UUID) -> HttpResponse:
    """One alarm; it goes when somebody says why."""
    clinics = clinics_of_reader(request.user)
    found = get_object_or_404(open_alarms(clinic.pk for clinic in clinics), pk=alarm_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acknowledge(found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The alarm is acknowledged. The audit log keeps the reason."))
        return redirect("start")
    context = {"alarm": found, "whose": _whose_alarm(found, clinics), "form": form}
    return render(request, "audit/alarm.html", context)


@require_safe
def access(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Who saw, changed, exported and printed what of one patient."""
    patient = get_patient(request, patient_id, check_user_can_read_accesses)
    page = page_of(
        of_patient(patient),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "patient": patient,
        "lines": Roles(patient.clinic).lines_of(page.events),
        "page": page,
        "section": "audit",
    }
    return render(request, "audit/access.html", context)


@require_safe
def access_file(request: SignedInRequest, patient_id: UUID, form: str) -> HttpResponseBase:
    """The same as a file to hand to the patient; each download is told to the log."""
    if form not in ("csv", "pdf"):
        raise Http404
    if asked := ask_again(request, back=reverse("audit:access", args=[patient_id])):
        return asked
    patient = get_patient(
        request, patient_id, check_user_can_read_accesses, Action.ACCESS_LOG_GIVEN
    )
    found = of_patient(patient).filter(at__lt=timezone.now())
    content: bytes | None = None
    if form == "pdf":
        try:
            content = access_pdf(found, patient, by=request.user)
        except NotPrintable as problem:
            messages.error(request, str(problem))
            return redirect("audit:access", patient.pk)
    _tell(request, Action.ACCESS_LOG_GIVEN, patient, format=form)
    name = f"mmt-access-log-{patient.clinic.now().date().isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if content is not None:
        return HttpResponse(content, content_type="application/pdf", headers=headers)
    lines = _while_allowed(
        request, access_csv(found, patient.clinic), patient.clinic, Action.ACCESS_LOG_GIVEN
    )
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
def printed(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """A page's script says that the browser prints it, or shows what it would print."""
    patient = get_patient(request, patient_id)
    page = request.POST.get("page", "")
    _tell(request, Action.PRINTED, patient, page=page if PAGE.fullmatch(page) else "")
    return HttpResponse(status=204)


def _tell(request: SignedInRequest, action: Action, patient: Patient, **detail: str) -> None:
    with transaction.atomic():
        record(
            action,
            by=request.user,
            clinic_id=patient.clinic_id,
            patient_id=patient.pk,
            detail=detail,
        )


def _wanted(request: SignedInRequest, clinics: list[Clinic]) -> tuple[FilterForm, Wanted]:
    form = FilterForm(request.GET, clinics=clinics)
    form.is_valid()  # what is wrong says so beside its field and is left out
    return form, form.wanted()


def _whose(asked: PatientForm, clinic: Clinic) -> Patient | None:
    """Return the patient of the clinic that is shown: another one's may have the same number."""
    if not asked.is_valid():
        return None
    found = asked.found(clinic)
    if found is None:
        problem = _("No patient of %(clinic)s has this record number.") % {"clinic": clinic}
        asked.add_error("record_number", problem)
    return found


def _whose_alarm(alarm: Alarm, clinics: list[Clinic]) -> str:
    names = {str(clinic.pk): clinic.name for clinic in clinics}
    return names.get(alarm.chain, _("The whole installation"))


def _with(said: QueryDict, **more: str) -> str:
    """Return the query without the place in the list, and with what is new."""
    kept = said.copy()
    for key in ("after", "before", *more):
        kept.pop(key, None)
    for key, value in more.items():
        kept[key] = value
    return kept.urlencode()

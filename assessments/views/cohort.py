"""Questions across patients."""

from datetime import datetime, timedelta
from typing import Any, TypedDict
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mmt.accounts.again import ask_again
from mmt.accounts.models import User
from mmt.accounts.roles import Permission
from mmt.audit.log import record
from mmt.audit.models import Action, Outcome
from patients.models import Patient
from patients.paging import page_by_name

from ..cohort import Due, Question, Ready, answer, as_query, due, relapsed, seen_since
from ..cohort import export as files
from ..cohort.question import flagged
from ..models import Assessment, SavedQuestion
from ..models.progress import moved
from .access import SignedInRequest


class Place(TypedDict):
    """The patient that the page stands next to, if any."""

    after: str
    before: str


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("name"), max_length=80)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if SavedQuestion.objects.filter(owner=self.owner, name=name).exists():
            raise forms.ValidationError(_("You have a question of this name."))
        return name


@require_http_methods(["GET", "HEAD", "POST"])
def cohort(request: SignedInRequest) -> HttpResponse:
    """The question in the address with its answer. A POST keeps it under a name."""
    user, ready = request.user, _ready(request.GET)
    clinics = user.clinics_with(Permission.SEE_PATIENTS)
    asked = any(name in request.GET for name in Question.base_fields)
    form = Question(request.GET if asked else {}, clinics=clinics)
    valid = form.is_valid()
    keep = NameForm(request.POST if request.method == "POST" else None, owner=user)
    if request.method == "POST" and valid and keep.is_valid() and _save(keep, form):
        return redirect(f"{reverse('assessments:cohort')}?{as_query(form)}")
    context = {
        "section": "cohort",
        "form": form,
        "keep": keep,
        "asked": asked and valid,
        "wrong": asked and not valid,
        "ready": ready,
        "ready_made": list(Ready),
        "saved": SavedQuestion.objects.filter(owner=user).order_by("name"),
        "several_clinics": len(clinics) > 1,
        "place": _without_place(request.GET),
        "may_export_list": user.can_somewhere(Permission.EXPORT),
        "question": as_query(form) if valid else "",
    }
    return render(request, "assessments/cohort.html", context | _answered(request, form, ready))


def _answered(request: SignedInRequest, form: Question, ready: Ready | None) -> dict[str, Any]:
    keys = Place(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    if ready in (Ready.OVERDUE, Ready.RELAPSE):
        return _waiting(request.user, ready, keys)
    if not form.is_valid():
        return {}
    if ready is Ready.NEW:
        since = seen_since(request.user)
        if since is None:
            return {"first_sign_in": True}
        return {
            "since": timezone.localtime(since, form.clinics[0].zone) if form.clinics else since,
            "answer": answer(_new(form, since), form, user=request.user, few=True, **keys),
        }
    if not any(name in request.GET for name in Question.base_fields):
        return {}
    return {"answer": answer(form.wanted(), form, user=request.user, **keys)}


def _new(form: Question, since: datetime) -> Q:
    """Return what is flagged since baseline by a record signed after this moment."""
    signed = Assessment.objects.filter(clinic__in=form.clinics, signed_at__gt=since)
    new = Q(latest_assessment_id__in=signed.values("pk"))
    return flagged(form.asked_clinics) & moved("baseline") & new


def _waiting(user: User, ready: Ready, keys: Place) -> dict[str, Any]:
    visible, clinics = Patient.objects.visible_to(user), user.clinics_with(Permission.SEE_PATIENTS)
    found = due(visible, clinics) if ready is Ready.OVERDUE else relapsed(visible)
    page = page_by_name(found, edges=visible, **keys)
    known = {clinic.pk: clinic for clinic in clinics}
    rows = []
    for patient in page.patients:
        patient.clinic = known[patient.clinic_id]
        rows.append(Due(patient, _since(patient, ready)))
    windows = [(clinic.name, clinic.retest_interval_days) for clinic in clinics]
    return {"waiting": rows, "page": page, "windows": windows}


def _since(patient: Patient, ready: Ready) -> Any:
    if ready is Ready.RELAPSE:
        return getattr(patient, "relapsed_on")  # noqa: B009  (an annotation)
    assert patient.last_seen  # noqa: S101  (nobody is overdue who was never seen)
    return patient.last_seen + timedelta(days=patient.clinic.retest_interval_days)


def _ready(said: QueryDict) -> Ready | None:
    wanted = said.get("ready", "")
    return Ready(wanted) if wanted in [each.value for each in Ready] else None


def _without_place(said: QueryDict) -> str:
    kept = said.copy()
    for key in Place.__annotations__:
        kept.pop(key, None)
    return kept.urlencode()


def _save(keep: NameForm, question: Question) -> bool:
    kept = SavedQuestion(owner=keep.owner, name=keep.cleaned_data["name"], query=as_query(question))
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError:  # the same name, saved meanwhile in another window
        keep.add_error("name", _("You have a question of this name."))
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def cohort_delete(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """Ask, and then forget a saved question of one's own."""
    kept = get_object_or_404(SavedQuestion, owner=request.user, pk=question_id)
    if request.method == "POST":
        kept.delete()
        return redirect("assessments:cohort")
    return render(request, "assessments/cohort_delete.html", {"kept": kept, "section": "cohort"})


@require_POST
def cohort_export(request: SignedInRequest) -> HttpResponseBase:
    """The list as a file, of the clinics whose records the person may take out."""
    user = request.user
    clinics = user.clinics_with(Permission.EXPORT)
    if not clinics:
        with transaction.atomic():
            record(
                Action.EXPORTED,
                by=user,
                clinic_id=user.clinics[0].pk if user.clinics else None,
                outcome=Outcome.REFUSED,
            )
        raise PermissionDenied(_("Only an administrator of a clinic can export its records."))
    back = f"{reverse('assessments:cohort')}?{_without_place(request.GET)}"
    if asked := ask_again(request, back=back):
        return asked
    form = Question(request.GET, clinics=clinics)
    if not form.is_valid():
        return redirect(back)
    found = form.found()
    files.tell(found, form, by=user)
    name = f"mmt-cohort-{clinics[0].now().date().isoformat()}.csv"
    return StreamingHttpResponse(
        files.lines(found, form),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )

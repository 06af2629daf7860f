"""Questions across patients."""

from collections.abc import Iterator
from typing import Any, TypedDict
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mmt import standby
from mmt.accounts.again import ask_again
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Permission
from mmt.audit.log import record
from mmt.audit.models import Action, Outcome
from patients.models import Patient
from patients.paging import page_by_name

from ..cohort import Question, Ready, answer, as_due, as_query, new, seen_since, waiting
from ..cohort import export as files
from ..models import Progress, SavedQuestion
from .access import SignedInRequest


class Place(TypedDict):
    """The patient that the page stands next to, if any."""

    after: str
    before: str


# Of whom all results are shown: it is of this page alone, as its place is.
WHOLE = "whole"


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
        "answered": ready or (asked and valid),
        "wrong": asked and not valid,
        "ready": ready,
        "ready_made": list(Ready),
        "saved": SavedQuestion.objects.filter(owner=user).order_by("name"),
        "several_clinics": len(clinics) > 1,
        "place": _without_place(request.GET),
        "may_export_list": user.can_somewhere(Permission.EXPORT),
        "question": as_query(form) if valid else "",
        "to_export": f"ready={ready.value}" if ready else as_query(form) if valid else "",
    }
    return render(request, "assessments/cohort.html", context | _answered(request, form, ready))


def _answered(request: SignedInRequest, form: Question, ready: Ready | None) -> dict[str, Any]:
    keys = Place(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    whole = request.GET.get(WHOLE, "")
    if ready in (Ready.OVERDUE, Ready.RELAPSE):
        return standby.read(request, _waiting, request.user, ready, keys)
    if not form.is_valid():
        return {}
    if ready is Ready.NEW:
        since = seen_since(request.user)
        if since is None:
            return {"first_sign_in": True}
        return {
            "since": timezone.localtime(since, form.clinics[0].zone) if form.clinics else since,
            "answer": standby.read(
                request,
                answer,
                new(form.asked_clinics, since),
                form,
                user=request.user,
                few=True,
                whole=whole,
                **keys,
            ),
        }
    if not any(name in request.GET for name in Question.base_fields):
        return {}
    found = standby.read(
        request, answer, form.wanted(), form, user=request.user, whole=whole, **keys
    )
    return {"answer": found}


def _waiting(user: User, ready: Ready, keys: Place) -> dict[str, Any]:
    visible, clinics = Patient.objects.visible_to(user), user.clinics_with(Permission.SEE_PATIENTS)
    page = page_by_name(waiting(ready, visible, clinics), edges=visible, **keys)
    rows = list(as_due(page.patients, ready, clinics))
    windows = [(clinic.name, clinic.retest_interval_days) for clinic in clinics]
    return {"waiting": rows, "page": page, "windows": windows}


def _ready(said: QueryDict) -> Ready | None:
    wanted = said.get("ready", "")
    return Ready(wanted) if wanted in [each.value for each in Ready] else None


def _without_place(said: QueryDict) -> str:
    kept = said.copy()
    for key in (*Place.__annotations__, WHOLE):
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
    exported = _exported(request, clinics)
    if exported is None:
        return redirect(back)
    name = f"mmt-cohort-{clinics[0].now().date().isoformat()}.csv"
    return StreamingHttpResponse(
        exported,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _exported(request: SignedInRequest, clinics: list[Clinic]) -> Iterator[bytes] | None:
    """Return the lines of what the address asks, told to the log; None if it asks nothing."""
    user, ready = request.user, _ready(request.GET)
    form = Question({} if ready else request.GET, clinics=clinics)
    if not form.is_valid():
        return None
    if ready in (Ready.OVERDUE, Ready.RELAPSE):
        patients = waiting(ready, Patient.objects.visible_to(user), clinics)
        files.tell(patients, f"ready={ready.value}", clinics, by=user)
        return files.waiting_lines(patients, ready, clinics)
    if ready is Ready.NEW:
        since = seen_since(user)
        if since is None:
            return None
        found = Progress.objects.filter(new(clinics, since), clinic__in=clinics)
        files.tell(found, f"ready=new&since={since.isoformat()}", clinics, by=user)
    else:
        found = form.found()
        files.tell(found, as_query(form), form.asked_clinics, by=user)
    return files.lines(found, form)

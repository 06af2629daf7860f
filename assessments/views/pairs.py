"""Blind pairs: starting the second test, both side by side, ending a pair."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mmt.audit.models import Action

from ..agreement import counted, side_by_side
from ..entry.drafts import AlreadyUsed
from ..entry.second import SecondForm, start_second_test
from ..models import Assessment, BlindPair
from ..pairing import CannotPair, pairs_of, release
from ..permissions import check_user_can_end_pair, check_user_can_test_second, user_can
from .access import SignedInRequest, get_assessment, get_listed


class EndForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=300)


@require_http_methods(["GET", "HEAD", "POST"])
def second(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Say what a blind second test is; start it. It opens the grid."""
    if started := _started(request, assessment_id):
        return redirect("assessments:record", started.pk)
    first = get_assessment(
        request, assessment_id, check_user_can_test_second, Action.BLIND_PAIR_OPENED
    )
    form = SecondForm(request.POST or None, first=first)
    if request.method == "POST" and form.is_valid():
        try:
            started = start_second_test(first, form.assessment(request.user), by=request.user)
        except AlreadyUsed:
            form.add_error(None, _("This form was used before. Open a new one."))
        except CannotPair:
            form.add_error(None, _("The first test was voided, discarded or paired meanwhile."))
        else:
            return redirect("assessments:record", started.pk)
    context = {"patient": first.patient, "first": first, "form": form}
    return render(request, "assessments/second.html", context)


def _started(request: SignedInRequest, assessment_id: UUID) -> Assessment | None:
    """Return this person's own open second test: the first one is sealed from them by now."""
    visible = Assessment.objects.visible_to(request.user).of(request.user)
    return visible.filter(blind_pair__first=assessment_id, blind_pair__ended_at=None).first()


@require_safe
def pair(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Both records of a pair: while it is open who tests when, afterwards cell by cell."""
    assessment, found = _get_pair(request, assessment_id)
    first, other = _records(found)
    groups = side_by_side(first, other) if found.is_complete else []
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "pair": found,
        "first": first,
        "second": other,
        "groups": groups,
        "counted": counted(row for _region, rows in groups for row in rows),
        "may_end": user_can(check_user_can_end_pair, request.user, assessment),
    }
    return render(request, "assessments/pair.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """End an open pair with a reason: each record is then one like any other."""
    assessment = get_listed(
        request, assessment_id, check_user_can_end_pair, Action.BLIND_PAIR_ENDED
    )
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        release(assessment, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The blind pair is ended. Each test now stands for itself."))
        return redirect("assessments:person", assessment.patient_id)
    context = {"patient": assessment.patient, "assessment": assessment, "form": form}
    return render(request, "assessments/end_pair.html", context)


def _get_pair(request: SignedInRequest, assessment_id: UUID) -> tuple[Assessment, BlindPair]:
    assessment = get_listed(request, assessment_id)
    found = pairs_of(assessment).first()
    if found is None:
        raise Http404
    return assessment, found


def _records(found: BlindPair) -> tuple[Assessment, Assessment]:
    rows = Assessment.objects.select_related("tester", "clinic").in_bulk(
        [found.first_id, found.second_id]
    )
    return rows[found.first_id], rows[found.second_id]

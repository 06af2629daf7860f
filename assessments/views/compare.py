"""Two visits of a patient side by side."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mmt import standby

from .. import charts
from ..comparing import ComparisonForm, comparison_of
from ..permissions import check_user_can_record, check_user_can_set_rule, user_can
from ..querysets import load_history
from ..rules import listed, rule_of
from ..signing import broken_among
from .access import SignedInRequest, get_patient


@require_safe
def compare(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The two visits of the address, or the latest and the one before."""
    patient = get_patient(request, patient_id)
    history = standby.read(request, load_history, patient)
    rule = rule_of(patient.clinic)
    context = {
        "patient": patient,
        "rule": rule,
        "may_set_rule": user_can(check_user_can_set_rule, request.user, patient.clinic),
        "may_record": user_can(check_user_can_record, request.user, patient),
    }
    if len(history.visits) > 1:
        form = ComparisonForm(request.GET, visits=history.visits)
        context["form"] = form
        if form.is_valid():
            comparison = comparison_of(history, form.cleaned_data.values(), rule)
            changes = listed(comparison.changes, patient.clinic)
            context |= {"comparison": comparison, "changes": changes}
            shown = [comparison.before.id, comparison.after.id]
            context["signature_broken"] = broken_among(shown)
            context["body_map"] = charts.body_map_difference(
                comparison.before, comparison.after, comparison.changes
            )
    return render(request, "assessments/compare.html", context)

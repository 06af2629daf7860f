"""A clinic's change rule: how it reads now, and setting it."""

import copy

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mmt.accounts.models import Clinic

from .. import change
from ..permissions import check_user_can_set_rule
from ..rule_form import RuleForm
from ..rules import rule_of
from ..ruling import Outdated, set_rule, state_of
from .access import SignedInRequest, get_clinic

STALE = "stale"


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: SignedInRequest, clinic_slug: str) -> HttpResponse:
    clinic = get_clinic(request, clinic_slug, check_user_can_set_rule)
    # The form fills its own copy: the text below goes on saying how the rule reads now.
    form = RuleForm(request.POST or None, instance=copy.copy(clinic))
    if request.method == "POST" and form.is_valid() and _save(request, clinic, form):
        return redirect("assessments:rule", clinic.slug)
    # Stays as it came until the person was told that it is out of date.
    told = form.has_error(NON_FIELD_ERRORS, STALE)
    reads = rule_of(clinic)
    context = {
        "clinic": clinic,
        "form": form,
        "seen": state_of(clinic) if told or not form.is_bound else request.POST.get("seen", ""),
        "rule": reads,
        "texts": [change.explain(flag, reads, [clinic.scale_profile]) for flag in change.Flag],
    }
    return render(request, "assessments/rule.html", context)


def _save(request: SignedInRequest, clinic: Clinic, form: RuleForm) -> bool:
    """Save unless the rule was changed since the page was opened; `clinic` then is as it stands."""
    seen = request.POST.get("seen", "")
    try:
        is_changed = set_rule(clinic, form.cleaned_data, seen=seen, by=request.user)
    except Outdated:
        clinic.refresh_from_db()
        changed = _(
            "Somebody changed these settings meanwhile; nothing of yours is saved yet. The rule "
            "below is how it reads now. Save again to put your entries in its place."
        )
        form.add_error(None, ValidationError(changed, code=STALE))
        return False
    if is_changed:
        messages.success(request, _("The settings are saved."))
    else:
        messages.info(request, _("Nothing was changed."))
    return True

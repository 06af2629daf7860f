"""An administrator's pages about second factors: which roles need one, and a lost telephone."""

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ..access import check_manages_the_team, get_membership
from ..actions import Refused
from ..again import asks_again, asks_again_to_post
from ..models import Clinic
from ..requests import SignedInRequest
from .actions import ask_for_factors, reset_factors
from .forms import FactorRolesForm


@require_POST
@asks_again
def reset(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    """For somebody who lost what they signed in with; they are told by mail."""
    membership = get_membership(request, membership_id)
    try:
        reset_factors(membership.user, membership.clinic, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        get_adapter(request).send_notification_mail("mfa/email/factors_reset", membership.user)
        done = _("Reset. At the next sign-in the password is enough to set up a new one.")
        messages.success(request, done)
    return redirect("team:member", membership.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again_to_post
def roles(request: SignedInRequest, clinic_slug: str) -> HttpResponse:
    own = [clinic.pk for clinic in request.user.clinics]
    clinic = get_object_or_404(Clinic, slug=clinic_slug, pk__in=own)
    check_manages_the_team(request.user, clinic.pk)
    posted = request.POST if request.method == "POST" else None
    standing = {"roles": clinic.second_factor_roles, "to_sign": clinic.asks_again_to_sign}
    form = FactorRolesForm(posted, initial=standing, clinic=clinic)
    if not form.is_valid():
        return render(request, "team/second_factors.html", {"clinic": clinic, "form": form})
    if ask_for_factors(clinic, **form.cleaned_data, by=request.user):
        messages.success(request, _("Saved. It holds from each person's next page on."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("team:index")

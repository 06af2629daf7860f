"""The order in which a clinic goes through a battery: how it stands, and setting it."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mmt.accounts.models import Clinic

from .. import instrument
from ..entry.order import LISTED, Order
from ..order_form import OrderForm
from ..ordering import own_order, set_order, version_of
from ..permissions import check_user_can_set_order
from ..ruling import Outdated
from .access import SignedInRequest, get_clinic


@require_http_methods(["GET", "HEAD", "POST"])
def clinic_order(request: SignedInRequest, clinic_slug: str, battery_key: str) -> HttpResponse:
    clinic = get_clinic(request, clinic_slug, check_user_can_set_order)
    battery = instrument.BATTERIES.get(battery_key)
    if battery is None:
        raise Http404
    own = own_order(clinic.pk, battery.key)
    standing = instrument.arranged(battery.movements, own)
    form = OrderForm(request.POST or None, standing=standing)
    seen = request.POST.get("seen", "")
    if request.method == "POST" and (wanted := _wanted(request, battery, form)):
        if _save(request, clinic, battery, wanted):
            return redirect("assessments:clinic_order", clinic.slug, battery.key)
        # Told of it, the person may put theirs in its place: shown as it would be.
        form, seen = OrderForm(standing=wanted), ""
    orders = [Order(key, standing) for key in (LISTED, "position")]
    context = {
        "clinic": clinic,
        "battery": battery,
        "batteries": instrument.BATTERIES.values(),
        "own": own,
        "form": form,
        "seen": seen or version_of(clinic, battery),
        "changes": [order.position_changes(battery.movements) for order in orders],
    }
    return render(request, "assessments/clinic_order.html", context)


def _wanted(
    request: SignedInRequest, battery: instrument.Battery, form: OrderForm
) -> Sequence[str] | None:
    """Return the order asked for; None where the form does not say it."""
    if "listed" in request.POST:
        return battery.movements
    if not form.is_current:
        messages.error(request, _("This page was out of date. Nothing is saved; look again."))
        return None
    return form.wanted if form.is_valid() else None


def _save(
    request: SignedInRequest, clinic: Clinic, battery: instrument.Battery, wanted: Sequence[str]
) -> bool:
    """Save unless the order was changed since the page was opened."""
    seen = request.POST.get("seen", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
    try:
        is_changed = set_order(clinic, battery, wanted, seen=version, by=request.user)
    except Outdated:
        changed = _(
            "Somebody changed this order meanwhile; nothing of yours is saved yet. Below it is as "
            "you want it. Save again to put it in the place of theirs."
        )
        messages.error(request, changed)
        return False
    if is_changed:
        messages.success(request, _("The order is saved."))
    else:
        messages.info(request, _("Nothing was changed."))
    return True

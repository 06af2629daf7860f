"""A patient's strength over time."""

import re
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from mmt import standby

from .. import charts, instrument
from ..history import History, Visit
from ..measured import measured_of
from ..permissions import check_user_can_record, check_user_can_set_rule, user_can
from ..querysets import load_history
from ..region_words import said_by_region
from ..rules import listed, rule_of
from ..trends import Trends, TrendsFilter, trends_of
from .access import SignedInRequest, get_patient

DRAW = "draw"  # in an address: have drawn, too, what waits to be asked for


@require_safe
def trends(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """What changed, every visit, movement by movement; all history unless asked otherwise.

    Right against left over time is drawn when the address asks; for htmx, that alone.
    """
    patient = get_patient(request, patient_id)
    history = standby.read(request, load_history, patient)
    form = TrendsFilter(request.GET, visits=history.visits)
    form.is_valid()  # a filter that is wrong says so beside its field and is left out
    rule = rule_of(patient.clinic)
    found = trends_of(history, form.cleaned_data, rule)
    form.tell_of_reference(found)
    shown = replace(
        found.shown, measured=measured_of(patient, found.shown.visits, form.cleaned_data)
    )
    if request.htmx:
        return HttpResponse(charts.asymmetry_over_time(shown, found.cells))
    changes = listed(found.changes, patient.clinic)
    said = said_by_region(changes, patient.clinic)
    pictures = _pictures(found, shown, said, sides=DRAW in request.GET)
    context = {
        "patient": patient,
        "form": form,
        "trends": found,
        "changes": changes,
        "total": len(history.visits),
        "rule": rule,
        "sides_compared": charts.compares_sides(shown, found.cells),
        "draw": _address_that_draws(request),
        "sums": _sums(shown, found.moments),
        "may_set_rule": user_can(check_user_can_set_rule, request.user, patient.clinic),
        "may_record": user_can(check_user_can_record, request.user, patient),
    }
    return _around(request, context, pictures)


def _pictures(
    found: Trends, shown: History, said: dict[str, str], *, sides: bool
) -> dict[str, str]:
    return {
        "heat_map": charts.heat_map(shown, found.cells),
        "asymmetry": charts.asymmetry(found.latest) if found.latest else "",
        "asymmetry_over_time": charts.asymmetry_over_time(shown, found.cells) if sides else "",
        "distribution": charts.distribution(shown, found.cells),
        "strips": charts.strips(shown, found.cells, said=said),
        "forces": charts.measured(shown, "force"),
        "functions": charts.measured(shown, "function"),
    }


def _address_that_draws(request: SignedInRequest) -> str:
    query = request.GET.copy()
    query[DRAW] = "sides"
    return f"?{query.urlencode()}"


def _around(
    request: SignedInRequest, context: dict[str, object], pictures: dict[str, str]
) -> HttpResponse:
    """Render the page, then put the pictures in.

    Templates copy the text of a page once for each block around it, and the marks of a hundred
    visits are megabytes.
    """
    # What a person typed cannot look like a place: it is escaped.
    places = {
        name: SafeString(f"<!--{name}-->" if drawn else "") for name, drawn in pictures.items()
    }
    page = render_to_string("assessments/trends.html", context | places, request)
    parts = re.split(f"<!--({'|'.join(pictures)})-->", page)
    return HttpResponse(pictures[part] if place % 2 else part for place, part in enumerate(parts))


def _sums(
    history: History, moments: Mapping[UUID, str]
) -> list[tuple[Visit, str, list[instrument.Sum]]]:
    """Return (visit, when it was, sums) where its battery has named sums, latest first."""
    found = []
    for visit in reversed(history.visits):
        battery = instrument.BATTERIES.get(visit.battery)
        sums = instrument.named_sums(battery, visit.profile, visit.results) if battery else []
        if sums:
            found.append((visit, moments[visit.id], sums))
    return found

"""Whose records are asked for, and their Observations, visit by visit."""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime
from http import HTTPStatus

from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.accounts.requests import SignedInRequest
from patients.models import Patient

from ...exchange.fhir import Resource, last_changed, observations, told_broken
from ...history import Cell, Result
from ...models import Assessment
from ...querysets import results_of
from ...signing import broken_among
from ...views.access import get_patient
from ..problems import Problem
from .search import Span, reference, within

AT_ONCE = 25  # visits whose results are in memory together


def whose(request: SignedInRequest) -> Patient:
    """Return the patient of the search, and tell the audit log that they were seen.

    Raises Problem where nobody is named, or two: no record is of both.
    """
    told = (reference(request.GET, name, "Patient") for name in ("patient", "subject"))
    named = {each for each in told if each}
    if len(named) != 1:
        raise Problem(HTTPStatus.BAD_REQUEST, _("patient: say whose records."))
    return get_patient(request, named.pop())


def found_observations(
    patient: Patient,
    user: User,
    *,
    tested: Iterable[Span],
    updated: Iterable[Span],
    codes: Set[str],
) -> Iterator[Resource]:
    """Yield what was signed, earliest visit first; voided records too, as entered in error."""
    recorded = Assessment.objects.visible_to(user).filter(patient=patient).recorded()
    visits = recorded.select_related("clinic", "tester").annotate(updated=last_changed())
    visits = within(within(visits, "tested_at", tested), "updated", updated)
    rows = list(visits.order_by("tested_at", "id"))
    for place in range(0, len(rows), AT_ONCE):
        some = rows[place : place + AT_ONCE]
        results = results_of([row.pk for row in some])
        broken = set(broken_among([row.pk for row in some]))
        for row in some:
            for each in observations(row, results[row.pk], row.updated):
                if not codes or codes & {coding["code"] for coding in each["code"]["coding"]}:
                    yield told_broken(each) if row in broken else each


def with_update(
    assessment: Assessment,
) -> tuple[Assessment, Mapping[Cell, Result], datetime]:
    """Return the record, its results, and when it was last changed."""
    same = Assessment.objects.filter(pk=assessment.pk).annotate(updated=last_changed())
    results = results_of([assessment.pk])[assessment.pk]
    return assessment, results, same.values_list("updated", flat=True).get()

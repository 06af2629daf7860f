"""The Observations of patients, visit by visit."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from mmt.accounts.models import User
from patients.models import Patient

from ...exchange.fhir import Resource, last_changed, observations
from ...history import Cell, Result
from ...models import Assessment
from ...querysets import results_of
from .search import Span

AT_ONCE = 25  # visits whose results are in memory together


def found_observations(
    patients: Sequence[Patient],
    user: User,
    *,
    tested: Iterable[Span],
    updated: Iterable[Span],
    codes: Collection[str],
) -> Iterator[Resource]:
    """Yield what was signed, earliest visit first; voided records too, as entered in error."""
    recorded = Assessment.objects.visible_to(user).filter(patient__in=patients).recorded()
    visits = recorded.select_related("clinic", "tester").annotate(updated=last_changed())
    for spans, field in ((tested, "tested_at"), (updated, "updated")):
        for span in spans:
            if span.start:
                visits = visits.filter(**{f"{field}__gte": span.start})
            if span.end:
                visits = visits.filter(**{f"{field}__lt": span.end})
    rows = list(visits.order_by("tested_at", "id"))
    for place in range(0, len(rows), AT_ONCE):
        some = rows[place : place + AT_ONCE]
        results = results_of([row.pk for row in some])
        for row in some:
            for each in observations(row, results[row.pk], row.updated):
                if not codes or each["code"]["coding"][0]["code"] in codes:
                    yield each


def with_update(
    assessment: Assessment,
) -> tuple[Assessment, Mapping[Cell, Result], datetime]:
    """Return the record, its results, and when it was last changed."""
    same = Assessment.objects.filter(pk=assessment.pk).annotate(updated=last_changed())
    results = results_of([assessment.pk])[assessment.pk]
    return assessment, results, same.values_list("updated", flat=True).get()

"""A list of patients a page at a time, found again by the patient at its edge.

The key is the id alone; the name it stands for is looked up, so that no address holds one.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from .models import Patient
from .querysets import PatientQuerySet

SIZE = 25
COUNTED = 2_000  # one by one; to count more takes longer than to find a page of them


@dataclass(frozen=True, slots=True)
class Page:
    """`back` and `on` are the patients that the pages before and after stand next to, if any."""

    patients: list[Patient]
    total: int
    back: UUID | None = None
    on: UUID | None = None


def page_by_name(
    found: PatientQuerySet,
    *,
    edges: PatientQuerySet,
    after: str,
    before: str,
    total: int | None = None,
) -> Page:
    """Return the page of `found` that follows or precedes the patient named by an id, or the first.

    `edges` are the patients that may be named: more than `found`, since the one at the edge may
    have been archived meanwhile. A key that names none of them gives the first page.
    `total` is how many there are, if the caller knows.
    """
    if total is None:
        total = found.count()
    if edge := _edge(edges, before):
        rows = list(_up_to(found, edge).order_by("-sort_name", "-id")[: SIZE + 1])
        if shown := rows[:SIZE][::-1]:
            back = shown[0].pk if len(rows) > SIZE else None
            return Page(shown, total, back=back, on=shown[-1].pk)
    if edge := _edge(edges, after):
        rows = list(found.after(edge.sort_name, edge.pk).by_name()[: SIZE + 1])
        if shown := rows[:SIZE]:
            return Page(shown, total, back=shown[0].pk, on=_next(rows))
    rows = list(found.by_name()[: SIZE + 1])
    return Page(rows[:SIZE], total, on=_next(rows))


def count_some(found: PatientQuerySet) -> int:
    """Return how many there are; COUNTED + 1 for any number beyond COUNTED."""
    return found.order_by()[: COUNTED + 1].count()


def _next(rows: list[Patient]) -> UUID | None:
    return rows[SIZE - 1].pk if len(rows) > SIZE else None


def _edge(edges: PatientQuerySet, key: str) -> Patient | None:
    try:
        return edges.filter(pk=UUID(key)).only("sort_name").first()
    except ValueError:
        return None


def _up_to(found: PatientQuerySet, edge: Patient) -> PatientQuerySet:
    beyond = Q(sort_name__lt=edge.sort_name) | Q(id__lt=edge.pk)
    return found.filter(beyond, sort_name__lte=edge.sort_name)

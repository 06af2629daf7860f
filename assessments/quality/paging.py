"""A list of records a page at a time, newest first, found again by the record at its edge."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from ..models import Assessment
from ..querysets import AssessmentQuerySet

SIZE = 25


@dataclass(frozen=True, slots=True)
class RecordPage:
    """`back` and `on` are the records that the pages before and after stand next to, if any."""

    records: list[Assessment]
    total: int
    back: UUID | None = None
    on: UUID | None = None


def page_by_time(
    found: AssessmentQuerySet, *, edges: AssessmentQuerySet, after: str, before: str
) -> RecordPage:
    """Return the page of `found` that follows or precedes the record named by an id, or the first.

    `edges` are the records that may be named; a key that names none of them gives the first page.
    """
    total = found.count()
    if edge := _edge(edges, before):
        newer = Q(tested_at__gt=edge.tested_at) | Q(tested_at=edge.tested_at, id__gt=edge.pk)
        rows = list(found.filter(newer).order_by("tested_at", "id")[: SIZE + 1])
        if shown := rows[:SIZE][::-1]:
            back = shown[0].pk if len(rows) > SIZE else None
            return RecordPage(shown, total, back=back, on=shown[-1].pk)
    if edge := _edge(edges, after):
        older = Q(tested_at__lt=edge.tested_at) | Q(tested_at=edge.tested_at, id__lt=edge.pk)
        rows = list(found.filter(older).order_by("-tested_at", "-id")[: SIZE + 1])
        if shown := rows[:SIZE]:
            return RecordPage(shown, total, back=shown[0].pk, on=_next(rows))
    rows = list(found.order_by("-tested_at", "-id")[: SIZE + 1])
    return RecordPage(rows[:SIZE], total, on=_next(rows))


def _next(rows: list[Assessment]) -> UUID | None:
    return rows[SIZE - 1].pk if len(rows) > SIZE else None


def _edge(edges: AssessmentQuerySet, key: str) -> Assessment | None:
    try:
        return edges.filter(pk=UUID(key)).only("tested_at").first()
    except ValueError:
        return None

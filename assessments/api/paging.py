"""Pages by key: each names the last thing of the one before, so page 900 is as quick as page 1."""

from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from ninja import Query

LARGEST = 200
Limit = Annotated[int, Query(ge=1, le=LARGEST, description=f"At most {LARGEST}.")]
After = Annotated[UUID | None, Query(description="The id of the last thing of the page before.")]
Row = TypeVar("Row", bound=models.Model)


def page(
    found: models.QuerySet[Row], order: tuple[str, str], *, after: UUID | None, limit: int
) -> tuple[list[Row], bool]:
    """Return the rows after the one with this id, and whether more follow.

    `order` names a field and the id, both ascending. An id that is not among them gives no rows.
    """
    by, key = order
    if after:
        edge = found.filter(pk=after).values_list(by, flat=True).first()
        if edge is None:
            return [], False
        found = found.filter(Q(**{f"{by}__gt": edge}) | Q(**{by: edge, f"{key}__gt": after}))
    rows = list(found.order_by(by, key)[: limit + 1])
    return rows[:limit], len(rows) > limit


def next_address(request: HttpRequest, rows: list[Any], *, more: bool) -> str | None:
    """Return the path of the next page with the same filters."""
    if not more:
        return None
    query = request.GET.copy()
    query["after"] = str(rows[-1].pk)
    return f"{request.path}?{query.urlencode()}"

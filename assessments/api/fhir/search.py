"""What a search asks for, and the pages of what it finds."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from http import HTTPStatus
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from ...exchange.fhir import Resource
from ..problems import Problem

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
MOST, USUAL = 200, 50
# https://hl7.org/fhir/R4/search.html#date: a prefix, then a date as exact as the asker likes.
DATE = re.compile(
    r"(?P<prefix>eq|ge|le|gt|lt)?"
    r"(?P<date>\d{4}(-\d\d(-\d\d(T\d\d:\d\d(?P<seconds>:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?)?)?)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start`, before `end`; None is an open end."""

    start: datetime | None = None
    end: datetime | None = None


def spans(query: QueryDict, name: str, zone: tzinfo = UTC) -> list[Span]:
    """Return what the dates of a parameter ask for; all of them must hold.

    Without an offset they are read in `zone`: that in which a resource tells what is asked about.
    """
    return [_span(text, name, zone) for text in query.getlist(name)]


def _span(text: str, name: str, zone: tzinfo) -> Span:
    found = DATE.fullmatch(text.replace(" ", "+"))  # a plus sign that came as a blank
    try:
        if not found:
            raise ValueError(text)
        start, end = _bounds(found["date"], zone, exact=bool(found["seconds"]))
    except (ValueError, OverflowError):
        raise refused(name, _("a date is needed, such as ge2026-03-02")) from None
    match found["prefix"]:
        case "ge":
            return Span(start=start)
        case "gt":
            return Span(start=end)
        case "le":
            return Span(end=end)
        case "lt":
            return Span(end=start)
    return Span(start, end)


def _bounds(text: str, zone: tzinfo, *, exact: bool) -> tuple[datetime, datetime]:
    """Return when the year, month, day, minute or second began and when the next one does, in UTC.

    Raises ValueError for what no calendar has, OverflowError for what UTC has no year for.
    """
    day, _t, time = text.partition("T")
    parts = [int(part) for part in day.split("-")]
    if time:
        told = datetime.fromisoformat(text)
        moment = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
        return moment, moment + timedelta(seconds=1 if exact else 60)
    year, month, date = [*parts, 1, 1][:3]
    start = datetime(year, month, date, tzinfo=zone)
    match len(parts):
        case 1:
            end = start.replace(year=start.year + 1)
        case 2:
            end = (start + timedelta(days=31)).replace(day=1)
        case _:
            end = start + timedelta(days=1)
    return start.astimezone(UTC), end.astimezone(UTC)


def within(rows: Rows, field: str, spans: Iterable[Span]) -> Rows:
    """Return the rows whose moment lies in each of the spans."""
    for span in spans:
        if span.start:
            rows = rows.filter(**{f"{field}__gte": span.start})
        if span.end:
            rows = rows.filter(**{f"{field}__lt": span.end})
    return rows


def reference(query: QueryDict, name: str, kind: str) -> UUID | None:
    """Return the id in "Patient/<id>" or "<id>"; None where it is not asked for."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        return UUID(text.removeprefix(f"{kind}/"))
    except ValueError:
        raise refused(name, _("this is no id")) from None


def tokens(query: QueryDict, name: str) -> set[str]:
    """Return the codes of a token parameter, whatever system stands before them."""
    return {
        code.rpartition("|")[2] for text in query.getlist(name) for code in text.split(",") if code
    }


def how_many(query: QueryDict) -> int:
    text = query.get("_count", str(USUAL))
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) < 1:
        raise refused("_count", _("a whole number from 1 is needed"))
    return min(int(text), MOST)


def check_known(
    query: QueryDict, known: Iterable[str], also: Iterable[str] = ("_count", "_after")
) -> None:
    """Refuse what the search does not know: an answer to less than was asked would mislead."""
    for name in query:
        if name not in {*known, *also, "_format"}:
            raise refused(name, _("this parameter is not known here"))


def page(request: HttpRequest, found: Iterator[Resource]) -> Resource:
    """Return the page that is asked for, behind the resource of the id in `_after`.

    An id that is not found gives nothing.
    """
    key, count = request.GET.get("_after", ""), how_many(request.GET)
    if key:
        any(each["id"] == key for each in found)
    some = list(islice(found, count + 1))
    return bundle(request, some[:count], after=some[count - 1]["id"] if some[count:] else None)


def bundle(
    request: HttpRequest, resources: list[Resource], *, after: str | None = None
) -> Resource:
    """Return a page of a search; `after` is the key of the next one, if there is one."""
    base = request.build_absolute_uri("/fhir/")
    links = [{"relation": "self", "url": request.build_absolute_uri()}]
    if after:
        query = request.GET.copy()
        query["_after"] = after
        links.append(
            {
                "relation": "next",
                "url": f"{request.build_absolute_uri(request.path)}?{query.urlencode()}",
            }
        )
    entries: list[dict[str, Any]] = [
        {
            "fullUrl": f"{base}{each['resourceType']}/{each['id']}",
            "resource": each,
            "search": {"mode": "match"},
        }
        for each in resources
    ]
    found: Resource = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return found | ({"entry": entries} if entries else {})


def refused(name: str, why: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"{name}: {why}.")

"""Exports: the files of the exports page, streamed."""

from datetime import date
from typing import Any, Literal

from ninja import Query, Router, Schema

from mmt.accounts.requests import SignedInRequest

from ..exchange.formats import FORMATS
from ..exchange.forms import ExportForm
from ..exchange.views import rights_of, stream_of
from .auth import EXPORT
from .problems import REFUSED, refused_fields

router = Router(tags=["exports"], auth=EXPORT)
STREAMED = [each for each in FORMATS.values() if each.streams]
FILES = {each.content_type.partition(";")[0]: {"schema": {"type": "string"}} for each in STREAMED}


class Wanted(Schema):
    """The fields of the exports page, under the same names."""

    clinic: str
    first_day: date | None = None
    last_day: date | None = None
    battery: str = ""
    movement: list[str] = []
    status: str = "in_force"
    format: Literal["csv", "jsonl", "fhir", "fhir-bundle"] = "csv"
    layout: Literal["long", "wide", "measurements"] = "long"
    people: Literal["named", "deidentified"] = "named"
    blanks: bool = False
    bom: bool = False


@router.get(
    "/scores",
    response={200: None} | REFUSED,
    summary="Records as CSV, JSON lines or FHIR",
    openapi_extra={"responses": {200: {"content": FILES}}},
)
def scores(request: SignedInRequest, wanted: Query[Wanted]) -> Any:
    """The same file as from the page, with the same rights and the same line in the audit log."""
    form = ExportForm(wanted.dict(), rights=rights_of(request.user))
    if not form.is_valid():
        raise refused_fields(form.errors)
    return stream_of(form, request.user)

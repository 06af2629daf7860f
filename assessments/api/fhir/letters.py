"""Letters and reports by FHIR: found by patient and date, and the page itself."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse

from mmt.accounts.requests import SignedInRequest

from ...exchange.fhir import Resource
from ...exchange.fhir_letters import PDF, page_resource, records_of, report_resource, reports
from ...letters.keeping import read_letter
from ...models import Letter
from ...signing import broken_among
from ...views.access import get_letter
from .door import fhir, pdf_fhir, wants_pdf
from .found import whose
from .search import check_known, page, spans, within

FIELDS = {"date": "assessment__tested_at", "issued": "made_at", "_lastUpdated": "updated"}
REPORT_SEARCH = ("patient", "subject", *FIELDS)


@fhir
def report(request: SignedInRequest, letter_id: UUID) -> Resource:
    [found] = _told([_known(request, letter_id)])
    return found


@fhir
def report_list(request: SignedInRequest) -> Resource:
    """Search by patient, date of the visit, date of the page and _lastUpdated, earliest first."""
    check_known(request.GET, REPORT_SEARCH)
    patient = whose(request)
    found = _open_to(request).filter(assessment__patient=patient)
    for name, field in FIELDS.items():
        zone = patient.clinic.zone if name == "date" else UTC
        found = within(found, field, spans(request.GET, name, zone))
    return page(request, _told(list(found)))


@pdf_fhir
def binary(request: SignedInRequest, letter_id: UUID) -> Resource | HttpResponse:
    """The page as it was kept."""
    letter = _known(request, letter_id)
    pdf = read_letter(letter, by=request.user)
    if wants_pdf(request):
        return HttpResponse(pdf, content_type=PDF)
    return page_resource(letter, pdf)


def _told(letters: Sequence[Any]) -> Iterator[Resource]:
    """Yield the letters as reports, marked where a record does not match its signature."""
    records = {key for letter in letters for key in records_of(letter)}
    broken = {record.pk for record in broken_among(sorted(records))}
    for letter in letters:
        yield report_resource(letter, letter.updated, broken)


def _known(request: SignedInRequest, letter_id: UUID) -> Any:
    """Return the letter and tell the audit log that the patient was seen."""
    found = _open_to(request).filter(pk=letter_id).first()
    if found is None:
        raise Http404
    get_letter(request, letter_id)
    return found


def _open_to(request: SignedInRequest) -> QuerySet[Any, Any]:
    return reports(Letter.objects.visible_to(request.user))

"""Letters and reports that were kept, as FHIR R4: a DiagnosticReport with its page as a Binary."""

from base64 import b64encode
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Expression, F, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils.text import capfirst

from ..models import AssessmentStatus, Letter
from .fhir import HL7, OURS, Resource, instant, last_changed, person, told_broken

PAGES_SYSTEM = f"{OURS}/CodeSystem/page"
PDF = "application/pdf"
CATEGORY = [{"coding": [{"system": f"{HL7}/v2-0074", "code": "PT", "display": "Physical Therapy"}]}]


def reports(letters: QuerySet[Letter]) -> QuerySet[Any, Any]:
    """Return those that may be told by FHIR, earliest first, with what they name and `updated`.

    Nothing is said of what a blind pair keeps apart.
    """
    open_ones = letters.filter(assessment__apart="").exclude(compared_with__apart__gt="")
    known = open_ones.select_related("assessment", "compared_with", "made_by").defer("pdf")
    return known.annotate(updated=_last_changed()).order_by("made_at", "id")


def _last_changed() -> Expression:
    """When a letter was made, or superseded since."""
    made = F("made_at")
    return Greatest(
        made, last_changed("assessment__"), Coalesce(last_changed("compared_with__"), made)
    )


def records_of(letter: Letter) -> list[UUID]:
    """Return the records that a letter tells of."""
    return [key for key in (letter.assessment_id, letter.compared_with_id) if key]


def report_resource(letter: Letter, updated: datetime, broken: Collection[UUID]) -> Resource:
    """Return the letter as a report. Superseded ones say so in their status and page's title.

    One of whose records is among the `broken`, which do not match their signature, is marked.
    """
    record = letter.assessment
    told_of = records_of(letter)
    kind = capfirst(str(letter.get_kind_display()))
    found = {
        "resourceType": "DiagnosticReport",
        "id": str(letter.pk),
        "meta": {"lastUpdated": instant(updated)},
        "status": _status(letter),
        "category": CATEGORY,
        "code": {
            "coding": [{"system": PAGES_SYSTEM, "code": letter.kind, "display": kind}],
            "text": kind,
        },
        "subject": {"reference": f"Patient/{record.patient_id}"},
        "effectiveDateTime": record.local_tested_at.isoformat(timespec="seconds"),
        "issued": instant(letter.made_at),
        "performer": [person(letter.made_by)],
        "result": [{"reference": f"Observation/{key}"} for key in told_of],
        "presentedForm": [
            {
                "contentType": PDF,
                "language": letter.language,
                "url": f"Binary/{letter.pk}",
                "title": f"{kind}: {letter.superseded_by}" if letter.is_superseded else kind,
                "creation": instant(letter.made_at),
            }
        ],
    }
    return told_broken(found) if set(told_of).intersection(broken) else found


def _status(letter: Letter) -> str:
    """A page stays as it was sent: what became of the records it tells of is what it is now."""
    records = [letter.assessment, letter.compared_with]
    if any(each and each.status == AssessmentStatus.VOIDED for each in records):
        return "entered-in-error"
    return "amended" if letter.is_superseded else "final"


def page_resource(letter: Letter, pdf: bytes) -> Resource:
    return {
        "resourceType": "Binary",
        "id": str(letter.pk),
        "contentType": PDF,
        "securityContext": {"reference": f"DiagnosticReport/{letter.pk}"},
        "data": b64encode(pdf).decode(),
    }

"""A FHIR export in bulk: a file of lines for each kind of resource, in one zip with their counts.

Patients carry no time of their last change, so all of them come each time, seen or not; without
the people only those of the visits do, since a code without a visit tells nothing.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any
from zipfile import ZipFile

from django.db.models import Count, QuerySet

from mmt.accounts.models import User
from patients.models import Patient

from ..models import Assessment, Letter
from ..signing import known_broken
from .archive import LARGE_ROWS
from .fhir import patient_resource
from .fhir_letters import report_resource, reports
from .fhir_lines import LINE, Resources, line
from .fhir_people import PATIENT
from .rows import fetch
from .selection import Shape
from .source import Source
from .zip_stream import ZipStream

KINDS = ("Patient", "Observation", "DiagnosticReport")
COUNTS = "counts.json"
Lines = Iterator[tuple[bytes, int]]
LETTER = (
    "id", "revision", "compared_with_id", "compared_revision", "kind", "language", "made_by_id",
    "made_at",
)  # fmt: skip
RECORD = ("id", "patient_id", "status", "revision", "tested_at", "time_zone")


def blocks(source: Source, shape: Shape) -> Lines:
    """Yield the zip piece by piece, each with the number of resources in it."""
    out, counts = ZipStream(), {}
    for kind in shape.parts:
        counts[kind] = 0
        large = count(source, kind) > LARGE_ROWS
        for piece, resources in out.pour(file_of(kind), _lines(source, kind), large=large):
            counts[kind] += resources
            yield piece, resources
    out.add(COUNTS, json.dumps(counts).encode())
    yield out.end(), 0


def file_of(kind: str) -> str:
    return f"{kind}.ndjson"


def counts_of(archive: ZipFile) -> dict[str, int]:
    """Return how many resources of each kind such a zip holds."""
    found: dict[str, int] = json.loads(archive.read(COUNTS))
    return found


def count(source: Source, kind: str) -> int:
    """Return how many resources of a kind there will be."""
    selection = source.selection
    match kind:
        case "Patient" if selection.deidentified:
            visits = selection.assessments().order_by()
            return _sum(
                source, visits.values_list("clinic").annotate(Count("patient", distinct=True))
            )
        case "Patient":
            patients = Patient.objects.filter(clinic=selection.clinic)
            return _sum(source, patients.values_list("clinic").annotate(Count("pk")))
        case "Observation":
            return sum(source.count(Shape()))
        case "DiagnosticReport" if selection.deidentified:
            return 0
        case "DiagnosticReport":
            letters = _letters(source).order_by().values_list("assessment__clinic")
            return _sum(source, letters.annotate(Count("pk")))
    raise ValueError(kind)


def _sum(source: Source, counted: QuerySet[Any, Any]) -> int:
    return sum(number for _clinic, number in fetch(counted, source.connection))


def _lines(source: Source, kind: str) -> Lines:
    hidden = source.selection.deidentified
    match kind:
        case "Patient":
            return Resources(source, LINE).patients() if hidden else _patients(source)
        case "Observation":
            return Resources(source, LINE).observations()
        case "DiagnosticReport":
            return iter(()) if hidden else _reports(source)
    raise ValueError(kind)


def _patients(source: Source) -> Lines:
    clinic = source.selection.clinic
    rows = Patient.objects.filter(clinic=clinic).order_by("pk").values_list("pk", *PATIENT)
    for pk, *values in fetch(rows, source.connection):
        patient = Patient(pk=pk, clinic=clinic, **dict(zip(PATIENT, values, strict=True)))
        yield line(patient_resource(patient)), 1


def _letters(source: Source) -> QuerySet[Any, Any]:
    selection = source.selection
    found = reports(Letter.objects.filter(assessment__clinic=selection.clinic))
    return found.filter(updated__gt=selection.since) if selection.since else found


def _reports(source: Source) -> Lines:
    """Yield the letters: who wrote them and the records they tell of are read along with them."""
    paths = [
        *LETTER,
        *(f"assessment__{name}" for name in RECORD),
        *(f"compared_with__{name}" for name in RECORD),
    ]
    rows = _letters(source).values_list("updated", "made_by__name", *paths)
    broken = known_broken(source.selection.clinic.pk)
    for updated, name, *values in fetch(rows, source.connection):
        rest = iter(values)
        own, record, other = (
            dict(zip(names, islice(rest, len(names)), strict=True))
            for names in (LETTER, RECORD, RECORD)
        )
        letter = Letter(**own, assessment=Assessment(**record))
        letter.made_by = User(pk=letter.made_by_id, name=name)
        if letter.compared_with_id:
            letter.compared_with = Assessment(**other)
        yield line(report_resource(letter, updated, broken)), 1

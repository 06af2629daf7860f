"""Finding one of 200,000 patients, and what a record takes on the disk."""

import json
from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.urls import reverse

from assessments.demo import bulk
from assessments.models import Assessment, Score
from mmt.accounts.models import User
from patients.models import Patient

from .crowd import register
from .measure import Row, compare
from .saving import CELLS, MOVEMENTS

PATIENTS = 200_000
ROUNDS = 20
RECORDS = 1_000  # so that a page half full counts for little
SIZES = {
    "postgresql": "SELECT sum(pg_total_relation_size(name::regclass))"
    " FROM unnest(%s::text[]) AS name",
    "sqlite": "SELECT sum(pgsize) FROM dbstat WHERE name IN"
    " (SELECT name FROM sqlite_schema WHERE tbl_name IN (SELECT value FROM json_each(%s)))",
}


def run() -> Iterator[Row]:
    """Yield the list's first page, one far in, and searches that find many and few."""
    before = _size()
    loaded = bulk.load(patients=RECORDS // 20, visits=20, seed=13, movements=MOVEMENTS)
    yield _kilobytes((_size() - before) / RECORDS / 1000)
    [clinic] = loaded.clinics
    patients = register(clinic, PATIENTS)
    client = Client()
    client.force_login(User.objects.get(email=f"physiotherapist@{clinic.slug}.example"))
    url = reverse("patients:list")
    ordered = Patient.objects.filter(clinic=clinic).by_name()
    middle = max(ordered[patients // 2 :][:50], key=lambda each: len(each.record_number))
    for name, ask, target in (
        ("patient list", lambda: client.get(url), "15 ms"),
        ("patient list, half way", lambda: client.get(url, {"after": middle.pk}), "15 ms"),
        ("search that finds thousands", lambda: search(client, middle.family_name[:3]), "20 ms"),
        ("search by a record number", lambda: search(client, middle.record_number), "20 ms"),
    ):
        assert ask().status_code == 200, name
        yield compare(f"{name} of {patients:,}", ask, rounds=ROUNDS, target=target)


def search(client: Client, text: str) -> object:
    return client.post(reverse("patients:list"), {"q": text}, headers={"HX-Request": "true"})


def _size() -> int:
    tables = [model._meta.db_table for model in (Assessment, Score)]
    with connection.cursor() as cursor:
        told = tables if connection.vendor == "postgresql" else json.dumps(tables)
        cursor.execute(SIZES[connection.vendor], [told])
        return float(cursor.fetchone()[0])


def _kilobytes(size: float) -> Row:
    job = f"On the disk: an assessment of {len(CELLS)} scores, in kB"
    return Row(job, size, size, size, None, None, "5.5 kB")

"""Saving a visit of 60 scores, beside the bare driver's insert of as many rows."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import instrument
from assessments.entry.content import cell_key
from assessments.models import Assessment
from mmt.accounts.models import User
from patients.models import Patient
from tests.people import make_draft

from .measure import Row, compare

MOVEMENTS = [key for key, found in instrument.MOVEMENTS.items() if len(found.sides) == 2][:30]
CELLS = instrument.cells(MOVEMENTS)
INSERT = (
    "INSERT INTO bench_score (assessment_id, movement, side, status, level, reason, limiters,"
    " position, entered, note) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
TABLE = (
    "CREATE TABLE bench_score (assessment_id {uuid} NOT NULL, movement varchar(40) NOT NULL,"
    " side varchar(8) NOT NULL, status varchar(12) NOT NULL, level smallint, reason varchar(20),"
    " limiters varchar(120), position varchar(20), entered varchar(8), note varchar(300),"
    " PRIMARY KEY (assessment_id, movement, side))"
)


def run(patient: Patient, by: User) -> Iterator[Row]:
    """Yield the rows: autosave of one score, of sixty, and signing sixty."""
    client = Client()
    client.force_login(by)
    _make_table()
    drafts = _drafts(patient, by)
    one = next(drafts)
    numbers = count(1)
    yield compare(
        "autosave of one score",
        lambda: save(client, one, CELLS[:1], next(numbers)),
        _raw_one,
        target="4",
    )
    yield compare(
        "save of 60 scores through the view",
        lambda: save(client, one, CELLS, next(numbers)),
        _raw_sixty,
        target="6",
    )
    filled = [next(drafts) for _each in range(31)]
    for draft in filled:
        save(client, draft, CELLS, 1)
    waiting = iter(filled)
    yield compare(
        "signing 60 scores: rows, read model, audit",
        lambda: _sign(client, next(waiting)),
        _raw_sixty,
    )


def _drafts(patient: Patient, by: User) -> Iterator[Assessment]:
    began = timezone.now() - timedelta(hours=12)
    for minute in count(1):  # each the newest visit, as in a clinic
        draft = make_draft(patient, by, tested_at=began + timedelta(minutes=minute))
        draft.movements = MOVEMENTS
        draft.save(update_fields=["movements"])
        yield draft


def save(client: Client, draft: Assessment, cells: tuple, number: int) -> None:
    value = {"text": "4", "reason": "", "limiters": [], "position": "", "note": ""}
    operations = [
        {"seq": number * 100 + place, "key": cell_key(cell), "base": 0, "value": value}
        for place, cell in enumerate(cells)
    ]
    body = {"client": str(draft.pk), "patient": str(draft.patient_id), "ops": operations}
    answer = client.post(
        reverse("assessments:save", args=[draft.pk]), json.dumps(body), "application/json"
    )
    assert answer.status_code == 200, answer.content


def _sign(client: Client, draft: Assessment) -> None:
    answer = client.post(
        reverse("assessments:sign", args=[draft.pk]),
        {"patient": str(draft.patient_id), "revision": 1, "filled_confirmed": "yes"},
    )
    assert answer.status_code == 302, answer.content


def _make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            TABLE.format(uuid="uuid" if connection.vendor == "postgresql" else "char(32)")
        )


def _raw_sixty() -> None:
    _raw(60)


def _raw_one() -> None:
    _raw(1)


def _raw(number: int) -> None:
    """Insert rows with the bare driver, in one durable transaction."""
    key = uuid.uuid4() if connection.vendor == "postgresql" else uuid.uuid4().hex
    rows = [
        (key, movement, str(side), "graded", 9, "", "", "", "typed", "")
        for movement, side in CELLS[:number]
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(INSERT, rows)

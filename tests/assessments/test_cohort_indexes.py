"""Questions across patients never read a table of results: an index holds all that they ask."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Count
from django.http import QueryDict
from django.utils import timezone

from assessments import instrument
from assessments.cohort import Question, new
from assessments.models import Progress
from mmt.accounts.models import Clinic, User
from tests.people import make_patient

pytestmark = pytest.mark.django_db
FROM_INDEX_ALONE = {"sqlite": "COVERING INDEX {}", "postgresql": "Index Only Scan using {}"}


@pytest.fixture(autouse=True)
def as_with_many_patients(hillside: Clinic, stranger: User) -> None:
    """PostgreSQL chooses by what the table holds, and would read a small one as a whole."""
    if connection.vendor != "postgresql":
        return
    then = timezone.now() - timedelta(days=400)
    Progress.objects.bulk_create(
        Progress(clinic=hillside, patient=patient, movement=movement, side=side, **seen(then, way))
        for patient in [make_patient(hillside, stranger) for _each in range(40)]
        for way, (movement, side) in enumerate(instrument.cells(instrument.MOVEMENTS))
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE assessments_progress")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")


def seen(then: datetime, way: int) -> dict[str, Any]:
    """Return three visits; of every other cell with a change."""
    told: dict[str, Any] = {"flag": "changed", "since_baseline": -3, "since_previous": -3}
    for days, which in enumerate(("baseline", "previous", "latest")):
        told |= {f"{which}_level": 6, f"{which}_at": then + timedelta(days=days)}
        told |= {f"{which}_assessment_id": uuid4(), f"{which}_tester_id": uuid4()}
    return told if way % 2 else told | {"flag": "same", "since_baseline": 0, "since_previous": 0}


def is_from(index: str, plan: str) -> bool:
    return re.search(FROM_INDEX_ALONE[connection.vendor].format(index), plan) is not None


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ({"direction": "fell"}, "progress_(fell_)?since_baseline"),
        ({"direction": "rose", "by": "2", "side": "left"}, "progress_since_baseline"),
        ({"direction": "either", "within": "12"}, "progress_since_baseline"),
        ({"crossed": "on", "only": "confirmed"}, "progress_(fell_)?since_baseline"),
        ({"since": "previous", "tester": "mine"}, "progress_since_previous"),
        ({"direction": "either", "since": "previous", "crossed": "on"}, "progress_since_previous"),
    ],
)
def test_of_any_movement(question: dict[str, str], index: str, harbour: Clinic) -> None:
    form = Question(question, clinics=[harbour])
    assert form.is_valid()
    by_patient = form.found().order_by().values("clinic", "patient").annotate(each=Count("*"))
    assert is_from(index, by_patient.explain())


@pytest.mark.parametrize(
    "asked", ["movement=knee_extension", "movement=knees", "movement=knees&movement=hip_flexion"]
)
def test_of_some_movements(asked: str, harbour: Clinic) -> None:
    form = Question(QueryDict(asked), clinics=[harbour])
    assert form.is_valid()
    graded = Progress.objects.filter(form.cells(), clinic=harbour)
    assert is_from("progress_by_movement", graded.values("patient").explain())


def test_what_is_new_is_found_by_its_record(harbour: Clinic) -> None:
    wanted = new([harbour], timezone.now() - timedelta(days=1))
    assert "progress_by_latest" in Progress.objects.filter(wanted).values("patient").explain()

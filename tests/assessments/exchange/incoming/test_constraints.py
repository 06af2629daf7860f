"""What the database refuses about imports, whoever writes."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from assessments.models import (
    Assessment,
    Import,
    ImportedVisit,
    NamedTester,
    RememberedMapping,
)
from mmt.accounts.models import Clinic, User
from tests.people import make_draft
from tests.refusals import refused_by

from .sheets import bring_in, filed, row

Write = Callable[[Import], object]


@pytest.fixture
def found(harbour: Clinic, admin: User) -> Import:
    return bring_in(filed(row()), harbour, admin)


def change(**fields: Any) -> Write:
    return lambda found: Import.objects.filter(pk=found.pk).update(**fields)


def change_draft(**fields: Any) -> Write:
    def write(found: Import) -> object:
        draft = make_draft(ImportedVisit.objects.get().assessment.patient, found.by)
        return Assessment.objects.filter(pk=draft.pk).update(**fields)

    return write


def visit_again(found: Import) -> object:
    known = ImportedVisit.objects.get()
    other = make_draft(known.assessment.patient, found.by)
    known.assessment = other
    return ImportedVisit.objects.bulk_create([known])


def name_again(found: Import) -> object:
    known = NamedTester.objects.get()
    known.user = User.objects.create(email=f"{uuid4()}@tester.invalid")
    return NamedTester.objects.bulk_create([known])


def remember_again(found: Import) -> object:
    known = RememberedMapping.objects.get()
    known.pk = None
    return RememberedMapping.objects.bulk_create([known])


CASES: list[tuple[str, Write]] = [
    ("import_imported_has_time_and_mapping", change(status="lost")),
    ("import_imported_has_time_and_mapping", change(status="staged")),
    ("import_imported_has_time_and_mapping", change(imported_at=None)),
    ("import_imported_has_time_and_mapping", change(mapping=None)),
    ("import_undone_has_who_when_and_why", change(status="undone")),
    ("import_undone_has_who_when_and_why", change(undo_reason="Because.")),
    ("import_undone_has_who_when_and_why", change(undone_at=timezone.now())),
    ("imported_visit_once_a_clinic", visit_again),
    ("imported_visit_has_a_tester", lambda _found: ImportedVisit.objects.update(tester="")),
    ("named_tester_one_a_name_and_clinic", name_again),
    ("remembered_mapping_one_for_headings", remember_again),
    ("assessment_known_source", change_draft(source="guessed")),
]


@pytest.mark.parametrize(("rule", "write"), CASES)
def test_database_refuses(rule: str, write: Write, found: Import) -> None:
    with refused_by(rule):
        write(found)

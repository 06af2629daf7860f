"""Records without the people: nothing by which one could be found is left anywhere."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from assessments.actions import void_assessment
from assessments.exchange import deidentify
from assessments.exchange.columns import columns_of
from assessments.exchange.deidentify import TREATMENTS, People, Treatment
from assessments.exchange.formats import PARTS
from assessments.exchange.selection import Layout, Selection, Shape, Standing
from assessments.exchange.small_groups import warnings
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.people import grade, make_patient, make_signed

from .files import as_bytes, exported, read

KNEE = ("knee_extension", "right")
EVERYTHING = Shape(format="zip", parts=tuple(PARTS), blanks=True)


@pytest.mark.parametrize("layout", list(Layout))
def test_every_column_has_its_treatment(layout: Layout) -> None:
    named = {column.name for column in columns_of(layout)}
    assert {name for name in named if name in TREATMENTS or name.endswith(("right", "left"))} | {
        name for name in named if name.endswith("midline")
    } == named


def test_a_column_without_a_treatment_gives_no_file(
    monkeypatch: pytest.MonkeyPatch, harbour: Clinic
) -> None:
    monkeypatch.delitem(TREATMENTS, "visit_note")
    with pytest.raises(KeyError, match="visit_note"):
        exported(harbour, deidentified=True)


def test_intervals_survive_and_each_persons_dates_move_by_their_own_days(
    harbour: Clinic, physio: User
) -> None:
    first = datetime(2025, 3, 30, 12, tzinfo=UTC)  # over the end of a summer time
    people = [make_patient(harbour, physio) for _person in range(3)]
    for person in people:
        for days in (0, 40):
            at = first + timedelta(days=days)
            make_signed(person, physio, {KNEE: grade(9)}, tested_at=at)
    rows = exported(harbour, deidentified=True)
    days: dict[str, list[date]] = {}
    for row in rows:
        days.setdefault(row["person"], []).append(date.fromisoformat(row["tested_on"]))
    assert [after - before for before, after in days.values()] == [timedelta(days=40)] * 3
    moved = [first.astimezone(harbour.zone).date() - before for before, _after in days.values()]
    assert all(timedelta(days=1) <= by <= timedelta(days=365) for by in moved)
    # Two of three people may move by the same days; a hundred do not.
    assert sorted(moved) == sorted(People().days(person.pk) for person in people)
    assert len({People().days(uuid4()) for _person in range(100)}) > 50


def test_runs_agree_and_another_installation_does_not(
    harbour: Clinic, patient: Patient, physio: User, settings: Any
) -> None:
    make_signed(patient, physio, {KNEE: grade(9)})
    one, again = (exported(harbour, deidentified=True) for _run in range(2))
    settings.DEIDENTIFICATION_KEY = "another"
    [other] = exported(harbour, deidentified=True)
    assert one == again
    assert other["person"] != one[0]["person"]
    here, there = People(), People("only-for-tests-" + "y" * 50)
    people = [uuid4() for _person in range(5)]
    # By the same days once in a year, by chance; all of them never.
    assert [*map(here.days, people)] != [*map(there.days, people)]


@pytest.mark.parametrize(
    ("born", "age"),
    [(date(1936, 6, 16), "89"), (date(1936, 6, 15), "90"), (date(1900, 1, 1), "90")],
)
def test_ages_over_89_are_one_group(born: date, age: str, harbour: Clinic, physio: User) -> None:
    person = make_patient(harbour, physio, birth_date=born)
    tested_at = datetime(2026, 6, 15, 3, tzinfo=UTC)
    make_signed(person, physio, {KNEE: grade(9)}, tested_at=tested_at)
    [row] = exported(harbour, deidentified=True)
    assert row["age"] == age
    assert "birth_date" not in row


def test_what_was_measured_stays_as_it_was(harbour: Clinic, patient: Patient, physio: User) -> None:
    make_signed(patient, physio, {KNEE: grade(0, note="told by Álma")}, pain=7, note="Álma")
    [named], [row] = exported(harbour), exported(harbour, deidentified=True)
    for name in ("movement", "side", "status", "grade", "pain", "battery", "scale", "sex"):
        assert row[name] == named[name]
    assert not {"result_note", "visit_note", "tested_at", "family_name"} & set(row)


def test_a_word_that_is_none_of_the_list_does_not_get_out(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9, position="on Álma's lap", limiters=("pain",))})
    [row] = exported(harbour, deidentified=True)
    assert (row["position"], row["limiters"]) == ("", "pain")


def test_rows_stand_by_person_and_not_by_when_people_came(harbour: Clinic, physio: User) -> None:
    people = [make_patient(harbour, physio) for _person in range(4)]
    for month in (1, 2, 3):
        for person in people:
            at = datetime(2025, month, 1, tzinfo=UTC)
            make_signed(person, physio, {KNEE: grade(9)}, tested_at=at)
    shown = [row["person"] for row in exported(harbour, deidentified=True)]
    assert [person for place, person in enumerate(shown) if person not in shown[:place]] == list(
        dict.fromkeys(shown)
    )
    assert shown == [person for person in dict.fromkeys(shown) for _visit in range(3)]


def test_the_dictionary_says_what_was_done_to_each_column(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9)})
    file = zipfile.ZipFile(io.BytesIO(as_bytes(harbour, EVERYTHING, deidentified=True)))
    told = file.read("data-dictionary.md").decode()
    for name, treatment in TREATMENTS.items():
        [line] = [line for line in told.splitlines() if line.startswith(f"| `{name}` | ")][:1]
        assert str(treatment.label) in line
    assert TREATMENTS["visit_note"] is Treatment.REMOVED
    columns = [column.name for column in deidentify.table().columns(Layout.LONG)]
    assert columns == list(read(file.read("csv-long.csv"))[0])


def test_the_manifest_tells_neither_where_nor_when_but_warns_of_few_people(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9)})
    file = as_bytes(harbour, EVERYTHING, deidentified=True, first_day=date(2020, 1, 31))
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(file)).read("manifest.json"))
    assert "harbour" not in str(manifest).lower()
    assert "2020-01-31" not in str(manifest)
    assert manifest["warnings"] == ["The records are of 1 person only."]


def test_small_groups_are_warned_of(harbour: Clinic, physio: User) -> None:
    for sex, number in (("female", 5), ("male", 4)):
        for _person in range(number):
            make_signed(make_patient(harbour, physio, sex=sex), physio, {KNEE: grade(9)})
    [warning] = warnings(Selection(harbour, deidentified=True))
    assert warning.startswith("1 group of one sex and ten years of birth has fewer than 5 people")


def test_a_voided_record_keeps_its_reason_to_itself(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    record = make_signed(patient, physio, {KNEE: grade(9)})
    void_assessment(record, reason="It was Edda", by=physio, revision=record.revision)
    [row] = exported(harbour, deidentified=True, standing=Standing.RECORDED)
    assert row["record_status"] == "voided"
    assert row["voided_on"]
    assert "void_reason" not in row

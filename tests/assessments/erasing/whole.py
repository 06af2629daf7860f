"""A patient with a row in every table that can hold one, and where words of theirs still stand."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from assessments.actions import amend_assessment, move_assessment, void_assessment
from assessments.entry.measured import add_measurement
from assessments.models import Assessment, Weakness
from assessments.weakness import judge_weakness
from mmt.accounts.models import User
from mmt.audit.log import record_export, record_viewing
from patients.actions import add_functional_test
from patients.cards import KINDS
from patients.emergency.actions import open_in_emergency
from patients.happenings import add_happening, void_happening
from patients.models import EmergencyReason, FunctionalTest, Patient
from tests.assessments.exchange.incoming.sheets import bring_in, filed, row
from tests.assessments.letters.reading import make_letter
from tests.assessments.pairs import make_pair
from tests.assessments.saving import KNEE, put, value
from tests.assessments.test_measurements import measurement
from tests.patients.happened import KNOWN
from tests.people import grade, make_draft, make_patient, make_signed

WORD = "Kanarienvogel"
NUMBER = "CANARY-1"
HIP = ("hip_flexion", "right")


def make_whole(*, physio: User, colleague: User, admin: User, stranger: User) -> Patient:
    """Return a patient of an import, whose every row holds the word where it holds words."""
    who = [NUMBER, WORD, "Alma", "1980-04-12"]
    clinic = physio.clinics[0]
    batch = bring_in(filed(row(who=who)), clinic, admin)
    batch.file_name, batch.reading = f"{WORD}.xlsx", batch.reading | {"sheets": [WORD]}
    batch.save()
    patient = Patient.objects.select_related("clinic").get(record_number=NUMBER)
    for kind in KINDS:
        words = {name: WORD for name in KNOWN[kind.name] if name in ("note", "name", "reason")}
        happened = kind.model(patient=patient, **KNOWN[kind.name] | words)
        void_happening(add_happening(happened, by=physio), reason=WORD, by=physio)
    test = FunctionalTest(patient=patient, kind="berg", tested_on=date(2024, 5, 2), first=40)
    test.note = WORD
    add_functional_test(test, by=physio)
    judged = Weakness(patient=patient, region="hips", kind="mixed", rationale=WORD)
    judged.judged_on = date(2024, 5, 2)
    judge_weakness(judged, by=physio)
    _records(patient, physio, colleague)
    open_in_emergency(
        record_number=NUMBER,
        birth_date=patient.birth_date,
        kind=EmergencyReason.TREATMENT,
        reason=f"{WORD} fell here.",
        by=stranger,
    )
    record_viewing(by=physio, clinic_id=clinic.pk, patient_id=patient.pk)
    record_export([patient.pk], by=admin, clinic_id=clinic.pk, detail={"form": "csv"})
    return patient


def _records(patient: Patient, physio: User, colleague: User) -> None:
    """One in force and amended with a letter, one voided, a blind pair, drafts, one moved here."""
    first = make_signed(patient, physio, {HIP: grade(0, note=WORD)}, note=WORD)
    signed = make_signed(patient, physio, {HIP: grade(9)})
    amend_assessment(
        signed, {HIP: grade(6, note=WORD)}, reason=WORD, by=physio, revision=signed.revision
    )
    make_letter(signed, physio, line=WORD)
    void_assessment(first, reason=WORD, by=physio, revision=first.revision)
    make_pair(patient, (physio, colleague), {HIP: grade(6)}, {"hip_flexion.right": "4"})
    draft = make_draft(patient, physio)
    put(draft, {KNEE: value("4", note=WORD)}, by=physio)
    add_measurement(measurement(draft, "212", note=WORD), by=physio)
    wrong = make_signed(make_patient(patient.clinic, physio), physio, {HIP: grade(3, note=WORD)})
    move_assessment(wrong, to=patient, reason="of another", by=physio, revision=wrong.revision)


def found_of(words: list[str], ids: list[UUID]) -> dict[tuple[str, str], int]:
    """Return in which columns of the database words or ids stand, and in how many rows."""
    wanted = [word.casefold() for word in words]
    wanted += [text for each in ids for text in (str(each), each.hex)]
    found: dict[tuple[str, str], int] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (its own names)
            columns = [column[0] for column in cursor.description]
            for values in cursor.fetchall():
                for name, held in zip(columns, values, strict=True):
                    if any(word in _text(held) for word in wanted):
                        found[table, name] = found.get((table, name), 0) + 1
    return found


def _text(held: Any) -> str:
    if isinstance(held, (bytes, memoryview)):
        return bytes(held).decode("latin-1").casefold()
    return str(held).casefold()


def records_of_all(patient: Patient) -> list[UUID]:
    """Return the ids of the patient's records and of those they were moved from."""
    own = Assessment.objects.filter(patient=patient)
    return [pk for pair in own.values_list("pk", "moved_from_id") for pk in pair if pk]

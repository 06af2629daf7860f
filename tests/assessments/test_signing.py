"""A signature is bound to what was signed: whatever changes afterwards is seen and told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models import Model, QuerySet
from django.test import Client
from django.utils import timezone

from assessments import signing
from assessments.actions import amend_assessment, move_assessment, void_assessment
from assessments.models import Assessment, Meaning, Measurement, Score, Signature
from assessments.signing import (
    CONTEXT,
    MEASUREMENT,
    RECORD,
    SCORE,
    contents_of,
    hash_of,
    pages_of_unmatched,
    sign,
    signature_of,
    verify_daily,
)
from mmt import triggers
from mmt.accounts.models import Clinic, User
from mmt.audit.log import told_signatures
from mmt.audit.models import Alarm
from patients.models import Patient
from tests.people import PASSWORD, grade, make_draft, make_patient, make_signed

from .saving import put
from .views.visiting import AsUser, address, signature

HIP = ("hip_flexion", "right")


@pytest.fixture
def signed(patient: Patient, physio: User) -> Assessment:
    return make_signed(patient, physio, {HIP: grade(12)})


def meanings(record: Assessment) -> list[str]:
    return [each.meaning for each in record.signatures.order_by("revision")]


def alarms() -> list[str]:
    return [each.said for each in Alarm.objects.all()]


def test_each_signature_says_who_when_and_what_it_means(
    signed: Assessment, physio: User, lead: User
) -> None:
    changes = {HIP: grade(9)}
    amend_assessment(signed, changes, reason="Typed wrong.", by=lead, revision=1)
    void_assessment(signed, reason="Never happened.", by=lead, revision=2)
    assert meanings(signed) == [Meaning.SIGNED, Meaning.AMENDED, Meaning.VOIDED]
    first, second, third = signed.signatures.order_by("revision")
    assert (first.by, first.name, first.at) == (physio, physio.name, signed.signed_at)
    assert (second.by, third.by) == (lead, lead)
    assert len({each.hash for each in (first, second, third)}) == 3
    assert signature_of(Assessment.objects.get(pk=signed.pk)) == (third, True)


def test_a_moved_record_is_signed_anew(signed: Assessment, harbour: Clinic, lead: User) -> None:
    other = make_patient(harbour, lead)
    copy = move_assessment(signed, to=other, reason="Wrong person.", by=lead, revision=1)
    assert (meanings(copy), meanings(signed)) == (["moved"], ["signed", "voided"])
    assert signature_of(copy)[1]
    assert not list(filter(None, pages_of_unmatched()))
    told = told_signatures([copy.pk, signed.pk])
    assert told[str(copy.pk)] == {copy.signatures.get().hash}
    assert told[str(signed.pk)] == {each.hash for each in signed.signatures.all()}


def of(model: type[Model], **fields: object) -> Callable[[Assessment], object]:
    def tamper(record: Assessment) -> object:
        rows: QuerySet[Model] = model._default_manager.all()
        key = "pk" if model is Assessment else "assessment"
        return rows.filter(**{key: record.pk}).update(**fields)

    return tamper


def cut_off(record: Assessment) -> object:
    return Signature.objects.filter(assessment=record)._raw_delete("default")


def forge(record: Assessment) -> object:
    """Change a grade and make the signature anew: only the audit log knows the one before."""
    Score.objects.filter(assessment=record).update(level=11)
    signature = record.signatures.get()
    made_anew = hash_of(contents_of([record])[record.pk], signature)
    return Signature.objects.filter(assessment=record).update(hash=made_anew)


def sign_behind(record: Assessment) -> object:
    """Change a grade and sign once more, as nobody did."""
    Score.objects.filter(assessment=record).update(level=11)
    return sign(record, Meaning.AMENDED, by=record.tester, at=record.tested_at)


@pytest.mark.parametrize(
    "tamper",
    [
        of(Score, level=11),
        of(Score, note="Rather weak."),
        of(Score, side="left"),
        of(Assessment, edss=Decimal("6.5")),
        of(Assessment, tested_at=datetime(2024, 5, 2, 9, 0, tzinfo=UTC)),
        of(Signature, name="Another"),
        of(Signature, meaning="amended"),
        of(Signature, at=datetime(2024, 5, 2, 9, 0, tzinfo=UTC)),
        cut_off,
        forge,
        sign_behind,
    ],
)
def test_what_changed_behind_the_code_is_seen_and_told_once(
    signed: Assessment, as_user: AsUser, physio: User, tamper: Callable[[Assessment], object]
) -> None:
    assert signature_of(signed)[1]
    with triggers.lifted():
        tamper(signed)
    client = as_user(physio)
    for _time in range(2):
        for page in ("read", "write_letter"):
            shown = client.get(address(page, signed)).content.decode()
            assert "does not match its signature" in shown
    list(verify_daily())
    with pytest.raises(CommandError, match="1 records do not match") as ended:
        call_command("verify_signatures")
    assert ended.value.returncode == 1
    assert alarms() == [f"A signed record does not match its signature: {signed.pk}"]


def test_every_column_is_signed_but_the_ways_in_and_out_of_force() -> None:
    columns = {field.attname for field in Assessment._meta.concrete_fields}
    ways = {"status", "revision", "apart", "signed_by_id", "signed_at"}
    voided = {"voided_by_id", "voided_at", "void_reason"}
    assert columns - {*RECORD, *CONTEXT} == ways | voided
    scores = {field.attname for field in Score._meta.concrete_fields}
    assert scores - set(SCORE) == {"assessment_id", "amendment_id"}
    measured = {field.attname for field in Measurement._meta.concrete_fields}
    assert measured - set(MEASUREMENT) == {"assessment_id"}


def test_the_form_of_what_is_hashed_stays(signed: Assessment) -> None:
    """A change of this value needs a new FORM, and the old one still read."""
    known = signed.signatures.get()
    content = {"record": {"id": "a"}, "context": {}, "scores": [["é", None]], "measurements": []}
    known.at, known.by_id, known.name = datetime(2024, 5, 2, tzinfo=UTC), None, "Pia"
    assert hash_of(content, known)[:16] == "faf0e0d1ddfd8fb8"
    assert list(contents_of([signed])[signed.pk]) == [
        "record",
        "context",
        "scores",
        "measurements",
    ]


def test_many_are_held_a_page_at_a_time(
    signed: Assessment, patient: Patient, physio: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_signed(patient, physio, {HIP: grade(9)})
    monkeypatch.setattr(signing, "AT_ONCE", 1)
    assert list(pages_of_unmatched()) == [[], []]


def test_a_clinic_may_have_signers_asked_again(
    as_user: AsUser, patient: Patient, physio: User, harbour: Clinic
) -> None:
    draft = put(make_draft(patient, physio), {"hip_flexion.right": "4"}, by=physio)
    client: Client = as_user(physio)
    Clinic.objects.update(asks_again_to_sign=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=False):
        asked = client.post(address("sign", draft), signature(draft))
        assert asked["Location"].startswith("/accounts/reauthenticate/")
        assert Assessment.objects.get(pk=draft.pk).is_draft
        answered = client.post(asked["Location"], {"password": PASSWORD})
    assert answered["Location"] == address("read", draft)
    assert signature_of(Assessment.objects.get(pk=draft.pk))[1]

"""Erasing: nothing of the patient is left, nothing of anybody else goes, and it is told."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from assessments.actions import move_assessment
from assessments.erasing.erase import erase, erase_again, erase_due
from assessments.erasing.hanging import hanging
from assessments.exchange.incoming.staging import forget_names
from assessments.models import Assessment, Letter, Score, Signature
from assessments.signing import pages_of_unmatched
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, Alarm, AuditEvent
from mmt.audit.verify import broken_chains
from mmt.jobs import files, kinds, queue
from mmt.jobs.actions import ask_for
from mmt.jobs.models import Job
from mmt.jobs.work import Result, Work, perform
from patients.actions import archive_patient, restore_patient
from patients.erasure import ask_erasure, confirm_erasure
from patients.models import Erasure, LegalGround, Patient, Way
from tests.assessments.erasing.whole import (
    HIP,
    NUMBER,
    WORD,
    found_of,
    make_whole,
    records_of_all,
)
from tests.assessments.exchange.incoming.sheets import filed, row, stage_sheet
from tests.assessments.pairs import begin
from tests.meta.test_access import a_job_done
from tests.people import grade, make_patient, make_signed, make_user, signed_in
from tests.refusals import refused_by

WHY = f"{WORD} wrote us a letter."
LATER = timedelta(days=7, minutes=1)


@pytest.fixture
def second_admin(admin: User) -> User:
    return make_user("admin2@harbour.test", admin.clinics[0], Role.ADMINISTRATOR, "Abe Admin")


@pytest.fixture
def whole(physio: User, colleague: User, second_admin: User, stranger: User) -> Patient:
    return make_whole(physio=physio, colleague=colleague, admin=second_admin, stranger=stranger)


def allowed(patient: Patient, asks: User, confirms: User) -> Erasure:
    """Return the erasure of a patient as two administrators have it, from a week ago."""
    with time_machine.travel(timezone.now() - LATER, tick=False):
        for person in (asks, confirms):
            person.memberships.update(since=timezone.now() - timedelta(days=1))
        archive_patient(patient, by=asks)
        asked = ask_erasure(patient, ground=LegalGround.CONSENT, reason=WHY, by=asks)
        return confirm_erasure(asked, by=confirms)


def test_nothing_is_left_of_the_patient_and_the_log_holds(
    whole: Patient, admin: User, second_admin: User, physio: User
) -> None:
    other = make_signed(make_patient(whole.clinic, physio), physio, {HIP: grade(6)})
    stage_sheet(filed(row(who=[NUMBER, WORD, "Alma", "1980-04-12"])), whole.clinic, admin)
    records = records_of_all(whole)
    for model, keys in hanging().items():  # or it would prove nothing
        assert model._base_manager.exists(), (model, keys)
    assert found_of([WORD, NUMBER], [whole.pk, *records])
    erase(allowed(whole, admin, second_admin))
    assert found_of([WORD, NUMBER], []) == {}
    left = found_of([], [whole.pk, *records])
    assert set(left) == {
        ("audit_auditevent", "detail"),  # of the patient from whom a record was moved here
        ("audit_auditevent", "patient_id"),
        ("audit_auditevent", "target"),
        ("audit_exported", "patient_id"),
        ("patients_erasure", "patient_id"),
    }
    assert list(broken_chains()) == []
    assert [page for page in pages_of_unmatched() if page] == []
    assert list(Assessment.objects.filter(status="signed")) == [other]
    event = AuditEvent.objects.get(action=Action.PATIENT_ERASED)
    assert (event.patient_id, event.actor, event.actor_id) == (whole.pk, "erasure", None)
    assert event.detail["ground"] == "consent"
    told = [event.detail[name] for name in ("asked_by", "confirmed_by")]
    assert told == [admin.email, second_admin.email]
    assert event.detail["gone"]["patients_patient"] == 1
    connection.check_constraints()


def test_rows_go_only_while_their_patient_is_being_erased(
    whole: Patient, admin: User, second_admin: User
) -> None:
    erasure = allowed(whole, admin, second_admin)
    signed = Assessment.objects.filter(patient=whole, status="amended").get()
    other = make_signed(make_patient(whole.clinic, admin), second_admin, {HIP: grade(6)})
    deletes = (
        ("score_never_deleted", Score.objects.filter(assessment=signed)),
        ("signature_append_only", Signature.objects.filter(assessment=signed)),
        ("letter_append_only", Letter.objects.filter(assessment=signed)),
        ("assessment_signed_never_deleted", Assessment.objects.filter(pk=signed.pk)),
    )
    for rule, rows in deletes:
        with refused_by(rule):
            rows._raw_delete(rows.db)
    with transaction.atomic():
        Erasure.objects.filter(pk=erasure.pk).update(begun_at=timezone.now())
        assert Score.objects.filter(assessment=signed).delete()[0] == 1
        with refused_by("score_never_deleted"):
            Score.objects.filter(assessment=other).delete()
        with refused_by("assessment_signed_never_deleted"):
            Assessment.objects.filter(pk=other.pk)._raw_delete("default")
        with refused_by("signature_append_only"):  # nothing is changed, even then
            Signature.objects.filter(assessment=signed).update(name="Nobody")


def test_a_record_that_was_moved_on_outlives_the_wrong_patient(
    harbour: Clinic, physio: User, admin: User, second_admin: User
) -> None:
    wrong, right = make_patient(harbour, physio), make_patient(harbour, physio)
    signed = make_signed(wrong, physio, {HIP: grade(6)})
    moved = move_assessment(
        signed, to=right, reason="mixed up", by=physio, revision=signed.revision
    )
    erase(allowed(wrong, admin, second_admin))
    moved.refresh_from_db()
    assert (moved.status, moved.moved_from_id) == ("signed", signed.pk)
    assert [page for page in pages_of_unmatched() if page] == []
    page = signed_in(physio).get(f"/assessments/{moved.pk}/").content.decode()
    assert "That one was erased." in page
    assert str(signed.pk) not in page


def test_a_worker_does_what_is_due_and_nothing_else(
    whole: Patient, admin: User, second_admin: User, physio: User
) -> None:
    taken_back, waiting = make_patient(whole.clinic, physio), make_patient(whole.clinic, physio)
    due = allowed(whole, admin, second_admin)
    allowed(taken_back, admin, second_admin)
    restore_patient(taken_back, by=physio)
    archive_patient(taken_back, by=physio)
    archive_patient(waiting, by=physio)
    asked = ask_erasure(waiting, ground=LegalGround.TIME_OVER, reason=WHY, by=admin)
    confirm_erasure(asked, by=second_admin)
    list(erase_due())
    assert not Patient.objects.filter(pk=whole.pk).exists()
    assert Patient.objects.filter(pk__in=[taken_back.pk, waiting.pk]).count() == 2
    due.refresh_from_db()
    assert (due.reason, due.is_standing) == ("", False)
    withdrawn = Erasure.objects.get(patient_id=taken_back.pk)
    assert withdrawn.withdrawn_by == physio


def test_one_that_cannot_be_done_alarms_and_keeps_nothing_from_being_done(
    whole: Patient, admin: User, second_admin: User, physio: User
) -> None:
    unarchived, other = allowed(whole, admin, second_admin), make_patient(whole.clinic, physio)
    Patient.objects.filter(pk=whole.pk).update(archived_at=None)  # by a way that nobody has
    fine = allowed(other, admin, second_admin)
    list(erase_due())
    assert Patient.objects.filter(pk__in=[whole.pk, other.pk]).get() == whole
    assert Alarm.objects.get().key == f"erasure:{unarchived.pk}"
    assert Erasure.objects.get(pk=fine.pk).erased_at


def test_results_of_background_work_go_with_them(
    patient: Patient, admin: User, second_admin: User, django_capture_on_commit_callbacks: Any
) -> None:
    job = Job.objects.get(pk=a_job_done(admin, patient.clinic).pk)
    path = files.path_of(job)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        erase(allowed(patient, admin, second_admin))
    assert not path.exists()
    assert not Job.objects.exists()


def test_a_job_claimed_while_the_erasing_goes_on_leaves_no_file(
    patient: Patient, admin: User, second_admin: User, settings: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    def names(work: Work) -> Result:
        with work.file() as file:
            file.write(Patient.objects.get(pk=patient.pk).family_name.encode())
        return Result("names.csv", "text/csv")

    def meanwhile(*about: Any) -> None:
        claimed = queue.claim(timedelta(seconds=60))
        assert claimed
        perform(Work(claimed, timedelta(seconds=60)))
        forget_names(*about)

    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(kinds, "_registered", {"names": kinds.Kind("names", names, bool)})
    monkeypatch.setattr("assessments.erasing.erase.forget_names", meanwhile)
    ask_for("names", {}, title="Names", clinic=patient.clinic, by=admin)
    with django_capture_on_commit_callbacks(execute=True):
        erase(allowed(patient, admin, second_admin))
    assert not Job.objects.exists()
    assert list(files.folder().iterdir()) == []


def test_the_reason_of_a_move_goes_with_either_patient(
    harbour: Clinic, physio: User, colleague: User, lead: User
) -> None:
    """The record was one of a blind pair, which ends with the move."""
    for gone in (0, 1):
        pair = [make_patient(harbour, physio), make_patient(harbour, physio)]
        signed = make_signed(pair[0], physio, {HIP: grade(6)})
        begin(signed, colleague)
        record = Assessment.objects.get(pk=signed.pk)
        moved = move_assessment(record, to=pair[1], reason=WHY, by=lead, revision=record.revision)
        assert Assessment.objects.get(moved_to=moved).void_reason == WHY
        erase_again([pair[gone].pk])
        assert found_of([WORD], []) == {}


def test_what_a_backup_brought_back_is_erased_again(
    whole: Patient, admin: User, second_admin: User
) -> None:
    """As of before anybody asked, and as of while it waited."""
    other = make_patient(whole.clinic, admin)
    archive_patient(other, by=admin)
    ask_erasure(other, ground=LegalGround.CONSENT, reason=WHY, by=admin)
    assert erase_again([whole.pk, other.pk, uuid4()]) == 2
    assert not Patient.objects.filter(pk__in=[whole.pk, other.pk]).exists()
    assert Erasure.objects.filter(way=Way.AGAIN, erased_at__isnull=False).count() == 2
    assert found_of([WORD, NUMBER], []) == {}

"""What is past its time goes, what is not stays, and the log tells of it."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from assessments.entry.drafts import discard_draft
from assessments.models import Assessment, Draft
from assessments.retention import RULES
from mmt.accounts.models import Clinic, Invitation, Session, User
from mmt.audit.models import Action, AuditEvent, Refusal
from mmt.audit.verify import broken_chains
from mmt.jobs import retention
from patients.models import Patient
from tests.people import grade, make_draft, make_patient, make_signed

HIP = ("hip_flexion", "right")


def listed(*arguments: str) -> dict[str, int]:
    """Run the command; return its number for each table."""
    out = StringIO()
    call_command("retention", *arguments, stdout=out)
    lines = [line.split() for line in out.getvalue().splitlines()]
    return {line[0]: int(line[1]) for line in lines if int(line[1])}


def invite(clinic: Clinic, by: User, *, ended_days_ago: int) -> None:
    ended = timezone.now() - timedelta(days=ended_days_ago)
    Invitation.objects.create(
        clinic=clinic,
        email="new@harbour.test",
        role="clinician",
        token_hash=str(ended_days_ago),
        invited_by=by,
        created_at=ended - timedelta(days=7),
        expires_at=ended,
    )


def test_the_command_removes_what_is_past_its_time_and_no_more(
    harbour: Clinic, physio: User, patient: Patient
) -> None:
    signed = make_signed(patient, physio, {HIP: grade(9)})
    old, new, kept = (make_draft(patient, physio) for _draft in range(3))
    for draft in (old, new):
        discard_draft(draft, by=physio)
    Draft.objects.filter(pk=old.pk).update(discarded_at=timezone.now() - timedelta(days=31))
    for days in (10, 91):
        invite(harbour, physio, ended_days_ago=days)
    wanted = {"assessments_assessment": 1, "accounts_invitation": 1}

    assert listed("--dry-run") == wanted
    assert Assessment.objects.filter(pk=old.pk).exists()
    assert listed() == wanted
    assert listed() == {}
    assert set(Assessment.objects.values_list("pk", flat=True)) == {signed.pk, new.pk, kept.pk}
    told = AuditEvent.objects.filter(action=Action.RETENTION_APPLIED)
    assert set(told.values_list("target", flat=True)) == {str(old.pk), "drafts", "invitations"}
    assert list(broken_chains()) == []


def test_every_day_only_what_nobody_can_ask_for_again_goes(
    harbour: Clinic, physio: User, as_user: Callable[[User], Client]
) -> None:
    as_user(physio)
    invite(harbour, physio, ended_days_ago=91)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    now = timezone.now()
    for hour in (now, now - timedelta(hours=23), now - timedelta(hours=25)):
        Refusal.objects.create(actor_id=physio.pk, pattern="GET read", hour=hour)
    assert len(list(retention.daily())) == len([rule for rule in retention.rules() if rule.daily])
    assert not Session.objects.exists()
    assert Invitation.objects.exists()
    assert Refusal.objects.count() == 2


def test_archived_patients_past_their_time_are_listed_and_kept(
    patient: Patient, harbour: Clinic, physio: User, settings: Any
) -> None:
    long_ago = timezone.now() - timedelta(days=4000)
    Patient.objects.filter(pk=patient.pk).update(archived_at=long_ago, last_seen=long_ago.date())
    seen_since = make_patient(harbour, physio)
    Patient.objects.filter(pk=seen_since.pk).update(archived_at=long_ago, last_seen="2026-01-05")
    make_patient(harbour, physio)
    assert "patients_patient" not in listed()
    settings.RECORDS_KEPT_YEARS = 10
    for arguments in ([], ["--dry-run"]):
        out = StringIO()
        call_command("retention", *arguments, stdout=out)
        assert f"/erasures/patients/{patient.pk}/" in out.getvalue()
        assert out.getvalue().count("/erasures/patients/") == 1
    assert Patient.objects.count() == 3


def test_drafts_of_several_clinics_are_told_clinic_by_clinic(
    patient: Patient, physio: User, foreign_patient: Patient, stranger: User
) -> None:
    """Each clinic's chain is held until all are told, by everybody in the same order."""
    for number in range(2):
        for place, (whose, by) in enumerate(((patient, physio), (foreign_patient, stranger))):
            discard_draft(make_draft(whose, by, id=UUID(int=2 * number + place)), by=by)
    Draft.objects.update(discarded_at=timezone.now() - timedelta(days=31))
    [drafts] = [rule for rule in RULES if rule.key == "drafts"]
    with transaction.atomic():
        assert drafts.remove(drafts.past().order_by("pk")) == 4
    told = AuditEvent.objects.filter(action=Action.RETENTION_APPLIED, patient_id__isnull=False)
    chains = list(told.order_by("pk").values_list("chain", flat=True))
    assert len(set(chains)) == 2
    assert chains == sorted(chains)

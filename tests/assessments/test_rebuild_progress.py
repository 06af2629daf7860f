"""`manage.py rebuild_progress`, as a system administrator runs it."""

import io

import pytest
from django.core.management import CommandError, call_command

from assessments.models import Progress
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.people import grade, make_signed

KNEE, HIP = ("knee_extension", "right"), ("hip_flexion", "left")


def run(*options: str) -> str:
    said = io.StringIO()
    call_command("rebuild_progress", *options, stderr=said)
    return said.getvalue()


def entries() -> list[object]:
    return list(Progress.objects.order_by("movement").values_list())


@pytest.fixture
def right(patient: Patient, foreign_patient: Patient, physio: User, stranger: User) -> list[object]:
    """What two visits of one patient and one of another gave."""
    for level in (9, 0):
        make_signed(patient, physio, {KNEE: grade(level), HIP: grade(6)})
    make_signed(foreign_patient, stranger, {("grip", "right"): grade(3)})
    return entries()


def test_what_is_wrong_is_said_and_put_right(right: list[object], patient: Patient) -> None:
    assert "the entries of 0 differ" in run("--check")
    Progress.objects.filter(movement="knee_extension").update(latest_level=12, confirmed=True)
    Progress.objects.filter(movement="grip").delete()
    Patient.objects.filter(pk=patient.pk).update(last_seen=None)
    wrong = entries()
    with pytest.raises(CommandError) as found:
        run("--check")
    assert (found.value.returncode, entries()) == (1, wrong)
    assert "2 patients looked at; the entries of 2 differed" in run()
    assert entries() == right
    patient.refresh_from_db()
    assert patient.last_seen is not None
    assert "the entries of 0 differ" in run("--check")


def test_one_clinic_alone(right: list[object], harbour: Clinic) -> None:
    Progress.objects.all().delete()
    run("--clinic", harbour.slug)
    assert {row.clinic_id for row in Progress.objects.all()} == {harbour.pk}
    with pytest.raises(CommandError, match="one of harbour, hillside") as found:
        run("--clinic", "elsewhere")
    assert found.value.returncode == 2

"""What a person may do with a record, refused by its reason."""

import pytest
from django.core.exceptions import PermissionDenied

from assessments.actions import void_assessment
from assessments.models import Assessment
from assessments.permissions import (
    check_user_can_edit_draft,
    check_user_can_end_pair,
    check_user_can_record,
    check_user_can_test_second,
)
from mmt.accounts.models import User
from patients.actions import archive_patient
from patients.models import Patient
from tests.assessments.pairs import begin
from tests.people import grade, make_signed

HIP = {("hip_flexion", "right"): grade(0)}


@pytest.fixture
def signed(patient: Patient, physio: User) -> Assessment:
    return make_signed(patient, physio, HIP)


def test_what_is_signed_is_no_draft_even_for_its_tester(signed: Assessment, physio: User) -> None:
    with pytest.raises(PermissionDenied, match="is signed"):
        check_user_can_edit_draft(physio, signed)


def test_a_second_test_needs_a_first_in_force_of_somebody_else(
    signed: Assessment, physio: User, colleague: User, lead: User
) -> None:
    check_user_can_test_second(colleague, signed)
    with pytest.raises(PermissionDenied, match="your own"):
        check_user_can_test_second(physio, signed)
    begin(signed, colleague)
    with pytest.raises(PermissionDenied, match="a second one already"):
        check_user_can_test_second(lead, signed)


def test_of_a_voided_record_there_is_no_second(
    signed: Assessment, physio: User, colleague: User
) -> None:
    voided = void_assessment(
        signed, reason="Of another person.", by=physio, revision=signed.revision
    )
    with pytest.raises(PermissionDenied, match="was voided"):
        check_user_can_test_second(colleague, voided)


def test_only_an_open_pair_is_ended(signed: Assessment, physio: User) -> None:
    with pytest.raises(PermissionDenied, match="no open blind pair"):
        check_user_can_end_pair(physio, signed)


def test_an_archived_patient_is_not_tested(patient: Patient, physio: User) -> None:
    archive_patient(patient, by=physio)
    with pytest.raises(PermissionDenied, match="is archived"):
        check_user_can_record(physio, patient)

"""Whether this person may do this to this record. Each check raises PermissionDenied with the
reason; `user_can` turns one into yes or no, for a button and its explanation.
"""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Permission
from patients.models import Patient

from .models import Assessment, AssessmentStatus
from .pairing import pairs_of


def check_user_can_record(user: User, patient: Patient) -> None:
    if not user.can(Permission.RECORD, patient.clinic_id):
        raise PermissionDenied(_("Only a physiotherapist of this clinic can record scores."))
    if patient.archived_at:
        raise PermissionDenied(_("This patient is archived. Take the record back first."))


def check_user_can_test_second(user: User, first: Assessment) -> None:
    """A second test of the same day, blind to the first."""
    check_user_can_record(user, first.patient)
    if first.is_of(user):
        raise PermissionDenied(_("This test is your own: the second is somebody else's."))
    if first.status == AssessmentStatus.VOIDED:
        raise PermissionDenied(_("This assessment was voided."))
    if pairs_of(first).exists():
        raise PermissionDenied(_("This test has a second one already."))


def check_user_can_end_pair(user: User, assessment: Assessment) -> None:
    """Of either record of the pair."""
    pair = pairs_of(assessment).select_related("first", "second").first()
    if pair is None or not pair.is_open:
        raise PermissionDenied(_("This is no open blind pair."))
    if user.can(Permission.AMEND_ANY, assessment.clinic_id):
        return
    mine = pair.first.is_of(user) or pair.second.is_of(user)
    if not (mine and user.can(Permission.RECORD, assessment.clinic_id)):
        raise PermissionDenied(_("Only a tester of the pair or a lead physiotherapist can end it."))


def check_user_can_see_quality(user: User, clinic: Clinic) -> None:
    if not user.can(Permission.SEE_QUALITY, clinic):
        raise PermissionDenied(
            _("Only a lead physiotherapist or an administrator of this clinic sees this.")
        )


def check_user_can_edit_draft(user: User, assessment: Assessment) -> None:
    if not user.can(Permission.RECORD, assessment.clinic_id):
        raise PermissionDenied(_("Only a physiotherapist of this clinic can record scores."))
    if not assessment.is_draft:
        raise PermissionDenied(_("This assessment is signed. Change it by an amendment."))
    if not assessment.is_of(user) and not user.can(Permission.AMEND_ANY, assessment.clinic_id):
        raise PermissionDenied(_("This draft belongs to another physiotherapist."))


def check_user_can_amend(user: User, assessment: Assessment) -> None:
    _check_in_force(assessment)
    if user.can(Permission.AMEND_ANY, assessment.clinic_id):
        return
    if not (user.can(Permission.RECORD, assessment.clinic_id) and assessment.is_of(user)):
        raise PermissionDenied(_("Only the tester or a lead physiotherapist can amend this."))


def check_user_can_void(user: User, assessment: Assessment) -> None:
    _check_in_force(assessment)
    if user.can(Permission.VOID_ANY, assessment.clinic_id):
        return
    if not (user.can(Permission.RECORD, assessment.clinic_id) and assessment.is_of(user)):
        raise PermissionDenied(_("Only the tester or a lead physiotherapist can void this."))


def check_user_can_move(user: User, assessment: Assessment) -> None:
    _check_in_force(assessment)
    if not user.can(Permission.MOVE, assessment.clinic_id):
        raise PermissionDenied(_("Only a lead physiotherapist can move a record to a patient."))


def check_user_can_write_letter(user: User, assessment: Assessment) -> None:
    _check_in_force(assessment)
    if not user.can(Permission.WRITE_LETTERS, assessment.clinic_id):
        raise PermissionDenied(_("Only a physiotherapist or clinician can write letters."))


def check_user_can_set_rule(user: User, clinic: Clinic) -> None:
    if not user.can(Permission.MANAGE_TEAM, clinic):
        raise PermissionDenied(_("Only an administrator of this clinic can set its change rule."))


def check_user_can_set_order(user: User, clinic: Clinic) -> None:
    if not user.can(Permission.SET_ENTRY_ORDER, clinic):
        raise PermissionDenied(
            _("Only a lead physiotherapist or an administrator of this clinic can set its order.")
        )


def check_user_can_export(user: User, clinic: Clinic) -> None:
    if not user.can(Permission.EXPORT, clinic):
        raise PermissionDenied(_("Only an administrator of a clinic can export its records."))


def check_user_can_export_deidentified(user: User, clinic: Clinic) -> None:
    if not user.can(Permission.EXPORT_DEIDENTIFIED, clinic):
        raise PermissionDenied(_("Your role cannot export records of this clinic."))


def user_can(
    check: Callable[..., None], user: User, subject: Assessment | Patient | Clinic
) -> bool:
    try:
        check(user, subject)
    except PermissionDenied:
        return False
    return True


def _check_in_force(assessment: Assessment) -> None:
    if assessment.status == AssessmentStatus.DRAFT:
        raise PermissionDenied(_("This assessment is not signed yet."))
    if assessment.status == AssessmentStatus.VOIDED:
        raise PermissionDenied(_("This assessment was voided."))

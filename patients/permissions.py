"""Whether this person may change this patient. Each check raises PermissionDenied, saying why."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.accounts.roles import Permission

from .models import Patient


def check_user_can_register(user: User) -> None:
    if not user.can_somewhere(Permission.EDIT_PATIENTS):
        raise PermissionDenied(_("You cannot register patients in any clinic."))


def check_user_can_edit(user: User, patient: Patient) -> None:
    if not user.can(Permission.EDIT_PATIENTS, patient.clinic_id):
        raise PermissionDenied(_("You cannot change patients of this clinic."))


def check_user_can_enter(user: User, patient: Patient) -> None:
    """Anything about the patient that goes with them, such as an event or a functional test."""
    check_user_can_edit(user, patient)
    if patient.archived_at:
        raise PermissionDenied(_("This patient is archived. Take the record back first."))

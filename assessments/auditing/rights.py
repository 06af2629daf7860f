"""Who may read the audit log. Each check raises PermissionDenied, saying why."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Permission
from patients.models import Patient


def clinics_of_reader(user: User) -> list[Clinic]:
    """Return the clinics whose log the person may read."""
    found = user.clinics_with(Permission.READ_AUDIT)
    if not found:
        raise PermissionDenied(_("Only an administrator can read the audit log."))
    return found


def may_read(user: User, clinic: Clinic) -> bool:
    """Whether the person may now, asked anew: a user of a request keeps what it began with."""
    current = User.objects.filter(pk=user.pk, is_active=True).first()
    return current is not None and current.can(Permission.READ_AUDIT, clinic)


def check_user_can_read_accesses(user: User, patient: Patient) -> None:
    if not user.can(Permission.READ_AUDIT, patient.clinic_id):
        raise PermissionDenied(_("Only an administrator can read who had access to a record."))

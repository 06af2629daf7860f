"""Who may do what: the whole of it on one screen.

Rules about one record (mine, signed, a draft) stand in `assessments/permissions.py`.
"""

from enum import Enum, auto

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PHYSIOTHERAPIST = "physiotherapist", _("physiotherapist")
    LEAD = "lead", _("lead physiotherapist")
    CLINICIAN = "clinician", _("clinician")
    ADMINISTRATOR = "administrator", _("administrator")


class Permission(Enum):
    SEE_PATIENTS = auto()
    EDIT_PATIENTS = auto()
    RECORD = auto()  # record and sign; amend and void one's own
    AMEND_ANY = auto()
    VOID_ANY = auto()
    MOVE = auto()
    WRITE_LETTERS = auto()
    EXPORT = auto()
    EXPORT_DEIDENTIFIED = auto()
    IMPORT = auto()
    MANAGE_TEAM = auto()
    MANAGE_CLINIC = auto()
    SET_ENTRY_ORDER = auto()
    READ_AUDIT = auto()
    ERASE = auto()  # ask that a patient be erased, or confirm it
    OPEN_IN_EMERGENCY = auto()  # read a patient of another clinic for a while, giving a reason
    SEE_QUALITY = auto()  # the data-quality board, agreement of testers


_EVERYONE = frozenset({Permission.SEE_PATIENTS, Permission.EDIT_PATIENTS})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PHYSIOTHERAPIST: _EVERYONE
    | {Permission.RECORD, Permission.WRITE_LETTERS, Permission.OPEN_IN_EMERGENCY},
    Role.LEAD: _EVERYONE
    | {
        Permission.RECORD,
        Permission.AMEND_ANY,
        Permission.VOID_ANY,
        Permission.MOVE,
        Permission.SEE_QUALITY,
        Permission.SET_ENTRY_ORDER,
        Permission.WRITE_LETTERS,
        Permission.OPEN_IN_EMERGENCY,
    },
    Role.CLINICIAN: _EVERYONE
    | {
        Permission.EXPORT_DEIDENTIFIED,
        Permission.WRITE_LETTERS,
        Permission.OPEN_IN_EMERGENCY,
    },
    Role.ADMINISTRATOR: _EVERYONE
    | {
        Permission.EXPORT,
        Permission.EXPORT_DEIDENTIFIED,
        Permission.IMPORT,
        Permission.MANAGE_TEAM,
        Permission.MANAGE_CLINIC,
        Permission.SET_ENTRY_ORDER,
        Permission.READ_AUDIT,
        Permission.ERASE,
        Permission.SEE_QUALITY,
    },
}

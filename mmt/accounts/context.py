"""What every page shows of the place and the person."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .demo import PASSWORD, SIGN_INS
from .models import Clinic
from .roles import Permission
from .session import seconds_left


def place(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"demo_sign_ins": SimpleLazyObject(_demo_sign_ins), "demo_password": PASSWORD}
    clinics = user.clinics
    return {
        "session_seconds": seconds_left(request),
        "clinic_name": clinics[0].name if len(clinics) == 1 else "",
        "clinic_names": [clinic.name for clinic in clinics],
        "role_names": list(
            dict.fromkeys(member.get_role_display() for member in user.active_memberships)
        ),
        "may_export": user.can_somewhere(Permission.EXPORT)
        or user.can_somewhere(Permission.EXPORT_DEIDENTIFIED),
        "may_import": user.can_somewhere(Permission.IMPORT),
        "may_manage_team": user.can_somewhere(Permission.MANAGE_TEAM),
        "may_read_audit": user.can_somewhere(Permission.READ_AUDIT),
        "is_demo": any(clinic.is_demo for clinic in clinics),
    }


def _demo_sign_ins() -> list[tuple[str, Any]]:
    """The demo accounts as (e-mail, role), if this database holds demonstration data."""
    if not Clinic.objects.filter(is_demo=True).exists():
        return []
    return [(email, role.label) for email, _name, _clinic, role in SIGN_INS]

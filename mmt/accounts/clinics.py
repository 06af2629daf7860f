"""Founding a clinic: its first administrator invites the others. And the order of several."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from mmt.audit.log import record
from mmt.audit.models import Action

from .models import Clinic, Membership, User
from .roles import Role

ACTOR = "command line"


def in_order(clinics: Iterable[Clinic]) -> list[Clinic]:
    """Return them in the order in which one transaction tells several clinics' chains.

    Each chain is held from its first event on: two that took them in different orders would wait
    for each other.
    """
    return sorted(clinics, key=lambda clinic: clinic.pk)


@transaction.atomic
def create_clinic(clinic: Clinic, administrator: User) -> Clinic:
    """Save a new clinic and its first administrator, who may have an account already.

    Raises ValidationError naming the field that is wrong.
    """
    if Clinic.objects.filter(is_demo=True).exists():
        raise ValidationError(
            "This database holds the demonstration clinics. Real people need one of their own: "
            "set DATA_DIR or DATABASE_URL to a new place."
        )
    clinic.full_clean()
    clinic.save(force_insert=True)
    if administrator._state.adding:
        administrator.full_clean(exclude=["last_login"])
        administrator.save(force_insert=True)
    Membership.objects.create(clinic=clinic, user=administrator, role=Role.ADMINISTRATOR)
    record(
        Action.CLINIC_CREATED,
        by=None,
        actor=ACTOR,
        clinic_id=clinic.pk,
        target=clinic.pk,
        detail={"name": clinic.name, "administrator": administrator.email},
    )
    return clinic

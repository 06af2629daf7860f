"""What an administrator decides about second factors: one transaction each, told in it."""

from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from mmt.audit.log import record
from mmt.audit.models import Action

from ..actions import Refused
from ..clinics import in_order
from ..models import Clinic, Membership, User
from ..store import end_all


@transaction.atomic
def reset_factors(person: User, clinic: Clinic, *, by: User) -> None:
    """Take every second factor of a person away, and their sessions, so that they start anew.

    `clinic` is the one in whose name it is done. Every clinic the person works in is told, since
    their account is one. Raises Refused, also where the person does not work in `clinic`.
    """
    if not Membership.objects.filter(user=person, clinic=clinic, active=True).exists():
        raise Refused(_("This person has no role in the clinic any more."))
    if person.pk == by.pk:
        raise Refused(
            _("Nobody can do this for themselves: another administrator can, or a recovery code.")
        )
    held = Authenticator.objects.select_for_update().filter(user=person)
    kinds = sorted(factor.type for factor in held)
    if not kinds:
        raise Refused(_("This person has no second factor."))
    Authenticator.objects.filter(user=person).delete()
    end_all(person)
    for told in in_order(person.clinics):
        record(
            Action.FACTORS_RESET,
            by=by,
            clinic_id=told.pk,
            target=person.pk,
            detail={"person": person.email, "kinds": kinds},
        )


@transaction.atomic
def ask_for_factors(clinic: Clinic, roles: Collection[str], *, to_sign: bool, by: User) -> bool:
    """Say which roles need a second factor, beside administrators, and whether signing asks again.

    Return whether it is new.
    """
    stands = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    before = {
        "second_factor_roles": sorted(stands.second_factor_roles),
        "asks_again_to_sign": stands.asks_again_to_sign,
    }
    after = {"second_factor_roles": sorted(roles), "asks_again_to_sign": to_sign}
    if before == after:
        return False
    for name, value in after.items():
        setattr(stands, name, value)
    stands.save(update_fields=list(after))
    record(
        Action.CLINIC_CHANGED,
        by=by,
        clinic_id=stands.pk,
        target=stands.pk,
        detail={"before": before, "after": after},
    )
    return True

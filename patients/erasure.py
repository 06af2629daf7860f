"""Asking that a patient be erased, confirming it, withdrawing it: one transaction each, told to the
log. The erasing itself is of `assessments/erasing`.

Two administrators decide, and a week passes in which either, or anybody who takes the patient back
from the archive, can stop it. Where a clinic has one administrator only, a month passes instead.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from mmt.accounts.mail import tell_administrators
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import ROLE_PERMISSIONS, Permission
from mmt.audit.log import record
from mmt.audit.models import Action

from .models import Erasure, Patient, Way
from .querysets import PatientQuerySet

AFTER_TWO = timedelta(days=7)
AFTER_ONE = timedelta(days=30)
LEAST_REASON = 10  # characters
ERASERS = [role for role, allowed in ROLE_PERMISSIONS.items() if Permission.ERASE in allowed]


class NotNow(ValueError):
    """It cannot be done any more, or not yet; the message says why, to the person."""


def standing_of(patient: Patient) -> Erasure | None:
    """Return the erasure that was asked for and neither withdrawn nor done, with its people."""
    found = Erasure.objects.standing().filter(patient_id=patient.pk)
    return found.select_related("clinic", "asked_by", "confirmed_by").first()


def past_their_time() -> "PatientQuerySet":
    """Return who is archived, and was last seen, longer ago than settings.RECORDS_KEPT_YEARS;
    nobody where that is 0. An administrator decides about each: nothing goes by itself.
    """
    if not settings.RECORDS_KEPT_YEARS:
        return Patient.objects.none()
    before = timezone.now() - timedelta(days=365.25 * settings.RECORDS_KEPT_YEARS)
    asked = Erasure.objects.standing().values("patient_id")
    unseen = Q(last_seen=None) | Q(last_seen__lt=before.date())
    return Patient.objects.filter(unseen, archived_at__lt=before).exclude(pk__in=asked)


def check_user_can_erase(user: User, patient: Patient) -> None:
    if not user.can(Permission.ERASE, patient.clinic_id):
        raise PermissionDenied(_("Only an administrator of this clinic can have a patient erased."))


def check_user_can_confirm(user: User, erasure: Erasure) -> None:
    """By another than who asked, who was an administrator then: nobody is made one to confirm."""
    if not user.can(Permission.ERASE, erasure.clinic_id):
        raise PermissionDenied(_("Only an administrator of this clinic can confirm an erasure."))
    if erasure.asked_by_id == user.pk:
        raise PermissionDenied(_("Another administrator has to confirm what you asked for."))
    if not _held(user, erasure.clinic).filter(since__lt=erasure.asked_at).exists():
        raise PermissionDenied(
            _("You became an administrator after it was asked for. Somebody else has to confirm.")
        )


@transaction.atomic
def ask_erasure(patient: Patient, *, ground: str, reason: str, by: User) -> Erasure:
    """Ask for it. Raises NotNow where the patient is not archived, or was asked for already."""
    held = Patient.objects.select_for_update(of=("self",), no_key=True)
    locked = held.select_related("clinic").get(pk=patient.pk)
    if locked.archived_at is None:
        raise NotNow(_("Archive the patient first: nobody records about them any more then."))
    if standing_of(locked):
        raise NotNow(_("The erasure of this patient was asked for already."))
    now = timezone.now()
    alone = not _others(by, locked.clinic)
    erasure = Erasure.objects.create(
        clinic=locked.clinic,
        patient_id=locked.pk,
        way=Way.ALONE if alone else Way.TWO,
        ground=ground,
        reason=reason,
        asked_by=by,
        asked_at=now,
        due_at=now + AFTER_ONE if alone else None,
    )
    _tell(Action.ERASURE_ASKED, erasure, by=by, ground=ground, reason=reason)
    transaction.on_commit(lambda: _mail(erasure))
    return erasure


@transaction.atomic
def confirm_erasure(erasure: Erasure, *, by: User) -> Erasure:
    """Confirm it; the time in which it can be withdrawn begins. Raises NotNow, PermissionDenied."""
    locked = _lock(erasure)
    if not locked.waits_for_another:
        raise NotNow(_("There is nothing to confirm any more."))
    check_user_can_confirm(by, locked)
    locked.confirmed_by, locked.confirmed_at = by, timezone.now()
    locked.due_at = locked.confirmed_at + AFTER_TWO
    locked.save(update_fields=["confirmed_by", "confirmed_at", "due_at"])
    _tell(Action.ERASURE_CONFIRMED, locked, by=by)
    return locked


@transaction.atomic
def withdraw_erasure(erasure: Erasure, *, by: User) -> None:
    """Withdraw it. Raises NotNow where there is nothing to withdraw any more."""
    locked = _lock(erasure)
    if not locked.is_standing:
        raise NotNow(_("There is nothing to withdraw any more."))
    _withdraw(locked, by=by)


def withdraw_for(patient_id: UUID, *, by: User) -> bool:
    """Withdraw the erasure of a patient who comes back from the archive, if one was asked for, in
    the caller's transaction. Return whether there was one.
    """
    standing = Erasure.objects.standing().filter(patient_id=patient_id)
    for erasure in standing.select_for_update(of=("self",)):
        _withdraw(erasure, by=by)
        return True
    return False


def _withdraw(locked: Erasure, *, by: User) -> None:
    locked.withdrawn_by, locked.withdrawn_at = by, timezone.now()
    locked.save(update_fields=["withdrawn_by", "withdrawn_at"])
    _tell(Action.ERASURE_WITHDRAWN, locked, by=by)


def _mail(erasure: Erasure) -> None:
    text = render_to_string("erasing/email_asked.txt", {"erasure": erasure})
    tell_administrators(erasure.clinic, _("An erasure was asked for at your clinic"), text)


def _lock(erasure: Erasure) -> Erasure:
    locked = Erasure.objects.select_for_update(of=("self",)).select_related("clinic")
    return locked.get(pk=erasure.pk)


def _held(user: User, clinic: Clinic) -> "models.QuerySet[Membership]":
    return Membership.objects.filter(user=user, clinic=clinic, role__in=ERASERS, active=True)


def _others(user: User, clinic: Clinic) -> bool:
    """Whether somebody else at the clinic could confirm."""
    team = Membership.objects.filter(
        clinic=clinic, role__in=ERASERS, active=True, user__is_active=True
    )
    return team.exclude(user=user).exists()


def _tell(action: Action, erasure: Erasure, *, by: User, **detail: str) -> None:
    record(
        action,
        by=by,
        clinic_id=erasure.clinic_id,
        patient_id=erasure.patient_id,
        target=erasure.pk,
        detail={"way": erasure.way, **detail},
    )

"""People, their roles in clinics, and the invitations by which they come."""

import uuid
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.kept import Kept

from ..roles import ROLE_PERMISSIONS, Permission, Role
from .clinic import Clinic


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    # How this person goes through a score grid; empty: as it comes. No fact about a patient.
    entry_order = models.CharField(max_length=20, blank=True, editable=False)
    # Until when this person may read a patient of another clinic; see `patients/emergency`. It
    # stands here so that nobody's pages ask for what hardly anybody has.
    emergency_until = models.DateTimeField(null=True, editable=False)

    objects = UserManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="user_one_person_an_email"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def active_memberships(self) -> list["Membership"]:
        """The memberships in force, with their clinics; read once a request."""
        return _active_memberships(self.pk)

    @cached_property
    def clinics(self) -> list[Clinic]:
        return list(
            {member.clinic_id: member.clinic for member in self.active_memberships}.values()
        )

    def can(self, permission: Permission, clinic: Clinic | uuid.UUID) -> bool:
        clinic_id = clinic.id if isinstance(clinic, Clinic) else clinic
        return clinic_id in self.clinic_ids_with(permission)

    def can_somewhere(self, permission: Permission) -> bool:
        return bool(self.clinic_ids_with(permission))

    def clinic_ids_with(self, permission: Permission) -> list[uuid.UUID]:
        """The clinics in which one of the person's roles carries the permission."""
        return list(
            dict.fromkeys(
                member.clinic_id
                for member in self.active_memberships
                if permission in ROLE_PERMISSIONS[Role(member.role)]
            )
        )

    def clinics_with(self, permission: Permission) -> list[Clinic]:
        allowed = self.clinic_ids_with(permission)
        return [clinic for clinic in self.clinics if clinic.id in allowed]


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self) -> "MembershipQuerySet":
        """Those that are not taken away, with their clinics, in the order of these."""
        found = self.filter(active=True).select_related("clinic")
        return found.order_by("clinic__name", "role")


class Membership(models.Model):
    """A person's role in a clinic. Never deleted: it says who was who when a record was made.

    `since` is when it was given, taken away or given back last.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    active = models.BooleanField(_("active"), default=True)
    since = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "clinic", "role"], name="membership_one_a_person_clinic_and_role"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


_active_memberships = Kept(lambda user: Membership.objects.filter(user=user).in_force())


class Invitation(models.Model):
    """A way in for one person: a link that works once and expires. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail"), max_length=254)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_known_role"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="invitation_expires_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn_not_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()}"

    @property
    def is_open(self) -> bool:
        return not (self.accepted_at or self.withdrawn_at) and self.expires_at > timezone.now()

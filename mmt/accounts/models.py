"""People, the clinics they work in, and in which role."""

import uuid
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.kept import Kept

from .roles import ROLE_PERMISSIONS, Permission, Role

# Bounds of the change rule.
FURTHEST = 15  # thirds of a grade from 0 to 5
LONGEST_DAYS = 3660
MOST_FATIGUE = 10


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
    def clinics(self) -> list["Clinic"]:
        return list(
            {member.clinic_id: member.clinic for member in self.active_memberships}.values()
        )

    def can(self, permission: Permission, clinic: "Clinic | uuid.UUID") -> bool:
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

    def clinics_with(self, permission: Permission) -> list["Clinic"]:
        allowed = self.clinic_ids_with(permission)
        return [clinic for clinic in self.clinics if clinic.id in allowed]


def known_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


class Clinic(models.Model):
    """The unit of scoping. Names of battery and profile are keys of the instrument."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("short name"), unique=True)
    time_zone = models.CharField(_("time zone"), max_length=50, validators=[known_time_zone])
    scale_profile = models.CharField(_("scale"), max_length=32, default="mrc")
    default_battery = models.CharField(_("battery"), max_length=40, default="ms_clinic_screen")
    retest_interval_days = models.PositiveSmallIntegerField(
        _("re-test after (days)"),
        default=180,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
    )
    is_demo = models.BooleanField(default=False, editable=False)
    # Roles that need one beside administrators, who always do.
    second_factor_roles = models.JSONField(default=list, editable=False)
    # Who signed in a while ago is asked for the password once more before signing a record.
    asks_again_to_sign = models.BooleanField(default=False, db_default=False, editable=False)
    # Whether people of other clinics here may read a patient's record in an emergency.
    emergency_access = models.BooleanField(_("let others in, in an emergency"), default=True)
    change_flags = models.BooleanField(_("show flags of change"), default=True)
    # The change rule: thresholds in thirds of a grade, and days. A new value is a new version.
    change_rule_version = models.PositiveSmallIntegerField(default=1, editable=False)
    watch_from = models.PositiveSmallIntegerField(_("watch from"), default=2)
    changed_from = models.PositiveSmallIntegerField(_("changed from"), default=3)
    confirm_after_days = models.PositiveSmallIntegerField(
        _("confirmed by a repeat after (days)"),
        default=84,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
    )
    relapse_days = models.PositiveSmallIntegerField(
        _("leave aside visits around a relapse (days)"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
    )
    fatigue_difference = models.PositiveSmallIntegerField(
        _("fatigue differs from (points of 10)"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_FATIGUE)],
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    watch_from__gte=1,
                    changed_from__gte=models.F("watch_from"),
                    changed_from__lte=FURTHEST,
                ),
                name="clinic_change_rule_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    confirm_after_days__range=(1, LONGEST_DAYS),
                    relapse_days__range=(1, LONGEST_DAYS),
                ),
                name="clinic_change_rule_days",
            ),
            models.CheckConstraint(
                condition=Q(fatigue_difference__range=(1, MOST_FATIGUE)),
                name="clinic_change_rule_fatigue",
            ),
            models.CheckConstraint(
                condition=Q(retest_interval_days__gte=1), name="clinic_retest_after_a_day_or_more"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def wants_second_factor(self, role: str) -> bool:
        """Administrators need one always, but for the invented ones of the demonstration."""
        always = role == Role.ADMINISTRATOR and not self.is_demo
        return always or role in self.second_factor_roles

    def now(self) -> datetime:
        """The time on the clinic's wall."""
        return timezone.now().astimezone(self.zone)

    def midnight(self) -> datetime:
        """When today began at the clinic."""
        return self.now().replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


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

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "clinic", "role"], name="membership_one_a_person_clinic_and_role"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


_active_memberships = Kept(
    lambda user: (
        Membership.objects.filter(user=user, active=True)
        .select_related("clinic")
        .order_by("clinic__name", "role")
    )
)


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


class Scope(models.TextChoices):
    """What a key lets a program do; never more than its person may."""

    READ = "read", _("read")
    WRITE = "write", _("read, register patients, write drafts")
    EXPORT = "export", _("read, take exports out")


class ApiToken(models.Model):
    """A key of the API: acts for its person within its scope until it expires. Only its hash is
    kept; whoever has the key needs no password, so it is shown once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    scope = models.CharField(_("may"), max_length=8, choices=Scope)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(scope__in=Scope.values), name="api_token_known_scope"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="api_token_expires_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_scope_display()}"

    @property
    def is_in_force(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class Session(AbstractBaseSession):
    """A browser that is signed in, or about to be; see `mmt/accounts/store.py`."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from .store import SessionStore  # which stands on this model

        return SessionStore


class DoorCount(models.Model):
    """What is counted at the door until it is forgotten (`counts.py`): the name is a hash."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()
    until = models.FloatField(db_index=True)  # seconds since 1970

    def __str__(self) -> str:
        return self.name

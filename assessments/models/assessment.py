"""One visit's strength assessment: who, whom, when, with which battery and scale."""

import uuid
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User
from patients.models import Patient

from .. import instrument
from ..querysets import AssessmentQuerySet
from .context import Context


class AssessmentStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SIGNED = "signed", _("signed")
    AMENDED = "amended", _("amended")
    VOIDED = "voided", _("voided")


class Apart(models.TextChoices):
    """Why a record of a blind pair is kept apart from what counts (`models/blind_pair`)."""

    SEALED = "sealed", _("sealed, blind pair")
    SECOND = "second", _("second test, for agreement")


class Source(models.TextChoices):
    """How a record came to be here."""

    RECORDED = "recorded", _("recorded here")
    IMPORTED = "imported", _("imported from a file")


class Assessment(Context):
    """The id is made where the form opens, so that sending it twice makes one record.

    `movements` are the keys of this assessment in test order: its battery's at that version, and
    any added by hand. A draft's scores stand in `Draft`; signing writes them as `Score` rows and
    freezes the record. `battery` is "" for movements that came from a file without one. `apart` is
    empty but for the records of a blind pair: while it is open both are sealed, read by their own
    people alone and counted by nothing; afterwards the second is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="assessments", db_index=False
    )
    tester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    battery = models.CharField(max_length=40)
    battery_version = models.PositiveSmallIntegerField(default=1)
    profile = models.CharField(max_length=32)
    movements = models.JSONField()
    tested_at = models.DateTimeField(_("tested at"))
    time_zone = models.CharField(max_length=50)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    status = models.CharField(
        max_length=8, choices=AssessmentStatus, default=AssessmentStatus.DRAFT
    )
    apart = models.CharField(
        max_length=6, choices=Apart, blank=True, default="", db_default="", editable=False
    )
    # Imported: put in force by who brought the file in (`signed_by`), not signed by the tester.
    source = models.CharField(
        max_length=8, choices=Source, default=Source.RECORDED, db_default=Source.RECORDED
    )
    revision = models.PositiveIntegerField(default=0)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=300, blank=True)
    # The voided record that this one was filed anew for, on the right patient. It is signed, so it
    # stays as it is when the wrong patient is erased, and then leads nowhere.
    moved_from = models.OneToOneField(
        "self",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="moved_to",
        db_constraint=False,
    )

    own_order: list[str] | None  # of `with_own_order`
    is_told: bool  # of `with_told`

    objects = AssessmentQuerySet.as_manager()

    class Meta(Context.Meta):
        abstract = False
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Context.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=AssessmentStatus.values), name="assessment_known_status"
            ),
            models.CheckConstraint(
                condition=Q(apart__in=["", Apart.SEALED])
                | Q(Q(apart=Apart.SECOND) & ~Q(status="draft")),
                name="assessment_known_apart",
            ),
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="assessment_known_source"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", signed_by__isnull=True, signed_at__isnull=True)
                | Q(~Q(status="draft"), signed_by__isnull=False, signed_at__isnull=False),
                name="assessment_signed_has_signer_and_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    Q(status="voided", voided_by__isnull=False, voided_at__isnull=False)
                    & ~Q(void_reason="")
                )
                | Q(
                    ~Q(status="voided"),
                    voided_by__isnull=True,
                    voided_at__isnull=True,
                    void_reason="",
                ),
                name="assessment_voided_has_who_when_and_why",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "tested_at"], name="assessment_by_patient"),
            models.Index(fields=["clinic", "tested_at"], name="assessment_by_clinic"),
            models.Index(fields=["clinic", "signed_at"], name="assessment_by_signing"),
            models.Index(
                fields=["clinic", "tester"],
                condition=Q(status="draft"),
                name="assessment_drafts",
            ),
            models.Index(
                fields=["clinic", "apart"], condition=~Q(apart=""), name="assessment_kept_apart"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.local_tested_at:%Y-%m-%d} {self.battery_name}"

    @property
    def local_tested_at(self) -> datetime:
        """When tested, on the wall clock of the place where it was."""
        return self.tested_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def battery_name(self) -> str:
        known = instrument.BATTERIES.get(self.battery)
        return str(known.name) if known else self.battery or str(_("Single movements"))

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        return instrument.cells(self.movements)

    @property
    def is_imported(self) -> bool:
        return self.source == Source.IMPORTED

    @property
    def typed_by_another(self) -> bool:
        """Whether somebody else typed in what the tester had on paper."""
        return self.entered_by_id != self.tester_id

    def is_of(self, user: User) -> bool:
        """Whether this person tested, or typed in."""
        return user.pk in (self.tester_id, self.entered_by_id)

    @property
    def is_draft(self) -> bool:
        return self.status == AssessmentStatus.DRAFT

    @property
    def is_in_force(self) -> bool:
        """Signed, not voided and not kept apart: what charts, comparisons and exports count."""
        return self.status in IN_FORCE and not self.apart

    @property
    def is_sealed(self) -> bool:
        return self.apart == Apart.SEALED

    @property
    def is_second(self) -> bool:
        return self.apart == Apart.SECOND


IN_FORCE = (AssessmentStatus.SIGNED, AssessmentStatus.AMENDED)

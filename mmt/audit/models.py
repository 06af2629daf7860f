"""Who did what, when, about whom: an append-only log, chained by hashes.

Nothing here points at another table with a foreign key: the log must outlive what it tells of.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    CLINIC_CREATED = "clinic_created", _("Clinic created")
    CLINIC_CHANGED = "clinic_changed", _("Settings of the clinic changed")
    ENTRY_ORDER_CHANGED = "entry_order_changed", _("Clinic’s order of entry changed")
    SIGN_IN = "sign_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in refused")
    SIGN_OUT = "sign_out", _("Signed out")
    SESSIONS_ENDED = "sessions_ended", _("Signed out elsewhere")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    FACTOR_USED = "factor_used", _("Second factor used")
    FACTOR_FAILED = "factor_failed", _("Second factor refused")
    FACTORS_RESET = "factors_reset", _("Second factors of a person reset")
    FACTORS_SEALED = "factors_sealed", _("Second factors sealed with a new key")
    RECOVERY_CODES_MADE = "recovery_codes_made", _("Recovery codes made")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    TOKEN_MADE = "token_made", _("Key of the API made")
    TOKEN_REVOKED = "token_revoked", _("Key of the API revoked")
    MEMBER_INVITED = "member_invited", _("Person invited")
    INVITATION_ACCEPTED = "invitation_accepted", _("Invitation accepted")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("Invitation withdrawn")
    ROLE_CHANGED = "role_changed", _("Role changed")
    MEMBER_DEACTIVATED = "member_deactivated", _("Person deactivated")
    MEMBER_REACTIVATED = "member_reactivated", _("Person reactivated")
    PATIENT_REGISTERED = "patient_registered", _("Patient registered")
    PATIENT_EDITED = "patient_edited", _("Patient edited")
    PATIENT_ARCHIVED = "patient_archived", _("Patient archived")
    PATIENT_RESTORED = "patient_restored", _("Patient taken back from the archive")
    ERASURE_ASKED = "erasure_asked", _("Erasure of a patient asked for")
    ERASURE_CONFIRMED = "erasure_confirmed", _("Erasure of a patient confirmed")
    ERASURE_WITHDRAWN = "erasure_withdrawn", _("Erasure of a patient withdrawn")
    PATIENT_ERASED = "patient_erased", _("Patient erased")
    EVERYTHING_TAKEN = "everything_taken", _("Everything held about a patient taken")
    PATIENT_VIEWED = "patient_viewed", _("Patient viewed")
    EVENT_ADDED = "event_added", _("Event added")
    EVENT_EDITED = "event_edited", _("Event edited")
    EVENT_VOIDED = "event_voided", _("Event entered in error")
    INTERVENTION_ADDED = "intervention_added", _("Intervention added")
    INTERVENTION_EDITED = "intervention_edited", _("Intervention edited")
    INTERVENTION_VOIDED = "intervention_voided", _("Intervention entered in error")
    REFERRAL_ADDED = "referral_added", _("Referral added")
    REFERRAL_EDITED = "referral_edited", _("Referral edited")
    REFERRAL_VOIDED = "referral_voided", _("Referral entered in error")
    CARE_CONTACT_ADDED = "care_contact_added", _("Care team: person added")
    CARE_CONTACT_EDITED = "care_contact_edited", _("Care team: person edited")
    CARE_CONTACT_VOIDED = "care_contact_voided", _("Care team: person entered in error")
    WEAKNESS_JUDGED = "weakness_judged", _("Type of weakness judged")
    FUNCTIONAL_TEST_ADDED = "functional_test_added", _("Functional test added")
    FUNCTIONAL_TEST_VOIDED = "functional_test_voided", _("Functional test entered in error")
    DRAFT_STARTED = "draft_started", _("Assessment started")
    DRAFT_DISCARDED = "draft_discarded", _("Draft discarded")
    DRAFT_RESTORED = "draft_restored", _("Draft taken back")
    ASSESSMENT_SIGNED = "assessment_signed", _("Assessment signed")
    ASSESSMENT_AMENDED = "assessment_amended", _("Assessment amended")
    ASSESSMENT_VOIDED = "assessment_voided", _("Assessment voided")
    ASSESSMENT_MOVED = "assessment_moved", _("Assessment moved to another patient")
    BLIND_PAIR_OPENED = "blind_pair_opened", _("Second test begun, blind")
    BLIND_PAIR_COMPLETED = "blind_pair_completed", _("Blind pair complete")
    BLIND_PAIR_ENDED = "blind_pair_ended", _("Blind pair ended")
    IMPORT_UPLOADED = "import_uploaded", _("File for an import uploaded")
    IMPORTED = "imported", _("Records imported")
    IMPORT_UNDONE = "import_undone", _("Import undone")
    ASSESSMENT_IMPORTED = "assessment_imported", _("Assessment imported")
    LETTER_MADE = "letter_made", _("Letter or report kept")
    LETTER_READ = "letter_read", _("Letter or report downloaded")
    EXPORTED = "exported", _("Records exported")
    JOB_ASKED = "job_asked", _("Background work asked for")
    JOB_CANCELLED = "job_cancelled", _("Background work called off")
    JOB_FILE_TAKEN = "job_file_taken", _("File of background work downloaded")
    RETENTION_APPLIED = "retention_applied", _("Removed when its time had passed")
    DEMO_LOADED = "demo_loaded", _("Demonstration data loaded")
    AUDIT_VERIFIED = "audit_verified", _("Audit log checked")
    AUDIT_EXPORTED = "audit_exported", _("Audit log exported")
    ACCESS_LOG_GIVEN = "access_log_given", _("Access log of a patient taken")
    PRINTED = "printed", _("Page with a patient printed")
    ALARM_RAISED = "alarm_raised", _("Alarm raised")
    ALARM_ACKNOWLEDGED = "alarm_acknowledged", _("Alarm acknowledged")
    ACCESS_REFUSED = "access_refused", _("Access refused")
    EMERGENCY_OPENED = "emergency_opened", _("Emergency access to a patient of another clinic")
    EMERGENCY_ENDED = "emergency_ended", _("Emergency access ended")
    EMERGENCY_REVIEWED = "emergency_reviewed", _("Emergency access looked at")


class Outcome(models.TextChoices):
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class Chain(models.Model):
    """The newest link of one chain. A clinic has its own; what belongs to none is on "house".

    One chain a clinic, so that clinics never wait for one another.
    """

    name = models.CharField(max_length=36, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.name}, {self.sequence} events"


class AuditEvent(models.Model):
    """One thing that happened.

    What `detail` tells about a patient stands in the chain as a salted hash alone: when the patient
    is erased, the words and the salt go, their hash stays as `erased_hash`, and the chain holds.
    """

    chain = models.CharField(max_length=36)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=254, blank=True)
    action = models.CharField(max_length=32)  # an `Action`; a new one needs no migration
    outcome = models.CharField(max_length=8, choices=Outcome)
    patient_id = models.UUIDField(null=True)
    target = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    salt = models.CharField(max_length=32, blank=True, default="", db_default="")
    erased_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    request_id = models.CharField(max_length=32, blank=True)
    address = models.GenericIPAddressField(null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="audit_one_link_a_place"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="audit_known_outcome"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient_id", "at"], name="audit_by_patient"),
            models.Index(fields=["actor_id", "at"], name="audit_by_actor"),
            models.Index(fields=["target"], name="audit_by_target"),
            models.Index(fields=["chain", "at"], name="audit_by_time"),
            models.Index(fields=["chain", "action", "at"], name="audit_by_action"),
            models.Index(
                fields=["chain", "at"],
                condition=models.Q(outcome=Outcome.REFUSED),
                name="audit_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action}"

    def computed_hash(self) -> str:
        """Return SHA-256 over the event's content and the hash of the event before it."""
        content: dict[str, Any] = {
            "chain": self.chain,
            "sequence": self.sequence,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor_id": str(self.actor_id or ""),
            "actor": self.actor,
            "action": str(self.action),
            "outcome": str(self.outcome),
            "patient_id": str(self.patient_id or ""),
            "target": self.target,
            "detail": self.detail_hash() if self.salt or self.is_blanked else self.detail,
            "request_id": self.request_id,
            "address": self.address or "",
            "previous_hash": self.previous_hash,
        }
        return hashlib.sha256(_canonical(content)).hexdigest()

    @property
    def is_blanked(self) -> bool:
        """Whether its words are gone, with the patient they were about."""
        return bool(self.erased_hash)

    def detail_hash(self) -> str:
        """Return SHA-256 over the salt and the words, also when these are gone."""
        if self.is_blanked:
            return self.erased_hash
        return hashlib.sha256(self.salt.encode() + _canonical(self.detail)).hexdigest()


def _canonical(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


class Viewing(models.Model):
    """That a person saw a patient in an hour: one audit event tells it, not one a click."""

    pk = models.CompositePrimaryKey("actor_id", "patient_id", "hour")
    actor_id = models.UUIDField()
    patient_id = models.UUIDField()
    hour = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.actor_id} saw {self.patient_id} in {self.hour:%Y-%m-%d %H}"


class Refusal(models.Model):
    """That a person was refused at one kind of address in an hour: told once, so that nobody
    floods the log by trying every identifier there is.
    """

    pk = models.CompositePrimaryKey("actor_id", "pattern", "hour")
    actor_id = models.UUIDField()
    pattern = models.CharField(max_length=80)
    hour = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.actor_id} was refused {self.pattern} in {self.hour:%Y-%m-%d %H}"


class Exported(models.Model):
    """That a patient's records were in what an event tells left. The event holds a hash over all
    of its patients, so that these rows are under the chain too.
    """

    pk = models.CompositePrimaryKey("patient_id", "event_id")
    patient_id = models.UUIDField()
    event_id = models.BigIntegerField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["event_id"], name="audit_exported_by_event"),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} in {self.event_id}"


class Alarm(models.Model):
    """Something that administrators must look at: it stands until one of them says why it may go.

    `chain` says whose: a clinic's, or "house" for everybody's. `key` names the place, so that what
    is found again every day alarms once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chain = models.CharField(max_length=36)
    key = models.CharField(max_length=120, unique=True)
    said = models.CharField(max_length=300)
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=254, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True, acknowledged_by="", reason="")
                | (
                    models.Q(acknowledged_at__isnull=False)
                    & ~models.Q(acknowledged_by="")
                    & ~models.Q(reason="")
                ),
                name="alarm_goes_with_who_and_why",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["chain"],
                condition=models.Q(acknowledged_at__isnull=True),
                name="alarm_open",
            ),
        ]

    def __str__(self) -> str:
        return self.said

"""Records that came from a file: which file and row, who brought them in, what can be undone."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User
from patients.models import Patient

from .assessment import Assessment


class ImportStatus(models.TextChoices):
    STAGED = "staged", _("not imported yet")
    IMPORTED = "imported", _("imported")
    UNDONE = "undone", _("undone")


class Import(models.Model):
    """One file. The id is made where the form opens, so that sending it twice stages it once.

    `reading` says how the file was read: {"kind": "csv", "encoding": "utf-8", "delimiter": ",",
    "sheet": "", "sheets": [], "heading_row": 1, "headings": ["MRN", ...], "rows": 12}; `mapping`
    what its columns mean (`exchange.incoming.mapping`), null until it was said; `counts` what came
    in: {"rows", "visits", "scores", "patients", "left"}.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="imports")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    reading = models.JSONField()
    mapping = models.JSONField(null=True)
    status = models.CharField(max_length=8, choices=ImportStatus, default=ImportStatus.STAGED)
    imported_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undo_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status="staged", imported_at__isnull=True)
                | Q(
                    status__in=["imported", "undone"],
                    imported_at__isnull=False,
                    mapping__isnull=False,
                ),
                name="import_imported_has_time_and_mapping",
            ),
            models.CheckConstraint(
                condition=Q(
                    Q(status="undone", undone_by__isnull=False, undone_at__isnull=False)
                    & ~Q(undo_reason="")
                )
                | Q(
                    ~Q(status="undone"),
                    undone_by__isnull=True,
                    undone_at__isnull=True,
                    undo_reason="",
                ),
                name="import_undone_has_who_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_staged(self) -> bool:
        return self.status == ImportStatus.STAGED

    @property
    def local_imported_at(self) -> datetime | None:
        return self.imported_at.astimezone(self.clinic.zone) if self.imported_at else None

    @property
    def local_undone_at(self) -> datetime | None:
        return self.undone_at.astimezone(self.clinic.zone) if self.undone_at else None

    @property
    def local_uploaded_at(self) -> datetime:
        return self.uploaded_at.astimezone(self.clinic.zone)


class StagedTable(models.Model):
    """The rows of a file that waits to be imported (`exchange.incoming.table`). Kept for a day.

    Of a large file also what the last dry run found (`exchange.incoming.report`), with the mapping
    that it went by.
    """

    batch = models.OneToOneField(
        Import, on_delete=models.CASCADE, primary_key=True, related_name="table"
    )
    packed = models.BinaryField()
    checked_as = models.JSONField(null=True)
    report = models.JSONField(null=True)
    reasons = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"rows of {self.batch_id}"


class ImportedVisit(models.Model):
    """Where an imported record stood in its file.

    `tester` is the name as the file has it. `key` says which visit of whom it was, `content` what
    was found, both as hashes: the same visit comes in once, however often its file is sent.
    `standing` ends when the import is undone.
    """

    assessment = models.OneToOneField(
        Assessment, on_delete=models.PROTECT, primary_key=True, related_name="imported"
    )
    batch = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="visits")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    row = models.PositiveIntegerField()
    tester = models.CharField(max_length=100)
    time_known = models.BooleanField()
    key = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    standing = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["clinic", "key"],
                condition=Q(standing=True),
                name="imported_visit_once_a_clinic",
            ),
            models.CheckConstraint(condition=~Q(tester=""), name="imported_visit_has_a_tester"),
        ]

    def __str__(self) -> str:
        return f"row {self.row} of {self.batch_id}"


class ImportedPatient(models.Model):
    """A patient whom an import registered."""

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="imported"
    )
    batch = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="patients")

    def __str__(self) -> str:
        return f"patient of {self.batch_id}"


class NamedTester(models.Model):
    """A tester known by name only, from a file: an account that nobody can sign in to.

    Records keep who tested apart from who brought them in, and two visits by one name count as
    tested by one person. `name_key` is the folded name.
    """

    user = models.OneToOneField(
        User, on_delete=models.PROTECT, primary_key=True, related_name="named_tester"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    name_key = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["clinic", "name_key"], name="named_tester_one_a_name_and_clinic"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class RememberedMapping(models.Model):
    """What the columns of files with these headings meant last time. `headings` is a hash."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    headings = models.CharField(max_length=64)
    mapping = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["clinic", "headings"], name="remembered_mapping_one_for_headings"
            ),
        ]

    def __str__(self) -> str:
        return self.headings

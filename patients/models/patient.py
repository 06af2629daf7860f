"""Who is measured."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic

from ..querysets import PatientQuerySet


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")
    OTHER = "other", _("other")
    UNKNOWN = "unknown", _("not known")


class Course(models.TextChoices):
    CIS = "cis", _("clinically isolated syndrome")
    RRMS = "rrms", _("relapsing-remitting MS")
    SPMS = "spms", _("secondary progressive MS")
    PPMS = "ppms", _("primary progressive MS")


COURSES = dict(Course.choices)


class BodySide(models.TextChoices):
    RIGHT = "right", _("right")
    LEFT = "left", _("left")
    BOTH = "both", _("both alike")


class Patient(models.Model):
    """A person in the care of one clinic. Never deleted while signed records exist."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False)
    record_number = models.CharField(_("record number"), max_length=40)
    family_name = models.CharField(_("family name"), max_length=100)
    given_names = models.CharField(_("given names"), max_length=100)
    birth_date = models.DateField(_("birth date"))
    sex = models.CharField(_("sex"), max_length=8, choices=Sex, default=Sex.UNKNOWN)
    ms_course = models.CharField(_("course of MS"), max_length=8, choices=Course, blank=True)
    course_since = models.DateField(_("course since"), null=True, blank=True)
    onset = models.DateField(_("onset of MS"), null=True, blank=True)
    dominant_side = models.CharField(_("dominant side"), max_length=8, choices=BodySide, blank=True)
    weaker_side = models.CharField(
        _("weaker side, in the patient's own words"), max_length=8, choices=BodySide, blank=True
    )
    archived_at = models.DateTimeField(null=True, editable=False)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    # Derived: the folded name that lists sort by, and the day of the last signed assessment.
    sort_name = models.CharField(max_length=210, editable=False)
    last_seen = models.DateField(null=True, editable=False)

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                "clinic",
                Upper("record_number"),
                name="patient_one_a_record_number_and_clinic",
                violation_error_message=_("This clinic has a patient with this record number."),
            ),
            models.CheckConstraint(
                condition=Q(birth_date__gte=date(1880, 1, 1)), name="patient_birth_date_plausible"
            ),
            models.CheckConstraint(
                condition=Q(onset__isnull=True) | Q(onset__gte=F("birth_date")),
                name="patient_onset_not_before_birth",
                violation_error_message=_("The onset of MS cannot be before birth."),
            ),
            models.CheckConstraint(
                condition=Q(course_since__isnull=True) | Q(course_since__gte=F("birth_date")),
                name="patient_course_not_before_birth",
                violation_error_message=_("The course of MS cannot begin before birth."),
            ),
            models.CheckConstraint(
                condition=Q(sex__in=Sex.values)
                & Q(ms_course__in=["", *Course.values])
                & Q(dominant_side__in=["", *BodySide.values])
                & Q(weaker_side__in=["", *BodySide.values]),
                name="patient_known_choices",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["clinic", "sort_name", "id"], name="patient_by_name"),
            models.Index(fields=["birth_date"], name="patient_by_birth_date"),
            models.Index(fields=["clinic", "last_seen"], name="patient_by_last_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.family_name}, {self.given_names}"

    @property
    def course(self) -> str:
        """In words. Django's own way to them translates all courses: a third of a list's page."""
        return str(COURSES.get(self.ms_course, self.ms_course))

    @property
    def age(self) -> int:
        """Completed years, today at the clinic."""
        return self.age_on(timezone.now().astimezone(self.clinic.zone).date())

    def age_on(self, day: date) -> int:
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before


class SearchTerm(models.Model):
    """A folded word under which a patient is found. Written by `actions` with the patient."""

    pk = models.CompositePrimaryKey("patient_id", "term")
    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="terms", db_index=False
    )
    term = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # On PostgreSQL: for LIKE 'term%' whatever the database's collation.
            models.Index(
                fields=["term", "patient"],
                name="search_term_prefix",
                opclasses=["varchar_pattern_ops", "uuid_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.term

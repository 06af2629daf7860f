"""Finding, registering and editing patients."""

import hashlib
import json
import uuid
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.db.models import Value
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Permission

from .duplicates import similar_to
from .fields import NOT_RECORDED, PlainTextField, TypedDateField, problem_with_day
from .models import BodySide, Course, Patient

EARLIEST_BIRTH = date(1880, 1, 1)
WHO = ("family_name", "given_names", "birth_date", "sex", "record_number")
ABOUT_MS = ("ms_course", "course_since", "onset", "dominant_side", "weaker_side")
# What is entered beside the assessments, and its days.
DATED = (
    ("events", "started"),
    ("interventions", "started"),
    ("referrals", "started"),
    ("care_team", "started"),
    ("care_team", "ended"),
    ("functional_tests", "tested_on"),
)


class SearchForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Find a patient"), max_length=200, required=False)


class PatientForm(forms.ModelForm):
    """Who the patient is. The clinic is asked for only where there is a choice.

    The id is made where the form opens, so that sending it twice registers one patient.
    """

    new_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Patient
        fields = (
            "clinic",
            *WHO,
            *ABOUT_MS,
        )
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {
            "record_number": PlainTextField,
            "family_name": PlainTextField,
            "given_names": PlainTextField,
            "birth_date": TypedDateField,
            "course_since": TypedDateField,
            "onset": TypedDateField,
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "clinic": gettext_lazy("Only this clinic's people will see the patient."),
            "record_number": gettext_lazy("The clinic's own number for the patient."),
            "given_names": gettext_lazy("All of them, as on the patient's papers."),
            "birth_date": gettext_lazy("1975-04-30, or day first: 30/04/1975."),
            "course_since": gettext_lazy(
                "When the present course began. If only the year is known, its 1 January."
            ),
            "onset": gettext_lazy("First symptoms. If only the year is known, its 1 January."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["new_id"] = uuid.uuid4()
        super().__init__(*args, **kwargs)
        self.user = user
        self.is_new = self.instance._state.adding
        self._offer_clinics(user.clinics_with(Permission.EDIT_PATIENTS))
        for name, choices in (
            ("ms_course", Course.choices),
            ("dominant_side", BodySide.choices),
            ("weaker_side", BodySide.choices),
        ):
            self.fields[name].choices = [NOT_RECORDED, *choices]  # type: ignore[attr-defined]
        for name in ("record_number", "family_name", "given_names"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.helper = FormHelper()
        self.helper.form_tag = False
        asked_first = [name for name in ("new_id", "clinic") if name in self.fields]
        self.helper.layout = Layout(
            Fieldset(
                _("Who it is"),
                *asked_first,
                Div(*WHO, css_class="fieldset-row"),
            ),
            Fieldset(_("About the MS"), Div(*ABOUT_MS, css_class="fieldset-row")),
        )

    def _offer_clinics(self, clinics: list[Clinic]) -> None:
        if self.is_new and len(clinics) > 1:
            offered = self.fields["clinic"]
            offered.queryset = Clinic.objects.filter(  # type: ignore[attr-defined]
                pk__in=[clinic.pk for clinic in clinics]
            ).order_by("name")
            return
        del self.fields["clinic"]
        if self.is_new:
            self.instance.clinic = clinics[0]
        else:
            del self.fields["new_id"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new_id"):
            self.instance.pk = cleaned["new_id"]
        if clinic := self.clinic:
            self._clean_days(clinic.now().date())
            if cleaned.get("record_number") and self.number_is_taken():
                self.refuse_number()
        return cleaned

    @property
    def clinic(self) -> Clinic | None:
        if "clinic" in self.fields:
            return self.cleaned_data.get("clinic")
        return self.instance.clinic

    def _clean_days(self, today: date) -> None:
        born = self.cleaned_data.get("birth_date")
        if born and born > today:
            self.add_error("birth_date", _("This is in the future."))
        elif born and born < EARLIEST_BIRTH:
            self.add_error("birth_date", _("This is before 1880. Please check the year."))
        elif born and self._was_assessed_before(born):
            self.add_error("birth_date", _("This patient was assessed before this day."))
        elif born and "birth_date" in self.changed_data and self._has_entries_before(born):
            self.add_error("birth_date", _("Something is entered of a day before this one."))
        for name in ("onset", "course_since"):
            day = self.cleaned_data.get(name)
            if day and (problem := problem_with_day(day, born=born, today=today)):
                self.add_error(name, problem)

    def _was_assessed_before(self, born: date) -> bool:
        """By the clinic's day, or by the one in UTC, which the database knows."""
        if self.instance._state.adding:
            return False
        zones = (self.instance.clinic.zone, UTC)
        begins = max(datetime.combine(born, time(), zone) for zone in zones)
        return self.instance.assessments.filter(tested_at__lt=begins).exists()

    def _has_entries_before(self, born: date) -> bool:
        """Whether an entry that stands, such as an event, is of an earlier day."""
        if self.instance._state.adding:
            return False
        return any(
            getattr(self.instance, rows).filter(voided_at=None, **{f"{day}__lt": born}).exists()
            for rows, day in DATED
        )

    def number_is_taken(self) -> bool:
        """Whether another patient of the clinic has the number, as the database compares them."""
        return (
            Patient.objects.annotate(number=Upper("record_number"))
            .filter(clinic=self.clinic, number=Upper(Value(self.cleaned_data["record_number"])))
            .exclude(pk=self.instance.pk)
            .exists()
        )

    def refuse_number(self) -> None:
        self.add_error("record_number", _("This clinic has a patient with this record number."))

    def sent_before(self) -> Patient | None:
        """The patient that this very form registered already."""
        return (
            Patient.objects.visible_to(self.user)
            .filter(pk=self.instance.pk, record_number__iexact=self.cleaned_data["record_number"])
            .first()
        )

    def similar(self) -> list[Patient]:
        """Patients of a valid form's kind that the person has not said to be someone else."""
        if not self.is_new and not {"family_name", "given_names", "birth_date"} & set(
            self.changed_data
        ):
            return []
        found = similar_to(self.instance, Patient.objects.visible_to(self.user))
        looked_at = set(str(self.data.get("someone_else", "")).split(","))
        return [] if {str(other.pk) for other in found} <= looked_at else found


def differences(form: PatientForm, stands: Patient) -> list[str]:
    """Return what stands where the form says something else: "Birth date: 1980-04-12"."""
    return [
        f"{form[name].label}: {_shown(stands, name)}"
        for name in form.fields
        if str(form.cleaned_data.get(name) or "") != str(getattr(stands, name) or "")
    ]


def _shown(patient: Patient, name: str) -> str:
    display = getattr(patient, f"get_{name}_display", None)
    value = display() if display else getattr(patient, name)
    return str(value or NOT_RECORDED[1])


def state_of(patient: Patient) -> str:
    """Return a mark of what an edit page showed, to see whether it still stands."""
    shown = {
        name: str(getattr(patient, name) or "")
        for name in PatientForm.Meta.fields
        if name != "clinic"
    }
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]

"""What an administrator asks the log for, in the address; a patient is asked for by POST."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, Outcome
from patients.models import Patient

from ..exchange.forms import DayField
from .found import Wanted


class FilterForm(forms.Form):
    clinic = forms.ModelChoiceField(
        Clinic.objects.none(), to_field_name="slug", required=False, label=_("Clinic")
    )
    log = forms.ChoiceField(
        choices=[("", _("the records")), ("sign-ins", _("signing in and accounts"))],
        required=False,
        label=_("About"),
    )
    first_day = DayField(label=_("From"))
    last_day = DayField(label=_("To"))
    person = forms.ModelChoiceField(
        User.objects.none(), required=False, label=_("Person"), empty_label=_("anybody")
    )
    action = forms.ChoiceField(
        choices=[("", _("anything")), *Action.choices], required=False, label=_("What")
    )
    outcome = forms.ChoiceField(
        choices=[("", _("done or refused")), *Outcome.choices], required=False, label=_("Outcome")
    )
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, clinics: list[Clinic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinics = clinics
        self._field("clinic").queryset = Clinic.objects.filter(
            pk__in=[clinic.pk for clinic in clinics]
        ).order_by("name")
        team = User.objects.filter(memberships__clinic__in=clinics).distinct()
        self._field("person").queryset = team.order_by("name", "email")

    def _field(self, name: str) -> forms.ModelChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (as declared above)
        return field

    def clean_patient(self) -> Patient | None:
        """Turn the id into one of the clinics' patients; any other one is nobody's."""
        wanted: UUID | None = self.cleaned_data["patient"]
        if wanted is None:
            return None
        found = Patient.objects.filter(pk=wanted, clinic__in=self.clinics).first()
        if found is None:
            raise forms.ValidationError(_("There is no such patient."))
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("This is before the first day."))
        clinic, patient = said.get("clinic"), said.get("patient")
        if clinic and patient and patient.clinic_id != clinic.pk:
            self.add_error("patient", _("This is a patient of another clinic."))
        return said

    def wanted(self) -> Wanted:
        """Return what the form asks; what is wrong in it is left out, and says so."""
        said = self.cleaned_data
        patient = said.get("patient")
        chosen = said.get("clinic") or (patient and self._clinic(patient)) or self.clinics[0]
        return Wanted(
            clinic=chosen,
            sign_ins=bool(said.get("log")),
            first_day=said.get("first_day"),
            last_day=said.get("last_day"),
            person=said.get("person"),
            action=said.get("action") or "",
            outcome=said.get("outcome") or "",
            patient=patient,
        )

    def _clinic(self, patient: Patient) -> Clinic:
        return next(clinic for clinic in self.clinics if clinic.pk == patient.clinic_id)


class PatientForm(forms.Form):
    """Whose events: by record number, which travels by POST."""

    record_number = forms.CharField(max_length=40, label=_("Record number"))

    def found(self, clinic: Clinic) -> Patient | None:
        number = self.cleaned_data["record_number"].strip()
        return Patient.objects.filter(clinic=clinic, record_number__iexact=number).first()

"""What the weakness of a region comes from: the clinician's choice with its reason, never inferred.

The newest judgement of a region stands; earlier ones stay readable.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from crispy_forms.layout import Layout
from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.accounts.models import User
from mmt.audit.log import record
from mmt.audit.models import Action
from mmt.kept import Kept
from patients.fields import PickedDateField, PlainTextField, problem_with_day
from patients.happening_forms import HappenedForm
from patients.models import Patient

from . import instrument
from .models import Weakness, WeaknessKind


class WeaknessForm(HappenedForm):
    """Region, kind and why. Nothing is chosen beforehand."""

    kinds = WeaknessKind
    region = forms.ChoiceField(label=gettext_lazy("Region"))

    class Meta:
        model = Weakness
        fields = ("region", "kind", "rationale", "judged_on")
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {
            "rationale": PlainTextField,
            "judged_on": PickedDateField,
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {"kind": forms.RadioSelect()}
        help_texts: ClassVar[dict[str, Any]] = {
            "rationale": gettext_lazy("What speaks for it, such as: came with the relapse."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = WeaknessKind.choices  # type: ignore[attr-defined]
        self.fields["region"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose one")),
            *((region.value, region.label) for region in instrument.Region),
        ]
        self.fields["judged_on"].initial = self.instance.patient.clinic.now().date()
        self.helper.layout = Layout("new_id", "region", "kind", "rationale", "judged_on")

    def clean_judged_on(self) -> date:
        day: date = self.cleaned_data["judged_on"]
        patient = self.instance.patient
        today = patient.clinic.now().date()
        if problem := problem_with_day(day, born=patient.birth_date, today=today):
            raise forms.ValidationError(problem)
        return day


@transaction.atomic
def judge_weakness(weakness: Weakness, *, by: User) -> Weakness:
    weakness.judged_by = by
    weakness.save(force_insert=True)
    record(
        Action.WEAKNESS_JUDGED,
        by=by,
        clinic_id=weakness.patient.clinic_id,
        patient_id=weakness.patient_id,
        target=weakness.pk,
        detail={
            "region": weakness.region,
            "kind": weakness.kind,
            "rationale": weakness.rationale,
            "judged_on": str(weakness.judged_on),
        },
    )
    return weakness


@dataclass(frozen=True, slots=True)
class Judged:
    """A region with the judgement that stands and those before it, newest first."""

    region: instrument.Region
    stands: Weakness
    earlier: list[Weakness]


_judgements = Kept(
    lambda patient: (
        Weakness.objects.filter(patient=patient)
        .select_related("judged_by")
        .order_by("-judged_on", "-entered_at", "pk")
    )
)


def judgements_of(patient: Patient) -> list[Judged]:
    """Return the regions that were judged, in the instrument's order, in one query."""
    found: dict[str, list[Weakness]] = {}
    for row in _judgements(patient.pk):
        found.setdefault(row.region, []).append(row)
    return [
        Judged(region, found[region][0], found[region][1:])
        for region in instrument.Region
        if region in found
    ]

"""Forms for correcting a signed record."""

from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.accounts.models import User
from patients.models import Patient

from . import instrument
from .entry.content import cell_key, read_cell
from .history import Cell, Result
from .models import Assessment
from .querysets import results_of
from .wording import cell_name, written


class ReasonForm(forms.Form):
    """A reason, and the revision of the record that the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=300)

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["revision"] = assessment.revision
        super().__init__(*args, **kwargs)
        self.assessment = assessment
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        for field in self.hidden_fields():  # their own errors would not be seen
            if field.errors:
                raise forms.ValidationError(_("This form is not whole. Open it again."))
        return super().clean() or {}


class VoidForm(ReasonForm):
    pass


class MoveForm(ReasonForm):
    """The right patient, named by record number and birth date so that no slip moves a record."""

    record_number = forms.CharField(
        label=gettext_lazy("record number of the right patient"), max_length=40
    )
    birth_date = forms.DateField(
        label=gettext_lazy("birth date of the right patient"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("revision", "record_number", "birth_date", "reason")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number, born = cleaned.get("record_number"), cleaned.get("birth_date")
        if not (number and born):
            return cleaned
        found = (
            Patient.objects.visible_to(self.user)
            .active()
            .filter(clinic=self.assessment.clinic_id, record_number__iexact=number, birth_date=born)
            .exclude(pk=self.assessment.patient_id)
            .first()
        )
        if found is None:
            self.add_error(
                "record_number",
                _("No other active patient of this clinic has this number and birth date."),
            )
        elif self.assessment.local_tested_at.date() < found.birth_date:
            self.add_error("birth_date", _("The test was before this patient was born."))
        else:
            cleaned["record_number"] = found
        return cleaned


class AmendForm(ReasonForm):
    """Every cell of the record as text ("4", "NT pain"), beside what stands.

    The key makes sending it twice harmless.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["key"] = uuid4()
        super().__init__(*args, assessment=assessment, **kwargs)
        self.standing: dict[Cell, Result] = results_of([assessment.pk])[assessment.pk]
        for cell in assessment.cells:
            self.fields[cell_key(cell)] = forms.CharField(
                required=False,
                max_length=40,
                label=cell_name(cell),
                initial=self._text(self.standing.get(cell)),
                widget=forms.TextInput(
                    attrs={"class": "cell-text", "autocomplete": "off", "list": "grade-codes"}
                ),
            )

    @property
    def rows(self) -> list[tuple[Any, list[tuple[instrument.Movement, list[Any]]]]]:
        """The cells' bound fields by region and movement, for the page."""
        return [
            (
                group,
                [
                    (movement, [self[f"{movement.key}.{side.value}"] for side in movement.sides])
                    for movement in movements
                ],
            )
            for group, movements in instrument.by_region(self.assessment.movements)
        ]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(instrument.profile(self.assessment.profile).codes)

    @cached_property
    def changes(self) -> dict[Cell, Result]:
        """The cells whose text was changed, as results."""
        return {
            cell: self._changed[cell] for cell in self.assessment.cells if cell in self._changed
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._changed: dict[Cell, Result] = {}
        for cell in self.assessment.cells:
            text = cleaned.get(cell_key(cell), "").strip()
            if cell_key(cell) in self.errors or text == self._text(self.standing.get(cell)):
                continue
            try:
                self._changed[cell] = self._read(cell, text)
            except instrument.NotAGrade as problem:
                self.add_error(cell_key(cell), str(problem))
        return cleaned

    def _read(self, cell: Cell, text: str) -> Result:
        """Return the new result; what stood beside the grade (limiters, note) stays with it."""
        if not text:
            raise instrument.NotAGrade(
                _("A signed result cannot be emptied. Give a grade, or ND with a reason.")
            )
        before = self.standing.get(cell)
        value: dict[str, Any] = {"text": text}
        if before is not None:
            value |= {"note": before.note, "limiters": before.limiters, "position": before.position}
        return read_cell(value, self.assessment.profile)

    def _text(self, result: Result | None) -> str:
        return "" if result is None else written(result, self.assessment.profile)

"""Functional tests: noting one, and marking one as entered in error."""

from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .fields import NOT_RECORDED, PickedDateField, problem_with_day
from .happening_forms import HappenedForm
from .models import FunctionalKind, FunctionalTest, NotAble, WalkingAid
from .models.functional_test import MEASURES


def kinds_with_units() -> list[tuple[str, str]]:
    return [(kind.value, f"{kind.label} ({MEASURES[kind].unit.label})") for kind in FunctionalKind]


class FunctionalTestForm(HappenedForm):
    """A value or two, or why there is none. Nothing is chosen beforehand."""

    kinds = FunctionalKind

    class Meta:
        model = FunctionalTest
        fields = ("kind", "tested_on", "first", "second", "not_able", "aid", "note")
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"tested_on": PickedDateField}
        widgets: ClassVar[dict[str, forms.Widget]] = {
            # A wheel or an arrow key over a number field would change what was measured.
            name: forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            for name in ("first", "second")
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "first": gettext_lazy("In the unit of the test, such as 7.42."),
            "second": gettext_lazy("For the 25-foot walk and the pegs: the mean of both counts."),
            "not_able": gettext_lazy("Not done is not 0: leave the trials empty and say why."),
            "aid": gettext_lazy("What the patient used during the test."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose one")),
            *kinds_with_units(),
        ]
        for name, choices in (("not_able", NotAble.choices), ("aid", WalkingAid.choices)):
            nothing = ("", _("Choose one")) if name == "not_able" else NOT_RECORDED
            self.fields[name].choices = [nothing, *choices]  # type: ignore[attr-defined]
        self.helper.layout = Layout(
            "new_id",
            Div("kind", "tested_on", css_class="fieldset-row"),
            Div("first", "second", "not_able", "aid", css_class="fieldset-row"),
            "note",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        patient, day = self.instance.patient, cleaned.get("tested_on")
        today = patient.clinic.now().date()
        if day and (problem := problem_with_day(day, born=patient.birth_date, today=today)):
            self.add_error("tested_on", problem)
        self._clean_value(cleaned)
        return cleaned

    def _clean_value(self, cleaned: dict[str, Any]) -> None:
        trials = {name: cleaned.get(name) for name in ("first", "second")}
        if any(name in self.errors for name in (*trials, "not_able", "kind")):
            return
        if cleaned.get("not_able"):
            if any(value is not None for value in trials.values()):
                self.add_error("not_able", _("There is a value: take one of them away."))
        elif trials["first"] is None:
            self.add_error("first", _("Enter a value, or why there is none."))
        else:
            self._clean_trials(FunctionalKind(cleaned["kind"]), trials)

    def _clean_trials(self, kind: FunctionalKind, trials: dict[str, Decimal | None]) -> None:
        measure = MEASURES[kind]
        for name, value in trials.items():
            if value is not None and not measure.least <= value <= measure.most:
                self.add_error(
                    name,
                    _("This test has %(least)s to %(most)s %(unit)s.")
                    % {
                        "least": number_format(measure.least),
                        "most": number_format(measure.most),
                        "unit": measure.unit.label,
                    },
                )
        if trials["second"] is not None and measure.trials == 1:
            self.add_error("second", _("This test has one trial."))


class InErrorForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is wrong"),
        max_length=300,
        help_text=gettext_lazy("Such as: another patient's, typing slip."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False

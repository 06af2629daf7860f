"""What a person types of a measurement. Nothing is chosen beforehand, and what was typed stays."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import force, instrument
from ..history import Cell
from ..models import Assessment, Measurement, MeasurementKind
from ..models.measurement import HEEL_RAISED, MOST_HEEL_RAISES, RaisesLimit
from ..wording import cell_name
from .measured import mark_of

TRIALS = tuple(f"trial_{number}" for number in range(1, force.MOST_TRIALS + 1))
_NUMBER = re.compile(r"[0-9]{1,5}([.,][0-9]{1,3})?")
CHOOSE = ("", gettext_lazy("Choose one"))
NOT_RECORDED = ("", gettext_lazy("not recorded"))


class TrialField(forms.CharField):
    """A force as typed, with a point or a comma: "47.5". Empty is no trial; 0 is one."""

    default_error_messages = {
        "number": gettext_lazy("Enter a number such as 47.5, 0 or more."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"] = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(required=False, max_length=9, **kwargs)

    def to_python(self, value: Any) -> str:
        text = (super().to_python(value) or "").strip()
        if text and not _NUMBER.fullmatch(text):
            raise forms.ValidationError(self.error_messages["number"], code="number")
        return text.replace(",", ".")


class MeasureForm(forms.Form):
    """One measurement of this draft: a new one, or `standing` to be changed.

    A standing one keeps its movement and side; `seen` is the mark of what the page showed.
    """

    kind: MeasurementKind
    cell = forms.ChoiceField(label=gettext_lazy("Movement and side"))
    note = forms.CharField(label=gettext_lazy("note"), max_length=300, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        assessment: Assessment,
        cells: Sequence[Cell],
        standing: Measurement | None = None,
        **kwargs: Any,
    ) -> None:
        if standing is not None:
            kwargs["initial"] = {**self.told_by(standing), "seen": mark_of(standing)}
        kwargs["auto_id"] = f"id_{self.kind.value}_%s"  # two forms stand on one page
        super().__init__(*args, **kwargs)
        self.assessment, self.standing = assessment, standing
        if standing is not None:
            del self.fields["cell"]
        else:
            choices = [CHOOSE, *((".".join(cell), cell_name(cell)) for cell in cells)]
            self.fields["cell"].choices = choices  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def told_by(self, standing: Measurement) -> dict[str, Any]:
        """Return a standing measurement as one would type it."""
        return {"note": standing.note}

    def told(self) -> dict[str, Any]:
        """Return what the valid form says, by the names of the model's fields."""
        return {"note": self.cleaned_data["note"]}

    @property
    def measurement(self) -> Measurement:
        """The unsaved measurement that the valid form describes."""
        if self.standing is not None:
            movement, side = self.standing.movement, self.standing.side
        else:
            movement, _dot, side = self.cleaned_data["cell"].partition(".")
        return Measurement(
            assessment=self.assessment, movement=movement, side=side, kind=self.kind, **self.told()
        )

    def _show(self, name: str, value: str) -> None:
        """Let a hidden field of the form that was sent say something else when shown again."""
        self.data = {**dict(self.data.items()), name: value}

    def refuse_second(self, standing: Measurement) -> None:
        self.add_error(
            "cell" if "cell" in self.fields else None,
            _("This one is measured already: %(result)s. Change or remove that first.")
            % {"result": standing.described},
        )

    def refuse_stale(self, standing: Measurement | None) -> None:
        """Say what stands now; sent once more, the form takes its place."""
        if standing is None:
            self.add_error(
                None,
                _("Somebody removed this measurement meanwhile. Save again to record it anew."),
            )
            return
        self._show("seen", mark_of(standing))
        self.add_error(
            None,
            _(
                "Somebody changed this measurement meanwhile; nothing of yours is saved yet. Now "
                "it says: %(result)s. Save again to put your entries in its place."
            )
            % {"result": standing.described},
        )


class ForceForm(MeasureForm):
    """One to five trials with a dynamometer.

    A force beyond what a person can push is asked about once: `sure` holds the trials asked about.
    """

    kind = MeasurementKind.FORCE
    trial_1 = TrialField(label=gettext_lazy("Trial 1"))
    trial_2 = TrialField(label=gettext_lazy("Trial 2"))
    trial_3 = TrialField(label=gettext_lazy("Trial 3"))
    trial_4 = TrialField(label=gettext_lazy("Trial 4"))
    trial_5 = TrialField(label=gettext_lazy("Trial 5"))
    unit = forms.ChoiceField(label=gettext_lazy("unit"), choices=[CHOOSE, *force.Unit.choices])
    rule = forms.ChoiceField(
        label=gettext_lazy("what counts"), choices=[CHOOSE, *force.Rule.choices], required=False
    )
    device = forms.CharField(
        label=gettext_lazy("device"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "devices", "autocomplete": "off"}),
    )
    position = forms.ChoiceField(
        label=gettext_lazy("position, if not the usual one"),
        choices=[NOT_RECORDED, *((each.value, each.label) for each in instrument.Position)],
        required=False,
    )
    sure = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            "seen",
            "sure",
            *(["cell"] if "cell" in self.fields else []),
            Fieldset(_("Trials, as the device shows them"), Div(*TRIALS, css_class="trial-row")),
            Div("unit", "rule", "device", "position", css_class="fieldset-row"),
            "note",
        )

    def told_by(self, standing: Measurement) -> dict[str, Any]:
        names = ("unit", "rule", "device", "position")
        return {
            **super().told_by(standing),
            **dict(zip(TRIALS, standing.typed, strict=False)),
            **{name: getattr(standing, name) for name in names},
        }

    def told(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **super().told(),
            "typed": self._typed(),
            "trials": [str(trial) for trial in self._newtons()],
            "unit": data["unit"],
            # One trial is the best and the mean at once.
            "rule": data["rule"] or force.Rule.BEST.value,
            "device": data["device"],
            "position": data["position"],
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self._typed() and not any(name in self.errors for name in TRIALS):
            self.add_error("trial_1", _("Enter at least one trial."))
        if len(self._typed()) > 1 and not cleaned.get("rule") and "rule" not in self.errors:
            self.add_error("rule", _("Choose whether the best trial or their mean counts."))
        if cleaned.get("unit") and not self.errors:
            self._ask_about_giants()
        return cleaned

    def _ask_about_giants(self) -> None:
        trials = self._newtons()
        asked = " ".join(map(str, trials))
        if max(trials) <= force.PLAUSIBLE_NEWTONS or self.cleaned_data.get("sure") == asked:
            return
        for name in TRIALS:
            text = self.cleaned_data.get(name)
            newtons = force.newtons(Decimal(text), self.cleaned_data["unit"]) if text else None
            if newtons is not None and newtons > force.PLAUSIBLE_NEWTONS:
                told = number_format(newtons.quantize(Decimal(1)))
                self.add_error(name, _("%(force)s N: as meant?") % {"force": told})
        self.add_error(
            None,
            _(
                "More than %(most)s N is beyond a hand-held device. Check the number and the unit, "
                "or save again to keep it."
            )
            % {"most": number_format(force.PLAUSIBLE_NEWTONS)},
        )
        self._show("sure", asked)

    def _typed(self) -> list[str]:
        return [text for name in TRIALS if (text := self.cleaned_data.get(name))]

    def _newtons(self) -> list[Decimal]:
        unit = self.cleaned_data["unit"]
        return [force.newtons(Decimal(text), unit) for text in self._typed()]


class HeelRaiseForm(MeasureForm):
    """How many heel raises on one leg, and how many of them over the full range."""

    kind = MeasurementKind.HEEL_RAISE
    count = forms.IntegerField(
        label=gettext_lazy("heel raises"), min_value=0, max_value=MOST_HEEL_RAISES
    )
    full_height = forms.IntegerField(
        label=gettext_lazy("of them at full height"), min_value=0, required=False
    )
    limited_by = forms.ChoiceField(
        label=gettext_lazy("ended by"), choices=[NOT_RECORDED, *RaisesLimit.choices], required=False
    )

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        kwargs["cells"] = heel_raise_cells(assessment)
        super().__init__(*args, assessment=assessment, **kwargs)
        for name in ("count", "full_height"):
            # A wheel or an arrow key over a number field would change what was counted.
            self.fields[name].widget = forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "off"}
            )
        self.helper.layout = Layout(
            "seen",
            *(["cell"] if "cell" in self.fields else []),
            Div("count", "full_height", "limited_by", css_class="fieldset-row"),
            "note",
        )

    def told_by(self, standing: Measurement) -> dict[str, Any]:
        names = ("count", "full_height", "limited_by")
        return {
            **super().told_by(standing),
            **{name: getattr(standing, name) for name in names},
        }

    def told(self) -> dict[str, Any]:
        names = ("count", "full_height", "limited_by")
        return {**super().told(), **{name: self.cleaned_data[name] for name in names}}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        count, full = cleaned.get("count"), cleaned.get("full_height")
        if count is not None and full is not None and full > count:
            self.add_error("full_height", _("These cannot be more than the heel raises."))
        return cleaned


def heel_raise_cells(assessment: Assessment) -> list[Cell]:
    return [cell for cell in assessment.cells if cell[0] == HEEL_RAISED]


FORMS: dict[MeasurementKind, type[MeasureForm]] = {
    MeasurementKind.FORCE: ForceForm,
    MeasurementKind.HEEL_RAISE: HeelRaiseForm,
}

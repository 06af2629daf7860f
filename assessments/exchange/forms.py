"""What to export, asked on the page and on the command line alike."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.accounts.models import Clinic

from .. import instrument
from .selection import Layout, Selection, Shape, Standing

# Wide enough for any record, narrow enough for midnight in any time zone to be a time.
FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)
ANY = ""


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        limits = [MinValueValidator(FIRST), MaxValueValidator(LAST)]
        super().__init__(required=False, validators=limits, **kwargs)


class ExportForm(forms.Form):
    """Which records, and how the file is laid out. Only these clinics can be chosen."""

    clinic = forms.ChoiceField(label=gettext_lazy("clinic"))
    first_day = DayField(label=gettext_lazy("tested from"))
    last_day = DayField(label=gettext_lazy("tested to"))
    battery = forms.ChoiceField(label=gettext_lazy("battery"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("records"),
        choices=[
            (Standing.IN_FORCE, gettext_lazy("In force: signed or amended")),
            (Standing.RECORDED, gettext_lazy("Voided ones too, marked as such")),
        ],
        initial=Standing.IN_FORCE,
    )
    layout = forms.ChoiceField(
        label=gettext_lazy("layout"),
        choices=[
            (Layout.LONG, gettext_lazy("Long: one row for each result")),
            (Layout.WIDE, gettext_lazy("Wide: one row for each visit")),
            (
                Layout.MEASUREMENTS,
                gettext_lazy("Measurements: one row for each force or set of heel raises"),
            ),
        ],
        initial=Layout.LONG,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Long holds every result. Wide has a column for each movement and side, without the "
            "limiters, positions and notes of single results. Measurements are a file of their own."
        ),
    )
    blanks = forms.BooleanField(
        label=gettext_lazy("List cells left blank too (long layout)"),
        required=False,
        help_text=gettext_lazy(
            "One more row for each movement and side of the form that nothing was recorded for. "
            "Not tested is not blank: it has its row in any case."
        ),
    )
    bom = forms.BooleanField(
        label=gettext_lazy("For Excel"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Begins the file with a mark by which Excel shows accents rightly. Statistics "
            "programs rarely need it."
        ),
    )

    def __init__(self, *args: Any, clinics: Iterable[Clinic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinics = {clinic.slug: clinic for clinic in clinics}
        choices = [(slug, clinic.name) for slug, clinic in self.clinics.items()]
        if len(choices) == 1:
            self.initial.setdefault("clinic", choices[0][0])
        else:
            choices.insert(0, ("", _("Choose a clinic")))
        self._offer("clinic", choices)
        self._offer(
            "battery",
            [
                (ANY, _("All batteries")),
                *((battery.key, battery.name) for battery in instrument.BATTERIES.values()),
            ],
        )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Arrangement(
            Fieldset(
                _("Which records"),
                "clinic",
                Div("first_day", "last_day", css_class="fieldset-row"),
                "battery",
                "status",
            ),
            Fieldset(_("The file"), "layout", "blanks", "bom"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day cannot be before the first."))
        return cleaned

    @property
    def selection(self) -> Selection:
        """The records that the valid form asks for."""
        data = self.cleaned_data
        return Selection(
            clinic=self.clinics[data["clinic"]],
            first_day=data["first_day"],
            last_day=data["last_day"],
            battery=data["battery"],
            standing=Standing(data["status"]),
        )

    @property
    def shape(self) -> Shape:
        data = self.cleaned_data
        return Shape(layout=Layout(data["layout"]), blanks=data["blanks"], bom=data["bom"])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

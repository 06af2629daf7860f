"""What to export, asked on the page and on the command line alike."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.accounts.models import Clinic

from .. import instrument
from ..cohort.question import Question
from ..movement_choice import MovementsForm, movements_in
from .formats import FORMATS, PARTS, ZIP
from .rights import Rights
from .selection import Layout, Selection, Shape, Standing

# Wide enough for any record, narrow enough for midnight in any time zone to be a time.
FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)
ANY = ""


NAMED, HIDDEN = "named", "deidentified"
PEOPLE = [
    (NAMED, gettext_lazy("With the people: names, numbers, birth dates, notes")),
    (
        HIDDEN,
        gettext_lazy(
            "De-identified: names, numbers and notes gone, codes and moved dates in their place"
        ),
    ),
]
LAYOUT_NAMES = {
    "long": gettext_lazy("long"),
    "wide": gettext_lazy("wide"),
    "measurements": gettext_lazy("measurements"),
}
FORMAT_NAMES = {
    "csv": "CSV",
    "xlsx": "Excel",
    "jsonl": "JSON lines",
    "redcap": "REDCap",
    "fhir": "FHIR NDJSON",
    "fhir-bundle": "FHIR Bundle",
}


def _part_name(kind: str, layout: str) -> Any:
    return format_lazy("{kind}, {layout}", kind=FORMAT_NAMES[kind], layout=LAYOUT_NAMES[layout])


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        limits = [MinValueValidator(FIRST), MaxValueValidator(LAST)]
        super().__init__(required=False, validators=limits, **kwargs)


class ExportForm(MovementsForm):
    """Which records, and how the file is laid out. Only what `rights` allow can be chosen."""

    any_movement = gettext_lazy("all movements")

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
    question = forms.ChoiceField(
        label=gettext_lazy("patients of a saved question"),
        required=False,
        help_text=gettext_lazy("Those who answer the question when the file is made."),
    )
    people = forms.ChoiceField(
        label=gettext_lazy("people"), required=False, widget=forms.RadioSelect
    )
    format = forms.ChoiceField(
        label=gettext_lazy("kind of file"),
        choices=[(each.key, each.title) for each in FORMATS.values()],
        required=False,
        widget=forms.RadioSelect,
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
            "limiters, positions and notes of single results. Measurements are a file of their "
            "own. A file for REDCap is always wide; one of FHIR has a resource for each result; "
            "a zip holds what is ticked below."
        ),
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("files in the zip"),
        choices=[
            (key, _part_name(kind.key, layout.value)) for key, (kind, layout) in PARTS.items()
        ],
        required=False,
        initial=["csv-long", "csv-wide", "csv-measurements"],
        widget=forms.CheckboxSelectMultiple,
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
        label=gettext_lazy("Begin a CSV for Excel"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Begins the file with a mark by which Excel shows accents rightly. Statistics "
            "programs rarely need it."
        ),
    )

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rights, self.clinics = rights, rights.clinics
        self.questions = {str(each.pk): each for each in rights.questions}
        self._offer_clinics()
        self._offer("battery", [(ANY, _("All batteries")), *_named(instrument.BATTERIES)])
        self._offer(
            "question",
            [(ANY, _("All patients")), *((pk, each.name) for pk, each in self.questions.items())],
        )
        self._offer("people", [each for each in PEOPLE if each[0] != NAMED or rights.named])
        self.initial.setdefault("people", NAMED if rights.named else HIDDEN)
        self.initial.setdefault("format", "xlsx")
        self.helper = _helper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day cannot be before the first."))
        clinic = self.clinics.get(cleaned.get("clinic", ""))
        if clinic:
            self._clean_people(clinic, cleaned)
            self._clean_question(clinic, cleaned)
        self._clean_file(cleaned)
        return cleaned

    def _clean_people(self, clinic: Clinic, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("people"):
            cleaned["people"] = NAMED if clinic in self.rights.named else HIDDEN
        if cleaned["people"] == NAMED and clinic not in self.rights.named:
            self.add_error("people", _("Of this clinic you may take out records without people."))
        elif cleaned["people"] == HIDDEN and clinic not in self.rights.hidden:
            self.add_error("people", _("You may not take out records of this clinic."))

    def _clean_question(self, clinic: Clinic, cleaned: dict[str, Any]) -> None:
        saved = self.questions.get(cleaned.get("question", ""))
        if saved is None:
            return
        question = Question(QueryDict(saved.query), clinics=[clinic])
        if question.is_valid():
            cleaned["patients"] = question.found().values("patient")
        else:
            self.add_error("question", _("This question does not fit the clinic."))

    def _clean_file(self, cleaned: dict[str, Any]) -> None:
        cleaned["format"] = cleaned.get("format") or "csv"
        if cleaned["format"] == ZIP.key:
            if not cleaned.get("parts"):
                self.add_error("parts", _("Tick at least one file."))
            return
        layouts = FORMATS[cleaned["format"]].layouts
        if len(layouts) == 1:
            cleaned["layout"] = layouts[0].value

    @property
    def selection(self) -> Selection:
        """The records that the valid form asks for."""
        data = self.cleaned_data
        question = self.questions.get(data["question"])
        return Selection(
            clinic=self.clinics[data["clinic"]],
            first_day=data["first_day"],
            last_day=data["last_day"],
            battery=data["battery"],
            standing=Standing(data["status"]),
            movements=movements_in(data["movement"]),
            patients=data.get("patients"),
            question=question.query if question else "",
            deidentified=data["people"] == HIDDEN,
        )

    @property
    def shape(self) -> Shape:
        data = self.cleaned_data
        zipped = data["format"] == ZIP.key
        return Shape(
            layout=Layout.LONG if zipped else Layout(data["layout"]),
            blanks=data["blanks"],
            bom=data["bom"],
            format=data["format"],
            parts=tuple(part for part in PARTS if part in data["parts"]) if zipped else (),
        )

    def arguments(self) -> dict[str, Any]:
        """Return what the valid form was told, for a form of the same kind to be told again."""
        data = self.cleaned_data
        said = {
            name: data[name] for name in self.fields if data.get(name) not in (None, "", False, ())
        }
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in said.items()
        }

    def _offer_clinics(self) -> None:
        choices = [(slug, clinic.name) for slug, clinic in self.clinics.items()]
        if len(choices) == 1:
            self.initial.setdefault("clinic", choices[0][0])
        else:
            choices.insert(0, ("", _("Choose a clinic")))
        self._offer("clinic", choices)

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


def _named(catalogue: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, each.name) for key, each in catalogue.items()]


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Arrangement(
        Fieldset(
            _("Which records"),
            "clinic",
            Div("first_day", "last_day", css_class="fieldset-row"),
            Div("battery", "status", css_class="fieldset-row"),
            Field("movement", template="exports/_movements.html"),
            "question",
            "people",
        ),
        Fieldset(_("The file"), "format", "layout", "blanks", "bom"),
        Fieldset(_("For a zip"), "parts", css_class="zip-parts"),
    )
    return helper

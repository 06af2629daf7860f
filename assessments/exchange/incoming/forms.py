"""What is asked on the way in: the file, what its columns mean, and why it is taken out again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.accounts.models import Clinic

from ... import instrument
from ..forms import DayField
from . import targets
from .mapping import DateOrder, Direction, Mapping
from .rows import ambiguous_dates
from .table import Table

LARGEST_UPLOAD = 9 * 1024 * 1024  # the server takes a little more for the form around it
ENCODINGS = [
    ("", gettext_lazy("Tell by the file")),
    ("utf-8", "UTF-8"),
    ("cp1252", gettext_lazy("Windows, western Europe (1252)")),
    ("cp1250", gettext_lazy("Windows, central Europe (1250)")),
    ("utf-16", "UTF-16"),
    ("mac_roman", gettext_lazy("Macintosh")),
    ("cp850", gettext_lazy("DOS, western Europe (850)")),
]
DELIMITERS = [
    ("", gettext_lazy("Tell by the file")),
    (",", gettext_lazy("comma")),
    (";", gettext_lazy("semicolon")),
    ("\t", gettext_lazy("tab")),
    ("|", gettext_lazy("upright stroke")),
]
SAMPLES = 3
COLUMN = "column-"


class UploadForm(forms.Form):
    """The file. The id is made where the form opens, so that sending it twice stages it once."""

    new_id = forms.UUIDField(widget=forms.HiddenInput)
    clinic = forms.ChoiceField(label=gettext_lazy("clinic"))
    file = forms.FileField(
        label=gettext_lazy("file"),
        allow_empty_file=True,  # refused in the reader's words
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text=gettext_lazy("CSV or Excel (.xlsx), up to 9 MB."),
    )
    sheet = forms.CharField(
        label=gettext_lazy("sheet"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Of a workbook with several; otherwise the first."),
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("encoding of a CSV file"), choices=ENCODINGS, required=False
    )
    delimiter = forms.ChoiceField(
        label=gettext_lazy("cells are parted by"), choices=DELIMITERS, required=False
    )

    def __init__(self, *args: Any, clinics: Iterable[Clinic], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["new_id"] = uuid4()
        super().__init__(*args, **kwargs)
        self.clinics = {clinic.slug: clinic for clinic in clinics}
        choices = [(slug, clinic.name) for slug, clinic in self.clinics.items()]
        if len(choices) == 1:
            self.initial.setdefault("clinic", choices[0][0])
        else:
            choices.insert(0, ("", _("Choose a clinic")))
        self.fields["clinic"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_UPLOAD:
            raise forms.ValidationError(
                _("The file is larger than 9 MB. Part it, or use the command line.")
            )
        return file

    @property
    def chosen_clinic(self) -> Clinic:
        return self.clinics[self.cleaned_data["clinic"]]


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of the file on the page: its heading, its first values and what it is said to be."""

    heading: str
    samples: list[str]
    field: forms.BoundField


class ColumnsForm(forms.Form):
    """What each column is, and what no column says. Scale and direction are never chosen here."""

    scale = forms.ChoiceField(label=gettext_lazy("scale of the grades"), required=False)
    direction = forms.ChoiceField(
        label=gettext_lazy("which end is normal"),
        required=False,
        choices=[
            (Direction.UP.value, gettext_lazy("0 is no contraction, the highest is normal")),
            (Direction.DOWN.value, gettext_lazy("0 is normal, the highest is no contraction")),
        ],
        widget=forms.RadioSelect,
    )
    date_order = forms.ChoiceField(
        label=gettext_lazy("dates such as 03/04/2025"),
        required=False,
        choices=[
            (DateOrder.DAY_FIRST.value, gettext_lazy("Day first: 3 April")),
            (DateOrder.MONTH_FIRST.value, gettext_lazy("Month first: 4 March")),
        ],
        widget=forms.RadioSelect,
    )
    battery = forms.ChoiceField(
        label=gettext_lazy("battery"),
        required=False,
        help_text=gettext_lazy("What “n of N tested” counts against, and which sums are shown."),
    )
    tested_on = DayField(
        label=gettext_lazy("date tested"),
        help_text=gettext_lazy("For rows without one."),
    )
    tester = forms.CharField(
        label=gettext_lazy("tester"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("For rows without one, as it is to be shown."),
    )
    nt_reason = forms.ChoiceField(label=gettext_lazy("NT without a reason"), required=False)
    nd_reason = forms.ChoiceField(label=gettext_lazy("ND without a reason"), required=False)

    def __init__(self, *args: Any, table: Table, mapping: Mapping, **kwargs: Any) -> None:
        said = mapping.as_json()
        columns = said.pop("columns")
        kwargs["initial"] = said | {
            f"{COLUMN}{place}": targets.name_of(target) for place, target in enumerate(columns)
        }
        super().__init__(*args, **kwargs)
        self.table = table
        self._offer("scale", _("Choose the scale"), instrument.PROFILES)
        self._offer("battery", _("The movements in the file, nothing more"), instrument.BATTERIES)
        for name, status in (
            ("nt_reason", instrument.Status.NOT_TESTABLE),
            ("nd_reason", instrument.Status.NOT_DONE),
        ):
            reasons = [(each.value, each.label) for each in instrument.REASONS[status]]
            self.fields[name].choices = [  # type: ignore[attr-defined]
                ("", _("Leave such rows out")),
                *reasons,
            ]
        for place, heading in enumerate(table.headings):
            self.fields[f"{COLUMN}{place}"] = forms.CharField(
                label=heading,
                required=False,
                max_length=200,
                widget=forms.TextInput(
                    attrs={"list": "targets", "autocomplete": "off", "class": "target"}
                ),
            )

    def _offer(self, name: str, nothing: str, known: Any) -> None:
        choices = [("", nothing), *((key, each.name) for key, each in known.items())]
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def shown(self) -> list[ShownColumn]:
        samples = _samples(self.table)
        return [
            ShownColumn(heading, samples[place], self[f"{COLUMN}{place}"])
            for place, heading in enumerate(self.table.headings)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        columns = tuple(self._target(place) for place in range(len(self.table.headings)))
        rest = [name for name in self.fields if not name.startswith(COLUMN)]
        said = {name: str(cleaned.get(name) or "") for name in rest}
        day: date | None = cleaned.get("tested_on")
        self.mapping = Mapping(columns, **said | {"tested_on": day.isoformat() if day else ""})
        if self.errors:
            return cleaned
        for name, problem in self.mapping.problems().items():
            self.add_error(None if name == "columns" else name, problem)
        if not self.mapping.date_order:
            self._ask_for_order()
        return cleaned

    def _target(self, place: int) -> str:
        name = f"{COLUMN}{place}"
        try:
            return targets.target_named(self.cleaned_data.get(name, ""))
        except targets.UnknownTarget as problem:
            self.add_error(name, str(problem))
            return ""

    def _ask_for_order(self) -> None:
        if found := ambiguous_dates(self.table, replace(self.mapping, date_order="")):
            self.add_error(
                "date_order",
                _("The file has dates such as %(dates)s. Say how they are meant.")
                % {"dates": ", ".join(found[:3])},
            )


def _samples(table: Table) -> list[list[str]]:
    """Return the first few different values of each column."""
    found: list[dict[str, None]] = [{} for _heading in table.headings]
    for count, (_number, row) in enumerate(table.rows()):
        for kept, cell in zip(found, row, strict=False):
            text = str(next(iter(cell.values()), "")) if isinstance(cell, dict) else str(cell)
            if text.strip() and len(kept) < SAMPLES:
                kept[text[:40]] = None
        if count > 200:
            break
    return [list(kept) for kept in found]


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("why it is undone"),
        max_length=200,
        help_text=gettext_lazy("It stands on each record as the reason for voiding it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False

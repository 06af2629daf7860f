"""What a program asks for by `$export` of FHIR, and the job that makes it."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.jobs.actions import ask_for
from mmt.jobs.kinds import Kind
from mmt.jobs.models import UNFINISHED, Job
from mmt.jobs.work import Result, Work

from .export import forecast
from .fhir_bulk import KINDS
from .formats import BULK
from .forms import FIRST, HIDDEN, LAST, NAMED, PEOPLE
from .job import made, may, not_any_more
from .rights import Rights
from .selection import Selection, Shape, Standing

KEY = "fhir-export"
AT_ONCE = 3  # of one person, waiting or under way
LINES = ("application/fhir+ndjson", "application/ndjson", "ndjson")
EARLIEST, LATEST = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (FIRST, LAST))


class Several(forms.CharField):
    """Words parted by commas, each one of `choices`; all of them where none is given."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__(required=False)
        self.choices = choices

    def clean(self, value: Any) -> tuple[str, ...]:
        words = {word for word in super().clean(value).split(",") if word}
        if unknown := sorted(words.difference(self.choices)):
            raise forms.ValidationError(
                _("%(word)s is not exported; these are: %(all)s.")
                % {"word": unknown[0], "all": ", ".join(self.choices)}
            )
        return tuple(each for each in self.choices if each in words or not words)


class BulkForm(forms.Form):
    """The parameters of `$export` under their names, and which clinic where there are several."""

    clinic = forms.ChoiceField(required=False)
    people = forms.ChoiceField(choices=PEOPLE, required=False)
    _type = Several(KINDS)
    _since = forms.DateTimeField(
        required=False, validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
    )
    _outputFormat = forms.ChoiceField(  # noqa: N815 - the name that FHIR gives
        choices=[(each, each) for each in LINES], required=False
    )

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rights, self.clinics = rights, rights.clinics
        self.fields["clinic"].choices = [(slug, slug) for slug in self.clinics]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not (cleaned.get("clinic") or "clinic" in self.errors):
            if len(self.clinics) > 1:
                self.add_error("clinic", _("Say of which clinic: %s.") % ", ".join(self.clinics))
            cleaned["clinic"] = next(iter(self.clinics))
        clinic = self.clinics.get(cleaned.get("clinic", ""))
        people = cleaned.get("people") or (NAMED if clinic in self.rights.named else HIDDEN)
        cleaned["people"] = people
        allowed = self.rights.named if people == NAMED else self.rights.hidden
        if clinic and clinic not in allowed:
            self.add_error("people", _("These records you may not take out."))
        return cleaned

    @property
    def selection(self) -> Selection:
        """Every record of the clinic, also those voided since: who copied one must learn of it."""
        data = self.cleaned_data
        return Selection(
            clinic=self.clinics[data["clinic"]],
            standing=Standing.RECORDED,
            deidentified=data["people"] == HIDDEN,
            since=data["_since"],
        )

    @property
    def shape(self) -> Shape:
        return Shape(format=BULK.key, parts=self.cleaned_data["_type"])

    def arguments(self) -> dict[str, str]:
        """Return what the valid form was told, for a form of the same kind to be told again."""
        data = self.cleaned_data
        since = {"_since": data["_since"].isoformat()} if data["_since"] else {}
        kinds = ",".join(data["_type"])
        return {"clinic": data["clinic"], "people": data["people"], "_type": kinds} | since


def ask(form: BulkForm, *, by: User, request: str) -> Job | None:
    """Have what the valid form asks for made; None where the person has enough under way.

    `request` is the address that asked, which the answer names.
    """
    if Job.objects.filter(owner=by, kind=KEY, state__in=UNFINISHED).count() >= AT_ONCE:
        return None
    selection, shape = form.selection, form.shape
    title = _("Export: %(kind)s") % {"kind": f"FHIR, {', '.join(shape.parts)}"}
    if selection.deidentified:
        title += ", " + _("de-identified")
    return ask_for(
        KEY,
        form.arguments() | {"request": request},
        title=title,
        clinic=selection.clinic,
        by=by,
        total=forecast(selection, shape).rows,
    )


def run(work: Work) -> Result:
    form = BulkForm(work.job.arguments, rights=Rights.of(work.job.owner))
    if not form.is_valid():
        raise not_any_more(form)
    return made(work, form.selection, form.shape)


BULK_EXPORT = Kind(KEY, run, may)

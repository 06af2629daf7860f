"""What the trends page is asked for, and what it shows. Filters live in the address."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import change, instrument
from .history import Cell, History, Visit, moments_of

BASELINE, PREVIOUS = "baseline", "previous"
RELAPSES, EVENTS, INTERVENTIONS, REFERRALS = "relapses", "events", "interventions", "referrals"
ON_THE_AXIS = (RELAPSES, EVENTS, INTERVENTIONS, REFERRALS)


class QuickSelect(forms.Select):
    """A choice, of hundreds if need be. Django's own renders a template for each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = str(value or "")
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, " selected" if key == chosen else "", words) for key, words in self.choices),
        )
        return format_html(
            "<select{}>{}</select>", flatatt({"name": name, **(attrs or {})}), options
        )


class TrendsFilter(forms.Form):
    """Region, side, dates, what happened, and the visit to compare with; everything is optional."""

    region = forms.MultipleChoiceField(
        label=_("regions"),
        required=False,
        choices=[(region.value, region.label) for region in instrument.Region],
        widget=forms.CheckboxSelectMultiple,
    )
    axis = forms.MultipleChoiceField(
        label=_("on the time axis"),
        required=False,
        choices=[
            (RELAPSES, _("Relapses")),
            (EVENTS, _("Other events")),
            (INTERVENTIONS, _("Interventions")),
            (REFERRALS, _("Referrals")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    side = forms.ChoiceField(
        label=_("side"),
        required=False,
        choices=[("", _("Both sides")), ("right", _("Right")), ("left", _("Left"))],
        widget=QuickSelect,
    )
    since = forms.DateField(
        label=_("from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("to"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: QueryDict, *, visits: Sequence[Visit], **kwargs: Any) -> None:
        asked = data.copy()
        # An address that says nothing asks for all; an empty one comes from the page: all unticked.
        ticked = [each for each in asked.getlist("axis") if each]
        asked.setlist("axis", ticked if "axis" in asked else list(ON_THE_AXIS))
        super().__init__(asked, **kwargs)
        moments = moments_of(visits)
        chosen = [(str(visit.id), f"{moments[visit.id]}, {visit.tester}") for visit in visits]
        reference = forms.ChoiceField(
            label=_("compare with"),
            required=False,
            choices=[
                (BASELINE, _("baseline (first signed)")),
                (PREVIOUS, _("previous visit")),
                *chosen,
            ],
            widget=QuickSelect,
        )
        self.fields["reference"] = reference

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day."))
        return cleaned

    def tell_of_reference(self, found: "Trends") -> None:
        """Say beside the field that a visit was chosen which is not earlier than the latest shown,
        and what stands in its place.
        """
        wanted = self.cleaned_data.get("reference")
        if wanted in (None, "", BASELINE, PREVIOUS) or found.latest is None:
            return
        if found.reference is None:
            self.add_error(
                "reference",
                gettext(
                    "Not earlier than the latest visit shown (%(latest)s), which has none before "
                    "it: nothing is compared."
                )
                % {"latest": found.latest_moment},
            )
        elif str(found.reference.id) != wanted:
            self.add_error(
                "reference",
                gettext(
                    "Not earlier than the latest visit shown (%(latest)s): compared with the "
                    "baseline, %(baseline)s, instead."
                )
                % {"latest": found.latest_moment, "baseline": found.reference_moment},
            )


@dataclass(frozen=True, slots=True)
class Trends:
    """The part of a history that was asked for, compared.

    `changes` stand between `reference` and `latest`, worst first; `reference` is None where no
    visit is earlier. `moments` say when each visit of the whole history was.
    """

    shown: History
    cells: tuple[Cell, ...]
    reference: Visit | None
    latest: Visit | None
    changes: Sequence[change.Change]
    moments: Mapping[UUID, str]

    @property
    def reference_moment(self) -> str:
        return self.moments[self.reference.id] if self.reference else ""

    @property
    def latest_moment(self) -> str:
        return self.moments[self.latest.id] if self.latest else ""

    @property
    def quiet(self) -> list[change.Change]:
        """Same, or within noise."""
        return [
            found for found in self.changes if found.flag not in (*change.FLAGGED, NOT_COMPARABLE)
        ]

    @property
    def not_comparable(self) -> list[change.Change]:
        return [found for found in self.changes if found.flag is NOT_COMPARABLE]

    @property
    def comparable(self) -> int:
        return len(self.changes) - len(self.not_comparable)


NOT_COMPARABLE = change.Flag.NOT_COMPARABLE


def trends_of(history: History, wanted: dict[str, Any], rule: change.Rule) -> Trends:
    """Return what the cleaned filter `wanted` asks of a whole history."""
    since, until = wanted.get("since"), wanted.get("until")
    visits = tuple(
        visit
        for visit in history.visits
        if (since is None or visit.day >= since) and (until is None or visit.day <= until)
    )
    cells = _cells(visits, wanted.get("region") or [], wanted.get("side") or "")
    latest = visits[-1] if visits else None
    reference = _reference(history.visits, latest, wanted.get("reference") or BASELINE)
    changes: list[change.Change] = []
    if latest and reference:
        relapses = [event.start for event in history.events if event.kind == "relapse"]
        found = change.compare(reference, latest, rule, later=history.visits, relapses=relapses)
        kept = set(cells)
        changes = [each for each in found if (each.movement, each.side) in kept]
    shown = replace(_on_the_axis(history, wanted.get("axis", ON_THE_AXIS)), visits=visits)
    return Trends(shown, cells, reference, latest, changes, moments_of(history.visits))


def _on_the_axis(history: History, kinds: Collection[str]) -> History:
    """Return the history with these kinds of what happened. Only pictures ask: the judgement of
    change knows every relapse.
    """
    return replace(
        history,
        events=tuple(
            event
            for event in history.events
            if (RELAPSES if event.kind == "relapse" else EVENTS) in kinds
        ),
        interventions=history.interventions if INTERVENTIONS in kinds else (),
        referrals=history.referrals if REFERRALS in kinds else (),
    )


def _cells(visits: Sequence[Visit], regions: Sequence[str], side: str) -> tuple[Cell, ...]:
    """Return the cells with a result at any of the visits, in the catalogue's order.

    A side asked for keeps the midline.
    """
    recorded: set[Cell] = set().union(*(visit.results for visit in visits))
    return tuple(
        (key, str(each))
        for key, each in instrument.cells(instrument.MOVEMENTS)
        if (key, each) in recorded
        and (not regions or instrument.movement(key).region in regions)
        and is_of_side(each, side)
    )


def is_of_side(each: str, wanted: str) -> bool:
    """Return whether a side is asked for; an empty `wanted` asks for both, and each for midline."""
    return not wanted or each in (wanted, instrument.Side.MIDLINE)


def _reference(visits: Sequence[Visit], latest: Visit | None, wanted: str) -> Visit | None:
    """Return the visit to compare the latest with: an earlier one, or none. One that is wanted and
    not earlier gives the baseline: `TrendsFilter.tell_of_reference` says so.
    """
    if latest is None:
        return None
    earlier = visits[: visits.index(latest)]
    if not earlier:
        return None
    if wanted == PREVIOUS:
        return earlier[-1]
    return next((visit for visit in earlier if str(visit.id) == wanted), earlier[0])

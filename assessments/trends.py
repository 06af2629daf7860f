"""What the trends page is asked for, and what it shows. Filters live in the address."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from . import change, instrument
from .history import Cell, History, Visit

BASELINE, PREVIOUS = "baseline", "previous"


class TrendsFilter(forms.Form):
    """Region, side, dates and the visit to compare with; everything is optional."""

    region = forms.MultipleChoiceField(
        label=_("regions"),
        required=False,
        choices=[(region.value, region.label) for region in instrument.Region],
        widget=forms.CheckboxSelectMultiple,
    )
    side = forms.ChoiceField(
        label=_("side"),
        required=False,
        choices=[("", _("Both sides")), ("right", _("Right")), ("left", _("Left"))],
    )
    since = forms.DateField(
        label=_("from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("to"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, visits: Sequence[Visit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [(str(visit.id), f"{visit.day}, {visit.tester}") for visit in visits]
        reference = forms.ChoiceField(
            label=_("compare with"),
            required=False,
            choices=[
                (BASELINE, _("baseline (first signed)")),
                (PREVIOUS, _("previous visit")),
                *chosen,
            ],
        )
        self.fields["reference"] = reference

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day."))
        return cleaned


@dataclass(frozen=True, slots=True)
class Trends:
    """The part of a history that was asked for, compared.

    `changes` stand between `reference` and `latest`, worst first; both are None for fewer than
    two visits.
    """

    shown: History
    cells: tuple[Cell, ...]
    reference: Visit | None
    latest: Visit | None
    changes: Sequence[change.Change]

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
    return Trends(replace(history, visits=visits), cells, reference, latest, changes)


def _cells(visits: Sequence[Visit], regions: Sequence[str], side: str) -> tuple[Cell, ...]:
    """Return the cells with a result at any of the visits, in the catalogue's order.

    A side asked for keeps the midline.
    """
    recorded = {cell for visit in visits for cell in visit.results}
    return tuple(
        (key, str(each))
        for key, each in instrument.cells(instrument.MOVEMENTS)
        if (key, each) in recorded
        and (not regions or instrument.movement(key).region in regions)
        and (not side or each in (side, instrument.Side.MIDLINE))
    )


def _reference(visits: Sequence[Visit], latest: Visit | None, wanted: str) -> Visit | None:
    """Return the visit to compare the latest with: an earlier one, or none."""
    if latest is None:
        return None
    earlier = visits[: visits.index(latest)]
    if not earlier:
        return None
    if wanted == PREVIOUS:
        return earlier[-1]
    return next((visit for visit in earlier if str(visit.id) == wanted), earlier[0])

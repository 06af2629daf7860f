"""Two visits of a patient side by side: what the page is asked for, and what it shows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import change, instrument
from .history import History, Visit, moments_of
from .models import Assessment
from .wording import context_facts


class ComparisonForm(forms.Form):
    """The two visits, by the keys of the address: `from` and `to`.

    Without them the latest and the one before it. There are two visits or more.
    """

    def __init__(self, asked: Mapping[str, str], *, visits: Sequence[Visit]) -> None:
        keys = [str(visit.id) for visit in visits]
        to = asked.get("to") or keys[-1]
        place = keys.index(to) if to in keys else len(keys) - 1
        since = asked.get("from") or keys[place - 1 if place else 1]
        if since in keys and to in keys and keys.index(since) > keys.index(to):
            since, to = to, since  # as they are compared
        super().__init__({"from": since, "to": to})
        choices = [
            (str(visit.id), f"{visit.tested_at:%Y-%m-%d %H:%M}, {visit.tester}")
            for visit in reversed(visits)
        ]
        for name, label in (("from", _("from")), ("to", _("to"))):
            self.fields[name] = forms.ChoiceField(label=label, choices=choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("to") and cleaned.get("from") == cleaned["to"]:
            self.add_error("to", _("Choose two different visits."))
        return cleaned


@dataclass(frozen=True, slots=True)
class Comparison:
    """`groups` are changes by region in the catalogue's order; `context` are rows of
    (label, words before, words after, whether they differ); what only one visit tells of does not.
    """

    before: Visit
    after: Visit
    changes: Sequence[change.Change]
    groups: Sequence[tuple[instrument.Region, Sequence[change.Change]]]
    context: Sequence[tuple[str, str, str, bool]]
    collapsing: Sequence[str]
    cautions: Sequence[change.Caution]

    @property
    def visits(self) -> tuple[Visit, Visit]:
        return self.before, self.after

    @property
    def moments(self) -> list[str]:
        """Return when each of the two was, unlike the other."""
        return list(moments_of(self.visits).values())

    @property
    def flags(self) -> list[change.Flag]:
        """Return the flags that some cell has, gravest first."""
        found = {each.flag for each in self.changes}
        return [flag for flag in change.Flag if flag in found]


def comparison_of(history: History, keys: Collection[str], rule: change.Rule) -> Comparison:
    """Return the two visits of a history that have these keys, the earlier one first, compared."""
    before, after = (visit for visit in history.visits if str(visit.id) in keys)
    relapses = [event.start for event in history.events if event.kind == "relapse"]
    changes = change.compare(before, after, rule, later=history.visits, relapses=relapses)
    return Comparison(
        before=before,
        after=after,
        changes=changes,
        groups=_by_region(changes),
        context=_context(before, after),
        collapsing=_collapsing(before, after),
        cautions=_shared_cautions(changes),
    )


def _by_region(
    changes: Sequence[change.Change],
) -> list[tuple[instrument.Region, list[change.Change]]]:
    by_cell = {(each.movement, each.side): each for each in changes}
    wanted = {movement for movement, _side in by_cell}
    in_order = [key for key in instrument.MOVEMENTS if key in wanted]
    return [
        (
            region,
            [
                by_cell[movement.key, side.value]
                for movement in movements
                for side in movement.sides
                if (movement.key, side.value) in by_cell
            ],
        )
        for region, movements in instrument.by_region(in_order)
    ]


def _shared_cautions(changes: Sequence[change.Change]) -> list[change.Caution]:
    """Return what weakens every cell's comparison alike; a position belongs to its cell alone."""
    found = {caution for each in changes for caution in each.cautions}
    return [
        caution
        for caution in change.Caution
        if caution in found and caution is not change.Caution.OTHER_POSITION
    ]


def _context(before: Visit, after: Visit) -> list[tuple[str, str, str, bool]]:
    """Return who tested what, how and around what, wherever either visit says something."""
    records = Assessment.objects.in_bulk([before.id, after.id])
    told = [_facts(visit, records[visit.id]) for visit in (before, after)]
    labels = list(dict.fromkeys(label for facts in told for label in facts))
    rows = [(label, told[0].get(label, ""), told[1].get(label, "")) for label in labels]
    return [(label, old, new, bool(old and new and old != new)) for label, old, new in rows]


def _facts(visit: Visit, record: Assessment) -> dict[str, str]:
    return {
        gettext("tester"): visit.tester,
        gettext("battery"): record.battery_name,
        gettext("scale profile"): str(instrument.profile(visit.profile).name),
        **dict(context_facts(record)),
    }


def _collapsing(before: Visit, after: Visit) -> list[str]:
    """Return how grades of two different profiles are brought together, in words.

    A grade is one of 13 ordered levels whatever the profile; what the plainer of the two profiles
    cannot say is a whole grade there (clinical reference, section 1).
    """
    if before.profile == after.profile:
        return []
    used = {
        level
        for visit in (before, after)
        for result in visit.results.values()
        if (level := result.level) is not None
    }
    profiles = [instrument.profile(visit.profile) for visit in (before, after)]
    return [
        gettext("%(code)s is a whole %(whole)d")
        % {"code": instrument.MRC_CODES[level], "whole": instrument.WHOLE[level]}
        for level in sorted(used)
        if not all(profile.has(level) for profile in profiles)
    ]

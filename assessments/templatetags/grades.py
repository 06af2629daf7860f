"""The one place where a result becomes HTML."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import change, instrument
from ..consistency import Prompt
from ..history import Cell, Result, Visit, moments_of
from ..models import Assessment, Measurement
from ..wording import cell_name, measurements_in_order, written

register = template.Library()


@register.simple_tag
def grade(result: Result | None, profile: str) -> SafeString:
    """Show a grade's code on its shade, "NT" hatched, a dash for not done, nothing for blank.

    0 is a grade like any other.
    """
    if result is None:
        return format_html(
            '<span class="grade blank"><span class="visually-hidden">{}</span></span>',
            _("not assessed"),
        )
    if result.level is not None:
        code = instrument.code(result.level, profile)
        return format_html('<span class="grade g{}">{}</span>', result.level, code)
    look = "nt" if result.status == instrument.Status.NOT_TESTABLE else "nd"
    shown = "NT" if look == "nt" else "–"
    return format_html(
        '<span class="grade {}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        look,
        shown,
        written(result, profile),
    )


@register.simple_tag
def grade_before(found: change.Change) -> SafeString:
    """Show a change's earlier result, which opens the record that it stands in."""
    return _opening(found, found.before, found.before_visit)


@register.simple_tag
def grade_after(found: change.Change) -> SafeString:
    """Show a change's later result, which opens the record that it stands in."""
    return _opening(found, found.after, found.after_visit)


def _opening(found: change.Change, result: Result | None, visit: Visit) -> SafeString:
    shown = grade(result, visit.profile)
    if result is None:
        return shown
    return format_html(
        '<a class="opens" href="{}#{}-{}" title="{}">{}</a>',
        _address_of(visit.id),
        found.movement,
        found.side,
        _("Open the record"),
        shown,
    )


@lru_cache(maxsize=128)
def _address_of(record_id: UUID) -> str:
    """A page has two hundred grades of two records: finding an address costs more than the rest."""
    return reverse("assessments:read", args=[record_id])


@register.simple_tag
def result_at(results: Mapping[Cell, Result], movement: str, side: str) -> Result | None:
    return results.get((movement, side))


@register.simple_tag
def is_among(cells: Collection[Cell], movement: str, side: str) -> bool:
    return (movement, side) in cells if cells else False


@register.simple_tag
def measurements_of(assessment: Assessment) -> list[Measurement]:
    """Return what was measured at a visit, in the order of its movements."""
    return measurements_in_order(assessment)


@register.simple_tag
def measured_at(measurements: Sequence[Measurement], movement: str, side: str) -> list[Measurement]:
    """Return what was measured of one cell."""
    return [each for each in measurements if (each.movement, each.side) == (movement, side)]


@register.simple_tag
def name_of(movement: str, side: str) -> str:
    return cell_name((movement, side))


@register.simple_tag
def rule_text(flag: change.Flag, rule: change.Rule, changes: Iterable[change.Change]) -> str:
    """The text of the rule that gave a flag, in the codes of these changes, beside which it
    stands.
    """
    profiles = {
        visit.profile for each in changes for visit in (each.before_visit, each.after_visit)
    }
    return change.explain(flag, rule, profiles)


@register.filter
def beside(result: Result | None) -> str:
    """What stands beside a grade: the reason for none, limiters, the position, the note."""
    if result is None:
        return ""
    parts: list[Any] = [instrument.Limiter(limiter).label for limiter in result.limiters]
    if result.reason:
        parts.insert(0, instrument.Reason(result.reason).label)
    if result.position:
        parts.append(instrument.Position(result.position).label)
    if result.note:
        parts.append(result.note)
    return " · ".join(str(part) for part in parts)


@register.simple_tag
def shared_cautions(changes: Sequence[change.Change]) -> list[str]:
    """What weakens every one of several changes alike: said once, over them."""
    if len(changes) < 2:
        return []
    said = [_cautions(each) for each in changes]
    return [words for words in said[0] if all(words in others for others in said[1:])]


@register.filter
def between(found: change.Change) -> str:
    """Tell between which two visits a change stands, and who tested at them."""
    before, after = found.before_visit, found.after_visit
    moments = moments_of((before, after))
    told = {
        "before": moments[before.id],
        "after": moments[after.id],
        "tester": after.tester,
        "first": before.tester,
    }
    if before.tester_id == after.tester_id:
        return _("%(before)s → %(after)s, tested by %(tester)s") % told
    return _("%(before)s, tested by %(first)s → %(after)s, tested by %(tester)s") % told


@register.simple_tag
def shared_visits(changes: Sequence[change.Change]) -> str:
    """The same, of several changes that all stand between one pair of visits: told once, over
    them. "" where they do not.
    """
    told = {between(each) for each in changes}
    return told.pop() if len(told) == 1 else ""


@register.filter
def backed(found: change.Change) -> str:
    """What backs a change, and what weakens the comparison of this cell in particular."""
    position = [each for each in found.cautions if each is change.Caution.OTHER_POSITION]
    return " · ".join(filter(None, (found.evidence, *(str(each.label) for each in position))))


@register.filter
def told(found: change.Change, shared: Sequence[str]) -> str:
    """What backs a change, and what weakens it besides the cautions that are said already."""
    cautions = (words for words in _cautions(found) if words not in shared)
    return " · ".join(filter(None, (found.evidence, *cautions)))


def _cautions(found: change.Change) -> list[str]:
    cautions = [str(caution.label) for caution in found.other_cautions]
    return [*cautions, found.tester_change] if found.tester_change else cautions


@register.filter
def kept(result: Result) -> str:
    """Tell what was asked about a result and answered with "keep"; "" if nothing was asked about
    it alone: what was asked about all at once is told once.
    """
    asked = [Prompt(key) for key in result.confirmed if key != Prompt.PACE]
    return _("kept when asked: %s") % ", ".join(str(each.label) for each in asked) if asked else ""


@register.filter
def as_result(told: Mapping[str, Any] | None) -> Result | None:
    """Return one side of a `ScoreChange` as a result."""
    if told is None:
        return None
    return Result(
        told["status"],
        told["level"],
        told["reason"],
        tuple(told["limiters"]),
        told["position"],
        told["note"],
        confirmed=tuple(told.get("confirmed", ())),
    )

"""What a letter asks to mind: what was noted around the tests, and what weakens the comparison."""

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext, ngettext

from .. import change, instrument
from ..models import Assessment
from ..models.context import Device
from .subject import Subject


def cautions_of(subject: Subject) -> list[str]:
    """Return what was noted around the test and at its grades, then what weakens the comparison."""
    record = subject.record
    ill = list(_illness(subject))
    known = {caution for each in subject.changes for caution in each.cautions}
    if ill:  # said in its own words already
        known.discard(change.Caution.ILLNESS)
    compared = [str(caution.label) for caution in change.Caution if caution in known]
    return [*ill, *_strains(record), *_at_grades(subject), *compared, *_notes(subject)]


def _illness(subject: Subject) -> Iterator[str]:
    record, rule = subject.record, subject.rule
    if record.relapse_status not in ("", "none"):
        yield gettext("relapse %s") % record.get_relapse_status_display()
    elif change.near_relapse(subject.visit.day, rule, subject.relapses):
        yield gettext("onset of a relapse within %d days") % rule.relapse_days
    if record.heat not in ("", "none"):
        yield record.get_heat_display()


def _strains(record: Assessment) -> Iterator[str]:
    if record.fatigue_before is not None:
        yield gettext("fatigue %d of 10 before") % record.fatigue_before
    if record.fatigue_after is not None:
        yield gettext("fatigue %d of 10 after") % record.fatigue_after
    if record.pain:
        yield gettext("pain %d of 10") % record.pain
    if record.stopped_early:
        yield gettext("stopped early (%s)") % record.stopped_early
    yield from _device(record)


def _device(record: Assessment) -> Iterator[str]:
    """Say what was worn during the test, or may have been: where it was not, it is no matter."""
    named = record.device not in ("", Device.NONE)
    if record.device_worn:
        device = record.get_device_display() if named else gettext("a device")
        yield gettext("%s worn during the test") % device
    elif named and record.device_worn is None:
        yield gettext("device today: %s") % record.get_device_display()


def _at_grades(subject: Subject) -> Iterator[str]:
    """Count the grades that were given under each limiter, and in another position."""
    graded = {
        cell: result for cell, result in subject.visit.results.items() if result.level is not None
    }
    limited = Counter(limiter for result in graded.values() for limiter in result.limiters)
    for limiter in instrument.Limiter:
        if limited[limiter.value]:
            yield _counted(str(limiter.label).lower(), limited[limiter.value])
    elsewhere = sum(
        result.position not in ("", instrument.movement(movement).position)
        for (movement, _side), result in graded.items()
    )
    if elsewhere:
        yield _counted(gettext("not in the usual position"), elsewhere)


def _counted(words: str, count: int) -> str:
    return ngettext("%(words)s at %(count)d grade", "%(words)s at %(count)d grades", count) % {
        "words": words,
        "count": count,
    }


def _notes(subject: Subject) -> Iterator[str]:
    """Send to what was written freely: nobody but a reader knows what it weakens."""
    if subject.record.note or any(each.note for each in subject.visit.results.values()):
        yield gettext("notes, see the record")

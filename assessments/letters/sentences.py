"""Three sentences made from facts by fixed templates: who tested what, what changed, what to mind.

Descriptive, never a diagnosis: a change is possible until it is confirmed by repeat.
"""

from collections import Counter
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from .. import change, instrument
from ..history import Visit
from .cautions import cautions_of
from .subject import Subject


def in_words(day: date) -> str:
    """Return "5 March 2026"."""
    return date_format(day, "j F Y")


def moment_in_words(subject: Subject, visit: Visit) -> str:
    """Return "5 March 2026", or "5 March 2026, 14:30" where another visit shares the day."""
    return ", ".join(filter(None, (in_words(visit.day), subject.times.get(visit.id))))


def sentences_of(subject: Subject) -> list[str]:
    return [_what_was_tested(subject), _what_changed(subject), _what_to_mind(subject)]


def _what_was_tested(subject: Subject) -> str:
    record = subject.record
    return gettext(
        "On %(day)s %(tester)s tested muscle strength by hand (%(battery)s, scale %(scale)s): "
        "%(graded)d of %(total)d tests were graded."
    ) % {
        "day": moment_in_words(subject, subject.visit),
        "tester": subject.visit.tester,
        "battery": record.battery_name,
        "scale": instrument.profile(record.profile).name,
        "graded": subject.graded,
        "total": len(record.cells),
    }


def _what_changed(subject: Subject) -> str:
    if subject.before is None:
        return gettext("It is the first signed assessment here, so nothing can be compared yet.")
    since = gettext("Since %(day)s (tested by %(tester)s)") % {
        "day": moment_in_words(subject, subject.before),
        "tester": subject.before.tester,
    }
    comparable = ngettext(
        "of %(count)d grade that can be compared",
        "of %(count)d grades that can be compared",
        subject.comparable,
    ) % {"count": subject.comparable}
    if not subject.comparable:
        return gettext("%(since)s no grade can be compared.") % {"since": since}
    if not subject.listed:
        none = (
            gettext("none is flagged by the change rule")
            if subject.shows_flags
            else gettext("all are the same")
        )
        return f"{since}, {comparable}, {none}."
    ways = Counter(each.direction for each in subject.listed)
    way = ", ".join(
        f"{ways[direction]} {direction.label}" for direction in change.Direction if ways[direction]
    )
    if not subject.shows_flags:
        differ = ngettext("%(count)d differs", "%(count)d differ", len(subject.listed))
        return f"{since}, {comparable}, {differ % {'count': len(subject.listed)}} ({way})."
    return f"{since}, {comparable}, {_flagged(subject)} ({way}){_backed(subject)}."


def _flagged(subject: Subject) -> str:
    flags = Counter(each.flag for each in subject.listed)
    named = ", ".join(f"{flags[flag]} {flag.label}" for flag in change.FLAGGED if flags[flag])
    return ngettext(
        "%(count)d is flagged by the change rule: %(named)s",
        "%(count)d are flagged by the change rule: %(named)s",
        len(subject.listed),
    ) % {"count": len(subject.listed), "named": named}


def _backed(subject: Subject) -> str:
    """Say how many changes a repeat backs; a grade to watch is none yet."""
    changed = [each for each in subject.listed if each.flag in change.CONFIRMABLE]
    confirmed = sum(each.confirmed for each in changed)
    possible = len(changed) - confirmed
    parts = []
    if confirmed:
        parts.append(gettext("%(count)d confirmed by repeat") % {"count": confirmed})
    if possible:
        parts.append(
            ngettext(
                "%(count)d a possible change, not yet confirmed",
                "%(count)d possible changes, not yet confirmed",
                possible,
            )
            % {"count": possible}
        )
    return "; " + ", ".join(parts) if parts else ""


def _what_to_mind(subject: Subject) -> str:
    cautions = cautions_of(subject)
    minding = (
        gettext("noted: %s") % ", ".join(cautions)
        if cautions
        else gettext("nothing was noted that weakens the result")
    )
    return f"{_missing(subject)}; {minding}."


def _missing(subject: Subject) -> str:
    cells = subject.not_graded
    if not cells:
        return gettext("Every test of the battery was graded")
    results = subject.visit.results
    states = Counter(results[cell].status if cell in results else "" for cell in cells)
    named = [
        (gettext("%(count)d not testable"), states[instrument.Status.NOT_TESTABLE.value]),
        (gettext("%(count)d not done"), states[instrument.Status.NOT_DONE.value]),
        (gettext("%(count)d not assessed"), states[""]),
    ]
    return ngettext(
        "%(count)d test has no grade (%(why)s)",
        "%(count)d tests have no grade (%(why)s)",
        len(cells),
    ) % {
        "count": len(cells),
        "why": ", ".join(words % {"count": count} for words, count in named if count),
    }

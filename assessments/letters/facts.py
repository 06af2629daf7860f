"""Everything that stands on the page, as plain values: what typst is given, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mmt.accounts.models import User

from .. import change, charts, instrument
from ..charts.body_places import HEIGHT, WIDTH
from ..charts.plots import UNPRINTABLE
from ..charts.standalone import plots_alone
from ..history import Cell
from ..models import Addressee, LetterKind
from ..wording import cell_name, written
from .last_visits import last_visits
from .sentences import in_words, moment_in_words, sentences_of
from .subject import Subject

# The one family of typst's own that the page is set in.
FAMILY = "Libertinus Serif"
MAP_SIZE = [2 * WIDTH, HEIGHT]


@dataclass(frozen=True, slots=True)
class Wording:
    """What the writer of a page decides: to whom, and one line."""

    kind: LetterKind
    addressee: Addressee
    name: str = ""
    address: str = ""
    line: str = ""


def facts_of(subject: Subject, wording: Wording, *, by: User) -> dict[str, Any]:
    """Return the page's content. `changed` and `missing` are whole; the page shows what fits."""
    facts = {
        "language": (get_language() or "en-gb").partition("-")[0],
        "title": _title(wording, subject),
        **_head(subject, wording),
        "sentences": sentences_of(subject),
        **_picture(subject),
        **_lists(subject),
        "review_heading": _("Next review"),
        "review": _review(subject),
        "line": wording.line,
        "signed": _signed(subject, by),
        "foot": _foot(subject),
    }
    if wording.kind is LetterKind.REPORT:
        facts["visits"] = _visits(subject)
    return _printable(facts)


def _head(subject: Subject, wording: Wording) -> dict[str, Any]:
    """Return from whom, to whom, when and about whom."""
    clinic, patient = subject.record.clinic, subject.record.patient
    today = clinic.now().date()
    return {
        "clinic": clinic.name,
        "day": [today.year, today.month, today.day],
        "day_words": in_words(today),
        "to": [wording.name, capfirst(str(wording.addressee.label)), *_lines(wording.address)],
        "patient": str(patient),
        "patient_facts": _("born %(birth)s · record number %(number)s")
        % {"birth": in_words(patient.birth_date), "number": patient.record_number},
        "greeting": _("Dear %s,") % (wording.name or _("colleague")),
    }


def _lists(subject: Subject) -> dict[str, Any]:
    """Return what changed and what has no grade, and how either goes on where it is cut."""
    changed, missing = _changed(subject), _missing(subject)
    longest = max(len(changed), len(missing))
    return {
        "changed_heading": _("What changed"),
        "changed": changed,
        "no_change": _no_change(subject),
        "missing_heading": _("What has no grade"),
        "missing": missing,
        "none_missing": _("Every test of the battery was graded."),
        "more": [_("and %d more, see the record") % count for count in range(longest + 1)],
    }


def _visits(subject: Subject) -> dict[str, Any]:
    sides = instrument.Side.RIGHT, instrument.Side.LEFT
    return last_visits(subject.last_visits, subject.times) | {
        "heading": _("The last visits"),
        "movement": _("Movement"),
        "sides": [str(side.label)[:1] for side in sides],
        "legend": _(
            "R right, L left. ▼ worse, ▲ better than when last graded. NT not testable, "
            "ND not done, empty: not assessed. Tested by %s."
        ),
    }


def _title(wording: Wording, subject: Subject) -> str:
    day = in_words(subject.visit.day)
    if wording.kind is LetterKind.REPORT:
        return _("Report on muscle strength, %s") % day
    return _("Muscle strength, %s") % day


def _lines(address: str) -> list[str]:
    """Return an address in four lines at most, however it was typed."""
    lines = [" ".join(line.split()) for line in address.splitlines() if line.strip()]
    return [*lines[:3], ", ".join(lines[3:])] if len(lines) > 4 else lines


def _picture(subject: Subject) -> dict[str, Any]:
    """Return the map with its caption, and in words for those who do not see it."""
    if subject.before is None or not subject.shows_flags:
        markup = charts.body_map(subject.visit)
        caption = _("Grades of %s. Hatched: not testable; dash: not done; empty: not assessed.")
        return {
            "map": plots_alone(markup, families=FAMILY),
            "map_size": MAP_SIZE,
            "map_heading": _("On the body"),
            "map_caption": caption % moment_in_words(subject, subject.visit),
            "map_words": _("Body map, front and back: %s") % _grades_in_words(subject),
        }
    markup = charts.body_map_difference(subject.before, subject.visit, subject.changes)
    caption = _(
        "Grades of %(after)s. ▼ worse, ▲ better than on %(before)s; strong outline: flagged; "
        "hatched end: not comparable; hatched: not testable; dash: not done; empty: not assessed."
    )
    return {
        "map": plots_alone(markup, families=FAMILY),
        "map_size": MAP_SIZE,
        "map_heading": _("Difference on the body"),
        "map_caption": caption
        % {
            "after": moment_in_words(subject, subject.visit),
            "before": moment_in_words(subject, subject.before),
        },
        "map_words": _("Body map, front and back, compared with the visit before: %s")
        % _grades_in_words(subject),
    }


def _grades_in_words(subject: Subject) -> str:
    visit = subject.visit
    return "; ".join(
        f"{cell_name(cell)} {written(visit.results.get(cell), visit.profile) or _('not assessed')}"
        for cell in subject.record.cells
    )


def _changed(subject: Subject) -> list[dict[str, str]]:
    return [
        {
            "name": cell_name((found.movement, found.side)),
            "grades": f"{_grade(found.before, found.before_visit)} → "
            f"{_grade(found.after, found.after_visit)}",
            "told": ", ".join(_told(found, subject)),
        }
        for found in subject.listed
    ]


def _grade(result: Any, visit: Any) -> str:
    return written(result, visit.profile)


def _told(found: change.Change, subject: Subject) -> list[str]:
    told = [str(found.direction.label)]
    if not subject.shows_flags:
        return told
    told.append(str(found.flag.label))
    if found.flag in change.CONFIRMABLE:
        told.append(
            _("confirmed by repeat") if found.confirmed else _("possible, not yet confirmed")
        )
    if found.after:
        told += [str(instrument.Limiter(each).label).lower() for each in found.after.limiters]
    if change.Caution.OTHER_POSITION in found.cautions:
        told.append(str(change.Caution.OTHER_POSITION.label))
    return told


def _no_change(subject: Subject) -> str:
    if subject.before is None:
        return _("Nothing to compare with yet.")
    if subject.shows_flags:
        return _("No grade is flagged by the change rule.")
    return _("No grade differs.")


def _missing(subject: Subject) -> list[str]:
    """Return what has no grade, with why; what nobody meant to test comes last."""
    results = subject.visit.results
    cells = sorted(subject.not_graded, key=lambda cell: cell not in results)
    return [f"{cell_name(cell)}: {_absence(subject, cell)}" for cell in cells]


def _absence(subject: Subject, cell: Cell) -> str:
    result = subject.visit.results.get(cell)
    if result is None:
        return _("not assessed")
    status = str(instrument.Status(result.status).label)
    words = f"{status}, {instrument.Reason(result.reason).label}" if result.reason else status
    return words.lower()


def _review(subject: Subject) -> str:
    again = subject.tested_again
    if again is not None:
        return _("Tested again since, on %s.") % in_words(again)
    return _("Test again by %(day)s, after %(days)d days.") % {
        "day": in_words(subject.due),
        "days": subject.record.clinic.retest_interval_days,
    }


def _signed(subject: Subject, by: User) -> list[str]:
    roles = [
        str(member.get_role_display())
        for member in by.active_memberships
        if member.clinic_id == subject.record.clinic_id
    ]
    return [str(by), ", ".join([*dict.fromkeys(roles), subject.record.clinic.name])]


def _foot(subject: Subject) -> str:
    """Return which record at which version the page tells of."""
    record = subject.record
    signed_at = record.signed_at
    if record.signed_by is None or signed_at is None:
        raise ValueError("A page tells of a signed record.")
    signed = _(
        "Record %(id)s, revision %(revision)d, signed by %(name)s on %(at)s; "
        "change rule version %(rule)d. Strength recorder does not diagnose."
    )
    return signed % {
        "id": str(record.pk)[:8],
        "revision": record.revision,
        "name": record.signed_by,
        "at": f"{signed_at.astimezone(record.clinic.zone):%Y-%m-%d %H:%M}",
        "rule": subject.rule.version,
    }


def _printable(value: Any) -> Any:
    """Return the facts without what no page can show; a map is printable already."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("", value)
    if isinstance(value, dict):
        return {key: _printable(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_printable(each) for each in value]
    return value

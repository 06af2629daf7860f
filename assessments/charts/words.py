"""The words of drawings, translated and escaped once for each language."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from html import escape as escape_text

from django.utils.dates import MONTHS_3
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import instrument
from ..change import Caution, Change, Direction, Flag
from ..history import Result

STATUSES = {status.value: status for status in instrument.Status}
REASONS = {reason.value: reason for reason in instrument.Reason}
LIMITERS = {limiter.value: limiter for limiter in instrument.Limiter}


def escape(text: object) -> str:
    """Return text safe in markup, in quoted attributes too.

    What Django's own `escape` does, but a plain string: lazy text is read only once, and strings
    marked as safe join several times slower.
    """
    return escape_text(str(text))


class Words:
    """Translated, escaped text of the language that is active when this is made."""

    def __init__(self) -> None:
        self.months = months(get_language())
        self.sides = {side.value: escape(side.label) for side in instrument.Side}
        self.initials = {
            instrument.Side.RIGHT.value: escape(_("R")),
            instrument.Side.LEFT.value: escape(_("L")),
            instrument.Side.MIDLINE.value: "",
        }
        self.abbreviations = {
            instrument.Status.NOT_TESTABLE.value: escape(_("NT")),
            instrument.Status.NOT_DONE.value: escape(_("ND")),
        }
        self.not_assessed = escape(_("not assessed"))
        self.blank = f'<td class="blank">{self.not_assessed}</td>'
        self.visit = escape(_("Visit"))
        self.tester = escape(_("Tester"))
        self.movement_word = escape(_("Movement"))
        self._grade = escape(_("grade %(code)s"))
        self._was_then = escape(_("was %(before)s"))
        self._was = {
            True: escape(_("worse, was %(code)s")),
            False: escape(_("better, was %(code)s")),
        }
        self._side_and_movement = escape(_("%(side)s %(movement)s"))
        self._names: dict[str, str] = {}
        self._absences: dict[tuple[str, str], str] = {}
        self._changes: dict[tuple[str, str, bool], str] = {}
        self._cautions: dict[Caution, str] = {}
        self._verdicts: dict[tuple[Direction, Flag], str] = {}
        self._reasons: dict[str, str] = {}
        self._limiters: dict[str, str] = {}

    def movement(self, key: str) -> str:
        """Return a movement's name; raises UnknownMovement."""
        if key not in self._names:
            self._names[key] = escape(instrument.movement(key).name)
        return self._names[key]

    def region(self, region: instrument.Region) -> str:
        return escape(region.label)

    def side_and_movement(self, key: str, side: str) -> str:
        """Return what is tested, such as "Left knee extension"."""
        name = self.movement(key)
        if side == instrument.Side.MIDLINE:
            return name
        return self._side_and_movement % {"side": self.sides[side], "movement": _inside(name)}

    def day(self, day: date) -> str:
        return f"{day.day} {self.months[day.month]} {day.year}"

    def reason(self, result: Result) -> str:
        """Return why there is no grade, empty when no reason was recorded."""
        if result.reason not in self._reasons:
            label = escape(REASONS[result.reason].label) if result.reason else ""
            self._reasons[result.reason] = _inside(label)
        return self._reasons[result.reason]

    def absence(self, result: Result) -> str:
        """Return a result without a grade, such as "Not testable: pain"."""
        key = (result.status, result.reason)
        if key not in self._absences:
            status, reason = escape(STATUSES[result.status].label), self.reason(result)
            self._absences[key] = f"{status}: {reason}" if reason else status
        return self._absences[key]

    def change(self, before: str, code: str, worse: bool) -> str:
        """Return the table cell of a changed grade, such as "3, worse, was 4"."""
        key = (before, code, worse)
        if key not in self._changes:
            self._changes[key] = f"<td>{code}, {self._was[worse] % {'code': before}}</td>"
        return self._changes[key]

    def limiters(self, result: Result) -> str:
        """Return what limited a graded test, such as ", limited by pain"; empty when nothing."""
        text = ""
        for key in result.limiters:
            if key not in self._limiters:
                self._limiters[key] = _inside(escape(LIMITERS[key].label))
            text += f", {self._limiters[key]}"
        return text

    def recorded(self, result: Result | None, codes: Sequence[str]) -> str:
        """Return what stands in a table: the code, why there is none, or not assessed."""
        if result is None:
            return self.not_assessed
        if result.level is None:
            return self.absence(result)
        return codes[result.level] + self.limiters(result)

    def outcome(self, result: Result | None, codes: Sequence[str]) -> str:
        """Return the same inside a sentence, such as "grade 3" or "not testable: pain"."""
        said = self.recorded(result, codes)
        if result is None or result.level is None:
            return _inside(said)
        return self._grade % {"code": said}

    def since(self, change: Change, codes: Sequence[str]) -> str:
        """Return what became of a result, such as "was 4, worse, changed". `codes` are those of
        the earlier visit.
        """
        old = change.before
        graded = old is not None and old.level is not None
        before = self.recorded(old, codes) if graded else self.outcome(old, codes)
        return f"{self._was_then % {'before': before}}, {self._judged(change)}"

    def verdict(self, change: Change) -> str:
        """Return the table's words for a change, with how well it is backed and what to mind."""
        said = [self._judged(change)]
        if change.evidence:
            said.append(escape(change.evidence))
        return ", ".join((*said, *(self._caution(each) for each in change.cautions)))

    def _caution(self, caution: Caution) -> str:
        if caution not in self._cautions:
            self._cautions[caution] = escape(caution.label)
        return self._cautions[caution]

    def _judged(self, change: Change) -> str:
        key = (change.direction, change.flag)
        if key not in self._verdicts:
            way = "" if change.direction is Direction.NONE else f"{change.direction.label}, "
            self._verdicts[key] = escape(f"{way}{change.flag.label}")
        return self._verdicts[key]


def words_now() -> Words:
    """Return the words of the language that is active."""
    return _words_of(get_language())


@cache
def _words_of(_language: str | None) -> Words:
    return Words()


def spoken_words() -> str:
    """Return the words with which the script reads a mark aloud, as attributes of the figure."""
    words = {
        "data-say-grade": _("grade {grade}"),
        "data-say-tester": _("tested by {tester}"),
        "data-say-not-testable": _("not testable"),
        "data-say-not-done": _("not done"),
    }
    return " ".join(f'{key}="{escape(text)}"' for key, text in words.items())


def _inside(words: str) -> str:
    """Return words as they stand inside a sentence; a capital of an abbreviation stays."""
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


@cache
def months(language: str | None) -> tuple[str, ...]:
    """Return the short names of months, January at place 1, as Django's date format "M" has them.

    `date_format` itself takes 35 microseconds a date, longer than to draw ten marks.
    """
    return ("", *(escape(str(MONTHS_3[month]).title()) for month in range(1, 13)))

"""Records without the people: what becomes of each column, and the values that stand instead.

Names, record numbers, free texts and exact birth dates are gone; identifiers are codes; dates are
moved back by as many days for all of one person, so that intervals survive. Codes and days come
out of a secret of this installation: two exports agree, and nobody without the secret can go
back. This is pseudonymised data, not anonymous data: rare grades and courses still point at
people, and it is given out under the same care (docs/exports.md).
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ..instrument import LabelledEnum, Text
from ..packed import ResultRow
from . import columns
from .column import Column, Kind, MeasuredColumn, ResultColumn, Value, VisitColumn
from .columns import NEEDED, Table

OLDEST = 90
MOST_DAYS = 365
CODE_LENGTH = 16  # hexadecimal digits: 64 bits


class Treatment(LabelledEnum):
    KEPT = "kept", _("kept as it is; only words of the list")
    REMOVED = "removed", _("removed")
    CODED = "coded", _("replaced by a code, the same in each export of this installation")
    SHIFTED = (
        "shifted",
        _("the day alone, moved back by 1 to 365 days, as many for all of one person"),
    )
    GROUPED = "grouped", _("replaced by the age at the test; 90 stands for 90 and over")


# Of each column that names people. One that is not here has no treatment, and no file is made.
TREATMENTS: dict[str, Treatment] = {
    **dict.fromkeys(
        ["clinic", "record_number", "assessment", "tester", "signed_by"], Treatment.CODED
    ),
    **dict.fromkeys(["tested_on", "signed_at", "voided_at"], Treatment.SHIFTED),
    "birth_date": Treatment.GROUPED,
    **dict.fromkeys(
        [
            "family_name", "given_names", "tested_at", "result_note", "pain_where",
            "stopped_early", "visit_note", "void_reason", "dynamometer", "measurement_note",
        ],
        Treatment.REMOVED,
    ),
    **dict.fromkeys(
        [
            "sex", "battery", "battery_version", "scale", "cells", "record_status", "source",
            "movement", "movement_name", "side", "status", "grade", "reason", "limiters",
            "position", "entered", "confirmed", "amended",
            "setting", "heat", "fatigue_before", "fatigue_after", "pain", "relapse_status",
            "edss", "device", "device_worn", "hours_since_antispastic",
            "hours_since_fampridine", "first_side", "falls_since_last",
            "measured", "force_n", "force_of", "trials", "trials_unit", "trials_n",
            "heel_raises", "full_height", "ended_by", "measured_in",
        ],
        Treatment.KEPT,
    ),
}  # fmt: skip

# What stands instead, by the name of the column; the paths are those of `People.hidden`.
INSTEAD = {
    "clinic": VisitColumn("clinic", Kind.ID, "clinic", _("Code of the clinic.")),
    "record_number": VisitColumn("person", Kind.ID, "person", _("Code of the patient.")),
    "birth_date": VisitColumn(
        "age", Kind.NUMBER, "age", _("Completed years at the test; 90 stands for 90 and over.")
    ),
    "assessment": VisitColumn(
        "assessment", Kind.ID, "assessment", _("Code of the assessment: one visit's record.")
    ),
    "tested_on": VisitColumn("tested_on", Kind.DATE, "tested_on", _("Day of the test, moved.")),
    "tester": VisitColumn("tester", Kind.ID, "tester", _("Code of who tested.")),
    "signed_by": VisitColumn("signed_by", Kind.ID, "signed_by", _("Code of who signed.")),
    "signed_at": VisitColumn("signed_on", Kind.DATE, "signed_on", _("Day of signing, moved.")),
    "voided_at": VisitColumn("voided_on", Kind.DATE, "voided_on", _("Day of voiding, moved.")),
}
_RAW = (
    "id", "clinic_id", "patient_id", "patient__birth_date", "tester_id", "signed_by_id",
    "tested_at", "signed_at", "voided_at",
)  # fmt: skip


def table(movements: Collection[str] = ()) -> Table:
    """Return the columns of a file without the people. Raises KeyError on an untreated column."""
    named = columns.table(movements)
    who = tuple(_visit_columns(named.who))
    around = tuple(_visit_columns(named.around))
    kept = [column.path for column in (*who, *around) if column not in INSTEAD.values()]
    return Table(
        who=who,
        results=tuple(_only_words(each) for each in named.results if _is_kept(each)),
        cells=named.cells,
        measured=tuple(_only_words(each) for each in named.measured if _is_kept(each)),
        around=around,
        paths=tuple(dict.fromkeys([*_RAW, *kept, *NEEDED])),
    )


def _visit_columns(found: tuple[VisitColumn, ...]) -> list[VisitColumn]:
    treated = []
    for column in found:
        match TREATMENTS[column.name]:
            case Treatment.KEPT:
                treated.append(_only_words(column))
            case Treatment.REMOVED:
                continue
            case _:
                treated.append(INSTEAD[column.name])
    return treated


def _is_kept(column: Column) -> bool:
    return TREATMENTS[column.name] is Treatment.KEPT


def _only_words(column: Any) -> Any:
    """Let through only the listed words: nothing else ought to stand there, but might."""
    if column.kind not in (Kind.WORD, Kind.WORDS):
        return column
    read = column.read

    def listed(value: Value) -> Value:
        known = column.words()
        return " ".join(word for word in str(value or "").split() if word in known)

    if isinstance(column, ResultColumn):

        def of_result(result: ResultRow, profile: str) -> Value:
            return listed(read(result, profile))

        return replace(column, read=of_result)
    if isinstance(column, MeasuredColumn | VisitColumn):
        return replace(column, read=lambda found: listed(read(found)))
    raise TypeError(column)


class People:
    """Codes and days for people, of one secret."""

    def __init__(self, secret: str = "") -> None:
        self._key = (secret or settings.DEIDENTIFICATION_KEY).encode()
        self._codes: dict[tuple[str, UUID], str] = {}
        self._days: dict[UUID, timedelta] = {}

    def code(self, what: str, key: UUID | None) -> str:
        """Return the code of a thing, which nobody without the secret can turn back."""
        if key is None:
            return ""
        if what == "assessment":  # each once
            return self._digest(what, key).hex()[:CODE_LENGTH]
        if (what, key) not in self._codes:
            self._codes[what, key] = self._digest(what, key).hex()[:CODE_LENGTH]
        return self._codes[what, key]

    def days(self, patient: UUID) -> timedelta:
        """Return by how much all dates of the person are moved back."""
        if patient not in self._days:
            number = int.from_bytes(self._digest("days", patient)[:8], "big")
            self._days[patient] = timedelta(days=1 + number % MOST_DAYS)
        return self._days[patient]

    def hidden(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what of a visit's values may be told. Nothing else goes any further."""
        patient, zone = values["patient_id"], ZoneInfo(values["time_zone"])
        days = self.days(patient)

        def moved(moment: datetime | None) -> date | None:
            return moment.astimezone(zone).date() - days if moment else None

        tested_on = values["tested_at"].astimezone(zone).date()
        hidden = {path: value for path, value in values.items() if path not in _RAW}
        return hidden | {
            "clinic": self.code("clinic", values["clinic_id"]),
            "person": self.code("person", patient),
            "assessment": self.code("assessment", values["id"]),
            "tester": self.code("member", values["tester_id"]),
            "signed_by": self.code("member", values["signed_by_id"]),
            "age": min(OLDEST, _age(values["patient__birth_date"], tested_on)),
            "tested_on": moved(values["tested_at"]),
            "signed_on": moved(values["signed_at"]),
            "voided_on": moved(values["voided_at"]),
        }

    def _digest(self, what: str, key: UUID) -> bytes:
        return hmac.new(self._key, f"{what}:{key.hex}".encode(), hashlib.sha256).digest()


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def what_was_done() -> list[tuple[str, Treatment, Text]]:
    """Return for each column that names people what became of it, and the name it has now."""
    told: list[tuple[str, Treatment, Text]] = []
    for name, treatment in TREATMENTS.items():
        instead = INSTEAD.get(name)
        now = "" if treatment is Treatment.REMOVED else (instead.name if instead else name)
        told.append((name, treatment, now))
    return told

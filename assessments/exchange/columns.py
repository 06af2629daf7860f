"""The columns of an export, once. Files, their headings and the data dictionary are made of them.

A column gives typed values (a date is a date, a number a number); each kind of file writes them
in its own way. A movement added to the instrument is a column of the wide layout by itself.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from patients.models import Sex

from .. import instrument
from ..consistency import Prompt
from ..instrument import LabelledEnum, Side
from ..models import AssessmentStatus, Entered, Source
from ..models.context import Device, FirstSide, Heat, RelapseStatus, Setting
from .column import CellColumn, Column, Kind, MeasuredColumn, ResultColumn, VisitColumn, Words
from .measured import MEASURED
from .rows import BLANK, cells_of
from .selection import Layout


def _members(enum: Iterable[LabelledEnum]) -> Callable[[], Words]:
    members: list[LabelledEnum] = list(enum)
    return lambda: {member.value: member.label for member in members}


def _choices(choices: Any) -> Callable[[], Words]:
    return lambda: dict(choices.choices)


def _named(catalogue: Mapping[str, Any]) -> Callable[[], Words]:
    return lambda: {key: entry.name for key, entry in catalogue.items()}


def _states() -> Words:
    return {**_members(instrument.Status)(), BLANK: _("Left blank: nothing was recorded")}


def _of_record() -> Words:
    return {key: label for key, label in AssessmentStatus.choices if key != AssessmentStatus.DRAFT}


WHO_AND_WHEN = (
    VisitColumn("clinic", Kind.TEXT, "clinic_name", _("Name of the clinic.")),
    VisitColumn(
        "record_number", Kind.TEXT, "patient__record_number", _("Patient's number at the clinic.")
    ),
    VisitColumn("family_name", Kind.TEXT, "patient__family_name", _("Patient's family name.")),
    VisitColumn("given_names", Kind.TEXT, "patient__given_names", _("Patient's given names.")),
    VisitColumn("birth_date", Kind.DATE, "patient__birth_date", _("Patient's birth date.")),
    VisitColumn("sex", Kind.WORD, "patient__sex", _("Patient's sex."), _choices(Sex)),
    VisitColumn("assessment", Kind.ID, "id", _("The assessment: one visit's record."), read=str),
    VisitColumn(
        "tested_on", Kind.DATE, "tested_at", _("Day of the test, as it was at the clinic.")
    ),
    VisitColumn(
        "tested_at", Kind.MOMENT, "tested_at", _("Time of the test, on the clinic's clock.")
    ),
    VisitColumn(
        "battery",
        Kind.WORD,
        "battery",
        _("The list of movements that was begun with."),
        _named(instrument.BATTERIES),
    ),
    VisitColumn("battery_version", Kind.NUMBER, "battery_version", _("Version of that list.")),
    VisitColumn(
        "scale",
        Kind.WORD,
        "profile",
        _("The scale of grades. The same code can mean another grade on another scale."),
        _named(instrument.PROFILES),
    ),
    VisitColumn(
        "cells",
        Kind.NUMBER,
        "form",
        _("How many results the form had room for: the N of “n of N tested”."),
        read=lambda form: len(cells_of(form)),
    ),
    VisitColumn("record_status", Kind.WORD, "status", _("What became of the record."), _of_record),
    VisitColumn(
        "source", Kind.WORD, "source", _("How the record came to be here."), _choices(Source)
    ),
    VisitColumn("tester", Kind.TEXT, "tester__name", _("Who tested.")),
    VisitColumn(
        "signed_by",
        Kind.TEXT,
        "signed_by__name",
        _("Who signed; of an imported record who brought it in, since its tester did not sign."),
    ),
    VisitColumn(
        "signed_at", Kind.MOMENT, "signed_at", _("When it was signed; or when it was imported.")
    ),
)

RESULT = (
    ResultColumn(
        "movement",
        Kind.WORD,
        lambda result, _profile: result.movement,
        _("The movement tested."),
        _named(instrument.MOVEMENTS),
    ),
    ResultColumn(
        "movement_name",
        Kind.TEXT,
        lambda result, _profile: str(instrument.movement(result.movement).name),
        _("The movement in words."),
    ),
    ResultColumn(
        "side",
        Kind.WORD,
        lambda result, _profile: result.side,
        _("The patient's own right or left; midline where there are no sides."),
        _members(Side),
    ),
    ResultColumn(
        "status",
        Kind.WORD,
        lambda result, _profile: result.status,
        _("Which of the four states this is. They are never the same: grade 0 is graded."),
        _states,
    ),
    ResultColumn(
        "grade",
        Kind.GRADE,
        lambda result, profile: (
            None if result.level is None else instrument.code(result.level, profile)
        ),
        _("The grade in the codes of the scale. Filled if and only if the status is graded."),
    ),
    ResultColumn(
        "reason",
        Kind.WORD,
        lambda result, _profile: result.reason,
        _("Why there is no grade. Filled for not_testable and not_done."),
        _members(instrument.Reason),
    ),
    ResultColumn(
        "limiters",
        Kind.WORDS,
        lambda result, _profile: result.limiters,
        _("What limited a test that was done. The grade stands as it is."),
        _members(instrument.Limiter),
    ),
    ResultColumn(
        "position",
        Kind.WORD,
        lambda result, _profile: result.position,
        _("The patient's position where it was recorded; empty: the movement's usual one."),
        _members(instrument.Position),
    ),
    ResultColumn(
        "entered",
        Kind.WORD,
        lambda result, _profile: result.entered,
        _("How the result came in."),
        _choices(Entered),
    ),
    ResultColumn(
        "confirmed",
        Kind.WORDS,
        lambda result, _profile: result.confirmed,
        _("What was asked about the result and answered with “keep”."),
        _members(Prompt),
    ),
    ResultColumn(
        "amended",
        Kind.YES_NO,
        lambda result, _profile: None if result.status == BLANK else result.amended,
        _("Whether this result was changed or added after signing."),
    ),
    ResultColumn(
        "result_note",
        Kind.TEXT,
        lambda result, _profile: result.note,
        _("Note on this result."),
    ),
)

AROUND = (
    VisitColumn("setting", Kind.WORD, "setting", _("Tested on what."), _choices(Setting)),
    VisitColumn("heat", Kind.WORD, "heat", _("Heat or fever."), _choices(Heat)),
    VisitColumn("fatigue_before", Kind.NUMBER, "fatigue_before", _("Fatigue before, 0 to 10.")),
    VisitColumn("fatigue_after", Kind.NUMBER, "fatigue_after", _("Fatigue after, 0 to 10.")),
    VisitColumn("pain", Kind.NUMBER, "pain", _("Pain now, 0 to 10.")),
    VisitColumn("pain_where", Kind.TEXT, "pain_where", _("Where it hurts.")),
    VisitColumn(
        "relapse_status", Kind.WORD, "relapse_status", _("Relapse."), _choices(RelapseStatus)
    ),
    VisitColumn("edss", Kind.NUMBER, "edss", _("EDSS, 0 to 10; empty: not known.")),
    VisitColumn("device", Kind.WORD, "device", _("Device on the day."), _choices(Device)),
    VisitColumn("device_worn", Kind.YES_NO, "device_worn", _("Whether it was worn in the test.")),
    VisitColumn(
        "hours_since_antispastic",
        Kind.NUMBER,
        "hours_since_antispastic",
        _("Hours since an antispastic medicine."),
    ),
    VisitColumn(
        "hours_since_fampridine",
        Kind.NUMBER,
        "hours_since_fampridine",
        _("Hours since fampridine."),
    ),
    VisitColumn(
        "first_side", Kind.WORD, "first_side", _("Side tested first."), _choices(FirstSide)
    ),
    VisitColumn("stopped_early", Kind.TEXT, "stopped_early", _("Why the test was cut short.")),
    VisitColumn(
        "falls_since_last", Kind.NUMBER, "falls_since_last", _("Falls since the last visit.")
    ),
    VisitColumn("visit_note", Kind.TEXT, "note", _("Note on the visit.")),
    VisitColumn("voided_at", Kind.MOMENT, "voided_at", _("When it was voided.")),
    VisitColumn("void_reason", Kind.TEXT, "void_reason", _("Why it was voided.")),
)

# What the columns do not show but reading them needs.
NEEDED = ("time_zone", "profile", "form")
PATHS = tuple(dict.fromkeys([*(found.path for found in WHO_AND_WHEN + AROUND), *NEEDED]))


def cell_columns() -> tuple[CellColumn, ...]:
    """Return a column for each movement and side of the instrument, in its order."""
    return tuple(
        CellColumn(
            name=f"{movement}_{side.value}",
            cell=(movement, side.value),
            meaning=format_lazy(
                _("{movement}, {side}."),
                movement=instrument.movement(movement).name,
                side=side.label,
            ),
        )
        for movement, side in instrument.cells(instrument.MOVEMENTS)
    )


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file in their groups, and the paths from the assessment that they need."""

    who: tuple[VisitColumn, ...]
    results: tuple[ResultColumn, ...]
    cells: tuple[CellColumn, ...]
    measured: tuple[MeasuredColumn, ...]
    around: tuple[VisitColumn, ...]
    paths: tuple[str, ...]

    def columns(self, layout: Layout) -> tuple[Column, ...]:
        """Return all columns of a layout, from left to right."""
        match layout:
            case Layout.LONG:
                return (*self.who, *self.results, *self.around)
            case Layout.WIDE:
                return (*self.who, *self.cells, *self.around)
            case Layout.MEASUREMENTS:
                return (*self.who, *self.measured, *self.around)


def table(movements: Collection[str] = ()) -> Table:
    """Return the columns that name people; of the wide layout's cells only those of `movements`,
    if any are given: an empty cell of another would say that nothing was recorded.
    """
    return Table(
        who=WHO_AND_WHEN,
        results=RESULT,
        cells=tuple(each for each in cell_columns() if not movements or each.cell[0] in movements),
        measured=MEASURED,
        around=AROUND,
        paths=PATHS,
    )


def columns_of(layout: Layout) -> tuple[Column, ...]:
    """Return all columns of a layout that names people."""
    return table().columns(layout)

"""The last visits of a report as one table of grades: movements in rows, visits in columns."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any
from uuid import UUID

from django.utils.formats import date_format

from .. import instrument
from ..charts import stylesheet
from ..history import Result, Visit
from ..instrument import Side
from ..wording import SHORT

Row = dict[str, Any]


def last_visits(visits: Sequence[Visit], times: Mapping[UUID, str]) -> dict[str, Any]:
    """Return the table for the page: {"visits": [{"day", "year", "time", "tester"}], "rows":
    [...]}. Only what shares its day has a time, of `times`.

    A row is a region's heading {"region"} or a movement {"movement", "cells"}, each visit's right
    then left as {"code", "way", "fill", "ink", "both"}; `way` is worse or better than when last
    graded.
    """
    letters = _letters(visits)
    recorded = {cell for visit in visits for cell in visit.results}
    wanted = [key for key in instrument.MOVEMENTS if any(cell[0] == key for cell in recorded)]
    rows: list[Row] = []
    for region, movements in instrument.by_region(wanted):
        rows.append({"region": str(region.label)})
        rows += [
            {"movement": str(movement.name), "cells": _cells(movement, visits)}
            for movement in movements
        ]
    return {
        "visits": [
            {
                "day": date_format(visit.day, "j\u00a0M"),
                "year": str(visit.day.year),
                "time": times.get(visit.id, ""),
                "tester": letters[visit.tester],
            }
            for visit in visits
        ],
        "rows": rows,
        "testers": ", ".join(f"{letter} {name}" for name, letter in letters.items()),
    }


def _letters(visits: Sequence[Visit]) -> dict[str, str]:
    names = dict.fromkeys(visit.tester for visit in visits)
    return dict(zip(names, ascii_uppercase, strict=False))


def _cells(movement: instrument.Movement, visits: Sequence[Visit]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    last: dict[Side, int] = {}
    for visit in visits:
        for side in movement.sides:
            result = visit.results.get((movement.key, side.value))
            found.append(
                _cell(result, visit.profile, last.get(side)) | {"both": len(movement.sides) == 1}
            )
            if result is not None and result.level is not None:
                last[side] = result.level
    return found


def _cell(result: Result | None, profile: str, last: int | None) -> dict[str, Any]:
    if result is None:
        return {"code": "", "way": "", "fill": "", "ink": ""}
    if result.level is None:
        return {"code": SHORT[instrument.Status(result.status)], "way": "", "fill": "", "ink": ""}
    ramp = stylesheet.root().variables
    way = "" if last in (None, result.level) else "worse" if result.level < last else "better"
    return {
        "code": instrument.code(result.level, profile),
        "way": way,
        "fill": ramp[f"--ramp-{result.level}"],
        "ink": ramp[f"--ramp-ink-{result.level}"],
    }

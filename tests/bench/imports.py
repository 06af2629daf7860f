"""A sheet of results brought in: read apart, checked row by row, written whole.

One round: the same sheet a second time would add nothing.
"""

import csv
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from assessments import instrument
from assessments.exchange.incoming.actions import carry_out
from assessments.exchange.incoming.check import check
from assessments.exchange.incoming.mapping import proposed
from assessments.exchange.incoming.memory import for_a_large_import
from assessments.exchange.incoming.staging import set_mapping, stage
from assessments.exchange.incoming.table import read_table
from mmt.accounts.models import Clinic
from mmt.accounts.roles import Role
from tests.people import make_user

from .measure import Row

ROWS = 100_000
CELLS_A_VISIT, VISITS_A_PATIENT = 20, 5
VISIT = ("MRN", "Surname", "First name", "DOB", "Date", "Tester")
LONG = (*VISIT, "Movement", "Side", "Grade")
TARGET = "60,000 in all"


def run(rows: int = ROWS, *, wide: bool = False) -> Iterator[Row]:
    """Yield what each step takes, into a new clinic, in milliseconds.

    A row is one result, or with `wide` a visit of twenty.
    """
    clinic = Clinic.objects.create(
        name="Bench", slug=f"bench-{uuid4().hex[:8]}", time_zone="Europe/Dublin"
    )
    by = make_user(f"{uuid4()}@bench.example", clinic, Role.ADMINISTRATOR, "Ben Bench")
    with tempfile.TemporaryDirectory() as folder, for_a_large_import():
        path = Path(folder) / "sheet.csv"
        _write(path, rows, wide=wide)
        times = [time.perf_counter()]
        table = read_table(path, name=path.name)
        times.append(time.perf_counter())
        mapping = replace(proposed(table.headings), scale="mrc", direction="up")
        plan = check(table, mapping, clinic)
        times.append(time.perf_counter())
        found = stage(table, id=uuid4(), clinic=clinic, file_name="b", file_hash="0", by=by)
        set_mapping(found, mapping, by=by)
        carry_out(found, plan, only_good=False, by=by)
        times.append(time.perf_counter())
    if plan.scores != rows * (CELLS_A_VISIT if wide else 1):
        raise ValueError(f"{plan.scores} results of {rows} rows: {plan.problems[:3]}")
    whole = f"Import of {rows:,} rows, {plan.scores:,} results of {len(plan.visits):,} visits"
    steps = (f"{whole}: read", "the same: checked", "the same: written")
    for step, begun, ended in zip(steps, times, times[1:], strict=False):
        yield _row(step, (ended - begun) * 1000, "")
    yield _row("the same: in all", (times[-1] - times[0]) * 1000, TARGET)


def _row(job: str, milliseconds: float, target: str) -> Row:
    return Row(job, milliseconds, milliseconds, milliseconds, None, None, target)


def _write(path: Path, rows: int, *, wide: bool) -> None:
    screen = instrument.cells(instrument.battery("ms_clinic_screen").movements)
    cells = [(key, side.value) for key, side in screen[:CELLS_A_VISIT]]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*VISIT, *(f"{key}_{side}" for key, side in cells)) if wide else LONG)
        for visit in range(rows if wide else -(-rows // CELLS_A_VISIT)):
            grades = [(visit * 21 + place * 7) % 6 for place in range(CELLS_A_VISIT)]
            if wide:
                writer.writerow([*_who(visit), *grades])
                continue
            found = zip(cells, grades, strict=True)
            writer.writerows([*_who(visit), *cell, grade] for cell, grade in found)


def _who(visit: int) -> Sequence[str]:
    who, turn = divmod(visit, VISITS_A_PATIENT)
    born = f"19{30 + who % 60}-0{1 + who % 9}-{1 + who // 540 % 28:02}"
    day = f"{2020 + turn}-04-1{visit % 10}"
    return f"B-{who}", f"Name{who}", "Given", born, day, f"Tester {visit % 3}"

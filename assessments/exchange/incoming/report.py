"""What a dry run found, as the page shows it; that of a large file is kept beside its rows."""

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ...models import Import, Measurement, StagedTable
from ...wording import cell_name, written
from .check import Plan
from .facts import Problem
from .mapping import WHY
from .measured import Measured
from .people import Tester
from .table import Table
from .visits import Place, PlannedVisit

PROBLEMS_SHOWN = 100
KINDS_SHOWN = 10
ROWS_SHOWN = 3  # of each kind of problem
FEW = 5  # problems, which are shown one by one
VISITS_SHOWN = 5
TESTERS_SHOWN = 30
RESULTS_SHOWN = 6
# What a reason says of its own row: a value in quotes, a number.
_VARIES = re.compile(r"(“[^“”]*+”|(?<!\w)[^\W\d]*+\d\w*+)")
Reasons = Mapping[int, str]  # why each row that stays behind does, by its number


@dataclass(frozen=True, slots=True)
class Report:
    """The counts of a plan, and the first of what they count, in words.

    `problems` are (row, column, value, reason), `kinds` (count, column, reason, the first rows with
    their values, how many more), `first` the visits (row, record number, when, tester, results),
    `testers` (name, who that is).
    """

    rows: int
    blank: int
    already: int
    visits: int
    scores: int
    measured: int
    patients: int
    bad: int
    held: int
    left: int
    problem_count: int
    more_kinds: int
    more_testers: int
    problems: list[list[Any]]
    kinds: list[list[Any]]
    first: list[list[Any]]
    testers: list[list[str]]

    @property
    def is_empty(self) -> bool:
        return not (self.visits or self.patients)

    @property
    def has_few_problems(self) -> bool:
        return self.problem_count <= FEW


def report_of(plan: Plan) -> Report:
    kinds: dict[tuple[str, ...], list[Problem]] = {}
    for problem in plan.problems:
        alike = (problem.column, *_VARIES.split(problem.reason)[::2])
        kinds.setdefault(alike, []).append(problem)
    most_first = sorted(kinds.values(), key=len, reverse=True)
    testers = list(plan.testers.values())
    return Report(
        rows=plan.rows,
        blank=plan.blank,
        already=plan.already,
        visits=len(plan.visits),
        scores=plan.scores,
        measured=plan.measured,
        patients=len(plan.new_patients),
        bad=len(plan.bad),
        held=len(plan.held),
        left=plan.left,
        problem_count=len(plan.problems),
        more_kinds=max(0, len(kinds) - KINDS_SHOWN),
        more_testers=max(0, len(testers) - TESTERS_SHOWN),
        problems=[list(problem) for problem in plan.problems[:PROBLEMS_SHOWN]],
        kinds=[_kind(problems) for problems in most_first[:KINDS_SHOWN]],
        first=[_shown(visit) for visit in plan.visits[:VISITS_SHOWN]],
        testers=[[tester.name, _account(tester)] for tester in testers[:TESTERS_SHOWN]],
    )


def _kind(problems: Sequence[Problem]) -> list[Any]:
    rows = [[problem.row, problem.value] for problem in problems[:ROWS_SHOWN]]
    reason = _in_common([problem.reason for problem in problems])
    return [len(problems), problems[0].column, reason, rows, len(problems) - len(rows)]


def _in_common(reasons: Sequence[str]) -> str:
    """Return what reasons of one kind say: "…" stands for what each of them says otherwise."""
    told = ""
    for pieces in zip(*map(_VARIES.split, reasons), strict=True):
        first = pieces[0]
        differs = any(piece != first for piece in pieces)
        told += first if not differs else "“…”" if first.startswith("“") else "…"
    return told


def reasons_of(plan: Plan) -> Reasons:
    """Return why each row that stays behind does."""
    found: dict[int, list[str]] = {}
    for problem in plan.problems:
        found.setdefault(problem.row, []).append(_in_words(problem))
    waits = [_("Another row of this visit has a problem.")]
    return {row: " ".join(found.get(row, waits)) for row in plan.bad | plan.held}


def rejected(table: Table, reasons: Reasons) -> Iterable[list[str]]:
    """Yield the rows that stay behind as the file has them, headings first, each with the reason.

    A date or the value of a formula comes as text, ready to be corrected.
    """
    kept = [place for place, heading in enumerate(table.headings) if heading != WHY]
    yield [*(table.headings[place] for place in kept), WHY]
    for number, cells in table.rows():
        if number in reasons:
            yield [*(_as_text(cells[place]) for place in kept), reasons[number]]


@transaction.atomic
def keep(found: Import, plan: Plan) -> bool:
    """Keep what the dry run found beside the rows; return False if these are no longer there."""
    reasons = json.dumps(list(reasons_of(plan).items())).encode()
    kept = StagedTable.objects.filter(batch=found).update(
        checked_as=found.mapping, report=asdict(report_of(plan)), reasons=zlib.compress(reasons)
    )
    return bool(kept)


def kept_report(found: Import) -> Report | None:
    """Return what a dry run of the file found, its columns meaning what they mean now."""
    kept = StagedTable.objects.filter(batch=found, report__isnull=False).only(
        "checked_as", "report"
    )
    table = kept.first()
    if table is None or table.report is None or table.checked_as != found.mapping:
        return None
    if set(table.report) != {each.name for each in fields(Report)}:  # of another release
        return None
    return Report(**table.report)


def kept_reasons(found: Import) -> Reasons:
    packed = StagedTable.objects.filter(batch=found).values_list("reasons", flat=True).get()
    return dict(json.loads(zlib.decompress(packed))) if packed else {}


def _in_words(problem: Problem) -> str:
    return f"{problem.column}: {problem.reason}" if problem.column else problem.reason


def _as_text(cell: object) -> str:
    if isinstance(cell, dict):
        return str(next(iter(cell.values()), ""))
    return str(cell)


def _shown(visit: PlannedVisit) -> list[Any]:
    told = visit.tested_at.strftime("%Y-%m-%d %H:%M" if visit.time_known else "%Y-%m-%d")
    return [visit.row, visit.number, told, visit.tester, results_in_words(visit)]


def results_in_words(visit: PlannedVisit) -> str:
    """Return "Right knee extension 4-, Left knee extension NT Pain and 10 more"."""
    told = [
        f"{cell_name(cell)} {written(result, visit.scale)}"
        for cell, result in list(visit.results.items())[:RESULTS_SHOWN]
    ]
    told += [_measured_in_words(*each) for each in list(visit.measured.items())[:RESULTS_SHOWN]]
    rest = len(visit.results) + len(visit.measured) - len(told)
    text = ", ".join(told)
    return _("%(text)s and %(rest)s more") % {"text": text, "rest": rest} if rest else text


def _measured_in_words(place: Place, found: Measured) -> str:
    row = Measurement(**asdict(found), trials=found.trials)
    return f"{cell_name(place[:2])} {row.described}"


def _account(tester: Tester) -> str:
    if tester.user is None:
        return _("new here: will be known by name, without an account")
    if not tester.user.is_active:
        return _("known by name, without an account")
    return _("%(name)s of this clinic") % {"name": tester.user}

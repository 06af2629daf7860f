"""The answer to a question: counts, and one page of the patients with their results."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Cast

from mmt.accounts.models import User
from patients.models import Patient
from patients.paging import Page, page_by_name

from .. import charts, instrument
from ..change import CONFIRMABLE, SEVERITY, Direction, Flag, Rule, coincidence, explain
from ..history import Result
from ..models import Progress
from ..rules import rule_of
from .question import FLAGGED, Question

# To find so many once more takes longer than to name them.
MOST_NAMED = 5_000
# So many results of a patient tell whom to see; a page of all would be long on a telephone.
MOST_OF_A_PATIENT = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One result: from one grade to the latest. `flag` is None where none is shown."""

    patient: Patient
    movement: str
    side: str
    region: str
    before: Result
    before_on: date
    latest: Result
    latest_on: date
    direction: Direction
    flag: Flag | None
    rule: str
    confirmable: bool
    confirmed: bool
    tester: str
    tester_change: str
    spark: charts.Spark
    # Of the last row of a patient: how many results are left out; whether some were, at first.
    left_out: int = 0
    unfolded: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`among` counts the patients with a graded result of the movement that was asked about; with
    none asked about, those with a visit.
    """

    page: Page
    results: int
    among: int
    rows: list[Row]


class _Told:
    """Texts and pictures of one answer, in one language: of many results they are the same."""

    def __init__(self, before: str) -> None:
        self.before = before
        self.explained = cache(explain)
        self.spark = cache(charts.spark)


def answer(
    wanted: Q,
    question: Question,
    *,
    user: User,
    after: str,
    before: str,
    few: bool = False,
    whole: str = "",
) -> Answer:
    """Return a page of what is `wanted` by patient, in a fixed number of queries.

    Of each patient come the few worst results, of the one whose id is `whole` all, worst first.

    For the page patients are asked one by one, in the order of their names, whether they have such
    a result, and no further than it goes. Where an index leads to the results, and not by patient,
    say that they are `few`: then they are found first.
    """
    visible = Patient.objects.visible_to(user)
    asked = visible.filter(clinic__in=question.asked_clinics)
    results = Progress.objects.filter(wanted, clinic__in=question.asked_clinics)
    has_one: Q | Exists
    if few:
        each = _by_patient(results)
        patients, count, has_one = len(each), sum(each.values()), _is_one_of(each, results)
    else:
        patients, count = _counts(results, in_order=question.of_any_movement)
        has_one = _has(wanted)
    page = page_by_name(
        asked.filter(has_one), edges=visible, after=after, before=before, total=patients
    )
    return Answer(page, count, _among(question), _rows(wanted, page, question, whole))


def _by_patient(results: QuerySet[Progress]) -> dict[str, int]:
    """Return how many results each patient has who has any.

    Grouped by a text, of which no index has the order: or SQLite would read all results in it.
    """
    named = results.order_by().annotate(who=Cast("patient_id", CharField()))
    return dict(named.values_list("who").annotate(each=Count("*")))


def _is_one_of(found: Mapping[str, int], results: QuerySet[Progress]) -> Q:
    """Return the condition for the patients `found`: by name, unless there are too many to say."""
    if len(found) > MOST_NAMED:
        return Q(pk__in=results.values("patient").distinct())
    return Q(pk__in=list(found))


def _counts(results: QuerySet[Progress], *, in_order: bool) -> tuple[int, int]:
    """Return how many patients, and how many results.

    If an index has the results patient by patient, `in_order` tells patients apart without sorting.
    Otherwise SQLite would read everything in that order for the few of some movements.
    """
    if in_order:
        by_patient = results.order_by().values("clinic", "patient").annotate(each=Count("*"))
        found = by_patient.aggregate(patients=Count("*"), results=Sum("each"))
    else:
        found = results.aggregate(patients=Count("patient", distinct=True), results=Count("*"))
    return found["patients"], found["results"] or 0


def _among(question: Question) -> int:
    if question.names_movement:
        cells = Progress.objects.filter(question.cells(), clinic__in=question.asked_clinics)
        return _counts(cells, in_order=False)[0]
    seen = Patient.objects.filter(clinic__in=question.asked_clinics, last_seen__isnull=False)
    return seen.count()


def _has(wanted: Q) -> Exists:
    mine = Progress.objects.filter(clinic=OuterRef("clinic"), patient=OuterRef("pk"))
    return Exists(mine.filter(wanted))


def _rows(wanted: Q, page: Page, question: Question, whole: str) -> list[Row]:
    clinics = {clinic.pk: clinic for clinic in question.clinics}
    rules = {pk: rule_of(clinic) for pk, clinic in clinics.items()}
    found: dict[UUID, list[Progress]] = defaultdict(list)
    for row in Progress.objects.filter(wanted, patient__in=page.patients):
        found[row.patient_id].append(row)
    shown: dict[UUID, list[Progress]] = {}
    for patient in page.patients:
        patient.clinic = clinics[patient.clinic_id]
        order = _worst_first(question.before, flags=patient.clinic.change_flags)
        most = None if str(patient.pk) == whole else MOST_OF_A_PATIENT
        shown[patient.pk] = sorted(found[patient.pk], key=order)[:most]
    people = User.objects.in_bulk(_testers(shown))
    told = _Told(question.before)
    rows = []
    for patient in page.patients:
        mine = shown[patient.pk]
        made = [_row(each, patient, told, rules[patient.clinic_id], people) for each in mine]
        rows += _with_rest(made, of=len(found[patient.pk]))
    return rows


def _with_rest(made: list[Row], *, of: int) -> list[Row]:
    """Return the rows of a patient; the last says how many of all results are not among them."""
    unfolded = len(made) > MOST_OF_A_PATIENT
    last = [replace(row, left_out=of - len(made), unfolded=unfolded) for row in made[-1:]]
    return made[:-1] + last


def _testers(shown: Mapping[UUID, Iterable[Progress]]) -> set[UUID]:
    rows = [row for each in shown.values() for row in each]
    return {pk for row in rows for pk in (row.baseline_tester_id, row.latest_tester_id)}


PLACES = {
    (movement, str(side)): place
    for place, (movement, side) in enumerate(instrument.cells(instrument.MOVEMENTS))
}


def _worst_first(before: str, *, flags: bool) -> Callable[[Progress], tuple[int, ...]]:
    """Return the order of a patient's results: what fell before what rose, by flag where the clinic
    shows any, the farthest first.
    """

    def key(row: Progress) -> tuple[int, ...]:
        way = getattr(row, f"since_{before}")
        severity = SEVERITY[Flag(row.flag)] if flags else 0
        return way > 0, severity, -abs(way), PLACES[row.movement, row.side]

    return key


def _row(
    row: Progress, patient: Patient, told: _Told, rule: Rule, people: Mapping[UUID, User]
) -> Row:
    zone, old = patient.clinic.zone, getattr(row, f"{told.before}_level")
    flag = Flag(row.flag)
    shown = flag in FLAGGED and patient.clinic.change_flags
    before_at: datetime = getattr(row, f"{told.before}_at")
    return Row(
        patient=patient,
        movement=row.movement,
        side=row.side,
        region=str(instrument.movement(row.movement).region),
        before=Result("graded", old),
        before_on=before_at.astimezone(zone).date(),
        latest=Result("graded", row.latest_level),
        latest_on=row.latest_at.astimezone(zone).date(),
        direction=Direction.WORSE if row.latest_level < old else Direction.BETTER,
        flag=flag if shown else None,
        rule=told.explained(flag, rule) if shown else "",
        confirmable=shown and flag in CONFIRMABLE,
        confirmed=row.confirmed,
        tester=str(people.get(row.latest_tester_id, "")),
        tester_change=_tester_change(row, people) if shown else "",
        spark=told.spark(_grades(row, zone), patient.clinic.scale_profile),
    )


def _tester_change(row: Progress, people: Mapping[UUID, User]) -> str:
    """Say whether the flag, which judges the latest grade against the baseline, has two testers."""
    if row.baseline_tester_id == row.latest_tester_id:
        return ""
    return coincidence(
        *(str(people.get(pk, "")) for pk in (row.baseline_tester_id, row.latest_tester_id))
    )


def _grades(row: Progress, zone: ZoneInfo) -> tuple[tuple[date, int], ...]:
    """Return each of the three grades once: at a second visit the previous is the baseline."""
    grades = {row.baseline_assessment_id: (row.baseline_at, row.baseline_level)}
    if row.previous_assessment_id and row.previous_at and row.previous_level is not None:
        grades[row.previous_assessment_id] = (row.previous_at, row.previous_level)
    grades[row.latest_assessment_id] = (row.latest_at, row.latest_level)
    return tuple((at.astimezone(zone).date(), level) for at, level in grades.values())

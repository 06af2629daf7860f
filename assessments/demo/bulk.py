"""Large sets of invented records, to measure with: the patients of the demonstration, many times.

Records go in signed, in bulk, past the triggers (they watch people, not a plan) but under every
constraint.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice
from random import Random
from time import perf_counter
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from mmt import triggers
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.log import record
from mmt.audit.models import Action

from .. import instrument
from .clinics import make_clinic, newest_day
from .guard import check_holds_nothing_real, check_not_loaded
from .names import FAMILY_NAMES
from .people import KINDS, Person, plan_patient, visit_days
from .plan import Place, PlannedClinic, PlannedPatient
from .visits import Habits
from .writer import Writer

ZONE = ZoneInfo("Europe/Dublin")
SCORES_AT_A_TIME = 60_000
# Patients take turns; a battery with its own scale is tested on that.
SCALES = ("mrc", "mrc_plus_minus_4", "mrc_plus_minus")
TESTERS = ((Role.PHYSIOTHERAPIST, "Bulk Physiotherapist"), (Role.LEAD, "Bulk Lead"))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What `load` brought in. `seconds` counts planning and writing."""

    clinics: tuple[Clinic, ...]
    patients: int
    scores: int
    seconds: float

    @property
    def scores_a_second(self) -> float:
        return self.scores / max(self.seconds, 1e-9)


def load(
    *,
    patients: int,
    visits: int,
    seed: int,
    clinics: int = 1,
    battery: str = instrument.DEFAULT_BATTERY,
    movements: Sequence[str] = (),
    today: date | None = None,
) -> Loaded:
    """Load `patients` with `visits` each, spread over new clinics, all signed.

    `movements` are tested in place of the battery's. The same arguments give the same records.
    Raises HoldsRealRecords, AlreadyLoaded.
    """
    check_holds_nothing_real()
    began = perf_counter()
    today = today or newest_day(ZONE)
    habits = [Habits(battery, profile, movements=tuple(movements)) for profile in SCALES]
    made, scores = [], 0
    for number in range(clinics):
        place = Place(f"bulk-{seed}-{number}", ZONE, today, seed)
        share = len(range(number, patients, clinics))
        clinic, testers = _make_clinic(place, battery)
        scores += _fill(Writer(clinic, testers), _plan(place, share, visits, habits))
        made.append(clinic)
    with transaction.atomic():
        record(
            Action.DEMO_LOADED,
            by=None,
            actor="load_demo",
            detail={"clinics": clinics, "patients": patients, "scores": scores, "seed": seed},
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return Loaded(tuple(made), patients, scores, perf_counter() - began)


def _plan(
    place: Place, patients: int, visits: int, habits: Sequence[Habits]
) -> Iterator[PlannedPatient]:
    rng = Random(f"{place.seed} {place.slug}")  # noqa: S311 (invented people, not secrets)
    kinds, shares = list(KINDS), list(KINDS.values())
    for number in range(patients):
        person = Person(
            record_number=f"B{number:07}",
            family_name=rng.choice(FAMILY_NAMES),
            kind=rng.choices(kinds, shares)[0],
            days=visit_days(rng, place.today, visits),
        )
        yield plan_patient(place, rng, person, habits[number % len(habits)])


def _fill(writer: Writer, patients: Iterator[PlannedPatient]) -> int:
    """Write patients a good many at a time, each time a transaction that puts the triggers back.

    While the database checks what it has, another thread plans the next.
    """
    scores, told, size = 0, 0, 1
    with ThreadPoolExecutor(max_workers=1) as planner:
        chunk = list(islice(patients, size))
        while chunk:
            with transaction.atomic():
                _check_now()
                with triggers.lifted():
                    written = writer.write(chunk, at_once=True)
                    size = max(1, SCORES_AT_A_TIME * len(chunk) // max(1, written))
                    following = planner.submit(list, islice(patients, size))
                    _check_now()
            scores += written
            if scores > 2 * told:
                _tell_planner()
                told = scores
            chunk = following.result()
    return scores


def _tell_planner() -> None:
    """Tell PostgreSQL how much there is: believing its tables empty, it would read all the scores
    to find those of a visit. It does not look by itself while triggers come and go.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE assessments_score, assessments_assessment")


def _check_now() -> None:
    """Check foreign keys: PostgreSQL takes no trigger on a table with checks still to come."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _make_clinic(place: Place, battery: str) -> tuple[Clinic, list[User]]:
    check_not_loaded(place.slug)
    testers = []
    with transaction.atomic():
        clinic = make_clinic(PlannedClinic(place, f"Bulk clinic {place.slug}", "mrc", battery))
        for role, name in TESTERS:
            user = User.objects.create_user(f"{role}@{place.slug}.example", name=name)
            Membership.objects.create(user=user, clinic=clinic, role=role)
            testers.append(user)
    return clinic, testers

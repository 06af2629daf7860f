"""The two clinics of the demonstration: planned, then loaded the way records usually come."""

from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from mmt.accounts import demo
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from mmt.audit.log import record
from mmt.audit.models import Action

from .care import with_care
from .corrections import correct
from .guard import check_holds_nothing_real, check_not_loaded
from .measured import with_measurements
from .names import FAMILY_NAMES
from .people import KINDS, Person, plan_patient, visit_days, weekday
from .plan import Place, PlannedClinic, PlannedPatient
from .second_tests import add_second_tests, leave_a_pair_open
from .showcase import RECORD_NUMBER as SHOWCASE
from .showcase import plan_showcase
from .special import FIXED, NAMESAKES, SPECIAL
from .visits import Habits
from .writer import Writer

DEFAULT_SEED = 2026
# From this hour on the morning's work is on the screens.
DAY_BEGINS = timedelta(hours=10)
FULL_DETAIL, FOURS = "mrc_plus_minus", "mrc_plus_minus_4"

# How each tenth patient is tested.
HARBOUR_HABITS = (
    Habits(yearly="full"),
    Habits(),
    Habits(),
    Habits(profile=FOURS),
    Habits(),
    Habits(battery="lower_limb", profile=FOURS),
    Habits(changed_profile=FOURS),
    Habits(yearly="isncsci_motor"),
    Habits(profile=FOURS, yearly="full"),
    Habits(battery="ms_seated_quick"),
)
HILLSIDE_HABITS = (
    Habits(profile=FULL_DETAIL, testers=1),
    Habits(profile=FULL_DETAIL, yearly="full", testers=1),
    Habits(battery="ms_seated_quick", profile=FULL_DETAIL, testers=1),
    Habits(battery="mrc_sum_60", testers=1),
    Habits(battery="lower_limb", profile=FULL_DETAIL, testers=1),
    Habits(yearly="mmt8", profile=FULL_DETAIL, testers=1),
)


def plan_harbour(seed: int = DEFAULT_SEED, today: date | None = None) -> PlannedClinic:
    zone = ZoneInfo("Europe/Dublin")
    place = Place(demo.HARBOUR, zone, today or newest_day(zone), seed)
    numbers = [f"H-{number:05}" for number in range(201, 241)]
    return PlannedClinic(
        place,
        "Harbour MS Clinic",
        "mrc",
        "ms_clinic_screen",
        _plan_patients(place, numbers, HARBOUR_HABITS, FAMILY_NAMES[:37]),
    )


def plan_hillside(seed: int = DEFAULT_SEED, today: date | None = None) -> PlannedClinic:
    zone = ZoneInfo("Australia/Sydney")
    place = Place(demo.HILLSIDE, zone, today or newest_day(zone), seed)
    numbers = [f"R{number}" for number in range(1001, 1013)]
    return PlannedClinic(
        place,
        "Hillside Neuro Rehab",
        FULL_DETAIL,
        "ms_seated_quick",
        _plan_patients(place, numbers, HILLSIDE_HABITS, FAMILY_NAMES[40:]),
    )


def newest_day(zone: ZoneInfo) -> date:
    """Return the last day whose morning is over at the clinic."""
    return (timezone.now().astimezone(zone) - DAY_BEGINS).date()


@transaction.atomic
def load_clinics(seed: int = DEFAULT_SEED, today: date | None = None) -> int:
    """Load both clinics with their people; returns how many scores they have.

    Raises HoldsRealRecords, AlreadyLoaded.
    """
    check_holds_nothing_real()
    check_not_loaded(demo.HARBOUR)
    check_not_loaded(demo.HILLSIDE)
    scores = patients = 0
    for planned in (plan_harbour(seed, today), plan_hillside(seed, today)):
        clinic = make_clinic(planned)
        staff = _make_staff(clinic)
        testers = [user for user, role in staff if Permission.RECORD in ROLE_PERMISSIONS[role]]
        scores += Writer(clinic, testers).write(planned.patients, at_once=False)
        patients += len(planned.patients)
        if planned.place.slug == demo.HARBOUR:
            correct(clinic, by=testers[-1])
            add_second_tests(clinic, testers, planned.place)
            leave_a_pair_open(clinic, testers, planned.place)
    record(
        Action.DEMO_LOADED,
        by=None,
        actor="load_demo",
        detail={"clinics": 2, "patients": patients, "scores": scores, "seed": seed},
    )
    return scores


def make_clinic(planned: PlannedClinic) -> Clinic:
    place = planned.place
    return Clinic.objects.create(
        id=place.id("clinic"),
        name=planned.name,
        slug=place.slug,
        time_zone=place.zone.key,
        scale_profile=planned.scale_profile,
        default_battery=planned.default_battery,
        is_demo=True,
    )


def _make_staff(clinic: Clinic) -> list[tuple[User, Role]]:
    password = make_password(demo.PASSWORD)  # hashed once: a slow hash, and no secret
    staff = []
    for email, name, slug, role in demo.SIGN_INS:
        if slug == clinic.slug:
            user = User.objects.create(email=email, name=name, password=password)
            Membership.objects.create(user=user, clinic=clinic, role=role)
            staff.append((user, role))
    return staff


def _plan_patients(
    place: Place, numbers: list[str], habits: tuple[Habits, ...], names: tuple[str, ...]
) -> tuple[PlannedPatient, ...]:
    rng = Random(f"{place.seed} {place.slug}")  # noqa: S311 (invented people, not secrets)
    own_name = [number for number in numbers if number not in {SHOWCASE, *NAMESAKES}]
    named = dict(zip(own_name, rng.sample(names, len(own_name)), strict=True))
    found = []
    for order, number in enumerate(numbers):
        if number == SHOWCASE:
            found.append(plan_showcase(place))
            continue
        fixed = FIXED.get(number)
        kind = fixed.kind if fixed else rng.choices(list(KINDS), list(KINDS.values()))[0]
        days = visit_days(rng, place.today, rng.randint(3, 16))
        if fixed and fixed.days_ago:
            days = tuple(weekday(place.ago(ago)) for ago in fixed.days_ago)
        tested = fixed.habits if fixed else habits[order % len(habits)]
        planned = plan_patient(
            place, rng, Person(number, named.get(number, ""), kind, days), tested
        )
        found.append(SPECIAL[number](place, planned) if number in SPECIAL else planned)
    return tuple(with_care(place, with_measurements(place, patient)) for patient in found)

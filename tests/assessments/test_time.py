"""Time as the clinic's wall shows it, at both ends of the world and where the clocks change.

Only the server's clock is set; a device's clock is what a page says of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from assessments.models import Assessment, Draft, Progress
from assessments.querysets import load_history
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Role
from patients.models import Patient
from tests.assessments.exchange.files import exported
from tests.assessments.plain_page import PlainPage
from tests.assessments.saving import HIP, KNEE, OTHER_PAGE, op, put, request_of, sign
from tests.assessments.views.visiting import AsUser, address, page, send, signature
from tests.people import grade, make_draft, make_patient, make_signed, make_user

PAGO, TONGA, BERLIN = "Pacific/Pago_Pago", "Pacific/Tongatapu", "Europe/Berlin"
HIP_CELL = ("hip_flexion", "right")
# Evening of the 14th in Pago Pago, of the 15th in Tonga, noon of the 15th in Berlin.
NOON = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
# 25 October 2026 in Berlin: 02:00-03:00 comes at UTC+2, and once more at UTC+1.
FIRST_HALF_PAST_TWO = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
SECOND_HALF_PAST_TWO = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

Place = Callable[[str], tuple[Patient, User]]


@pytest.fixture
def place(db: None) -> Place:
    """Return a function that opens a clinic in a time zone, with one patient and one physio."""

    def opened(zone: str) -> tuple[Patient, User]:
        clinic = Clinic.objects.create(name=zone, slug=uuid4().hex, time_zone=zone)
        by = make_user(f"{uuid4().hex}@test.test", clinic, Role.PHYSIOTHERAPIST)
        return make_patient(clinic, by, family_name="Winters", birth_date=date(1980, 1, 15)), by

    return opened


@contextmanager
def server_at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


def start(client: Client, patient: Patient, tested_at: str) -> str:
    """Send the start form with this time; return what the page then says."""
    form = page(client, "new", patient).form(method="post", novalidate="")
    answer = client.post(address("new", patient), form | {"tested_at": tested_at}, follow=True)
    assert answer.status_code == 200
    return PlainPage(answer.content.decode()).text


@pytest.mark.parametrize(
    ("zone", "typed", "at", "told"),
    [
        (PAGO, "2026-01-14T23:20", (15, 10, 20), "2026-01-14T23:20:00-11:00"),
        (TONGA, "2026-01-15T00:10", (14, 11, 10), "2026-01-15T00:10:00+13:00"),
        (BERLIN, "2026-01-15T11:10", (15, 10, 10), "2026-01-15T11:10:00+01:00"),
    ],
)
def test_what_the_wall_clock_said_is_stored_shown_and_exported(
    place: Place, as_user: AsUser, zone: str, typed: str, at: tuple[int, ...], told: str
) -> None:
    patient, by = place(zone)
    day, hour = typed.split("T")
    with server_at(NOON):
        assert f"{day} {hour}" in start(as_user(by), patient, typed)
        draft = Assessment.objects.get()
        assert draft.tested_at == datetime(2026, 1, *at, tzinfo=UTC)
        sign(put(draft, {HIP: "4"}, by=by), by)
        shown = page(as_user(by), "read", draft).text
    assert day in shown
    assert f"at {hour}" in shown
    patient.refresh_from_db()
    assert f"{patient.last_seen}" == day
    [row] = exported(patient.clinic)
    assert (row["tested_on"], row["tested_at"]) == (day, told)


def test_both_sides_of_a_clock_change_are_told_with_their_offsets(place: Place) -> None:
    patient, by = place(BERLIN)
    for month, day in ((3, 28), (3, 29), (10, 24), (10, 25)):
        noon = datetime(2025 if month > 3 else 2026, month, day, 12, tzinfo=patient.clinic.zone)
        make_signed(patient, by, {HIP_CELL: grade(0)}, tested_at=noon)
    assert [row["tested_at"] for row in exported(patient.clinic)] == [
        "2025-10-24T12:00:00+02:00",
        "2025-10-25T12:00:00+02:00",
        "2026-03-28T12:00:00+01:00",
        "2026-03-29T12:00:00+02:00",
    ]


def test_an_hour_that_never_was_is_refused_by_name(place: Place, as_user: AsUser) -> None:
    patient, by = place(BERLIN)
    with server_at(NOON + timedelta(days=100)):
        shown = start(as_user(by), patient, "2026-03-29T02:30")
        assert "The clocks never showed this time" in shown
        assert not Assessment.objects.exists()
        draft = put(make_draft(patient, by), {HIP: "4"}, by=by)
        put(draft, {"context.tested_at": "2026-03-29T02:30"}, by=by)
        shown = page(as_user(by), "sign", draft).text
        assert "Tested at The clocks never showed this time" in " ".join(shown.split())
        as_user(by).post(address("sign", draft), signature(draft, 2))
    assert Draft.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    ("now", "typed", "meant"),
    [
        (FIRST_HALF_PAST_TWO + timedelta(minutes=5), "02:30", FIRST_HALF_PAST_TWO),
        (SECOND_HALF_PAST_TWO + timedelta(minutes=5), "02:30", SECOND_HALF_PAST_TWO),
        (SECOND_HALF_PAST_TWO + timedelta(days=9), "02:30", SECOND_HALF_PAST_TWO),
        (SECOND_HALF_PAST_TWO, "02:30+02:00", FIRST_HALF_PAST_TWO),
    ],
)
def test_in_the_hour_that_comes_twice_the_latest_that_is_past_is_meant(
    place: Place, as_user: AsUser, now: datetime, typed: str, meant: datetime
) -> None:
    patient, by = place(BERLIN)
    with server_at(now):
        start(as_user(by), patient, f"2026-10-25T{typed}")
    assert Assessment.objects.get().tested_at == meant


@pytest.mark.parametrize("meant", [FIRST_HALF_PAST_TWO, SECOND_HALF_PAST_TWO])
def test_signing_later_does_not_move_a_visit_of_that_hour(
    place: Place, as_user: AsUser, meant: datetime
) -> None:
    patient, by = place(BERLIN)
    with server_at(meant + timedelta(minutes=1)):
        draft = put(make_draft(patient, by, tested_at=meant), {HIP: "4"}, by=by)
    with server_at(meant + timedelta(days=3)):
        put(draft, {"context.tested_at": "2026-10-25T02:30"}, by=by)
        as_user(by).post(address("sign", draft), signature(draft, 2))
    signed = Assessment.objects.in_force().get()
    assert signed.tested_at == meant


@pytest.mark.parametrize("zone", [PAGO, TONGA, BERLIN])
def test_today_ends_at_the_clinics_midnight(place: Place, as_user: AsUser, zone: str) -> None:
    patient, by = place(zone)
    evening = datetime(2026, 1, 14, 23, 30, tzinfo=patient.clinic.zone)
    make_signed(patient, by, {HIP_CELL: grade(0)}, tested_at=evening)
    told = []
    for minutes in (29, 31):
        with server_at(evening + timedelta(minutes=minutes)):
            told.append("Already recorded today" in page(as_user(by), "new", patient).text)
    assert told == [True, False]


def test_today_begins_once_where_midnight_comes_twice() -> None:
    """Cuba puts its clocks back from 01:00 to 00:00, on 1 November 2026."""
    havana = Clinic(time_zone="America/Havana")
    first = datetime(2026, 11, 1, 4, tzinfo=UTC)
    for hours in (0.5, 1.5, 9):
        with server_at(first + timedelta(hours=hours)):
            assert havana.midnight().astimezone(UTC) == first


@pytest.mark.parametrize(("zone", "age", "due"), [(PAGO, 45, False), (TONGA, 46, True)])
def test_birthdays_and_retests_come_with_the_clinics_day(
    place: Place, as_user: AsUser, zone: str, age: int, due: bool
) -> None:
    """A birthday on the 15th; last seen so that the interval is over on the 15th."""
    patient, by = place(zone)
    interval = timedelta(days=patient.clinic.retest_interval_days + 1)
    Patient.objects.filter(pk=patient.pk).update(last_seen=date(2026, 1, 15) - interval)
    with server_at(NOON):
        assert patient.age == age
        assert ("Winters" in PlainPage(as_user(by).get("/").content.decode()).text) is due


@pytest.mark.parametrize("zone", [PAGO, TONGA, BERLIN])
@pytest.mark.parametrize(("ahead", "fine"), [(10, True), (11, False)])
def test_a_tablet_may_be_ten_minutes_ahead(
    place: Place, as_user: AsUser, zone: str, ahead: int, fine: bool
) -> None:
    patient, by = place(zone)
    with server_at(NOON):
        tablet = patient.clinic.now() + timedelta(minutes=ahead)
        shown = start(as_user(by), patient, f"{tablet:%Y-%m-%dT%H:%M}")
    assert Assessment.objects.exists() is fine
    assert ("This is in the future." in shown) is not fine


@pytest.mark.parametrize("zone", [PAGO, TONGA, BERLIN])
@pytest.mark.parametrize(
    "typed", ["0001-01-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59", "2026-02-29T10:00"]
)
def test_a_time_out_of_this_world_is_refused_in_words(
    place: Place, as_user: AsUser, zone: str, typed: str
) -> None:
    patient, by = place(zone)
    start(as_user(by), patient, typed)
    assert not Assessment.objects.exists()
    draft = put(make_draft(patient, by), {HIP: "4", "context.tested_at": typed}, by=by)
    assert "Tested at" in page(as_user(by), "sign", draft).text
    as_user(by).post(address("sign", draft), signature(draft, 1))
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_what_was_typed_offline_for_a_day_ends_as_it_was_typed(
    place: Place, as_user: AsUser
) -> None:
    """Sent in order a day later; the first request once more, as its answer was lost."""
    patient, by = place(BERLIN)
    client, pk = as_user(by), patient.pk
    with server_at(NOON):
        draft = make_draft(patient, by)
    typed = [op(HIP, "3", seq=1), op(KNEE, "2", seq=2), op(HIP, "4", seq=3)]
    shuffled = request_of(pk, typed[2], typed[0], typed[1])
    later = request_of(pk, op(HIP, "5", seq=4))
    with server_at(NOON + timedelta(days=1)):
        assert [send(client, draft, each).status_code for each in (shuffled, later, shuffled)] == [
            200
        ] * 3
    cells = Draft.objects.get().cells
    assert (cells[HIP]["text"], cells[KNEE]["text"]) == ("5", "2")


@pytest.mark.parametrize("tablet", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_tablets_clock_decides_nothing(place: Place, as_user: AsUser, tablet: str) -> None:
    """Of two pages, who comes second builds on the first, whatever either clock says."""
    patient, by = place(TONGA)
    draft, client = make_draft(patient, by), as_user(by)
    first = op(HIP, "3") | {"at": tablet}
    second = op(HIP, "4", base=1)
    with server_at(NOON):
        send(client, draft, request_of(patient.pk, first))
        answer = send(client, draft, request_of(patient.pk, second, client=OTHER_PAGE))
    assert answer.json()["saved_at"] == "2026-01-15T23:30:00+13:00"
    cell = Draft.objects.get().cells[HIP]
    assert (cell["text"], datetime.fromisoformat(cell["at"])) == ("4", NOON)


def test_visits_of_one_day_stand_in_the_order_of_their_tests(place: Place) -> None:
    """Sent in any order, twice at the same wall clock: the hour that comes twice."""
    patient, by = place(BERLIN)
    times = [FIRST_HALF_PAST_TWO, SECOND_HALF_PAST_TWO, FIRST_HALF_PAST_TWO + timedelta(hours=9)]
    for level in (2, 0, 1):
        make_signed(patient, by, {HIP_CELL: grade(level)}, tested_at=times[level])
    visits = load_history(patient).visits
    assert [visit.results[HIP_CELL].level for visit in visits] == [0, 1, 2]
    assert [f"{visit.tested_at:%H:%M}" for visit in visits] == ["02:30", "02:30", "10:30"]
    row = Progress.objects.get()
    assert (row.baseline_level, row.previous_level, row.latest_level) == (0, 1, 2)

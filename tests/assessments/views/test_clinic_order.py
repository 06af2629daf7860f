"""The page of a clinic's own order, and where that order is followed."""

import re

import pytest
from django.test import Client

from assessments import instrument, ordering
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import AsUser, address, page
from tests.people import make_draft

SCREEN = instrument.battery(instrument.DEFAULT_BATTERY)
FIRST, SECOND, THIRD, *_REST, LAST = SCREEN.movements
OTHERS = ("position", "region")
ORDER = f"/order/harbour/{SCREEN.key}/"


@pytest.fixture
def client(as_user: AsUser, lead: User) -> Client:
    return as_user(lead)


def opened(client: Client) -> dict[str, str]:
    """Return what the form would send as it is opened."""
    return form_in(client.get(ORDER).content.decode())


def form_in(html: str) -> dict[str, str]:
    [form] = [each for each in PlainPage(html).forms if "seen" in each.fields]
    return dict(form.fields)


def save(client: Client, fields: dict[str, str], **typed: str) -> str:
    return client.post(ORDER, fields | typed, follow=True).content.decode()


def own(clinic: Clinic) -> list[str]:
    return ordering.own_order(clinic.pk, SCREEN.key)


def put_last_first(client: Client) -> None:
    save(client, opened(client), **{LAST: "1"})


def test_one_number_moves_one_movement_and_the_others_close_up(
    client: Client, harbour: Clinic
) -> None:
    text = save(client, opened(client), **{LAST: "1"})
    assert "The order is saved." in text
    assert own(harbour) == [LAST, *SCREEN.movements[:-1]]
    assert opened(client)[LAST] == "1"


def test_several_numbers_move_several(client: Client, harbour: Clinic) -> None:
    save(client, opened(client), **{FIRST: "3", LAST: "1"})
    assert own(harbour)[:4] == [LAST, SECOND, FIRST, THIRD]


def test_all_numbers_typed_anew_give_that_very_order(client: Client, harbour: Clinic) -> None:
    backwards = {key: str(12 - place) for place, key in enumerate(SCREEN.movements)}
    save(client, opened(client), **backwards)
    assert own(harbour) == list(reversed(SCREEN.movements))


def test_two_on_one_place_are_told_by_name_and_what_was_typed_stays(
    client: Client, harbour: Clinic
) -> None:
    html = save(client, opened(client), **{SECOND: "1", THIRD: "1"})
    assert "Hip extension goes to place 1 already." in html
    assert (form_in(html)[SECOND], form_in(html)[THIRD]) == ("1", "1")
    assert own(harbour) == []


@pytest.mark.parametrize("place", ["", "0", "-1", "13", "1.5", "x", "9" * 5000])
def test_a_place_that_there_is_not_is_told_at_its_field(
    client: Client, harbour: Clinic, place: str
) -> None:
    answer = client.post(ORDER, opened(client) | {LAST: place})
    assert answer.context["form"].errors == {LAST: ["Give a place from 1 to 12."]}
    assert f'id="id_{LAST}_error"' in answer.content.decode()
    assert own(harbour) == []


def test_the_same_again_says_so(client: Client) -> None:
    assert "Nothing was changed." in save(client, opened(client))


def test_it_goes_back_to_the_batterys_order_whatever_is_typed(
    client: Client, harbour: Clinic
) -> None:
    assert "As the battery lists it</button>" not in client.get(ORDER).content.decode()
    put_last_first(client)
    assert "As the battery lists it</button>" in client.get(ORDER).content.decode()
    save(client, opened(client), listed="yes", **{LAST: "x"})
    assert own(harbour) == []


def test_another_change_meanwhile_is_told_and_saving_again_puts_ones_own_in_its_place(
    client: Client, harbour: Clinic
) -> None:
    mine = opened(client)
    put_last_first(client)
    html = save(client, mine, **{SECOND: "1"})
    assert "Somebody changed this order meanwhile" in html
    assert own(harbour)[0] == LAST
    save(client, form_in(html))
    assert own(harbour) == [SECOND, FIRST, *SCREEN.movements[2:]]


@pytest.mark.parametrize("shown", ["", "x", f"{FIRST} {FIRST}"])
def test_a_page_that_showed_other_movements_saves_nothing(
    client: Client, harbour: Clinic, shown: str
) -> None:
    html = save(client, opened(client), shown=shown, **{LAST: "1"})
    assert "This page was out of date." in html
    assert own(harbour) == []


@pytest.mark.parametrize("seen", ["", "x", "-1", "²", "9" * 400])
def test_a_form_that_does_not_say_what_it_saw_changes_nothing(
    client: Client, harbour: Clinic, seen: str
) -> None:
    html = save(client, opened(client), seen=seen, **{LAST: "1"})
    assert "Somebody changed this order meanwhile" in html
    assert own(harbour) == []


def test_a_battery_that_there_is_not_is_nowhere(client: Client) -> None:
    assert client.get("/order/harbour/nonsense/").status_code == 404
    assert client.post("/order/harbour/nonsense/").status_code == 404


@pytest.mark.parametrize("battery", list(instrument.BATTERIES))
def test_every_battery_has_its_page(client: Client, battery: str) -> None:
    html = client.get(f"/order/harbour/{battery}/").content.decode()
    assert html.count('type="number"') == len(instrument.battery(battery).movements)


def test_who_may_set_it_is_led_there(
    as_user: AsUser, admin: User, lead: User, physio: User, patient: Patient
) -> None:
    assert ORDER in as_user(admin).get("/team/").content.decode()
    assert ORDER in page(as_user(lead), "sheet", patient).links
    assert ORDER not in page(as_user(physio), "sheet", patient).links


def rows(shown: PlainPage) -> list[str]:
    return list(dict.fromkeys(cell["data-movement"] for cell in shown.cells.values()))


def test_the_grid_follows_it_and_tells_its_changes_of_position(
    client: Client, as_user: AsUser, physio: User, patient: Patient
) -> None:
    draft = make_draft(patient, physio)
    before = page(as_user(physio), "record", draft, "?order=battery")
    assert ("As listed" in before.text, "Clinic’s order" in before.text) == (True, False)
    save(client, opened(client), knee_flexion="2")
    shown = page(as_user(physio), "record", draft, "?order=battery")
    assert ("As listed" in shown.text, "Clinic’s order" in shown.text) == (False, True)
    assert rows(shown)[:4] == [FIRST, "knee_flexion", SECOND, THIRD]
    assert "7 changes of position" in before.text
    assert "5 changes of position" in shown.text
    assert "5 changes of position" in client.get(ORDER).content.decode()


def test_the_other_orders_stay_as_they_are(
    client: Client, as_user: AsUser, physio: User, patient: Patient
) -> None:
    draft = make_draft(patient, physio)
    before = [rows(page(as_user(physio), "record", draft, f"?order={key}")) for key in OTHERS]
    put_last_first(client)
    after = [rows(page(as_user(physio), "record", draft, f"?order={key}")) for key in OTHERS]
    assert before == after


def test_a_movement_added_comes_after_those_of_the_clinics_order(
    client: Client, as_user: AsUser, physio: User, patient: Patient
) -> None:
    put_last_first(client)
    draft = make_draft(patient, physio)
    as_user(physio).post(address("add_movement", draft), {"movement": "grip"})
    shown = page(as_user(physio), "record", draft, "?order=battery")
    assert (rows(shown)[0], rows(shown)[-1]) == (LAST, "grip")


def test_another_clinic_and_another_battery_keep_theirs(
    client: Client, as_user: AsUser, stranger: User, foreign_patient: Patient, physio: User
) -> None:
    put_last_first(client)
    foreign = make_draft(foreign_patient, stranger)
    shown = page(as_user(stranger), "record", foreign, "?order=battery")
    assert ("As listed" in shown.text, rows(shown)[0]) == (True, FIRST)


def test_the_sheet_and_the_copy_for_work_offline_follow_it(
    client: Client, as_user: AsUser, physio: User, patient: Patient
) -> None:
    put_last_first(client)
    physio.entry_order = "battery"
    physio.save(update_fields=["entry_order"])
    seen = as_user(physio).get(address("sheet", patient)).content.decode()
    heads = re.findall(r'<th scope="row">([^<]+)</th>', seen)
    assert heads[0] == str(instrument.movement(LAST).name)
    assert '<option value="battery" selected>Clinic’s order</option>' in seen
    assert rows(page(as_user(physio), "blank", patient))[0] == LAST

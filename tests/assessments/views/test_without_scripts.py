"""The grid as a plain form, for a browser without scripts."""

import json
from uuid import uuid4

import pytest

from assessments.models import Assessment, Draft
from mmt.accounts.models import User
from mmt.audit.models import AuditEvent
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.saving import HIP, KNEE, put, sign, texts, value
from tests.assessments.views.visiting import (
    AsUser,
    address,
    page,
    refused_events,
)
from tests.people import make_draft

SCORES = {"id": "score-form"}


@pytest.fixture
def draft(patient: Patient, physio: User) -> Assessment:
    return make_draft(patient, physio)


def test_without_scripts_scores_are_typed_saved_and_signed(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES)
    typed = form | {HIP: "0", KNEE: "NT pain", "context.pain": "0"}
    response = client.post(address("record", draft), typed | {"then": "save"})
    assert response["Location"] == address("record", draft)
    back = page(client, "record", draft)
    assert "Saved." in back.text
    assert back.cells[HIP]["data-grade"] == "0"
    assert back.cells[KNEE]["value"] == "NT pain"
    response = client.post(address("record", draft), back.form(**SCORES) | {"then": "sign"})
    assert response["Location"] == address("sign", draft)
    review = page(client, "sign", draft)
    assert "22 cells are empty" in review.text
    response = client.post(address("sign", draft), review.form(id="signing"))
    assert response["Location"] == address("read", draft)
    assert "1 of 24 tested" in page(client, "read", draft).text


def test_only_what_was_typed_is_a_change(as_user: AsUser, draft: Assessment, physio: User) -> None:
    client = as_user(physio)
    put(draft, {HIP: "4/5", "context.note": "two\nlines"}, by=physio)
    client.post(address("record", draft), page(client, "record", draft).form(**SCORES))
    assert Draft.objects.get(pk=draft.pk).revision == 1
    assert texts(draft) == {HIP: "4/5", "context.note": "two\nlines"}


def test_what_stood_beside_a_grade_stays_when_the_grade_is_typed_anew(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    put(draft, {HIP: value("5", note="n", limiters=["pain"], entered="filled")}, by=physio)
    form = page(client, "record", draft).form(**SCORES)
    client.post(address("record", draft), form | {HIP: "4"})
    cell = Draft.objects.get(pk=draft.pk).cells[HIP]
    assert (cell["text"], cell["note"], cell["limiters"]) == ("4", "n", ["pain"])
    assert cell["entered"] == "typed"


def test_a_reason_does_not_outlive_the_text_it_was_given_for(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    put(draft, {HIP: value("NT", reason="pain")}, by=physio)
    form = page(client, "record", draft).form(**SCORES)
    client.post(address("record", draft), form | {HIP: "4"})
    assert Draft.objects.get(pk=draft.pk).cells[HIP]["reason"] == ""


@pytest.mark.parametrize(
    ("button", "order", "movements"),
    [
        ({"order": "region"}, "region", 12),
        ({"order": "nonsense"}, "", 12),
        ({"then": "add", "movement": "neck_flexion"}, "", 13),
        ({"then": "add", "movement": "nonsense"}, "", 12),
        ({"then": "save", "movement": "neck_flexion"}, "", 12),
    ],
)
def test_another_order_and_another_movement_save_first(
    as_user: AsUser,
    draft: Assessment,
    physio: User,
    button: dict[str, str],
    order: str,
    movements: int,
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES) | {HIP: "0", KNEE: "NT pain"}
    assert client.post(address("record", draft), form | button)["Location"] == address(
        "record", draft
    )
    physio.refresh_from_db()
    assert texts(draft) == {HIP: "0", KNEE: "NT pain"}
    assert physio.entry_order == order
    assert len(Assessment.objects.get(pk=draft.pk).movements) == movements


def test_force_and_heel_raises_save_first(as_user: AsUser, draft: Assessment, physio: User) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES) | {HIP: "0", "then": "measure"}
    response = client.post(address("record", draft), form)
    assert response["Location"] == address("measurements", draft)
    assert texts(draft) == {HIP: "0"}
    response = client.post(address("record", draft), form | {HIP: "six"})
    assert response["Location"] == address("record", draft)


@pytest.mark.parametrize("button", [{"order": "region"}, {"then": "add", "movement": "grip"}])
def test_what_is_no_grade_is_kept_and_named_and_the_grid_stays_as_it_is(
    as_user: AsUser, draft: Assessment, physio: User, button: dict[str, str]
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES) | {HIP: "six", KNEE: "4"} | button
    client.post(address("record", draft), form)
    shown = page(client, "record", draft)
    physio.refresh_from_db()
    assert "Right hip flexion: “six”" in shown.text
    assert (shown.cells[HIP]["value"], shown.cells[HIP]["aria-invalid"]) == ("six", "true")
    assert shown.cells[KNEE]["value"] == "4"
    assert (physio.entry_order, "grip.right" in shown.cells) == ("", False)
    client.post(address("record", draft), shown.form(**SCORES) | button)
    physio.refresh_from_db()
    now = page(client, "record", draft)
    assert (physio.entry_order, "grip.right" in now.cells) != ("", False)
    assert now.cells[HIP]["value"] == "six"


def test_a_refused_form_is_not_shown_in_another_order(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES) | {HIP: "4", KNEE: "x" * 4001}
    response = client.post(address("record", draft), form | {"order": "region"})
    physio.refresh_from_db()
    assert response.status_code == 400
    assert PlainPage(response.content.decode()).cells[HIP]["value"] == "4"
    assert physio.entry_order == ""


def test_enter_in_a_cell_reviews_whatever_buttons_stand_before_it(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    tags = page(as_user(physio), "record", draft).tags
    at = next(place for place, (_tag, known) in enumerate(tags) if known.get("id") == "score-form")
    first = next(
        known
        for tag, known in tags[at:]
        if tag == "button" and known.get("type") == "submit" and "form" not in known
    )
    assert (first["name"], first["value"]) == ("then", "sign")


def test_the_same_form_sent_twice_changes_nothing_more(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES) | {HIP: "4"}
    for _time in range(2):
        assert client.post(address("record", draft), form).status_code == 302
    assert Draft.objects.get(pk=draft.pk).revision == 1


def test_two_pages_that_change_different_cells_are_in_no_conflict(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    first, second = (page(client, "record", draft).form(**SCORES) for _page in range(2))
    client.post(address("record", draft), first | {HIP: "4", "context.pain": "3"})
    response = client.post(address("record", draft), second | {KNEE: "3"})
    assert response.status_code == 302
    assert texts(draft) == {HIP: "4", "context.pain": "3", KNEE: "3"}


def test_two_pages_that_change_one_cell_are_asked_and_nothing_typed_is_lost(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    first, second = (page(client, "record", draft).form(**SCORES) for _page in range(2))
    client.post(address("record", draft), first | {HIP: "4"})
    response = client.post(address("record", draft), second | {HIP: "2", KNEE: "3"})
    asked = PlainPage(response.content.decode())
    assert response.status_code == 409
    assert "Yours, as it is in the form below: 2" in asked.text
    assert "Saved by Pia Physio from another page: 4" in asked.text
    assert (asked.cells[HIP]["value"], asked.cells[KNEE]["value"]) == ("2", "3")
    assert asked.marked["save-state"]["data-state"] == "conflict"
    assert not [each for _tag, each in asked.tags if "checked" in each]
    assert texts(draft) == {HIP: "4"}
    client.post(address("record", draft), asked.form(**SCORES) | {f"pick.{HIP}": "yours"})
    assert texts(draft) == {HIP: "2", KNEE: "3"}


def test_two_versions_are_asked_about_until_each_choice_is_made(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    first, second = (page(client, "record", draft).form(**SCORES) for _page in range(2))
    client.post(address("record", draft), first | {HIP: "4", KNEE: "5"})
    response = client.post(address("record", draft), second | {HIP: "2", KNEE: "3"})
    form = PlainPage(response.content.decode()).form(**SCORES)
    picks = {"asked": [HIP, KNEE], f"pick.{HIP}": "theirs"}
    again = PlainPage(client.post(address("record", draft), form | picks).content.decode())
    assert "choose for each score that was changed in two places" in again.text
    assert "another page: 5" in again.text
    assert again.cells[KNEE]["value"] == "3"
    checked = [each["value"] for _tag, each in again.tags if "checked" in each]
    assert (checked, texts(draft)) == (["theirs"], {HIP: "4", KNEE: "5"})
    client.post(address("record", draft), again.form(**SCORES) | picks | {f"pick.{KNEE}": "yours"})
    assert texts(draft) == {HIP: "4", KNEE: "3"}


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ({"revision": "x"}, "revision: a whole number"),
        ({"revision": "-1"}, "revision: a whole number"),
        ({"revision": "9" * 400}, "revision: a whole number"),
        ({"page": "x"}, "client: an identifier"),
        ({KNEE: "x" * 4001}, "Left knee extension: text: a text of at most"),
        ({"context.note": "\0"}, "note: text: a character in it cannot be stored"),
    ],
)
def test_a_form_that_cannot_be_taken_names_the_field_and_keeps_what_was_typed(
    as_user: AsUser,
    draft: Assessment,
    physio: User,
    broken: dict[str, str],
    named: str,
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES) | {HIP: "4"} | broken
    response = client.post(address("record", draft), form)
    found = PlainPage(response.content.decode())
    assert response.status_code == 400
    assert named in found.text
    assert found.cells[HIP]["value"] == "4"
    assert found.marked["save-state"]["data-state"] == "error"
    assert texts(draft) == {}


@pytest.mark.parametrize("shown", ["", "x", "[]", "3", '{"a": 1}', "[" * 100_000])
def test_a_form_that_does_not_say_what_it_showed_is_refused(
    as_user: AsUser, draft: Assessment, physio: User, shown: str
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES) | {HIP: "4", "shown": shown}
    response = client.post(address("record", draft), form)
    assert response.status_code == 400
    assert "shown: what the page showed is needed." in response.content.decode()


def test_a_form_of_another_patient_is_refused_and_its_scores_do_not_appear(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES) | {HIP: "4", "patient": str(uuid4())}
    response = client.post(address("record", draft), form)
    assert "patient: this page belongs to another patient." in response.content.decode()
    assert PlainPage(response.content.decode()).cells[HIP]["value"] == ""
    assert texts(draft) == {}


def test_an_empty_post_is_a_bad_request_not_a_fault(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    assert as_user(physio).post(address("record", draft)).status_code == 400


def test_a_form_for_a_record_signed_meanwhile_says_that_nothing_was_saved(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES) | {HIP: "4"}
    sign(put(draft, {HIP: "2"}, by=physio), physio)
    response = client.post(address("record", draft), form, follow=True)
    assert response.redirect_chain == [(address("read", draft), 302)]
    assert "What you sent was not saved." in response.content.decode()
    assert Assessment.objects.get(pk=draft.pk).scores.get().level == 3


def test_a_signed_record_opened_for_scoring_leads_to_the_record(
    as_user: AsUser, draft: Assessment, physio: User, clinician: User
) -> None:
    sign(put(draft, {HIP: "2"}, by=physio), physio)
    for person in (physio, clinician):
        assert as_user(person).get(address("record", draft))["Location"] == address("read", draft)
    assert refused_events() == []


def test_saving_without_scripts_leaves_no_audit_event(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "record", draft).form(**SCORES)
    before = AuditEvent.objects.count()
    client.post(address("record", draft), form | {HIP: "4"})
    assert AuditEvent.objects.count() == before


def test_what_the_page_shows_is_what_it_says_it_shows(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    cells = {HIP: "4 / 5", KNEE: "six", "context.edss": "4.0", "context.device_worn": "true"}
    put(draft, cells, by=physio)
    form = page(as_user(physio), "record", draft).form(**SCORES)
    shown = json.loads(form["shown"])
    assert (shown[HIP], shown[KNEE], shown["context.edss"]) == ("4", "six", "4.0")
    for key, text in form.items():
        if "." in key:
            assert shown.get(key, "") == text

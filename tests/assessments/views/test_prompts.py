"""What is asked about a score: open until answered, kept by signing, told for good; no block."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment, AssessmentStatus, Draft, Score, ScoreChange
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.saving import HIP, every_cell, put, value
from tests.assessments.views.visiting import AsUser, address, corrected, page, send, signature
from tests.people import grade, make_draft, make_signed

HIP_CELL = ("hip_flexion", "right")
JUMP = "Two grades or more from last time: as meant?"
Scored = Callable[..., Assessment]


@pytest.fixture
def client(as_user: AsUser, physio: User) -> Client:
    return as_user(physio)


@pytest.fixture
def scored(patient: Patient, physio: User) -> Scored:
    """A full draft of 4s after a visit where the right hip was 1; the hip is given whole."""
    before = timezone.now() - timedelta(days=90)
    make_signed(patient, physio, {HIP_CELL: grade(1)}, tested_at=before)
    draft = make_draft(patient, physio)

    def score(hip: Any) -> Assessment:
        return put(draft, every_cell(draft, "4") | {HIP: hip}, by=physio)

    return score


def sign(client: Client, draft: Assessment, **more: str) -> Any:
    return client.post(address("sign", draft), signature(draft, **more))


def hip(assessment: Assessment) -> Score:
    return Score.objects.get(assessment=assessment, movement="hip_flexion", side="right")


def is_signed(draft: Assessment) -> bool:
    return Assessment.objects.get(pk=draft.pk).status == AssessmentStatus.SIGNED


def test_an_open_question_is_shown_before_signing(client: Client, scored: Scored) -> None:
    draft = scored("4")
    response = sign(client, draft, quick="yes")
    assert JUMP in response.content.decode()
    assert "Keep and sign as Pia Physio" in page(client, "sign", draft).text
    assert not is_signed(draft)


def test_signing_there_keeps_what_was_asked_and_stores_the_answer(
    client: Client, scored: Scored
) -> None:
    draft = scored("4")
    assert sign(client, draft)["Location"] == address("read", draft)
    assert hip(draft).confirmed == "jump"
    assert set(Score.objects.exclude(confirmed="").values_list("movement")) == {("hip_flexion",)}


def test_a_question_that_was_answered_at_the_cell_is_not_asked_again(
    client: Client, scored: Scored
) -> None:
    draft = scored(value("4", confirmed=["jump"]))
    text = page(client, "sign", draft).text
    assert JUMP not in text
    assert "two grades or more: kept" in text
    assert sign(client, draft, quick="yes")["Location"] == address("read", draft)
    assert hip(draft).confirmed == "jump"


def test_an_answer_to_what_is_not_asked_is_not_stored(client: Client, scored: Scored) -> None:
    draft = scored(value("1", confirmed=["jump", "pain"]))
    sign(client, draft, quick="yes")
    assert hip(draft).confirmed == ""


PACE = "Every grade is the same, typed within ten seconds"


def quickly(draft: Assessment, text: str, *, but: Mapping[str, Any] | None = None) -> Assessment:
    """Save every cell as typed within ten seconds, but for these."""
    quick = {key: value(text, quick=True) for key in every_cell(draft, text)}
    return put(draft, quick | dict(but or {}), by=draft.tester)


def test_the_same_everywhere_within_seconds_is_one_question(client: Client, scored: Scored) -> None:
    draft = quickly(scored("1"), "1")
    assert page(client, "sign", draft).text.count(PACE) == 1
    sign(client, draft)
    assert Score.objects.filter(assessment=draft, confirmed="pace").count() == 24
    told = page(client, "read", draft).text
    assert told.count("the same grade everywhere") == 1
    assert "kept when asked:" not in told


@pytest.mark.parametrize(
    "other", [value("2", quick=True), value("2"), value("1")], ids=["another", "later", "slower"]
)
def test_one_other_cell_and_nothing_is_asked(
    client: Client, scored: Scored, other: dict[str, Any]
) -> None:
    draft = quickly(scored("1"), "1", but={HIP: other})
    assert PACE not in page(client, "sign", draft).text
    sign(client, draft)
    assert not Score.objects.filter(assessment=draft, confirmed="pace").exists()


@pytest.mark.parametrize("other", ["", value("NT", reason="pain"), value("5", entered="filled")])
def test_cells_without_a_typed_grade_do_not_count(
    client: Client, scored: Scored, other: str | dict[str, Any]
) -> None:
    draft = quickly(scored("1"), "1", but={HIP: other})
    assert PACE in page(client, "sign", draft).text


def test_the_record_says_in_words_what_was_kept(client: Client, scored: Scored) -> None:
    draft = scored(value("4", limiters=["pain"]))
    sign(client, draft)
    text = page(client, "read", draft).text
    assert text.count("kept when asked: two grades or more from last time") == 1


def test_amending_a_cell_clears_its_answer_and_keeps_it_in_what_stood_before(
    client: Client, scored: Scored
) -> None:
    draft = scored("4")
    sign(client, draft)
    corrected(client, "amend", draft, **{HIP: "2", "reason": "typed wrong"})
    assert (hip(draft).level, hip(draft).confirmed) == (3, "")
    change = ScoreChange.objects.get()
    assert change.before is not None
    assert change.after is not None
    assert (change.before["confirmed"], change.after["confirmed"]) == (["jump"], [])


def test_amending_another_cell_leaves_the_answer(client: Client, scored: Scored) -> None:
    draft = scored("4")
    sign(client, draft)
    corrected(client, "amend", draft, **{"hip_flexion.left": "3", "reason": "typed wrong"})
    assert hip(draft).confirmed == "jump"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"confirmed": ["made up"]}, "confirmed: one of them is not known."),
        ({"confirmed": "jump"}, "confirmed: a short list is needed."),
        ({"confirmed": ["jump"] * 9}, "confirmed: a short list is needed."),
        ({"quick": "yes"}, "quick: true or false is needed."),
    ],
)
def test_an_answer_of_another_shape_is_refused_by_name(
    client: Client, scored: Scored, wrong: dict[str, Any], told: str
) -> None:
    draft = scored("4")
    operation = {"seq": 1, "key": HIP, "base": 99, "value": value("4", **wrong)}
    body = {"client": str(draft.pk), "patient": str(draft.patient_id), "ops": [operation]}
    answer = send(client, draft, body)
    assert answer.status_code == 400
    assert told in answer.json()["message"]


def test_another_text_typed_without_scripts_is_asked_about_anew(
    client: Client, scored: Scored
) -> None:
    draft = scored(value("4", confirmed=["jump"], position="supine"))
    form = page(client, "record", draft).form(id="score-form")
    client.post(address("record", draft), form | {HIP: "5"})
    cell = Draft.objects.get(pk=draft.pk).cells[HIP]
    assert (cell["text"], cell["confirmed"], cell["position"]) == ("5", [], "supine")
    assert JUMP in page(client, "sign", draft).text


def test_not_testable_last_time_is_known_to_the_grid_and_asked_of_a_zero(
    client: Client, patient: Patient, physio: User
) -> None:
    from assessments.history import Result

    results = {HIP_CELL: Result("not_testable", reason="pain")}
    make_signed(patient, physio, results, tested_at=timezone.now() - timedelta(days=9))
    draft = put(make_draft(patient, physio), {HIP: "0"}, by=physio)
    assert page(client, "record", draft).cells[HIP]["data-untestable"] == "yes"
    assert "0 one time and not testable the other" in page(client, "sign", draft).text


def test_not_testable_since_its_own_grade_is_known_where_all_else_was_graded_later(
    client: Client, patient: Patient, physio: User
) -> None:
    from assessments.history import Result

    draft = make_draft(patient, physio)
    everything = dict.fromkeys(draft.cells, grade(1))
    since = everything | {HIP_CELL: Result("not_testable", reason="pain")}
    for days, results in ((20, everything), (9, since)):
        make_signed(patient, physio, results, tested_at=timezone.now() - timedelta(days=days))
    cells = page(client, "record", draft).cells
    assert [key for key, cell in cells.items() if "data-untestable" in cell] == [HIP]
    assert cells[HIP]["data-was"]


def test_not_testable_before_the_last_grade_is_past(
    client: Client, patient: Patient, physio: User
) -> None:
    from assessments.history import Result

    untestable = {HIP_CELL: Result("not_testable", reason="pain")}
    for days, results in ((20, untestable), (9, {HIP_CELL: grade(1)})):
        make_signed(patient, physio, results, tested_at=timezone.now() - timedelta(days=days))
    draft = put(make_draft(patient, physio), {HIP: "0"}, by=physio)
    assert "data-untestable" not in page(client, "record", draft).cells[HIP]
    assert "not testable the other" not in page(client, "sign", draft).text


# The order of the rows


@pytest.mark.parametrize(
    ("order", "changes"),
    [("position", "3 changes"), ("region", "7 changes"), ("battery", "7 changes")],
)
def test_the_order_is_remembered_for_the_person_and_tells_the_changes_of_position(
    as_user: AsUser, patient: Patient, physio: User, order: str, changes: str
) -> None:
    first, second = (make_draft(patient, physio) for _each in range(2))
    response = as_user(physio).post(address("order", first), {"order": order})
    assert response["Location"] == address("record", first)
    shown = page(as_user(physio), "record", second)
    assert f"{changes} of position" in shown.text
    chips = [attributes for tag, attributes in shown.tags if attributes.get("name") == "order"]
    assert [chip["value"] for chip in chips if "aria-current" in chip] == [order]


def test_one_persons_order_is_not_anothers(
    as_user: AsUser, patient: Patient, physio: User, lead: User
) -> None:
    draft = make_draft(patient, physio)
    as_user(lead).post(address("order", draft), {"order": "region"})
    physio.refresh_from_db()
    assert physio.entry_order == ""


def test_an_order_that_does_not_exist_changes_nothing(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    draft = make_draft(patient, physio)
    as_user(physio).post(address("order", draft), {"order": "__class__"})
    physio.refresh_from_db()
    assert physio.entry_order == ""


def test_in_the_batterys_order_the_cells_come_as_the_battery_lists_them(
    client: Client, patient: Patient, physio: User
) -> None:
    draft = make_draft(patient, physio)
    cells = page(client, "record", draft, "?order=battery").cells
    assert list(cells) == [f"{movement}.{side}" for movement, side in draft.cells]

"""The page of force and heel raises, and where they are shown afterwards."""

from typing import Any

import pytest
from django.test import Client

from assessments.models import Assessment, Measurement
from mmt.accounts.models import User
from tests.assessments.saving import put, sign
from tests.assessments.views.visiting import AsUser, address, page, queries
from tests.people import make_draft

KNEE, CALF = "knee_extension.right", "ankle_plantarflexion.left"


@pytest.fixture
def draft(patient: Any, physio: User) -> Assessment:
    return make_draft(patient, physio)


@pytest.fixture
def client(as_user: AsUser, physio: User) -> Client:
    return as_user(physio)


def typed(**fields: str) -> dict[str, str]:
    known = {"kind": "force", "cell": KNEE, "trial_1": "47.5", "unit": "lbf", "device": "Dial"}
    return known | fields


def counted(**fields: str) -> dict[str, str]:
    return {"kind": "heel_raise", "cell": CALF, "count": "18"} | fields


def post(client: Client, draft: Assessment, form: dict[str, str], change: str = "") -> Any:
    return client.post(
        address("measurements", draft) + (f"?change={change}" if change else ""), form
    )


def problems(answer: Any) -> dict[str, list[str]]:
    return {
        name: list(errors)
        for form in answer.context["forms"]
        if form.is_bound
        for name, errors in form.errors.items()
    }


def test_nothing_is_chosen_beforehand(client: Client, draft: Assessment) -> None:
    post(client, draft, typed(device="Dial"))
    answer = client.get(address("measurements", draft))
    for form in answer.context["forms"]:
        assert {name: form[name].value() for name in form.fields if form[name].value()} == {}
    assert '<option value="Dial"></option>' in answer.content.decode()


def test_a_force_is_saved_as_typed_and_in_newtons(client: Client, draft: Assessment) -> None:
    form = typed(trial_1="47,5", trial_2="45", trial_3="46.25", rule="best", note="slow")
    assert post(client, draft, form).status_code == 302
    kept = Measurement.objects.get()
    assert kept.typed == ["47.5", "45", "46.25"]
    assert kept.trials == ["211.291", "200.170", "205.730"]
    assert (kept.name, kept.unit, kept.rule) == (f"{KNEE}.force", "lbf", "best")
    assert "47.5 lbf = 211.3 N, best of 3" in page(client, "measurements", draft).text


def test_the_review_shows_what_was_measured_for_it_is_signed_too(
    client: Client, draft: Assessment, physio: User
) -> None:
    put(draft, {KNEE: "4"}, by=physio)
    post(client, draft, typed(trial_1="47.5"))
    shown = page(client, "sign", draft).text.partition("All that is signed")[2]
    assert "47.5 lbf = 211.3 N" in shown


def test_no_force_at_all_is_a_result(client: Client, draft: Assessment) -> None:
    post(client, draft, typed(trial_1="0"))
    assert Measurement.objects.get().trials == ["0.000"]


def test_heel_raises_are_saved(client: Client, draft: Assessment) -> None:
    post(client, draft, counted(count="0", full_height="0", limited_by="pain"))
    kept = Measurement.objects.get()
    assert (kept.count, kept.full_height, kept.limited_by) == (0, 0, "pain")


@pytest.mark.parametrize(
    ("form", "field", "problem"),
    [
        (typed(cell=""), "cell", "This field is required."),
        (typed(cell="trunk_flexion.midline"), "cell", "Select a valid choice."),
        (typed(trial_1=""), "trial_1", "Enter at least one trial."),
        (typed(trial_2="strong", rule="best"), "trial_2", "Enter a number such as 47.5"),
        (typed(trial_1="-1"), "trial_1", "Enter a number such as 47.5"),
        (typed(trial_1="1e3"), "trial_1", "Enter a number such as 47.5"),
        (typed(unit=""), "unit", "This field is required."),
        (typed(unit="kg"), "unit", "Select a valid choice."),
        (typed(trial_2="40"), "rule", "Choose whether the best trial or their mean counts."),
        (typed(device=""), "device", "This field is required."),
        (counted(count=""), "count", "This field is required."),
        (counted(count="51"), "count", "less than or equal to 50"),
        (counted(full_height="19"), "full_height", "cannot be more than the heel raises"),
        (counted(cell=KNEE), "cell", "Select a valid choice."),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(
    client: Client, draft: Assessment, form: dict[str, str], field: str, problem: str
) -> None:
    answer = post(client, draft, form)
    found = problems(answer)
    assert list(found) == [field]
    assert problem in found[field][0]
    [sent] = [each for each in answer.context["forms"] if each.is_bound]
    assert all(sent[name].value() == form[name] for name in form if name in sent.fields)
    assert not Measurement.objects.exists()


def test_a_giants_force_is_asked_about_once(client: Client, draft: Assessment) -> None:
    form = typed(trial_1="1800", unit="N")
    answer = post(client, draft, form)
    found = problems(answer)
    assert (list(found), found["trial_1"]) == (["trial_1", "__all__"], ["1800 N: as meant?"])
    [sent] = [each for each in answer.context["forms"] if each.is_bound]
    sure = {"sure": sent["sure"].value()}
    assert "trial_1" in problems(post(client, draft, form | sure | {"trial_1": "1900"}))
    assert post(client, draft, form | sure).status_code == 302


def test_a_second_click_saves_one(client: Client, draft: Assessment) -> None:
    answers = [post(client, draft, typed()).status_code for _ in range(2)]
    assert (answers, Measurement.objects.count()) == ([302, 302], 1)


def test_another_result_of_the_same_is_refused_with_what_stands(
    client: Client, draft: Assessment
) -> None:
    post(client, draft, typed())
    answer = post(client, draft, typed(trial_1="30"))
    assert answer.status_code == 409
    assert "47.5 lbf" in problems(answer)["cell"][0]


def test_a_measurement_is_changed_in_its_place(client: Client, draft: Assessment) -> None:
    post(client, draft, typed())
    name = f"{KNEE}.force"
    [form] = client.get(address("measurements", draft) + f"?change={name}").context["forms"]
    assert (form["trial_1"].value(), form["unit"].value()) == ("47.5", "lbf")
    seen = {"seen": form["seen"].value()}
    assert post(client, draft, typed(trial_1="50") | seen, change=name).status_code == 302
    assert Measurement.objects.get().typed == ["50"]


def test_what_changed_meanwhile_is_shown_before_it_is_replaced(
    client: Client, draft: Assessment
) -> None:
    post(client, draft, typed())
    name = f"{KNEE}.force"
    answer = post(client, draft, typed(trial_1="50", seen="long ago"), change=name)
    assert answer.status_code == 409
    assert "47.5 lbf" in problems(answer)["__all__"][0]
    [form] = answer.context["forms"]
    again = typed(trial_1="50", seen=form["seen"].value())
    assert post(client, draft, again, change=name).status_code == 302


def test_what_was_removed_meanwhile_can_be_recorded_anew(client: Client, draft: Assessment) -> None:
    answer = post(client, draft, typed(trial_1="50"), change=f"{KNEE}.force")
    assert "removed" in problems(answer)["__all__"][0]
    assert post(client, draft, typed(trial_1="50")).status_code == 302


def test_a_measurement_is_removed_and_gone_twice(client: Client, draft: Assessment) -> None:
    post(client, draft, typed())
    url = address("remove_measurement", draft)
    answers = [client.post(url, {"measurement": f"{KNEE}.force"}).status_code for _ in range(2)]
    assert (answers, Measurement.objects.exists()) == ([302, 302], False)


@pytest.mark.parametrize("name", ["measurements", "remove_measurement"])
def test_after_signing_nothing_is_taken(
    name: str, client: Client, draft: Assessment, physio: User
) -> None:
    post(client, draft, typed())
    sign(put(draft, {KNEE: "4"}, by=physio), physio)
    answer = client.post(address(name, draft), typed(measurement=f"{KNEE}.force"), follow=True)
    assert "What you sent was not saved." in answer.content.decode()
    assert Measurement.objects.count() == 1


@pytest.mark.parametrize("form", [{}, {"kind": "spell"}])
def test_a_form_without_a_kind_is_no_failure(
    client: Client, draft: Assessment, form: dict[str, str]
) -> None:
    assert post(client, draft, form).status_code == 400


def test_no_heel_raises_without_plantarflexion(client: Client, patient: Any, physio: User) -> None:
    arms = make_draft(patient, physio, battery="ms_seated_quick")
    arms.movements = ["elbow_flexion"]
    arms.save(update_fields=["movements"])
    kinds = [form.kind for form in client.get(address("measurements", arms)).context["forms"]]
    assert kinds == ["force"]


def test_the_record_shows_the_force_beside_its_grade(
    client: Client, as_user: AsUser, clinician: User, draft: Assessment, physio: User
) -> None:
    form = typed(trial_1="212", trial_2="198", rule="best", unit="N", device="MicroFET", note="<b>")
    post(client, draft, form)
    post(client, draft, counted(full_height="12"))
    sign(put(draft, {KNEE: "4"}, by=physio), physio)
    text = page(as_user(clinician), "read", draft).text
    assert "212 N, best of 2, MicroFET, <b>" in text
    assert "18 heel raises, 12 at full height" in text


def test_the_review_shows_what_will_be_frozen(client: Client, draft: Assessment) -> None:
    assert "no amendment reaches them" not in page(client, "sign", draft).text
    post(client, draft, typed())
    text = page(client, "sign", draft).text
    assert "47.5 lbf = 211.3 N, 1 trial" in text
    assert "no amendment reaches them" in text


def test_the_page_says_that_signing_freezes(client: Client, draft: Assessment) -> None:
    text = page(client, "measurements", draft).text
    assert "void the record and record it anew" in text
    assert 'id="patient-banner"' in client.get(address("measurements", draft)).content.decode()


def test_the_grid_leads_to_the_page(client: Client, draft: Assessment) -> None:
    html = client.get(address("record", draft)).content.decode()
    assert address("measurements", draft) in html


def test_the_questions_asked_do_not_grow_with_what_was_measured(
    client: Client, draft: Assessment
) -> None:
    asked = [len(queries(client, address("measurements", draft)))]
    for cell in (KNEE, "hip_flexion.left", "elbow_flexion.right"):
        post(client, draft, typed(cell=cell))
        asked.append(len(queries(client, address("measurements", draft))))
    assert len(set(asked[1:])) == 1
    assert max(asked) <= 6

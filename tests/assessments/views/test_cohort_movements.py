"""Questions about several movements and regions at once."""

from urllib.parse import urlencode

import pytest

from assessments import instrument
from assessments.models import SavedQuestion
from mmt.accounts.models import Clinic, User
from tests.assessments.views.asking import URL, ask, exported, named, names, visits
from tests.assessments.views.visiting import AsUser

FELL = {
    "Zzankle": ["ankle_dorsiflexion"],
    "Zzarm": ["elbow_flexion"],
    "Zzboth": ["ankle_dorsiflexion", "knee_extension"],
    "Zzhip": ["hip_flexion"],
    "Zzknee": ["knee_extension"],
    "Zzsteady": [],
}


@pytest.fixture
def fell(harbour: Clinic, physio: User) -> None:
    """Patients of whom some movements fell; the knee of Zzsteady did not."""
    for name, movements in FELL.items():
        patient = named(harbour, physio, name)
        for movement in movements:
            visits(patient, physio, (400, 9), (10, 3), cell=(movement, "left"))
        if not movements:
            visits(patient, physio, (400, 9), (10, 9))


@pytest.mark.parametrize(
    ("movements", "found", "among"),
    [
        ("knee_extension ankle_dorsiflexion", "ankle both knee", "4 patients with a graded result"),
        ("ankle_dorsiflexion", "ankle both", "2 patients with a graded result"),
        ("hips knee_extension", "both hip knee", "6 patients with a visit"),
        ("knees knee_extension", "both knee", "6 patients with a visit"),
        ("hips knees ankles upper_body arms", "ankle arm both hip knee", "6 patients with a visit"),
    ],
)
def test_of_several_movements_and_regions(
    movements: str, found: str, among: str, fell: None, as_user: AsUser, physio: User
) -> None:
    client, asked = as_user(physio), movements.split()
    page = ask(client, movement=[*asked, "", *asked])
    assert names(page) == [f"Zz{each}" for each in found.split()]
    assert f"of {among}" in page.text
    ticked = {known["value"] for _tag, known in page.tags if "checked" in known}
    assert ticked == set(asked)
    assert names(ask(client, movement=asked, side="right")) == []


def test_a_question_of_several_movements_is_told_kept_and_exported(
    fell: None, as_user: AsUser, admin: User
) -> None:
    client = as_user(admin)
    page = ask(client, movement=["hip_flexion", "knees", "knee_extension"])
    assert "Movement: Hip flexion or Knees: any movement · direction: fell" in page.text
    query = "movement=hip_flexion&movement=knees"
    assert (
        client.post(f"{URL}?movement=knees&movement=hip_flexion", {"name": "n"}).status_code == 302
    )
    assert SavedQuestion.objects.get().query == query
    rows = exported(client, query)
    assert [row["family_name"] for row in rows] == ["Zzboth", "Zzhip", "Zzknee"]
    every = urlencode({"movement": list(instrument.MOVEMENTS), "tester": admin.pk}, doseq=True)
    assert client.post(f"{URL}?{every}", {"name": "long"}).status_code == 302

"""What each role's key opens, operation by operation. One that is not in the table fails.

A row tells what a physiotherapist, lead, clinician, administrator and a stranger of another clinic
get about things of the first clinic.
"""

from collections.abc import Callable
from typing import Any

import pytest

from assessments.api.description import description
from mmt.accounts.models import Scope, User
from patients.models import Patient
from tests.assessments.api.conftest import Program
from tests.people import grade, make_draft, make_signed

from .test_writing import NEW, START, score

WHO = ("physio", "lead", "clinician", "admin", "stranger")
ALL, ONE, WRITES = (200,) * 5, (200, 200, 200, 200, 404), (201,) * 5
TABLE: dict[tuple[str, str], tuple[tuple[int, ...], Any]] = {
    ("get", "/patients"): (ALL, None),
    ("post", "/patients"): (WRITES, NEW),
    ("post", "/patients/search"): (ALL, {"q": "Winters"}),
    ("get", "/patients/{patient_id}"): (ONE, None),
    ("get", "/patients/{patient_id}/progress"): (ONE, None),
    ("get", "/patients/{patient_id}/assessments"): (ONE, None),
    ("post", "/patients/{patient_id}/assessments"): ((201, 201, 403, 403, 404), START),
    ("get", "/assessments/{assessment_id}"): (ONE, None),
    ("get", "/assessments/{assessment_id}/draft"): ((200, 200, 403, 403, 404), None),
    ("patch", "/assessments/{assessment_id}/draft"): (
        (200, 200, 403, 403, 404),
        {"scores": [score("0")]},
    ),
    ("get", "/exports/scores"): ((403, 403, 422, 200, 403), None),
}


def test_every_operation_stands_in_the_table() -> None:
    described = {
        (method, path.removeprefix("/api/v1"))
        for path, operations in description()["paths"].items()
        for method in operations
    }
    assert described == set(TABLE)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("method", "path"), sorted(TABLE))
def test_each_role_gets_what_the_table_says(
    method: str,
    path: str,
    who: str,
    program: Callable[..., Program],
    patient: Patient,
    physio: User,
    request: pytest.FixtureRequest,
) -> None:
    wanted, body = TABLE[method, path]
    draft = make_draft(patient, physio)
    signed = make_signed(patient, physio, {("hip_flexion", "right"): grade(0)})
    about = draft if path.endswith("draft") else signed
    user = request.getfixturevalue(who)
    mine = program(user, Scope.EXPORT if "exports" in path else Scope.WRITE)
    where = path.format(patient_id=patient.pk, assessment_id=about.pk)
    match method:
        case "get":
            answer = mine.get(where, **({"clinic": "harbour"} if "exports" in path else {}))
        case "post":
            answer = mine.post(where, body)
        case _:
            answer = mine.patch(where, body, **{"If-Match": '"0"'})
    assert answer.status_code == wanted[WHO.index(who)]
    if answer.status_code >= 400 or who == "stranger":
        assert b"Winters" not in b"".join(answer)


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (Scope.READ, "post", "/patients"),
        (Scope.EXPORT, "post", "/patients"),
        (Scope.WRITE, "get", "/exports/scores"),
    ],
)
def test_a_key_goes_no_further_than_its_scope(
    scope: Scope, method: str, path: str, program: Callable[..., Program], admin: User
) -> None:
    mine = program(admin, scope)
    answer = mine.post(path, NEW) if method == "post" else mine.get(path, clinic="harbour")
    assert answer.status_code == 403
    assert not Patient.objects.exists()

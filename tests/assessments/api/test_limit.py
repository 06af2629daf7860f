"""One person's programs may ask so often a minute, whichever door they come by."""

from collections.abc import Callable

import pytest
import time_machine

from assessments.api import limit
from mmt.accounts.models import Scope, User
from tests.assessments.api.conftest import Program, Reader


def test_the_api_and_fhir_count_together_and_for_each_person_alone(
    program: Callable[..., Program], physio: User, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit, "MOST", 2)
    User.objects.filter(pk=lead.pk).update(name=physio.name)
    mine, more = program(physio), program(physio, Scope.WRITE)
    fhir = Reader(mine.headers["Authorization"].removeprefix("Bearer "))
    with time_machine.travel("2026-03-02T10:00:15Z", tick=False):
        assert [mine.get("/patients").status_code, fhir.get("Patient").status_code] == [200, 200]
        refused, outcome = more.get("/patients"), fhir.get("Patient")
        assert {refused.status_code, outcome.status_code} == {429}
        assert {refused.headers["Retry-After"], outcome.headers["Retry-After"]} == {"45"}
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert outcome.json()["issue"][0]["code"] == "throttled"
        assert program(lead).get("/patients").status_code == 200
    with time_machine.travel("2026-03-02T10:01:00Z", tick=False):
        assert fhir.get("Patient").status_code == 200

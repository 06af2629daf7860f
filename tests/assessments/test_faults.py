"""All or nothing: a fault at any statement leaves the database as it was before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection, transaction

from assessments.actions import amend_assessment, move_assessment, void_assessment
from assessments.entry.drafts import discard_draft, save_operations, start_draft
from assessments.history import Result
from assessments.models import Assessment
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.saving import HIP, KNEE, batch_of, op, put, sign
from tests.people import grade, make_draft, make_patient, make_signed

HIP_CELL = ("hip_flexion", "right")
Act = Callable[[], object]


class Fault(OperationalError):
    """The database went away in the middle."""


@contextmanager
def fault_at(number: int | None) -> Iterator[list[str]]:
    """Let the statement of this number fail; yield the statements that were asked for."""
    asked: list[str] = []

    def ask(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        if len(asked) == number:
            raise Fault(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(ask):
        yield asked


def everything() -> dict[str, list[dict[str, Any]]]:
    labels = ("assessments", "audit", "patients")
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    return {model._meta.label: sorted(model._default_manager.values(), key=str) for model in models}


@pytest.fixture(params=["start", "save", "sign", "amend", "void", "move", "discard"], name="act")
def _act(request: pytest.FixtureRequest, patient: Patient, physio: User) -> Act:
    """Return a function that does the one thing that is to be whole, or not done."""
    right = make_patient(patient.clinic, physio)
    record = make_signed(
        patient, physio, {HIP_CELL: grade(0), ("neck_flexion", "midline"): grade(3)}
    )
    amend_assessment(record, {HIP_CELL: grade(3)}, reason="r", by=physio, revision=1)
    draft = put(make_draft(patient, physio), {HIP: "4"}, by=physio)
    known = {"reason": "r", "by": physio, "revision": 2}
    changes = {HIP_CELL: Result("not_done", reason="time"), ("hip_flexion", "left"): grade(0)}
    unsaved = Assessment(
        **{
            name: getattr(draft, name)
            for name in ("clinic", "patient", "tester", "entered_by", "battery", "profile")
        },
        movements=["hip_flexion"],
        tested_at=draft.tested_at,
        time_zone=draft.time_zone,
    )
    acts: dict[str, Act] = {
        "start": lambda: start_draft(unsaved, by=physio),
        "save": lambda: save_operations(
            draft.pk, batch_of(draft, op(HIP, "1", base=1), op(KNEE, "2", seq=2)), by=physio
        ),
        "sign": lambda: sign(draft, physio),
        "amend": lambda: amend_assessment(record, changes, **known),
        "void": lambda: void_assessment(record, **known),
        "move": lambda: move_assessment(record, to=right, **known),
        "discard": lambda: discard_draft(draft, by=physio),
    }
    return acts[request.param]


def statements_of(act: Act) -> int:
    """Count what an act asks of the database, and undo it."""
    with transaction.atomic(), fault_at(None) as asked:
        act()
        transaction.set_rollback(True)
        return len(asked)


def test_a_fault_at_any_statement_leaves_everything_as_it_was(act: Act) -> None:
    before = everything()
    count = statements_of(act)
    assert everything() == before
    assert count >= 4
    for number in range(1, count + 1):
        with pytest.raises(Fault), fault_at(number):
            act()
        assert everything() == before, f"statement {number} of {count}"


def test_after_a_fault_the_same_act_succeeds(act: Act) -> None:
    before = everything()
    with pytest.raises(Fault), fault_at(statements_of(act)):
        act()
    act()
    assert everything() != before


@pytest.mark.parametrize("broken", ["assessments.actions.record", "assessments.progress.add_visit"])
def test_without_its_event_or_its_progress_nothing_is_signed(
    patient: Patient, physio: User, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*_args: object, **_known: object) -> None:
        raise Fault(broken)

    draft = put(make_draft(patient, physio), {HIP: "4"}, by=physio)
    before = everything()
    monkeypatch.setattr(broken, fail)
    with pytest.raises(Fault):
        sign(draft, physio)
    assert everything() == before

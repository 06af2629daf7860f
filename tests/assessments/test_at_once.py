"""Two people at the same moment, on a database that lets them work side by side."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assessments import actions, pairing, progress
from assessments.actions import (
    StaleRevision,
    amend_assessment,
    move_assessment,
    sign_assessment,
    void_assessment,
)
from assessments.entry.content import read_content
from assessments.entry.drafts import Conflicts, NoLongerADraft, save_operations, start_draft
from assessments.models import Amendment, Assessment, Draft, Progress, Score
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.pairs import begin
from tests.assessments.saving import HIP, OTHER_PAGE, PAGE, batch_of, op, put, sign
from tests.people import grade, make_draft, make_patient, make_signed

HIP_CELL = ("hip_flexion", "right")
LOST = (StaleRevision, NoLongerADraft, Conflicts)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("committed_db")]


@pytest.fixture(autouse=True)
def _side_by_side(committed_db: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite writes one at a time.")


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do these in threads that start together; return "done" or what each one met."""
    start = threading.Barrier(len(acts))
    results = [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            results[place] = "done"
        except LOST as lost:
            results[place] = type(lost).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_of_two_who_sign_one_draft_one_wins(patient: Patient, physio: User, lead: User) -> None:
    draft = put(make_draft(patient, physio), {HIP: "4"}, by=physio)
    mine, theirs = (Assessment.objects.get(pk=draft.pk) for _page in range(2))

    def signing(record: Assessment, by: User) -> Callable[[], object]:
        row = Draft.objects.get(pk=record.pk)
        content = read_content(record, row)
        return lambda: sign_assessment(record, content, by=by, draft_revision=row.revision)

    assert at_once(signing(mine, physio), signing(theirs, lead)) == ["NoLongerADraft", "done"]
    assert Score.objects.count() == 1
    assert AuditEvent.objects.filter(action=Action.ASSESSMENT_SIGNED).count() == 1


def test_the_same_start_form_twice_at_once_makes_one_draft(patient: Patient, physio: User) -> None:
    draft = make_draft(patient, physio)
    fields = {field.attname for field in Assessment._meta.concrete_fields} - {"id"}
    known = {name: getattr(draft, name) for name in fields}
    forms = [Assessment(id="0" * 31 + "1", **known) for _click in range(2)]
    acts = [lambda form=form: start_draft(form, by=physio) for form in forms]
    assert at_once(*acts) == ["done", "done"]
    assert Draft.objects.count() == 2


def test_of_two_pages_that_save_one_cell_one_is_told(patient: Patient, physio: User) -> None:
    draft = make_draft(patient, physio)
    batches = [
        batch_of(draft, op(HIP, text), client=page)
        for text, page in (("1", PAGE), ("2", OTHER_PAGE))
    ]
    acts = [lambda batch=batch: save_operations(draft.pk, batch, by=physio) for batch in batches]
    assert at_once(*acts) == ["Conflicts", "done"]
    assert Draft.objects.get(pk=draft.pk).revision == 1


@pytest.mark.parametrize("other", ["amend", "void", "move"])
def test_of_two_corrections_of_one_record_one_wins(
    patient: Patient, physio: User, lead: User, other: str
) -> None:
    right = make_patient(patient.clinic, physio)
    record = make_signed(patient, physio, {HIP_CELL: grade(0)})
    known: dict[str, Any] = {"reason": "r", "by": lead, "revision": 1}
    acts = {
        "amend": lambda: amend_assessment(record, {HIP_CELL: grade(3)}, **known),
        "void": lambda: void_assessment(record, **known),
        "move": lambda: move_assessment(record, to=right, **known),
    }

    def mine() -> None:
        amend_assessment(record, {HIP_CELL: grade(9)}, reason="mine", by=physio, revision=1)

    assert at_once(mine, acts[other]) == ["StaleRevision", "done"]
    assert Amendment.objects.count() <= 1


def test_two_visits_of_one_patient_signed_at_once_are_both_in_the_progress(
    patient: Patient, physio: User, colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one waits, its rows written and its progress derived, until the second is there."""
    early, late = (
        put(
            make_draft(patient, by, tested_at=timezone.now() - timedelta(days=ago)),
            {HIP: text},
            by=by,
        )
        for by, ago, text in ((physio, 20, "1"), (colleague, 10, "2"))
    )
    add_visit, derived = progress.add_visit, threading.Event()

    def slow(*args: Any) -> None:
        add_visit(*args)
        if not derived.is_set():
            derived.set()
            time.sleep(1)  # the second comes, and waits at the patient

    def second() -> None:
        assert derived.wait(timeout=10)
        sign(late, colleague)

    monkeypatch.setattr("assessments.progress.add_visit", slow)
    assert at_once(lambda: sign(early, physio), second) == ["done", "done"]
    row = Progress.objects.get()
    assert (row.baseline_level, row.previous_level, row.latest_level) == (1, 1, 3)


def test_two_moves_across_each_other_do_not_block(
    patient: Patient, physio: User, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each one waits, its first patient held, until the other is as far, if it can be."""
    refresh, half_way = progress.refresh, threading.Barrier(2)

    def slow(*args: Any) -> None:
        refresh(*args)
        with suppress(threading.BrokenBarrierError):
            half_way.wait(timeout=1)

    other = make_patient(patient.clinic, physio)
    one, two = (make_signed(each, physio, {HIP_CELL: grade(3)}) for each in (patient, other))
    known: dict[str, Any] = {"reason": "r", "by": lead, "revision": 1}
    monkeypatch.setattr("assessments.progress.refresh", slow)
    acts = [
        lambda: move_assessment(one, to=other, **known),
        lambda: move_assessment(two, to=patient, **known),
    ]
    assert at_once(*acts) == ["done", "done"]
    assert Progress.objects.count() == 2


def test_voiding_one_of_a_pair_and_signing_the_other_do_not_block(
    patient: Patient, physio: User, colleague: User, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each one waits, what it took first in its hands, until the other is as far, if it can be."""
    release, write_context = pairing.release, actions._write_context
    half_way = threading.Barrier(2)

    def slow(act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            half_way.wait(timeout=1)
        return act(*args, **kwargs)

    first = make_signed(patient, physio, {HIP_CELL: grade(3)})
    second = put(begin(first, colleague), {HIP: "4"}, by=colleague)
    monkeypatch.setattr(pairing, "release", partial(slow, release))
    monkeypatch.setattr(actions, "_write_context", partial(slow, write_context))
    acts = [
        lambda: void_assessment(first, reason="r", by=lead, revision=1),
        lambda: sign(second, colleague),
    ]
    assert at_once(*acts) == ["done", "done"]
    assert Assessment.objects.get(pk=first.pk).status == "voided"

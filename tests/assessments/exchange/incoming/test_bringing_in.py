"""A checked file comes in whole, once, marked with where it came from; and goes again whole."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.actions import amend_assessment, void_assessment
from assessments.exchange.incoming.actions import Refused, carry_out
from assessments.exchange.incoming.staging import set_mapping, stage
from assessments.exchange.incoming.undoing import undo
from assessments.models import (
    Assessment,
    Entered,
    Import,
    ImportedVisit,
    NamedTester,
    Progress,
    QualityMark,
    Score,
    Source,
)
from assessments.progress import rebuild
from assessments.quality import marks
from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.pairs import begin
from tests.people import grade, make_patient, make_signed

from .sheets import (
    WHO,
    bring_in,
    filed,
    mapping_of,
    plan_of,
    read,
    row,
    sheet,
    stage_sheet,
)

KNEE = ("knee_extension", "right")
TWO_VISITS = sheet(
    row("quads", "R", "4-"),
    row("quads", "L", "0"),
    row("DF", "left", "NT pain"),
    row("quads", "R", "3+", day="2025-06-01"),
)


def scores() -> set[tuple[str, str, str, int | None, str]]:
    rows = Score.objects.values_list("movement", "side", "status", "level", "reason")
    return set(rows)


def test_a_sheet_becomes_signed_records_of_patients_and_testers(
    harbour: Clinic, admin: User
) -> None:
    found = bring_in(TWO_VISITS, harbour, admin)
    patient = Patient.objects.get(record_number="H-1")
    first, second = patient.assessments.order_by("tested_at")
    assert (found.counts["visits"], found.counts["scores"]) == (2, 4)
    assert (first.status, first.source, first.entered_by) == ("signed", Source.IMPORTED, admin)
    assert first.local_tested_at.isoformat() == "2025-04-03T12:00:00+11:00"
    assert {(s.side, s.level, s.reason, s.entered) for s in first.scores.all()} == {
        ("right", 8, "", Entered.IMPORTED),
        ("left", 0, "", Entered.IMPORTED),
        ("left", None, "pain", Entered.IMPORTED),
    }
    assert second.local_tested_at.date().isoformat() == "2025-06-01"
    assert patient.last_seen.isoformat() == "2025-06-01"


def test_the_tester_is_who_the_file_names_and_cannot_sign_in(harbour: Clinic, admin: User) -> None:
    bring_in(TWO_VISITS, harbour, admin)
    testers = {assessment.tester for assessment in Assessment.objects.all()}
    [tester] = testers
    assert (tester.name, tester.is_active, tester.has_usable_password()) == (
        "Jane Smith",
        False,
        False,
    )
    bring_in(sheet(row(day="2025-07-01", tester="jane  SMITH")), harbour, admin)
    assert NamedTester.objects.get().user == tester
    assert {assessment.tester for assessment in Assessment.objects.all()} == testers


def test_a_tester_of_the_clinic_is_known_by_name_or_email(
    harbour: Clinic, admin: User, physio: User
) -> None:
    bring_in(
        sheet(
            row(tester=physio.name.upper()),
            row(tester=physio.email, day="2025-04-04"),
        ),
        harbour,
        admin,
    )
    assert {each.tester for each in Assessment.objects.all()} == {physio}
    assert set(ImportedVisit.objects.values_list("tester", flat=True)) == {
        physio.name.upper(),
        physio.email,
    }


def test_progress_is_what_signing_would_have_made_of_it(
    harbour: Clinic, admin: User, physio: User
) -> None:
    patient = make_patient(
        harbour, physio, record_number="H-1", family_name="Winters", given_names="Alma"
    )
    make_signed(patient, physio, {KNEE: grade(12)})
    bring_in(TWO_VISITS, harbour, admin)
    columns = [field.attname for field in Progress._meta.concrete_fields]
    found = set(Progress.objects.values_list(*columns))
    rebuild(patient)
    assert found == set(Progress.objects.values_list(*columns))
    knee = Progress.objects.get(patient=patient, movement=KNEE[0], side=KNEE[1])
    assert (knee.baseline_level, knee.previous_level, knee.latest_level) == (8, 7, 12)


@pytest.mark.parametrize("at_once", [1, 1_000])
def test_each_record_and_the_whole_are_on_the_log(
    at_once: int, harbour: Clinic, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessments.exchange.incoming.actions.AT_ONCE", at_once)
    found = bring_in(TWO_VISITS, harbour, admin)
    told = AuditEvent.objects.filter(actor=admin.email).order_by("sequence")
    assert [event.action for event in told] == [
        Action.IMPORT_UPLOADED,
        Action.PATIENT_REGISTERED,
        Action.ASSESSMENT_IMPORTED,
        Action.ASSESSMENT_IMPORTED,
        Action.IMPORTED,
    ]
    assert told.filter(patient_id=Patient.objects.get().pk).count() == 3
    assert told.last().detail["sha256"] == found.file_hash
    previous = ""
    for event in AuditEvent.objects.filter(chain=str(harbour.pk)).order_by("sequence"):
        assert (event.previous_hash, event.hash) == (previous, event.computed_hash())
        previous = event.hash


def test_the_same_file_twice_adds_nothing(harbour: Clinic, admin: User) -> None:
    bring_in(TWO_VISITS, harbour, admin)
    plan = plan_of(TWO_VISITS, harbour)
    assert (plan.visits, plan.new_patients, plan.already, plan.problems) == ([], [], 2, [])
    with pytest.raises(Refused, match="nothing"):
        bring_in(TWO_VISITS, harbour, admin)
    assert Assessment.objects.count() == 2


def test_confirming_twice_is_done_once(harbour: Clinic, admin: User) -> None:
    plan = plan_of(TWO_VISITS, harbour)
    found = bring_in(TWO_VISITS, harbour, admin)
    carry_out(found, plan, only_good=False, by=admin)
    assert Assessment.objects.count() == 2


def test_two_files_with_the_same_visit_at_once_bring_it_in_once(
    harbour: Clinic, admin: User
) -> None:
    table = read(TWO_VISITS)
    late = plan_of(TWO_VISITS, harbour)
    bring_in(TWO_VISITS, harbour, admin)
    other = stage(table, id=uuid4(), clinic=harbour, file_name="b", file_hash="0", by=admin)
    set_mapping(other, mapping_of(table), by=admin)
    with pytest.raises(Refused, match="changed"):
        carry_out(other, late, only_good=False, by=admin)
    assert Assessment.objects.count() == 2


def test_a_visit_imported_before_with_other_results_is_not_taken_twice(
    harbour: Clinic, admin: User
) -> None:
    bring_in(sheet(row(grade="4")), harbour, admin)
    plan = plan_of(sheet(row(grade="3")), harbour)
    [problem] = plan.problems
    assert "with other results" in problem.reason
    assert plan.visits == []


def test_what_was_recorded_here_the_same_day_is_not_imported_again(
    harbour: Clinic, admin: User, physio: User
) -> None:
    patient = make_patient(
        harbour, physio, record_number="H-1", family_name="Winters", given_names="Alma"
    )
    at = datetime(2025, 4, 3, 9, 30, tzinfo=harbour.zone)
    make_signed(patient, physio, {KNEE: grade(9)}, tested_at=at)
    name = physio.name.upper()
    assert plan_of(filed(row(tester=name)), harbour).already == 1
    assert plan_of(filed(row(tester=physio.email)), harbour).already == 1
    assert plan_of(filed(row(tester=name, grade="3")), harbour).already == 0
    assert plan_of(filed(row()), harbour).already == 0  # another tester found the same


def test_all_or_nothing_unless_the_good_rows_are_asked_for(harbour: Clinic, admin: User) -> None:
    content = sheet(row(), row(grade="7", day="2025-05-05"))
    with pytest.raises(Refused, match="bad rows"):
        bring_in(content, harbour, admin)
    assert not Patient.objects.exists()
    found = bring_in(content, harbour, admin, only_good=True)
    assert (found.counts["visits"], found.counts["left"]) == (1, 1)


def test_a_visit_with_a_bad_row_waits_as_a_whole(harbour: Clinic, admin: User) -> None:
    content = sheet(row("quads"), row("hams", grade="x"), row("DF", day="2025-05-05"))
    plan = plan_of(content, harbour)
    assert (plan.bad, plan.held) == ({3}, {2})
    bring_in(content, harbour, admin, only_good=True)
    assert {s[0] for s in scores()} == {"ankle_dorsiflexion"}


@pytest.mark.parametrize(
    "step",
    [
        "actions.register_patients",
        "actions.progress.refresh_many",
        "writing.sign_each",
        "actions.record_many",
    ],
)
def test_a_fault_at_any_step_leaves_nothing_behind(
    step: str, harbour: Clinic, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_fields: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(f"assessments.exchange.incoming.{step}", fail)
    with pytest.raises(RuntimeError):
        bring_in(TWO_VISITS, harbour, admin)
    models = (Patient, Assessment, Score, ImportedVisit, NamedTester, Progress)
    assert [model.objects.count() for model in models] == [0] * 6
    assert Import.objects.get().is_staged


def test_the_log_which_others_of_the_clinic_wait_for_is_told_last(
    harbour: Clinic, admin: User
) -> None:
    found, plan = stage_sheet(TWO_VISITS, harbour, admin), plan_of(TWO_VISITS, harbour)
    with CaptureQueriesContext(connection) as asked:
        carry_out(found, plan, only_good=False, by=admin)
    said = [each["sql"] for each in asked]
    log, read_model = (
        [place for place, sql in enumerate(said) if f'"{table}"' in sql]
        for table in ("audit_chain", "assessments_progress")
    )
    assert log[0] > read_model[-1]


def test_undone_its_records_are_voided_and_its_patients_put_away(
    harbour: Clinic, admin: User
) -> None:
    found = bring_in(TWO_VISITS, harbour, admin)
    undo(found, reason="Wrong clinic.", by=admin)
    undo(found, reason="Again.", by=admin)
    assert set(Assessment.objects.values_list("status", "void_reason")) == {
        ("voided", "Wrong clinic.")
    }
    assert Patient.objects.get().archived_at is not None
    assert not Progress.objects.exists()
    assert AuditEvent.objects.filter(action=Action.IMPORT_UNDONE).count() == 1
    assert AuditEvent.objects.filter(action=Action.ASSESSMENT_VOIDED).count() == 2


def test_what_came_in_is_marked_for_a_second_look_and_no_more_when_undone(
    harbour: Clinic, admin: User
) -> None:
    found = bring_in(TWO_VISITS, harbour, admin)
    came = set(QualityMark.objects.values_list("assessment_id", "kind"))
    marks.refresh(*Assessment.objects.all())
    assert came == set(QualityMark.objects.values_list("assessment_id", "kind"))
    undo(found, reason="Wrong.", by=admin)
    assert not QualityMark.objects.exists()


def test_an_undone_file_can_come_in_again(harbour: Clinic, admin: User) -> None:
    undo(bring_in(TWO_VISITS, harbour, admin), reason="Wrong scale.", by=admin)
    bring_in(TWO_VISITS, harbour, admin)
    assert Assessment.objects.in_force().count() == 2
    assert Patient.objects.get().archived_at is None


def test_a_patient_who_was_here_before_stays(harbour: Clinic, admin: User, physio: User) -> None:
    make_patient(harbour, physio, record_number="H-1", family_name="Winters", given_names="Alma")
    undo(bring_in(TWO_VISITS, harbour, admin), reason="Wrong.", by=admin)
    assert Patient.objects.get().archived_at is None


@pytest.mark.parametrize("act", ["sign", "amend", "void", "pair"])
def test_an_import_that_somebody_built_upon_cannot_be_undone(
    act: str, harbour: Clinic, admin: User, physio: User
) -> None:
    found = bring_in(TWO_VISITS, harbour, admin)
    record = Assessment.objects.order_by("tested_at")[0]
    match act:
        case "sign":
            make_signed(record.patient, physio, {KNEE: grade(9)})
        case "amend":
            amend_assessment(record, {KNEE: grade(9)}, reason="Typo.", by=physio, revision=1)
        case "void":
            void_assessment(record, reason="Not hers.", by=physio, revision=1)
        case "pair":
            begin(record, physio)
    with pytest.raises(Refused, match="built upon"):
        undo(found, reason="Wrong.", by=admin)
    assert Assessment.objects.exclude(status="voided").count() >= 1


def test_patients_alone_are_registered(harbour: Clinic, admin: User) -> None:
    content = sheet(
        WHO, ["H-2", "Sommer", "Bo", "1990-01-31"], headings="MRN,Surname,First name,DOB"
    )
    found = bring_in(content, harbour, admin)
    assert found.counts["patients"] == 2
    assert Patient.objects.get(record_number="H-2").terms.filter(term="sommer").exists()


def test_both_hours_of_an_autumn_night_stay_apart(harbour: Clinic, admin: User) -> None:
    Clinic.objects.filter(pk=harbour.pk).update(time_zone="Europe/London")
    harbour.refresh_from_db()
    bring_in(
        sheet(
            row(grade="4", day="2025-10-26T01:30:00+01:00"),
            row(grade="3", day="2025-10-26T01:30:00+00:00"),
        ),
        harbour,
        admin,
    )
    found = Assessment.objects.order_by("tested_at").values_list("tested_at", flat=True)
    assert [each.astimezone(UTC).hour for each in found] == [0, 1]

"""The demonstration as it stands in the database."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assessments import force, instrument, progress
from assessments.actions import sign_assessment
from assessments.agreement import agreements
from assessments.demo.clinics import load_clinics
from assessments.demo.corrections import AMENDED, VOIDED
from assessments.demo.measured import PEOPLE
from assessments.demo.second_tests import LEFT_OPEN, PAIRS
from assessments.demo.showcase import RECORD_NUMBER as SHOWCASE
from assessments.demo.special import EMPTY_DRAFT, LEADS_DRAFT, NAMESAKES, WHOLE_DRAFT
from assessments.entry.content import read_content
from assessments.models import (
    Assessment,
    BlindPair,
    Draft,
    Measurement,
    MeasurementKind,
    Progress,
    QualityMark,
    Score,
    Weakness,
)
from assessments.quality import marks
from assessments.quality.board import board
from assessments.querysets import load_history
from mmt.accounts import demo
from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent
from patients import actions
from patients.models import (
    CareContact,
    Event,
    FunctionalTest,
    Intervention,
    Patient,
    Referral,
)
from patients.names import search_terms

TODAY = date(2026, 11, 20)


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _loaded(module_db: None) -> None:
    load_clinics(today=TODAY)


def patient(record_number: str) -> Patient:
    return Patient.objects.get(record_number=record_number)


def statuses(record_number: str) -> list[str]:
    found = Assessment.objects.filter(patient__record_number=record_number)
    return list(found.latest_first().values_list("status", flat=True))


def test_both_clinics_are_there_and_marked():
    assert set(Clinic.objects.filter(is_demo=True).values_list("slug", flat=True)) == {
        demo.HARBOUR,
        demo.HILLSIDE,
    }
    assert Patient.objects.filter(clinic__slug=demo.HARBOUR).count() == 40
    assert Patient.objects.filter(clinic__slug=demo.HILLSIDE).count() == 12


@pytest.mark.parametrize(("email", "name", "slug", "role"), demo.SIGN_INS)
def test_everybody_signs_in_and_works_where_they_should(email, name, slug, role):
    user = User.objects.get(email=email)
    assert user.check_password(demo.PASSWORD)
    assert [(member.clinic.slug, member.role) for member in user.active_memberships] == [
        (slug, role)
    ]
    assert user.name == name


def test_every_constraint_holds():
    connection.check_constraints()


@pytest.mark.parametrize(
    "model",
    [Patient, Event, Intervention, Referral, CareContact, Weakness, FunctionalTest, Assessment],
)
def test_every_value_is_one_a_form_would_take(model):
    for row in model.objects.all():
        row.clean_fields(exclude=[name for name in names(model) if _is_set_elsewhere(row, name)])


def names(model: Any) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]


def _is_set_elsewhere(row: Any, name: str) -> bool:
    field = row._meta.get_field(name)
    return field.many_to_one or getattr(row, field.attname) is None


def test_limiters_and_positions_are_known():
    limiters = set(Score.objects.values_list("limiters", flat=True).distinct())
    assert {word for text in limiters for word in text.split()} <= set(instrument.Limiter)
    positions = set(Score.objects.values_list("position", flat=True).distinct())
    assert positions <= {"", *instrument.Position}


def test_every_status_is_there():
    assert set(Assessment.objects.values_list("status", flat=True)) == {
        "draft",
        "signed",
        "amended",
        "voided",
    }


def test_one_record_is_amended():
    amended = Assessment.objects.get(status="amended")
    assert amended.patient.record_number == AMENDED
    (change,) = amended.amendments.get().changes.all()
    assert change.before["level"] != change.after["level"]


def test_one_record_is_voided_and_one_moved():
    assert statuses(VOIDED).count("voided") == 1
    wrong, right = NAMESAKES
    moved = Assessment.objects.get(moved_from__isnull=False)
    assert moved.patient.record_number == right
    assert moved.moved_from.patient.record_number == wrong
    assert moved.moved_from.status == "voided"


def test_the_moved_record_stands_among_the_others_of_its_patient():
    visits = load_history(patient(NAMESAKES[1])).visits
    assert len(visits) == 6
    assert visits[-2].tester != ""
    assert Assessment.objects.get(pk=visits[-2].id).moved_from_id


def test_what_changed_since_is_what_the_scores_say():
    stored = set(Progress.objects.values_list())
    for each in Patient.objects.all():
        progress.rebuild(each)
    assert stored == set(Progress.objects.values_list())


def test_the_day_last_seen_is_that_of_the_last_record():
    for each in Patient.objects.all():
        stored = each.last_seen
        progress.refresh(each, [])
        assert each.last_seen == stored


def test_everybody_is_found_and_sorted_as_if_registered():
    for each in Patient.objects.prefetch_related("terms"):
        words = search_terms(each.family_name, each.given_names, each.record_number)
        assert {term.term for term in each.terms.all()} == words
        assert each.sort_name == actions._sort_name(each)


@pytest.mark.parametrize("text", ["o'lantern", "sneachta", "lak mae", "H-00217", "alma"])
def test_people_are_found_by_what_is_typed(text):
    assert Patient.objects.matching(text).exists()


def test_a_handful_of_people_were_measured():
    assert {each.assessment.patient.record_number for each in measurements()} == set(PEOPLE)
    assert {each.unit for each in measurements() if each.unit} == set(force.Unit)
    assert {each.kind for each in measurements()} == set(MeasurementKind)
    tested = FunctionalTest.objects.values_list("patient__record_number", flat=True)
    assert set(tested) == set(PEOPLE)


def test_every_force_is_in_newtons_what_was_typed():
    for each in measurements():
        typed = [str(force.newtons(Decimal(text), each.unit)) for text in each.typed]
        assert typed == each.trials


def measurements() -> Any:
    return Measurement.objects.select_related("assessment__patient")


def test_there_are_drafts_of_all_sorts():
    errors, blank = {}, {}
    for draft in Draft.objects.select_related("assessment__patient"):
        number = draft.assessment.patient.record_number
        content = read_content(draft.assessment, draft)
        errors[number], blank[number] = len(content.errors), len(content.blank)
    assert set(errors) == {SHOWCASE, LEADS_DRAFT, WHOLE_DRAFT, EMPTY_DRAFT, LEFT_OPEN}
    assert errors[LEADS_DRAFT] == 2
    assert errors[SHOWCASE] == errors[WHOLE_DRAFT] == blank[WHOLE_DRAFT] == 0
    assert blank[SHOWCASE] == 24 - 9


def test_the_whole_draft_can_be_signed():
    draft = Draft.objects.get(assessment__patient__record_number=WHOLE_DRAFT)
    physio = User.objects.get(email="physio@harbour.example")
    signed = sign_assessment(
        draft.assessment,
        read_content(draft.assessment, draft),
        by=physio,
        draft_revision=draft.revision,
    )
    assert signed.scores.count() == len(signed.cells)


def test_the_morning_draft_is_the_physiotherapists():
    draft = Draft.objects.get(assessment__patient__record_number=SHOWCASE)
    assert draft.assessment.tester.email == "physio@harbour.example"
    assert draft.assessment.local_tested_at.date() == TODAY


def test_some_results_came_from_rest_is_normal():
    filled = Score.objects.filter(entered="filled")
    assert filled.exists()
    assert set(filled.values_list("level", flat=True)) == {12}


def test_some_visits_were_tested_twice_blind_and_the_first_counts():
    harbour = Clinic.objects.get(slug=demo.HARBOUR)
    pairs = BlindPair.objects.exclude(completed_at=None)
    assert pairs.count() == PAIRS
    for pair in pairs.select_related("first", "second"):
        assert (pair.first.apart, pair.second.apart) == ("", "second")
    [(profile, rows)] = agreements(harbour)
    assert profile.key == "mrc"
    assert len([row for row in rows if row.kappa is not None and row.tests >= 10]) >= 8
    assert all(row.exact <= row.within_one <= row.graded for row in rows)


def test_the_board_of_data_quality_has_something_of_every_kind():
    lead = User.objects.get(email="lead@harbour.example")
    counted = board(lead, Clinic.objects.get(slug=demo.HARBOUR))
    assert [each.kind.key for each in counted if not each.count] == []


def test_a_pair_waits_for_its_second_test_and_the_first_counts_for_nothing_yet():
    pair = BlindPair.objects.get(completed_at=None)
    assert (pair.first.apart, pair.second.apart) == ("sealed", "sealed")
    assert pair.first.patient.record_number == LEFT_OPEN
    assert pair.second.is_draft
    assert pair.first not in Assessment.objects.in_force()


def test_care_teams_referrals_and_judgements_are_there_and_made_up():
    made_up = ("Example", "Placeholder", "Sample", "Specimen", "Mockup", "Fixture")
    contacts = CareContact.objects.values_list("name", flat=True)
    assert contacts
    assert all(name.endswith(made_up) for name in contacts)
    assert set(Referral.objects.values_list("status", flat=True)) >= {"sent", "seen"}
    assert Weakness.objects.values("kind").distinct().count() >= 3
    for each in Referral.objects.all():
        assert each.started <= (each.ended or each.started) <= TODAY


def test_marks_are_what_the_scores_say():
    stored = set(QualityMark.objects.values_list("assessment_id", "kind"))
    marks.refresh(*Assessment.objects.all())
    assert stored == set(QualityMark.objects.values_list("assessment_id", "kind"))
    assert stored


def test_one_event_tells_of_the_loading():
    event = AuditEvent.objects.get(action=Action.DEMO_LOADED)
    assert event.actor == "load_demo"
    assert event.detail["patients"] == 52
    assert event.at <= timezone.now()

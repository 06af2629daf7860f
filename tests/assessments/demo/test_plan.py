"""The invented people as plain values: no database."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain

import pytest
from django.utils import timezone

from assessments import instrument
from assessments.change import Flag, Rule, compare
from assessments.demo.clinics import plan_harbour, plan_hillside
from assessments.demo.plan import PlannedClinic, PlannedPatient, PlannedVisit
from assessments.demo.showcase import RECORD_NUMBER as SHOWCASE
from assessments.demo.special import ARCHIVED, NAMESAKES, ZEROS
from assessments.demo.weakness import LEFT_LEG, TRUNK, WEIGHTS, limb_of
from assessments.history import Result, Visit
from patients.models import EventKind, InterventionKind
from tests.assessments.plain_history import person_id

TODAY = date(2026, 11, 22)
LEGS = {instrument.Region.HIPS, instrument.Region.KNEES, instrument.Region.ANKLES}


@pytest.fixture(scope="module")
def harbour_plan() -> PlannedClinic:
    return plan_harbour(today=TODAY)


@pytest.fixture(scope="module")
def hillside_plan() -> PlannedClinic:
    return plan_hillside(today=TODAY)


@pytest.fixture(scope="module")
def people(harbour_plan: PlannedClinic, hillside_plan: PlannedClinic) -> list[PlannedPatient]:
    return [*harbour_plan.patients, *hillside_plan.patients]


@pytest.fixture(scope="module")
def visits(people: list[PlannedPatient]) -> list[PlannedVisit]:
    return [visit for person in people for visit in person.visits]


@pytest.fixture(scope="module")
def results(visits: list[PlannedVisit]) -> list[tuple[str, str, Result]]:
    return [(*cell, result) for visit in visits for cell, result in visit.results.items()]


def person(people: list[PlannedPatient], record_number: str) -> PlannedPatient:
    return next(person for person in people if person.record_number == record_number)


def history(person: PlannedPatient) -> list[Visit]:
    return [
        Visit(
            visit.id,
            visit.tested_at,
            person_id(str(visit.tester)),
            str(visit.tester),
            visit.battery,
            visit.profile,
            visit.results,
        )
        for visit in person.visits
    ]


def test_the_same_seed_and_day_give_the_same_people(harbour_plan, hillside_plan):
    assert plan_harbour(today=TODAY) == harbour_plan
    assert plan_hillside(today=TODAY) == hillside_plan


def test_another_seed_gives_other_people(harbour_plan):
    assert plan_harbour(7, TODAY).patients != harbour_plan.patients


def test_another_day_moves_the_same_people_in_time(harbour_plan):
    later = plan_harbour(today=TODAY + timedelta(weeks=1)).patients
    assert [person.family_name for person in later] == [
        person.family_name for person in harbour_plan.patients
    ]
    assert later[0].visits[0].tested_at == harbour_plan.patients[0].visits[0].tested_at + timedelta(
        weeks=1
    )


@pytest.mark.parametrize("seed", range(5))
def test_any_seed_plans_both_clinics(seed):
    assert len(plan_harbour(seed, TODAY).patients) == 40
    assert len(plan_hillside(seed, TODAY).patients) == 12


def test_nothing_is_in_the_future():
    for clinic in (plan_harbour(), plan_hillside()):
        for patient in clinic.patients:
            for made in (*patient.visits, *patient.drafts):
                assert made.tested_at < timezone.now()


def test_the_clinics_live_in_different_zones(harbour_plan, hillside_plan):
    assert harbour_plan.place.zone != hillside_plan.place.zone


def test_everybody_has_three_to_sixteen_visits_within_six_years(people):
    for patient in people:
        days = [visit.tested_at.date() for visit in patient.visits]
        assert 3 <= len(days) <= 16
        assert days == sorted(set(days))
        assert (TODAY - days[0]).days < 6 * 366


def test_nobody_is_tested_before_birth_or_ill_before_fifteen(people):
    for patient in people:
        assert patient.onset - patient.birth_date > timedelta(days=15 * 365)
        assert patient.onset <= patient.course_since <= patient.visits[0].tested_at.date()


def test_several_batteries_and_profiles_are_in_use(visits):
    assert {"full", "ms_clinic_screen", "lower_limb", "isncsci_motor", "mmt8"} <= {
        visit.battery for visit in visits
    }
    assert {visit.profile for visit in visits} == set(instrument.PROFILES)


def test_every_grade_is_one_of_its_profile(visits):
    for visit in visits:
        levels = instrument.profile(visit.profile).levels
        assert all(
            result.level in levels
            for result in visit.results.values()
            if result.status == instrument.Status.GRADED
        )


def test_every_visit_has_each_of_its_cells(visits):
    for visit in visits:
        assert tuple(visit.results) == instrument.cells(visit.movements)


def test_most_grades_are_4_and_5_and_legs_are_weaker_than_arms(results):
    grades = {True: Counter[int](), False: Counter[int]()}
    for movement, _side, result in results:
        if result.level is not None:
            in_leg = instrument.movement(movement).region in LEGS
            grades[in_leg][instrument.WHOLE[result.level]] += 1
    legs, arms = grades[True], grades[False]
    assert share(legs + arms, 4, 5) > 0.85
    assert share(legs, 0, 1, 2, 3) > 3 * share(arms, 0, 1, 2, 3)
    assert share(legs, 5) < share(arms, 5)


def share(grades: Counter[int], *which: int) -> float:
    return sum(grades[grade] for grade in which) / grades.total()


def test_flexors_and_dorsiflexors_of_the_leg_are_the_weakest(results):
    weak, all_of = Counter[str](), Counter[str]()
    for movement, _side, result in results:
        if result.level is not None:
            all_of[movement] += 1
            weak[movement] += result.level < instrument.PROFILES["mrc"].level_of("4")
    often = [name for name in all_of if all_of[name] > 300]
    weakest = sorted(often, key=lambda name: weak[name] / all_of[name])[-3:]
    assert set(weakest) == {"hip_flexion", "knee_flexion", "ankle_dorsiflexion"}


def test_every_movement_has_its_place_in_the_pattern():
    assert set(WEIGHTS) == set(instrument.MOVEMENTS)
    assert limb_of("trunk_rotation", "left") == TRUNK


def test_both_testers_share_the_work(harbour_plan):
    testers = [{visit.tester for visit in patient.visits} for patient in harbour_plan.patients]
    assert sum(len(found) == 2 for found in testers) > 30


def test_all_kinds_of_results_are_there(results):
    states = Counter(result.status for _movement, _side, result in results)
    assert set(states) == {status.value for status in instrument.Status}
    reasons = {result.reason for *_cell, result in results if result.reason}
    assert len(reasons) >= 8
    limiters = set(chain.from_iterable(result.limiters for *_cell, result in results))
    assert len(limiters) >= 6
    assert any(result.note for *_cell, result in results)
    assert any(result.position for *_cell, result in results)


def test_the_context_is_told_in_many_ways(visits):
    def told(name: str) -> set[object]:
        return {visit.context.get(name) for visit in visits}

    assert {"none", "cane", "walker", "wheelchair", "afo_left"} <= told("device")
    assert {"none", "warm"} <= told("heat")
    assert {"none", "active", "recovering"} <= told("relapse_status")
    assert len(told("edss")) > 8
    assert len(told("fatigue_before")) > 6
    assert any(visit.filled for visit in visits)


def test_relapses_and_interventions_are_there(people):
    events = Counter(event.kind for person in people for event in person.events)
    assert events[EventKind.RELAPSE.value] >= 15
    done = {done.kind for person in people for done in person.interventions}
    assert done == {kind.value for kind in InterventionKind}
    names = {done.name for person in people for done in person.interventions}
    assert {"steroids", "glatiramer acetate", "interferon-beta", "muscle relaxant"} <= names
    assert {"plasma exchange", "walker", "cane", "strength programme"} <= names


def test_one_person_has_only_zeros_in_a_leg(people):
    for visit in person(people, ZEROS).visits:
        leg = [result for cell, result in visit.results.items() if limb_of(*cell) == LEFT_LEG]
        assert {result.level for result in leg} == {0}


def test_two_people_share_name_and_birth_date(people):
    first, second = (person(people, number) for number in NAMESAKES)
    assert (first.family_name, first.given_names, first.birth_date) == (
        second.family_name,
        second.given_names,
        second.birth_date,
    )
    assert first.id != second.id


def test_no_others_share_a_name(people):
    names = Counter((person.family_name, person.given_names) for person in people)
    assert [count for count in names.values() if count > 1] == [2]


def test_names_have_accents_and_apostrophes(people):
    names = "".join(person.family_name for person in people)
    assert "'" in names
    assert "-" in names
    assert any(ord(sign) > 127 for sign in names)


def test_one_is_archived(people):
    assert [each.record_number for each in people if each.archived_at] == [ARCHIVED]


def test_changes_are_of_every_flag_and_of_each_not_many(people):
    flags: Counter[Flag] = Counter()
    confirmed = 0
    for found in changes(people):
        flags[found.flag] += 1
        confirmed += found.confirmed
    assert set(flags) == set(Flag)
    assert confirmed > 20
    assert flags[Flag.SAME] > flags[Flag.CROSSED] + flags[Flag.CHANGED]


def changes(people: list[PlannedPatient]) -> Iterator:
    for each in people:
        visits = history(each)
        yield from compare(visits[0], visits[-1], Rule(), later=visits)


def test_the_showcase_loses_its_left_foot(people):
    alma = person(people, SHOWCASE)
    assert (alma.family_name, alma.given_names, alma.ms_course) == ("Winters", "Álma", "rrms")
    assert len(alma.visits) == 10
    assert alma.visits[-1].results["ankle_dorsiflexion", "left"].level == 0
    worst = next(changes([alma]))
    assert (worst.movement, worst.side, worst.flag) == ("ankle_dorsiflexion", "left", Flag.CROSSED)
    assert worst.confirmed


def test_the_showcase_is_being_tested_this_morning(people):
    (draft,) = person(people, SHOWCASE).drafts
    assert draft.tested_at.date() == TODAY
    assert sum(not key.startswith("context.") for key in draft.typed) == 9

"""Who else cares for an invented person, to whom they were referred, and what their weakness is
held to come from. Every name says that it is made up.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from patients.models import EventKind, Profession, ReferralStatus

from .. import instrument
from ..models import WeaknessKind
from ..models.context import Device
from .plan import (
    Place,
    PlannedContact,
    PlannedPatient,
    PlannedReferral,
    PlannedVisit,
    PlannedWeakness,
)

TEAM = {
    Profession.GP: (
        ("Dr Gwen Example", "Example Surgery, 1 Sample Street"),
        ("Dr Gus Placeholder", "Placeholder Practice, 2 Sample Street"),
    ),
    Profession.MS_NURSE: (("Nora Sample", "MS nurses, Sample Hospital"),),
    Profession.NEUROLOGIST: (
        ("Dr Neil Specimen", "Neurology, Sample Hospital"),
        ("Dr Nadia Mockup", "Neurology, Sample Hospital"),
    ),
    Profession.OCCUPATIONAL_THERAPIST: (("Olive Fixture", "Hand clinic, Sample Hospital"),),
}
# How many of a hundred have somebody of the profession on record.
SHARE = {
    Profession.GP: 90,
    Profession.MS_NURSE: 65,
    Profession.NEUROLOGIST: 80,
    Profession.OCCUPATIONAL_THERAPIST: 20,
}
ANSWERED_WITHIN = 90  # days; a younger referral may still be waiting
WEAK_BELOW = 9  # a 4: what is weaker is judged
JUDGED = 0.6  # of the people with a weak region
RATIONALES = {
    WeaknessKind.PRIMARY: "Came with the relapse; tone raised.",
    WeaknessKind.SECONDARY: "Little walking since the winter; no new signs.",
    WeaknessKind.MIXED: "Since the relapse, and walks less since.",
    WeaknessKind.UNDETERMINED: "Too little known yet.",
}


def with_care(place: Place, patient: PlannedPatient) -> PlannedPatient:
    """Return the patient with care team, referrals and judgements; nothing else changes."""
    if not patient.visits:
        return patient
    rng = Random(f"{place.seed} {patient.record_number} care")  # noqa: S311 (invented people)
    return replace(
        patient,
        care_team=tuple(_team(rng, patient)),
        referrals=tuple(sorted(_referrals(rng, place, patient), key=lambda each: each.started)),
        weakness=tuple(_weakness(rng, place, patient)),
    )


def _team(rng: Random, patient: PlannedPatient) -> Iterator[PlannedContact]:
    for profession, people in TEAM.items():
        if rng.random() * 100 < SHARE[profession]:
            name, address = rng.choice(people)
            yield PlannedContact(profession.value, name, address, patient.registered_at.date())


def _referrals(rng: Random, place: Place, patient: PlannedPatient) -> Iterator[PlannedReferral]:
    """After a relapse to neurology, for a new brace to the orthotist, for weak hands to the OT."""
    for event in patient.events:
        if event.kind == EventKind.RELAPSE and rng.random() < 0.7:
            day = event.started + timedelta(days=rng.randint(2, 9))
            yield _referral(rng, place, Profession.NEUROLOGIST, "New weakness since a relapse", day)
    braced = next((each for each in patient.visits if _has_brace(each)), None)
    if braced:
        day = _day(place, braced)
        yield _referral(rng, place, Profession.ORTHOTIST, "Foot drop: brace to be fitted", day)
    last = patient.visits[-1]
    if instrument.Region.ARMS in _weak_regions(last) and rng.random() < 0.5:
        yield _referral(
            rng, place, Profession.OCCUPATIONAL_THERAPIST, "Grip and fine tasks", _day(place, last)
        )


def _referral(
    rng: Random, place: Place, kind: Profession, reason: str, day: date
) -> PlannedReferral:
    answered = day + timedelta(days=rng.randint(14, ANSWERED_WITHIN))
    if answered > place.today:
        return PlannedReferral(kind.value, reason, ReferralStatus.SENT.value, min(day, place.today))
    status = ReferralStatus.DECLINED if rng.random() < 0.1 else ReferralStatus.SEEN
    return PlannedReferral(kind.value, reason, status.value, day, answered)


def _weakness(rng: Random, place: Place, patient: PlannedPatient) -> Iterator[PlannedWeakness]:
    if rng.random() > JUDGED:
        return
    relapsed = any(event.kind == EventKind.RELAPSE for event in patient.events)
    likely = [WeaknessKind.PRIMARY, WeaknessKind.MIXED] if relapsed else list(WeaknessKind)
    last = patient.visits[-1]
    for region in _weak_regions(last):
        kind = rng.choice(likely)
        yield PlannedWeakness(
            region.value, kind.value, RATIONALES[kind], _day(place, last), last.tester
        )


def _weak_regions(visit: PlannedVisit) -> list[instrument.Region]:
    weak = {
        instrument.movement(movement).region
        for (movement, _side), result in visit.results.items()
        if result.level is not None and result.level < WEAK_BELOW
    }
    return [region for region in instrument.Region if region in weak]


def _has_brace(visit: PlannedVisit) -> bool:
    return visit.context.get("device") in (Device.AFO_RIGHT, Device.AFO_LEFT)


def _day(place: Place, visit: PlannedVisit) -> date:
    return visit.tested_at.astimezone(place.zone).date()

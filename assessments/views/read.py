"""A record as it stands, and a patient's page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from mmt.accounts.models import Clinic
from mmt.kept import Kept
from patients.cards import cards_of
from patients.erasure import check_user_can_erase, standing_of
from patients.functional import latest_tests
from patients.permissions import check_user_can_edit, check_user_can_enter
from patients.querysets import reach_of

from .. import charts, instrument
from ..auditing.rights import check_user_can_read_accesses
from ..change import Change, Flag
from ..consistency import Prompt
from ..entry.back_entry import is_of_the_pile
from ..history import Cell, Result
from ..models import Assessment, Entered, ImportedVisit, Letter, Score
from ..pairing import pairs_of
from ..people import know_people
from ..permissions import (
    check_user_can_amend,
    check_user_can_edit_draft,
    check_user_can_move,
    check_user_can_record,
    check_user_can_void,
    check_user_can_write_letter,
    user_can,
)
from ..querysets import AssessmentQuerySet, visit_of
from ..rules import rule_of
from ..signing import signatures_of
from ..since_baseline import changes_since_baseline
from ..weakness import judgements_of
from ..wording import context_facts, measurements_in_order
from .access import SignedInRequest, get_assessment, get_patient
from .offline import kept_addresses

LATEST_SHOWN = 8


@require_safe
def read(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """A signed record; a draft leads to its grid, or says whose it is."""
    assessment = get_assessment(request, assessment_id)
    if assessment.is_draft and user_can(check_user_can_edit_draft, request.user, assessment):
        return redirect("assessments:record", assessment.pk)
    visit = visit_of(assessment)
    results = visit.results
    amendments = assessment.amendments.select_related("by").prefetch_related("changes")
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "groups": instrument.by_region(assessment.movements),
        "results": results,
        "tested": sum(result.level is not None for result in results.values()),
        "untested": sum(result.level is None for result in results.values()),
        "paced": any(Prompt.PACE in result.confirmed for result in results.values()),
        "total": len(assessment.cells),
        "sums": _sums(assessment, results),
        "profile": instrument.profile(assessment.profile),
        "body_map": charts.body_map(visit) if assessment.is_in_force else "",
        "body_map_query": urlencode({"visit": assessment.pk}),
        "measurements": measurements_in_order(assessment),
        "context_facts": context_facts(assessment),
        **_signature(assessment),
        **_filled(assessment, results),
        "signed_at": _local(assessment.signed_at, assessment.clinic),
        "voided_at": _local(assessment.voided_at, assessment.clinic),
        "amendments": amendments.order_by("-at"),
        **_origin(assessment),
        "next_sheet": is_of_the_pile(request.session, assessment),
        "pair": pairs_of(assessment).first(),
        "moved_to": assessment.voided_at and getattr(assessment, "moved_to", None),
        "moved_from": assessment.moved_from_id and _moved_from(assessment.pk),
        "may_amend": user_can(check_user_can_amend, request.user, assessment),
        "may_void": user_can(check_user_can_void, request.user, assessment),
        "letters": assessment.letters.listed(),
        "may_write": user_can(check_user_can_write_letter, request.user, assessment),
        "may_move": user_can(check_user_can_move, request.user, assessment),
    }
    return render(request, "assessments/read.html", context)


def _origin(assessment: Assessment) -> dict[str, object]:
    """Return which row of which file an imported record came from, moved since or not."""
    if not assessment.is_imported:
        return {}
    known = ImportedVisit.objects.select_related("batch")
    first = assessment.pk
    while before := _moved_from(first):
        first = before
    found = known.filter(assessment=first).first()
    said = (found and found.batch.mapping) or {}
    return {"imported": found, "imported_turned": said.get("direction") == "down"}


def _moved_from(assessment_id: UUID) -> UUID | None:
    """Return the record that this one was filed anew for; none where its patient was erased."""
    found = Assessment.objects.filter(moved_to=assessment_id)
    return found.values_list("pk", flat=True).first()


def _signature(assessment: Assessment) -> dict[str, object]:
    if assessment.is_draft:
        return {}
    signatures, whole = signatures_of(assessment)
    return {"signatures": signatures, "signature_broken": not whole}


def _filled(assessment: Assessment, results: Mapping[Cell, Result]) -> dict[str, object]:
    """Return which cells still have the grade that was filled in at once; if all are normal."""
    found = _kept_filled(assessment.pk)
    levels = {results[cell].level for cell in found}
    return {"at_once": set(found), "all_normal": levels == {instrument.NORMAL_LEVEL}}


_kept_filled = Kept(
    lambda record: Score.objects.filter(
        assessment=record,
        status=instrument.Status.GRADED,
        entered=Entered.FILLED,
        amendment__isnull=True,
    ).values_list("movement", "side")
)


def _local(moment: datetime | None, clinic: Clinic) -> datetime | None:
    return moment.astimezone(clinic.zone) if moment else None


def _sums(assessment: Assessment, results: Mapping[Cell, Result]) -> list[instrument.Sum]:
    battery = instrument.BATTERIES.get(assessment.battery)
    return instrument.named_sums(battery, assessment.profile, results) if battery else []


def _listed(patient: UUID, *reach: Any) -> AssessmentQuerySet:
    found = Assessment.objects.filter(patient=patient)
    return found.listed_within_reach(*reach).latest_first()


def _are_to_watch(changes: Sequence[Change]) -> bool:
    return all(each.flag is Flag.WATCH for each in changes)


_kept_listed = Kept(_listed)
_kept_letters = Kept(lambda patient: Letter.objects.filter(assessment__patient=patient).listed())


@require_safe
def person(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """The patient: what to do next, what changed, every assessment, what happened."""
    patient = get_patient(request, patient_id)
    rule = rule_of(patient.clinic)
    assessments = _kept_listed(patient.pk, *reach_of(request.user))
    for assessment in assessments:
        assessment.patient = patient
    know_people(assessments, request.user)
    may_record = user_can(check_user_can_record, request.user, patient)
    changes = changes_since_baseline(patient)
    context = {
        "patient": patient,
        "rule": rule,
        "changes": changes[:LATEST_SHOWN],
        "further": changes[LATEST_SHOWN:],
        "to_watch": patient.clinic.change_flags and _are_to_watch(changes[LATEST_SHOWN:]),
        "visits": sum(assessment.is_in_force for assessment in assessments),
        "assessments": assessments,
        "cards": cards_of(patient),
        "letters": _kept_letters(patient.pk),
        "weakness": judgements_of(patient),
        "functional": latest_tests(patient),
        "may_record": may_record,
        "may_edit": user_can(check_user_can_edit, request.user, patient),
        "may_enter": user_can(check_user_can_enter, request.user, patient),
        "may_read_accesses": user_can(check_user_can_read_accesses, request.user, patient),
        "may_erase": user_can(check_user_can_erase, request.user, patient),
        "erasure": standing_of(patient) if patient.archived_at else None,
        "keep": kept_addresses(patient) if may_record else [],
    }
    return render(request, "assessments/person.html", context)

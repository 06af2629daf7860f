"""The start page: what waits for this person."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mmt.accounts.models import User
from mmt.accounts.roles import Permission
from mmt.audit.alarms import open_alarms
from mmt.kept import Kept
from patients.erasure import past_their_time
from patients.models import EmergencyAccess, Erasure, Patient
from patients.querysets import reach_of

from ..entry.drafts import DISCARDED_KEPT
from ..entry.waiting import OLD_AFTER, all_waiting
from ..models import Assessment
from ..querysets import AssessmentQuerySet
from .access import SignedInRequest

SHOWN = 8
OLD_SHOWN = 20


@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """Drafts to finish or take back, patients due for a re-test, what was signed lately."""
    user = request.user
    context = {
        "due": _due(user),
        "recent": _kept_recent(*reach_of(user)),
        "may_record": user.can_somewhere(Permission.RECORD),
        "quality_clinics": user.clinics_with(Permission.SEE_QUALITY),
        "order_clinics": user.clinics_with(Permission.SET_ENTRY_ORDER),
        **_drafts(user),
        **_watch(user),
    }
    return render(request, "start.html", context)


def _watch(user: User) -> dict[str, object]:
    """Return what administrators must look at before anything else."""
    clinics = user.clinic_ids_with(Permission.READ_AUDIT)
    if not clinics:
        return {}
    erasers = user.clinic_ids_with(Permission.ERASE)
    opened = EmergencyAccess.objects.not_reviewed().filter(patient__clinic__in=clinics)
    return {
        "alarms": list(open_alarms(clinics)),
        "erasures": Erasure.objects.standing().filter(clinic__in=erasers).count(),
        "past_time": past_their_time().filter(clinic__in=erasers).count(),
        "emergencies": list(opened.select_related("patient", "person")[:SHOWN]),
    }


def _drafts(user: User) -> dict[str, object]:
    """Return the person's drafts, those discarded lately, and, for who leads, old ones of all."""
    if not user.can_somewhere(Permission.RECORD):
        return {}
    since = timezone.now() - DISCARDED_KEPT
    leads = user.clinic_ids_with(Permission.AMEND_ANY)
    old = _with_people(
        Assessment.objects.visible_to(user)
        .drafts()
        .filter(clinic__in=leads, entered_at__lt=timezone.now() - OLD_AFTER)
    )
    return {
        "drafts": all_waiting(_kept_drafts(*reach_of(user))),
        "discarded": all_waiting(_kept_discarded(since, *reach_of(user))),
        "kept_days": DISCARDED_KEPT.days,
        "leads": bool(leads),
        "old": all_waiting(old.order_by("entered_at")[:OLD_SHOWN]) if leads else [],
        "old_shown": OLD_SHOWN,
    }


def _recent(*reach: Any) -> AssessmentQuerySet:
    found = Assessment.objects.within_reach(*reach).in_force()
    return found.select_related("patient", "tester", "entered_by").latest_first()[:SHOWN]


def _mine(user: UUID, *reach: Any) -> AssessmentQuerySet:
    found = Assessment.objects.within_reach(user, *reach).drafts().of(user)
    return _with_people(found).order_by("-draft__saved_at")


def _put_aside(since: datetime, user: UUID, *reach: Any) -> AssessmentQuerySet:
    found = Assessment.objects.ever_within_reach(user, *reach).of(user).discarded_since(since)
    return _with_people(found).order_by("-draft__discarded_at")


_kept_recent, _kept_drafts, _kept_discarded = Kept(_recent), Kept(_mine), Kept(_put_aside)


def _with_people(found: AssessmentQuerySet) -> AssessmentQuerySet:
    return found.select_related("patient", "clinic", "draft", "tester", "entered_by")


def _due(user: User) -> list[Patient]:
    return [
        patient
        for clinic in user.clinics_with(Permission.SEE_PATIENTS)
        for patient in Patient.objects.visible_to(user)
        .active()
        .filter(
            clinic=clinic,
            last_seen__lt=clinic.now().date() - timedelta(days=clinic.retest_interval_days),
        )
        .select_related("clinic")
        .order_by("last_seen")[:SHOWN]
    ]

"""Force and heel raises of a draft: what there is, one more, changing and removing one."""

from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ..entry import measured
from ..entry.drafts import NoLongerADraft
from ..entry.measure_forms import FORMS, MeasureForm, heel_raise_cells
from ..models import Assessment, Measurement, MeasurementKind
from ..permissions import check_user_can_edit_draft
from ..wording import measurements_in_order
from .access import SignedInRequest, get_assessment


@require_http_methods(["GET", "HEAD", "POST"])
def measurements(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """List what was measured, with a form for one more; `?change=` names one to change."""
    assessment = _get_draft(request, assessment_id)
    if not assessment.is_draft:
        return _signed_meanwhile(request, assessment)
    wanted = request.GET.get("change", "")
    standing = _standing(assessment, wanted)
    if request.method != "POST":
        if wanted and standing is None:
            messages.info(request, _("This measurement is not there any more."))
        return _page(request, assessment, standing)
    form = _sent_form(request, assessment, standing)
    if form is None:
        return _page(request, assessment, standing, status=400)
    if not form.is_valid():
        return _page(request, assessment, standing, form)
    try:
        return _save(request, form, is_change=bool(wanted))
    except NoLongerADraft:
        return _signed_meanwhile(request, assessment)
    except measured.AlreadyMeasured as problem:
        form.refuse_second(problem.standing)
    except measured.ChangedMeanwhile as problem:
        form.refuse_stale(problem.standing)
    return _page(request, assessment, standing, form, status=409)


@require_POST
def remove_measurement(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    assessment = _get_draft(request, assessment_id)
    if not assessment.is_draft:
        return _signed_meanwhile(request, assessment)
    if standing := _standing(assessment, request.POST.get("measurement", "")):
        try:
            measured.remove_measurement(standing)
        except NoLongerADraft:
            return _signed_meanwhile(request, assessment)
    messages.success(request, _("The measurement is removed."))
    return redirect("assessments:measurements", assessment.pk)


def _get_draft(request: SignedInRequest, assessment_id: UUID) -> Assessment:
    return get_assessment(
        request, assessment_id, check_user_can_edit_draft, when=attrgetter("is_draft")
    )


def _standing(assessment: Assessment, name: str) -> Measurement | None:
    """Return the measurement of this draft called "knee_extension.right.force"."""
    movement, side, kind = (*name.split("."), "", "", "")[:3]
    return assessment.measurements.filter(movement=movement, side=side, kind=kind).first()


def _sent_form(
    request: SignedInRequest, assessment: Assessment, standing: Measurement | None
) -> MeasureForm | None:
    """Return the form that was sent, filled with what it says."""
    kind = standing.kind if standing else request.POST.get("kind", "")
    if kind not in FORMS:
        messages.error(request, _("This form is not whole. Nothing is saved."))
        return None
    data: QueryDict = request.POST.copy()
    gone = request.GET.get("change", "") if standing is None else ""
    if gone:  # what was to be changed was removed: it can be recorded anew
        data["cell"] = gone.rpartition(".")[0]
    return _form(MeasurementKind(kind), assessment, standing, data)


def _save(request: SignedInRequest, form: MeasureForm, *, is_change: bool) -> HttpResponse:
    measurement = form.measurement
    if form.standing is not None:
        measured.change_measurement(measurement, seen=form.cleaned_data["seen"], by=request.user)
    elif is_change:
        raise measured.ChangedMeanwhile(None)
    else:
        measured.add_measurement(measurement, by=request.user)
    messages.success(request, _("Saved: %(result)s.") % {"result": measurement.described})
    return redirect("assessments:measurements", measurement.assessment_id)


def _form(
    kind: MeasurementKind,
    assessment: Assessment,
    standing: Measurement | None = None,
    data: Any = None,
) -> MeasureForm:
    return FORMS[kind](data, assessment=assessment, cells=assessment.cells, standing=standing)


def _page(
    request: SignedInRequest,
    assessment: Assessment,
    standing: Measurement | None,
    sent: MeasureForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Show the page; a form that was refused as it was typed."""
    if standing is not None:
        kinds = [MeasurementKind(standing.kind)]
    elif heel_raise_cells(assessment):
        kinds = list(MeasurementKind)
    else:
        kinds = [MeasurementKind.FORCE]
    # Where what was to be changed is gone, saving again makes a new one.
    forms = [
        sent if sent and sent.kind == kind else _form(kind, assessment, standing) for kind in kinds
    ]
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "measurements": measurements_in_order(assessment),
        "forms": forms,
        "changing": standing,
        "devices": measured.devices_of(assessment.clinic),
    }
    return render(request, "assessments/measurements.html", context, status=status)


def _signed_meanwhile(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    if request.method == "POST":
        messages.error(
            request,
            _("This assessment was signed or discarded meanwhile. What you sent was not saved."),
        )
    return redirect("assessments:read", assessment.pk)

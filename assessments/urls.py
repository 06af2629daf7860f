from django.urls import URLPattern, path

from patients.cards import KINDS, Kind

from .models import LetterKind
from .views import (
    back_entry,
    clinic_order,
    cohort,
    compare,
    correct,
    drafts,
    entry,
    happenings,
    held,
    letters,
    measure,
    offline,
    pairs,
    pictures,
    quality,
    read,
    rule,
    sheet,
    sign,
    trends,
    weakness,
)

app_name = "assessments"


def _of_kind(kind: Kind) -> list[URLPattern]:
    """Adding, editing and taking back one kind of what happened: "add_event" and so on."""
    all_of_it, of_kind = f"patients/<uuid:patient_id>/{kind.place}/", {"kind": kind}
    one = f"{all_of_it}<uuid:row_id>/"
    return [
        path(f"{all_of_it}new/", happenings.add, of_kind, name=f"add_{kind.name}"),
        path(f"{one}edit/", happenings.edit, of_kind, name=f"edit_{kind.name}"),
        path(f"{one}void/", happenings.void, of_kind, name=f"void_{kind.name}"),
    ]


urlpatterns = [
    # The first to be tried, for pages ask it at each pause.
    path("assessments/<uuid:assessment_id>/save/", entry.save, name="save"),
    path("patients/<uuid:patient_id>/", read.person, name="person"),
    path("patients/<uuid:patient_id>/trends/", trends.trends, name="trends"),
    path("patients/<uuid:patient_id>/held/", held.held, name="held"),
    path("patients/<uuid:patient_id>/compare/", compare.compare, name="compare"),
    path(
        "patients/<uuid:patient_id>/pictures/<slug:kind>.<slug:form>",
        pictures.picture,
        name="picture",
    ),
    path("patients/<uuid:patient_id>/assessments/new/", drafts.new, name="new"),
    path("patients/<uuid:patient_id>/assessments/blank/", offline.blank, name="blank"),
    path("patients/<uuid:patient_id>/weakness/new/", weakness.judge, name="judge_weakness"),
    path("patients/<uuid:patient_id>/sheet/", sheet.sheet, name="sheet"),
    path("rule/<slug:clinic_slug>/", rule.rule, name="rule"),
    path("quality/<slug:clinic_slug>/", quality.quality, name="quality"),
    path("quality/<slug:clinic_slug>/agreement/", quality.agreement, name="agreement"),
    path("quality/<slug:clinic_slug>/<slug:kind_key>/", quality.quality_list, name="quality_list"),
    path(
        "order/<slug:clinic_slug>/<slug:battery_key>/",
        clinic_order.clinic_order,
        name="clinic_order",
    ),
    path("cohort/", cohort.cohort, name="cohort"),
    path("cohort/export/", cohort.cohort_export, name="cohort_export"),
    path("cohort/<uuid:question_id>/delete/", cohort.cohort_delete, name="cohort_delete"),
    path("back-entry/", back_entry.settings, name="back_entry"),
    path("back-entry/patient/", back_entry.patient, name="back_entry_patient"),
    path("back-entry/<uuid:patient_id>/", back_entry.start, name="back_entry_start"),
    path("assessments/<uuid:assessment_id>/", read.read, name="read"),
    path("assessments/<uuid:assessment_id>/score/", entry.record, name="record"),
    path("assessments/<uuid:assessment_id>/discard/", drafts.discard, name="discard"),
    path("assessments/<uuid:assessment_id>/restore/", drafts.restore, name="restore_draft"),
    path("assessments/<uuid:assessment_id>/order/", entry.choose_order, name="order"),
    path("assessments/<uuid:assessment_id>/movements/", entry.add_movement, name="add_movement"),
    path(
        "assessments/<uuid:assessment_id>/measurements/", measure.measurements, name="measurements"
    ),
    path(
        "assessments/<uuid:assessment_id>/measurements/remove/",
        measure.remove_measurement,
        name="remove_measurement",
    ),
    path("assessments/<uuid:assessment_id>/sign/", sign.sign, name="sign"),
    *(
        path(
            f"assessments/<uuid:assessment_id>/{kind.value}/",
            letters.write,
            {"kind": kind},
            name=f"write_{kind.value}",
        )
        for kind in LetterKind
    ),
    path("letters/<uuid:letter_id>/", letters.letter, name="letter"),
    path("assessments/<uuid:assessment_id>/amend/", correct.amend, name="amend"),
    path("assessments/<uuid:assessment_id>/void/", correct.void, name="void"),
    path("assessments/<uuid:assessment_id>/move/", correct.move, name="move"),
    path("assessments/<uuid:assessment_id>/second/", pairs.second, name="second"),
    path("assessments/<uuid:assessment_id>/pair/", pairs.pair, name="pair"),
    path("assessments/<uuid:assessment_id>/pair/end/", pairs.end, name="end_pair"),
    *(pattern for kind in KINDS for pattern in _of_kind(kind)),
]

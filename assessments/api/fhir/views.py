"""The FHIR R4 read endpoints."""

from uuid import UUID

from django.http import Http404

from mmt.accounts.requests import SignedInRequest
from mmt.audit.log import record_viewing
from patients.models import Patient

from ...exchange.fhir import Resource, observations, patient_resource, told_broken
from ...exchange.fhir_terms import code_systems, value_sets
from ...signing import broken_among
from ...views.access import get_assessment, get_patient
from .capability import capability_statement
from .door import fhir, open_fhir
from .found import found_observations, whose, with_update
from .search import bundle, check_known, how_many, page, reference, spans, tokens

PATIENT_SEARCH = ("_id", "identifier")
OBSERVATION_SEARCH = ("patient", "subject", "date", "code", "_lastUpdated")


@open_fhir
def metadata(request: SignedInRequest) -> Resource:
    return capability_statement(request.build_absolute_uri("/fhir"))


@fhir
def patient(request: SignedInRequest, patient_id: UUID) -> Resource:
    return patient_resource(get_patient(request, patient_id))


@fhir
def patients(request: SignedInRequest) -> Resource:
    """Search by `_id` or `identifier` (the record number). Names never stand in an address."""
    check_known(request.GET, PATIENT_SEARCH)
    found = Patient.objects.visible_to(request.user).select_related("clinic").order_by("id")
    if wanted := reference(request.GET, "_id", "Patient"):
        found = found.filter(pk=wanted)
    if numbers := tokens(request.GET, "identifier"):
        found = found.filter(record_number__in=numbers)
    if after := reference(request.GET, "_after", "Patient"):
        found = found.filter(pk__gt=after)
    count = how_many(request.GET)
    rows = list(found[: count + 1])
    for row in rows[:count]:
        record_viewing(by=request.user, clinic_id=row.clinic_id, patient_id=row.pk)
    after_key = str(rows[count - 1].pk) if len(rows) > count else None
    return bundle(request, [patient_resource(row) for row in rows[:count]], after=after_key)


@fhir
def observation(request: SignedInRequest, observation_id: str) -> Resource:
    """A visit by the assessment's id, a result by the id that the search gave it."""
    try:
        assessment_id = UUID(observation_id.partition(".")[0])
    except ValueError:
        raise Http404 from None
    assessment = get_assessment(request, assessment_id)
    # Nothing is said before it is signed, nor of what a blind pair keeps apart.
    if assessment.is_draft or assessment.apart:
        raise Http404
    for each in observations(*with_update(assessment)):
        if each["id"] == observation_id:
            return told_broken(each) if broken_among([assessment.pk]) else each
    raise Http404


@fhir
def observation_list(request: SignedInRequest) -> Resource:
    """Search by patient, date, code and _lastUpdated, earliest visit first."""
    check_known(request.GET, OBSERVATION_SEARCH)
    known = whose(request)
    found = found_observations(
        known,
        request.user,
        tested=spans(request.GET, "date", known.clinic.zone),
        updated=spans(request.GET, "_lastUpdated"),
        codes=tokens(request.GET, "code"),
    )
    return page(request, found)


@open_fhir
def missing(request: SignedInRequest, **_parts: str) -> Resource:
    """What is at no other address here: refused in the words of FHIR too."""
    raise Http404


@open_fhir
def code_system(request: SignedInRequest, key: str) -> Resource:
    return _named(code_systems(), key)


@open_fhir
def value_set(request: SignedInRequest, key: str) -> Resource:
    return _named(value_sets(), key)


@open_fhir
def code_system_list(request: SignedInRequest) -> Resource:
    return bundle(request, list(code_systems()))


@open_fhir
def value_set_list(request: SignedInRequest) -> Resource:
    return bundle(request, list(value_sets()))


def _named(resources: tuple[Resource, ...], key: str) -> Resource:
    for each in resources:
        if each["id"] == key:
            return each
    raise Http404

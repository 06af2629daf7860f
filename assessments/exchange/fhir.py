"""Patients and visits as FHIR R4 resources: plain dictionaries, ready for JSON.

One Observation for each result and one for the visit that names them as members (clinical
reference, section 5). No public code exists for a single movement's manual test or for its grades,
so both come from code systems of our own; ICF and SNOMED CT stand beside where they say the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Expression, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from mmt.accounts.models import Clinic, User
from patients.models import Patient, Sex

from .. import instrument
from ..history import Cell, Result
from ..models import Amendment, Assessment, AssessmentStatus, BlindPair, Meaning, Signature
from .fhir_codes import codings

Resource = dict[str, Any]
# Names, not places: they stay what they are wherever the product runs.
OURS = "https://strength-recorder.example/fhir"
MOVEMENTS_SYSTEM = f"{OURS}/CodeSystem/movement"
STATES_SYSTEM = f"{OURS}/CodeSystem/why-no-grade"
POSITIONS_SYSTEM = f"{OURS}/CodeSystem/position"
VISIT_CODE = "manual-muscle-test"
SNOMED, ICF = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icf"
HL7 = "http://terminology.hl7.org/CodeSystem"
SIDES = {
    "right": {"system": SNOMED, "code": "24028007", "display": "Right"},
    "left": {"system": SNOMED, "code": "7771000", "display": "Left"},
}
GENDERS = {Sex.FEMALE: "female", Sex.MALE: "male", Sex.OTHER: "other", Sex.UNKNOWN: "unknown"}
STATUSES = {
    AssessmentStatus.SIGNED: "final",
    AssessmentStatus.AMENDED: "corrected",
    AssessmentStatus.VOIDED: "entered-in-error",
}
BROKEN = {
    "system": f"{OURS}/CodeSystem/signature",
    "code": "does-not-match",
    "display": "Does not match its signature: do not rely on it",
}
EXAM = [{"coding": [{"system": f"{HL7}/observation-category", "code": "exam"}]}]


def patient_resource(patient: Patient) -> Resource:
    return {
        "resourceType": "Patient",
        "id": str(patient.pk),
        "identifier": [
            {"use": "usual", "system": _numbers_of(patient.clinic), "value": patient.record_number}
        ],
        "active": patient.archived_at is None,
        "name": [
            {"use": "official", "family": patient.family_name, "given": [patient.given_names]}
        ],
        "gender": GENDERS[Sex(patient.sex)],
        "birthDate": patient.birth_date.isoformat(),
        "managingOrganization": {"display": patient.clinic.name},
    }


def _numbers_of(clinic: Clinic) -> str:
    """The clinic's own record numbers: the same number elsewhere is somebody else."""
    return f"urn:uuid:{clinic.pk}"


def observations(
    assessment: Assessment, results: Mapping[Cell, Result], updated: datetime
) -> Iterator[Resource]:
    """Yield the visit, then its results in the order of the instrument.

    A movement that was not tested has the reason in the place of a value; one left blank has no
    Observation, since nothing was said of it.
    """
    cells = [cell for cell in instrument.cells(instrument.MOVEMENTS) if cell in results]
    common = shared(assessment, updated)
    ids = [observation_id(assessment, cell) for cell in cells]
    yield (
        {"id": observation_id(assessment)}
        | common
        | visit_part(assessment.battery_name, ids, note=assessment.note)
    )
    for key, cell in zip(ids, cells, strict=True):
        result = results[cell]
        own = result_part(cell, result, assessment.profile) | note_part(result.note)
        yield {"id": key} | common | own


def told_broken(resource: Resource) -> Resource:
    """Return the resource with the mark that its record does not match its signature."""
    return resource | {"meta": resource["meta"] | {"tag": [BROKEN]}}


def observation_id(assessment: Assessment, cell: Cell | None = None) -> str:
    """At most 64 characters of A-Z, a-z, 0-9, "-" and ".", as FHIR asks."""
    if cell is None:
        return str(assessment.pk)
    return f"{assessment.pk.hex}{cell_suffix(cell)}"


def cell_suffix(cell: Cell) -> str:
    """Return what follows the visit's id in that of a result."""
    movement, side = cell
    return f".{movement.replace('_', '-')}.{side[0]}"


def last_changed(path: str = "") -> Expression:
    """When an assessment, reached by `path`, was last signed, amended, voided, filed anew on
    another patient or let out of a blind pair: what a reader who came before does not have.
    """
    signed, key = F(f"{path}signed_at"), OuterRef(f"{path}pk")
    moved = Signature.objects.filter(assessment=key, meaning=Meaning.MOVED)
    let_out = Coalesce("ended_at", "completed_at")
    since = (
        f"{path}voided_at",
        _newest("at", Amendment.objects.filter(assessment=key), "assessment"),
        _newest("at", moved, "assessment"),  # the copy keeps when it was signed
        _newest(let_out, BlindPair.objects.filter(first=key), "first"),
        # The second stays apart in a complete pair, until that is ended.
        _newest("ended_at", BlindPair.objects.filter(second=key), "second"),
    )
    return Greatest(signed, *(Coalesce(each, signed) for each in since))


def _newest(moment: str | Expression, told: QuerySet[Any], of: str) -> Subquery:
    """Return the newest moment in what is told of an assessment, which `of` names."""
    each = told.order_by().values(of).annotate(newest=Max(moment))
    return Subquery(each.values("newest"))


def shared(assessment: Assessment, updated: datetime) -> Resource:
    """Return what the Observations of a visit have in common."""
    return shared_part(
        status=assessment.status,
        patient=str(assessment.patient_id),
        tested=wall_clock(assessment.local_tested_at),
        issued=instant(assessment.signed_at) if assessment.signed_at else None,
        updated=instant(updated),
        tester=assessment.tester,
    )


def shared_part(
    *,
    status: str,
    patient: str,
    tested: str,
    issued: str | None,
    updated: str,
    tester: User,
) -> Resource:
    """The same from plain values."""
    return {
        "resourceType": "Observation",
        "meta": {"lastUpdated": updated},
        "status": STATUSES[AssessmentStatus(status)],
        "category": EXAM,
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": tested,
        "issued": issued,
        "performer": [person(tester)],
    }


def visit_part(battery: str, members: Iterable[str], *, note: str = "") -> Resource:
    """Return what the Observation of a visit alone has. `members` are ids."""
    named = [{"reference": f"Observation/{key}"} for key in members]
    code = {
        "coding": [
            {
                "system": MOVEMENTS_SYSTEM,
                "code": VISIT_CODE,
                "display": "Manual muscle test of a visit",
            },
            {"system": ICF, "code": "b730", "display": "Muscle power functions"},
        ],
        "text": battery,
    }
    return {"code": code} | note_part(note) | ({"hasMember": named} if named else {})


def result_part(cell: Cell, result: Result, profile: str) -> Resource:
    """Return what the Observation of a result alone has, but its id and note."""
    movement, side = cell
    return (
        {"code": _movement(movement, side)}
        | _side(side)
        | _method(profile, result)
        | _value(profile, result)
    )


def note_part(note: str) -> Resource:
    return {"note": [{"text": note}]} if note else {}


def _movement(movement: str, side: str) -> Resource:
    """The movement in our own code system, then in those of others."""
    name = str(instrument.movement(movement).name)
    return {
        "coding": [
            {"system": MOVEMENTS_SYSTEM, "code": movement, "display": name},
            {
                "system": ICF,
                "code": "b7300",
                "display": "Power of isolated muscles and muscle groups",
            },
            *codings(movement, side),
        ],
        "text": name,
    }


def _side(side: str) -> Resource:
    if side not in SIDES:
        return {}
    return {"bodySite": {"coding": [SIDES[side]], "text": side}}


def _method(profile: str, result: Result) -> Resource:
    """The scale, and the position where it was recorded."""
    coding = [{"system": f"{OURS}/CodeSystem/scale", "code": profile}]
    if result.position:
        coding.append({"system": POSITIONS_SYSTEM, "code": result.position})
    return {"method": {"coding": coding, "text": str(instrument.profile(profile).name)}}


def _value(profile: str, result: Result) -> Resource:
    """The grade as a code, with its place on the lattice; or why there is none, never both."""
    if result.level is None:
        return {
            "dataAbsentReason": {
                "coding": [
                    {"system": f"{HL7}/data-absent-reason", "code": "not-performed"},
                    {"system": STATES_SYSTEM, "code": f"{result.status}.{result.reason}"},
                ],
                "text": f"{result.status}: {result.reason}",
            }
        }
    code = instrument.code(result.level, profile)
    coding = {"system": grades_system(profile), "code": code, "display": code}
    level = {
        "code": {"coding": [{"system": MOVEMENTS_SYSTEM, "code": "level"}], "text": "level 0-12"},
        "valueInteger": result.level,
    }
    return {
        "valueCodeableConcept": {"coding": [coding], "text": code},
        "component": [level, *map(_limiter, result.limiters)],
    }


def _limiter(limiter: str) -> Resource:
    return {
        "code": {"coding": [{"system": MOVEMENTS_SYSTEM, "code": "limited-by"}]},
        "valueCodeableConcept": {
            "coding": [{"system": f"{OURS}/CodeSystem/limiter", "code": limiter}]
        },
    }


def grades_system(profile: str) -> str:
    return f"{OURS}/CodeSystem/grade-{profile.replace('_', '-')}"


def person(user: User) -> Resource:
    return {
        "type": "Practitioner",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{user.pk}"},
        "display": user.name,
    }


def wall_clock(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")

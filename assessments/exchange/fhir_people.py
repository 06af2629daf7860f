"""Who and when in an export as FHIR: with the people, or with codes and moved days instead."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from mmt.accounts.models import Clinic, User
from patients.models import Patient

from .column import VisitColumn
from .columns import Table
from .deidentify import OLDEST
from .deidentify import People as Codes
from .fhir import (
    EXAM,
    GENDERS,
    HL7,
    OURS,
    STATUSES,
    Resource,
    instant,
    patient_resource,
    shared_part,
    told_broken,
    wall_clock,
)
from .fhir_json import Template, mark, members
from .lines import OncePer

Values = Mapping[str, Any]
PATIENT = (
    "record_number", "family_name", "given_names", "birth_date", "sex", "archived_at",
)  # fmt: skip
VISIT = (
    "id", "patient_id", "tested_at", "time_zone", "battery", "status", "signed_at", "tester_id",
    "note",
)  # fmt: skip
PATHS = (*VISIT, *(f"patient__{name}" for name in PATIENT), "tester__name", "profile", "updated")
CODES = f"{OURS}/code"
PSEUDONYMISED = {"system": f"{HL7}/v3-ObservationValue", "code": "PSEUDED"}
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
AGE = {"system": LOINC, "code": "30525-0", "display": "Age"}


class Visit(NamedTuple):
    """A visit as resources tell it: its id, how the ids of its results begin, what its
    Observations have in common as members in JSON, and what the visit's own has besides.
    """

    id: str
    stem: str
    common: str
    own: Resource
    battery: str
    note: str


class People(Protocol):
    paths: tuple[str, ...]

    def person(self, values: Values) -> str: ...

    def patient(self, values: Values) -> Resource: ...

    def visit(self, values: Values) -> Visit: ...


class Named:
    paths = PATHS

    def __init__(self, clinic: Clinic, broken: Collection[UUID]) -> None:
        self.clinic, self._broken = clinic, frozenset(broken)
        self._common = OncePer[tuple[str, UUID, str, bool], Template](lambda key: _common(*key))
        self._zones = OncePer(ZoneInfo)

    def person(self, values: Values) -> str:
        """Return the id of the Patient."""
        return str(values["patient_id"])

    def patient(self, values: Values) -> Resource:
        fields = {name: values[f"patient__{name}"] for name in PATIENT}
        return patient_resource(Patient(pk=values["patient_id"], clinic=self.clinic, **fields))

    def visit(self, values: Values) -> Visit:
        pk, tested_at = values["id"], values["tested_at"]
        tester = (values["tester_id"], values["tester__name"])
        common = self._common[values["status"], *tester, pk in self._broken]
        told = {
            "patient": str(values["patient_id"]),
            "tested": wall_clock(tested_at.astimezone(self._zones[values["time_zone"]])),
            "issued": instant(values["signed_at"]),
            "updated": instant(values["updated"]),
        }
        return Visit(str(pk), pk.hex, common.filled(told), {}, values["battery"], values["note"])


def _common(status: str, tester_id: UUID, name: str, broken: bool) -> Template:
    """What the Observations of a visit have in common, with one tester."""
    tester = User(pk=tester_id, name=name)
    blanks = {blank: mark(blank) for blank in ("patient", "tested", "issued", "updated")}
    common = shared_part(status=status, tester=tester, **blanks)
    return Template(told_broken(common) if broken else common)


class WithoutPeople:
    """What `deidentify` lets through, and no more: no name, number, note or time of the day."""

    def __init__(self, table: Table, broken: Collection[UUID]) -> None:
        self.paths = table.paths
        codes = Codes()
        self._broken = frozenset(codes.code("assessment", key) for key in broken)
        self.columns: dict[str, VisitColumn] = {each.name: each for each in table.who}

    def person(self, values: Values) -> str:
        return self._of("person", values)

    def patient(self, values: Values) -> Resource:
        found: Resource = {
            "meta": {"security": [PSEUDONYMISED]},
            "managingOrganization": _coded("Organization", self._of("clinic", values)),
        }
        sex = self._of("sex", values)
        return found | ({"gender": GENDERS[sex]} if sex in GENDERS else {})

    def visit(self, values: Values) -> Visit:
        key = self._of("assessment", values)
        age = values["age"]
        years: Resource = {"value": age, "unit": "years", "system": UCUM, "code": "a"}
        if age >= OLDEST:
            years["comparator"] = ">="
        common: Resource = {
            "meta": {"security": [PSEUDONYMISED]},
            "status": STATUSES[self._of("record_status", values)],
            "category": EXAM,
            "subject": {"reference": f"Patient/{self.person(values)}"},
            "effectiveDateTime": values["tested_on"].isoformat(),
            "performer": [_coded("Practitioner", self._of("tester", values))],
        }
        return Visit(
            id=key,
            stem=key,
            common=members(told_broken(common) if key in self._broken else common),
            own={"component": [{"code": {"coding": [AGE]}, "valueQuantity": years}]},
            battery=self._of("battery", values),
            note="",
        )

    def _of(self, name: str, values: Values) -> Any:
        """Return the value of a column as it may be told."""
        column = self.columns[name]
        return column.read(values[column.path])


def _coded(kind: str, code: str) -> Resource:
    return {"type": kind, "identifier": {"system": CODES, "value": code}}

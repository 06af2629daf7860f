"""What this server does, as FHIR has a server say it."""

from typing import Any

from ...exchange.fhir import OURS, Resource

SEARCHES = {
    "Patient": {"_id": "token", "identifier": "token"},
    "Observation": {
        "patient": "reference",
        "subject": "reference",
        "date": "date",
        "code": "token",
        "_lastUpdated": "date",
    },
    "DiagnosticReport": {
        "patient": "reference",
        "subject": "reference",
        "date": "date",
        "issued": "date",
        "_lastUpdated": "date",
    },
    "Binary": {},
    "CodeSystem": {},
    "ValueSet": {},
}
# https://hl7.org/fhir/uv/bulkdata/STU2/
BULK_DATA = "http://hl7.org/fhir/uv/bulkdata"
EXPORT = {"name": "export", "definition": f"{BULK_DATA}/OperationDefinition/export"}
EXPORTS = {
    "Patient": {"name": "export", "definition": f"{BULK_DATA}/OperationDefinition/patient-export"}
}
CHANGED = "2026-11-26"


def capability_statement(address: str) -> Resource:
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{OURS}/CapabilityStatement/server",
        "name": "StrengthRecorder",
        "status": "active",
        "date": CHANGED,
        "kind": "instance",
        "instantiates": [f"{BULK_DATA}/CapabilityStatement/bulk-data"],
        "implementation": {"description": "Strength recorder", "url": address},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A key of the product's API as bearer token."},
                "resource": [_resource(kind, searches) for kind, searches in SEARCHES.items()],
                "operation": [EXPORT],
            }
        ],
    }


def _resource(kind: str, searches: dict[str, str]) -> dict[str, Any]:
    searched = [] if kind == "Binary" else [{"code": "search-type"}]
    told: dict[str, Any] = {"type": kind, "interaction": [{"code": "read"}, *searched]}
    named = [{"name": name, "type": how} for name, how in searches.items()]
    if named:
        told["searchParam"] = named
    if kind in EXPORTS:
        told["operation"] = [EXPORTS[kind]]
    return told

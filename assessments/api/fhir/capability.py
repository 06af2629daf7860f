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
CHANGED = "2026-11-26"


def capability_statement(address: str) -> Resource:
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{OURS}/CapabilityStatement/server",
        "name": "StrengthRecorder",
        "status": "active",
        "date": CHANGED,
        "kind": "instance",
        "implementation": {"description": "Strength recorder", "url": address},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A key of the product's API as bearer token."},
                "resource": [_resource(kind, searches) for kind, searches in SEARCHES.items()],
            }
        ],
    }


def _resource(kind: str, searches: dict[str, str]) -> dict[str, Any]:
    searched = [] if kind == "Binary" else [{"code": "search-type"}]
    told: dict[str, Any] = {"type": kind, "interaction": [{"code": "read"}, *searched]}
    named = [{"name": name, "type": how} for name, how in searches.items()]
    return told | ({"searchParam": named} if named else {})

"""FHIR resources held against R4 by two strict readers: each alone lets something through."""

from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from fhirclient.models.fhirelementfactory import FHIRElementFactory

# Codes that R4 binds an element to ("required"): neither reader looks at these.
BOUND = {
    ("Patient", "gender"): {"male", "female", "other", "unknown"},
    ("Observation", "status"): {"final", "corrected", "entered-in-error"},
    ("DiagnosticReport", "status"): {"final", "amended", "entered-in-error"},
    ("Bundle", "type"): {"searchset", "collection"},
    ("CodeSystem", "content"): {"complete"},
    ("CapabilityStatement", "kind"): {"instance"},
}


def valid(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the resource, and those in it if it is a Bundle, held against the standard.

    Raises what the reader that refuses it raises.
    """
    kind = resource["resourceType"]
    get_fhir_model_class(kind).model_validate(resource)
    known = FHIRElementFactory.instantiate(kind, resource)
    # What it did not know it would have left out.
    assert known.as_json() == resource
    for name in set(resource) & {name for bound, name in BOUND if bound == kind}:
        assert resource[name] in BOUND[kind, name]
    for entry in resource.get("entry", []):
        valid(entry["resource"])
    return resource

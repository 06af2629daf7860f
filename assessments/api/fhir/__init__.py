"""Reading by FHIR R4: the same keys, rights and audit as the API."""

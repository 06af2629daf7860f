"""The API's description in OpenAPI."""

from functools import cache
from typing import Any

from .site import api

JSON, PROBLEM = "application/json", "application/problem+json"


@cache
def description() -> dict[str, Any]:
    """Return it with refusals under the content type that they come with."""
    schema: dict[str, Any] = api.get_openapi_schema()
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = {PROBLEM: response["content"][JSON]}
    return schema

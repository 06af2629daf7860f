"""What the API offers, for people and for programs."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .description import description

METHODS = ("get", "post", "patch")
JSON = "application/json"


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The description in OpenAPI: of shapes alone, so anybody may read it."""
    return JsonResponse(description())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same as a page: no viewer's script is needed to read it."""
    schema = description()
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "fields": list(_fields(operation.get("requestBody", {}), schema)),
            **operation,
        }
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]
    return render(request, "api/docs.html", {"info": schema["info"], "operations": operations})


def _fields(body: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a request's body holds, the fields of what it lists behind the list."""
    shape = body["content"][JSON]["schema"] if body else {}
    yield from _inside(shape, schema["components"]["schemas"], "")


def _inside(
    shape: Mapping[str, Any], shapes: Mapping[str, Any], before: str
) -> Iterator[dict[str, Any]]:
    found = shapes[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else {}
    for name, field in found.get("properties", {}).items():
        path = f"{before}{name}"
        yield {"name": path, "required": name in found.get("required", ()), **field}
        yield from _inside(field.get("items", {}), shapes, f"{path}[].")

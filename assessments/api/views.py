"""What the API offers, for people and for programs."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .description import description

METHODS = ("get", "post", "patch")


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
        {"method": method.upper(), "path": path, **operation}
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]
    return render(request, "api/docs.html", {"info": schema["info"], "operations": operations})

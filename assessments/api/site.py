"""The API as one thing: its routes and refusals."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema

from . import assessments, exports, patients
from .problems import answer_with_problems, refused_fields

VERSION = "1.0"


def only_known(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a parameter that the operation does not know: with a filter misspelt, it would give
    more than was asked for.
    """

    @wraps(operation)
    def run(request: HttpRequest, **given: Any) -> Any:
        known: set[str] = set()
        for name, value in given.items():
            known |= type(value).model_fields.keys() if isinstance(value, Schema) else {name}
        unknown = sorted(request.GET.keys() - known)
        if unknown:
            words = [_("This parameter is not known here.")]
            raise refused_fields(dict.fromkeys(unknown, words))
        return operation(request, **given)

    return run


api = NinjaAPI(
    title="Strength recorder",
    version=VERSION,
    description="Strength assessments of people with MS. Every answer is limited to the clinics "
    "of the key's person and told to the audit log as on the pages. Grades are ordinal codes.",
    urls_namespace="api-1",
    openapi_url=None,  # our own pages show it
)
answer_with_problems(api)
api.add_decorator(only_known)
api.add_router("/patients", patients.router)
api.add_router("", assessments.router)
api.add_router("/exports", exports.router)

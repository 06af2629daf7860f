"""Refused attempts are told to the audit log, where the view that refused has not told them.

A foreign record and a missing one answer alike and are told alike, in the same time: on the chain
of the one who tried, once a person, kind of address and hour.
"""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mmt import trace
from mmt.audit.log import record_refusal
from mmt.audit.models import Action
from mmt.middleware import GetResponse

from .models import User

# The names by which addresses carry something of a patient.
OF_A_PATIENT = ("patient_id", "assessment_id", "letter_id", "observation_id")


def told(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
            _tell(request, HTTPStatus(response.status_code))
        return response

    return middleware


def pattern_of(request: HttpRequest) -> str:
    """Return the kind of address that was asked for: its name, whatever it is about."""
    match = request.resolver_match
    return match.view_name if match else ""


def _tell(request: HttpRequest, status: HTTPStatus) -> None:
    match = request.resolver_match
    if match is None or trace.refused.get():
        return
    # Asked for by a program, the person is the one whose key it used.
    person = getattr(request, "user", None)
    if not isinstance(person, User):
        return
    about = [match.kwargs[name] for name in OF_A_PATIENT if name in match.kwargs]
    if status is HTTPStatus.NOT_FOUND and not about:
        return
    clinics = person.clinics
    record_refusal(
        Action.ACCESS_REFUSED,
        by=person,
        pattern=f"{request.method} {match.view_name} {status.value}",
        clinic_id=clinics[0].pk if clinics else None,
        patient_id=_as_uuid(match.kwargs.get("patient_id")),
        target=str(about[0])[:80] if about else "",
        detail={"page": match.view_name, "status": status.value},
    )


def _as_uuid(value: object) -> UUID | None:
    """The API's addresses give an id as text."""
    try:
        return UUID(str(value))
    except ValueError:
        return None

"""Asking a person who signed in a while ago for the password, or a second factor, once more."""

from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import (
    is_reauthentication_required,
    suspend_request,
)
from allauth.core.internal.httpkit import deserialize_request, serialize_request
from allauth.core.internal.urlkit import script_aware_resolve
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from .requests import SignedInRequest

# What was posted waits, and is done as soon as the person has answered.
asks_again = reauthentication_required(app="mmt")
asks_again_to_post = reauthentication_required(app="mmt", allow_get=True)

FILE = "file_asked_for"


def ask_again(request: SignedInRequest, *, back: str) -> HttpResponse | None:
    """Return the way to the question, and from there to the file that was asked for; None where it
    was answered lately.

    For a view that answers with a file. A browser that gets one stays on the page where it is, so
    it is given from a page of its own, with a link `back`.
    """
    if not is_reauthentication_required(request, app="mmt"):
        return None
    request.session[FILE] = {"request": serialize_request(request), "back": back}
    query = urlencode({"next": reverse("file_on_its_way")})
    return redirect(f"{reverse('account_reauthenticate')}?{query}")


def ask_again_to_do(request: SignedInRequest) -> HttpResponse | None:
    """Return the way to the question; what was posted is done as soon as the person has answered.

    None where it was answered lately. For a view that asks only of some.
    """
    if not is_reauthentication_required(request, app="mmt"):
        return None
    return suspend_request(request, reverse("account_reauthenticate"))


@require_safe
def file_on_its_way(request: SignedInRequest) -> HttpResponse:
    """Say that the file comes, and have the browser get it."""
    waiting = request.session.get(FILE)
    if waiting is None:
        return redirect("start")
    return render(request, "account/file_on_its_way.html", {"back": waiting["back"]})


@require_GET
def file(request: SignedInRequest) -> HttpResponseBase:
    """Answer what was asked before the question, rights and the question itself looked at anew."""
    waiting = request.session.get(FILE)
    if waiting is None:
        return redirect("start")
    asked = deserialize_request(waiting["request"], request)
    view = script_aware_resolve(asked.path)
    answer: HttpResponseBase = view.func(asked, *view.args, **view.kwargs)
    return answer

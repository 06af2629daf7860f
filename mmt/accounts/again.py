"""Asking a person who signed in a while ago for the password, or a second factor, once more."""

from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import (
    is_reauthentication_required,
    suspend_request,
)
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from .requests import SignedInRequest

# What was posted waits, and is done as soon as the person has answered.
asks_again = reauthentication_required(app="mmt")
asks_again_to_post = reauthentication_required(app="mmt", allow_get=True)


def ask_again(request: SignedInRequest, *, back: str) -> HttpResponse | None:
    """Return the way to the question, and from there to `back`; None where it was answered lately.

    For a view whose address has a query, which what waits would lose.
    """
    if not is_reauthentication_required(request, app="mmt"):
        return None
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")


def ask_again_to_do(request: SignedInRequest) -> HttpResponse | None:
    """Return the way to the question; what was posted is done as soon as the person has answered.

    None where it was answered lately. For a view that asks only of some.
    """
    if not is_reauthentication_required(request, app="mmt"):
        return None
    return suspend_request(request, reverse("account_reauthenticate"))

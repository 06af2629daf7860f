from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .models import User


class SignedInRequest(HttpRequest):
    """A request behind the sign-in."""

    user: User
    htmx: HtmxDetails

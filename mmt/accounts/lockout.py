"""Guessing a password is slowed down; a colleague's own device is not slowed down with it.

Failed sign-ins are counted for each account and, far higher, for each address, since a whole
clinic may sit behind one. Whoever guesses at a colleague's password uses that count up. A browser
in which a person has signed in before therefore carries a signed cookie, and is counted by itself:
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

SALT = "mmt.known-device"
LASTS = 180 * 24 * 3600  # seconds
MOST_PEOPLE = 20  # of one device, the newest


def counted_as(request: HttpRequest, email: str) -> tuple[str, str]:
    """Return under which limit of ACCOUNT_RATE_LIMITS an attempt counts, and as whose."""
    person = _person(email)
    device = _read(request)
    if person in device["people"]:
        return "login_failed_known", f"{device['id']}:{person}"
    return "login_failed", person


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Note in the browser that this person has signed in with it."""
    device, person = _read(request), _person(email)
    others = [each for each in device["people"] if each != person]
    people = [person, *others][:MOST_PEOPLE]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"id": device["id"], "people": people}, salt=SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _person(email: str) -> str:
    """Return a name for the account that tells nobody the address; there need be no account."""
    folded = email.strip().lower()
    return salted_hmac(SALT, folded.encode(errors="replace"), algorithm="sha256").hexdigest()[:16]


def _read(request: HttpRequest) -> dict[str, Any]:
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        found: dict[str, Any] = signing.loads(cookie, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return {"id": secrets.token_hex(8), "people": []}
    return found

"""How long a session lasts, and what the device may hold while it does."""

import base64
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import get_user
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods

from mmt import trace

from .models import Session, User

GetResponse = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., HttpResponseBase]
STARTED, SEEN, ADDRESS, AGENT = "started", "seen", "address", "agent"
LONGEST_AGENT = 300
SEEN_EVERY = 60  # seconds between two writes that say a person is still there


def watch() -> None:
    user_logged_in.connect(_begin, dispatch_uid="session-begins")


def _begin(*, request: HttpRequest, **_kwargs: Any) -> None:
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    request.session[STARTED] = request.session[SEEN] = int(time.time())
    request.session[ADDRESS] = trace.client_address(request) or ""
    request.session[AGENT] = request.META.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT]


def limits(get_response: GetResponse) -> GetResponse:
    """End a session that lasted long enough; an idle one has ended by itself.

    Asking how the session stands (a GET of the device page) keeps nobody signed in.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        now = int(time.time())
        # Who asks is read here in any case. Behind Django's proxy, each page looks through it
        # a thousand times.
        request.user = get_user(request)
        if request.user.is_authenticated:
            if now - request.session.get(STARTED, now) > settings.SESSION_LONGEST:
                logout(request)
            elif not _only_asks(request) and now - request.session.get(SEEN, 0) >= SEEN_EVERY:
                request.session[SEEN] = now  # saving it moves its end on
        return get_response(request)

    return middleware


def _only_asks(request: HttpRequest) -> bool:
    return request.method == "GET" and request.path == "/device/"


def seconds_left(request: HttpRequest) -> int:
    """Return when the session ends if nothing is done, in seconds from now."""
    now, session = int(time.time()), request.session
    idle = session.get(SEEN, now) + settings.SESSION_COOKIE_AGE - now
    whole = session.get(STARTED, now) + settings.SESSION_LONGEST - now
    return max(0, min(idle, whole))


def device_secret(user: User) -> str:
    """Return the key of all that a device keeps of this person: 32 bytes, in base64.

    The same at every sign-in, so that what waited over the end of a session can still be sent.
    """
    digest = salted_hmac("mmt.device", user.pk.hex, algorithm="sha256").digest()
    return base64.b64encode(digest).decode()


@login_not_required
@require_http_methods(["GET", "POST"])
def device(request: HttpRequest) -> JsonResponse:
    """Tell the page's own scripts whose session this is; a POST keeps it alive."""
    if not isinstance(request.user, User):
        return JsonResponse({"user": None, "csrf": get_token(request)})
    return JsonResponse(
        {
            "user": str(request.user.pk),
            "secret": device_secret(request.user),
            "csrf": get_token(request),
            "seconds": seconds_left(request),
        }
    )


def clears_device(view: View) -> View:
    """Have the browser throw away what the site keeps on the device, once nobody is signed in.

    The page leaves the field `device` out where scores of somebody else wait to be sent; it has
    removed this person's part itself.
    """

    @wraps(view)
    def clearing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.POST.get("device") and not request.user.is_authenticated:
            response.headers["Clear-Site-Data"] = '"storage"'
        return response

    return clearing

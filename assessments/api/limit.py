"""How often the programs of one person may ask, of the API and of FHIR together."""

import time
from http import HTTPStatus
from math import ceil

from django.core.cache import caches
from django.utils.translation import gettext as _

from mmt.accounts.models import User

from .problems import Problem

MOST = 600
SECONDS = 60


def count(user: User) -> None:
    """Count a request. Raises Problem once there were too many in this minute.

    Each web server counts by itself: it guards no door, and each request asks it.
    """
    now = time.time()
    cache, key = caches["process"], f"asked-{user.pk}-{now // SECONDS:.0f}"
    try:
        asked = cache.incr(key)
    except ValueError:  # the first of this minute
        cache.set(key, 1, SECONDS)
        asked = 1
    if asked > MOST:
        headers = {"Retry-After": str(ceil(SECONDS - now % SECONDS))}
        detail = _("Too many requests. Wait a moment.")
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers=headers)

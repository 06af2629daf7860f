"""What browsers tell of pages that tried to load or run what the content policy forbids.

Kept is a line of the log: the rule, the page's name in the URLconf, and where the forbidden thing
lay. Never an address with its ids, a query or a sample of the page.
"""

import json
import logging
import re
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mmt import trace

LARGEST = 16 * 1024  # bytes
MOST_A_MINUTE = 60  # of all browsers together, in one process
KINDS = {"application/csp-report", "application/reports+json"}
KEYWORDS = {"inline", "eval", "wasm-eval", "data", "blob", "self"}

log = logging.getLogger("mmt.csp")
_ORIGIN = re.compile(r"(https?|wss?)://[a-z0-9.:\[\]-]{1,100}", re.IGNORECASE)
_DETAIL = re.compile(r"-(elem|attr)$")


@csrf_exempt  # the browser itself sends it, without the page's token; it changes nothing
@login_not_required
@require_POST
def csp_reports(request: HttpRequest) -> HttpResponse:
    if _too_many():
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    if request.content_type not in KINDS:
        return HttpResponse(status=415)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=413)
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return HttpResponse(status=400)
    for report in _bodies(told)[:10]:
        log.warning("%s", _line(report))
    return HttpResponse(status=204)


def _too_many() -> bool:
    counts = caches["process"]  # a flood is not to be written into the database
    counts.add("csp-reports", 0, timeout=60)
    try:
        return counts.incr("csp-reports") > MOST_A_MINUTE
    except ValueError:  # the minute ended between the two
        return False


def _bodies(told: Any) -> list[dict[str, Any]]:
    """Return the reports of either form: one under "csp-report", or a list with a "body" each."""
    if isinstance(told, dict):
        found = [told.get("csp-report")]
    elif isinstance(told, list):
        found = [each.get("body") for each in told if isinstance(each, dict)]
    else:
        found = []
    return [each for each in found if isinstance(each, dict)]


def _line(report: dict[str, Any]) -> str:
    def said(*names: str) -> str:
        return next((text for name in names if isinstance(text := report.get(name), str)), "")

    rule = _DETAIL.sub("", said("effective-directive", "effectiveDirective"))
    known = rule if rule in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] else "another rule"
    page = trace.route_of(said("document-uri", "documentURL"))
    return f"{known} on {page}: {_blocked(said('blocked-uri', 'blockedURL'))}"


def _blocked(address: str) -> str:
    if address in KEYWORDS:
        return address
    found = _ORIGIN.match(address)
    return found.group().lower() if found else "something else"

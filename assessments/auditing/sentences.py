"""An event in plain words: what somebody did, to be read behind their name."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.audit.models import Action, AuditEvent, Outcome

from .phrases import DID, OTHERS, Kind, Text

# What was printed, by the name of the page.
PAGES: Mapping[str, Text] = {
    "assessments:person": gettext_lazy("the patient’s page"),
    "assessments:trends": gettext_lazy("strength over time"),
    "assessments:compare": gettext_lazy("two visits side by side"),
    "assessments:read": gettext_lazy("one assessment"),
    "assessments:sheet": gettext_lazy("a blank sheet"),
    "audit:access": gettext_lazy("this list"),
}
# Of an event's detail, what a reader may want to know, in this order.
DETAILS: Mapping[str, Text] = {
    "reason": gettext_lazy("reason"),
    "said": gettext_lazy("what"),
    "person": gettext_lazy("person"),
    "ground": gettext_lazy("legal ground"),
    "kind": gettext_lazy("kind"),
    "name": gettext_lazy("name"),
    "title": gettext_lazy("title"),
    "form": gettext_lazy("as"),
    "format": gettext_lazy("format"),
    "people": gettext_lazy("people"),
    "patients": gettext_lazy("patients"),
    "rows": gettext_lazy("rows"),
    "events": gettext_lazy("events"),
    "breaks": gettext_lazy("breaks"),
    "until": gettext_lazy("until"),
}
# Told in words that say so themselves.
ATTEMPTS = (Action.ACCESS_REFUSED, Action.SIGN_IN_FAILED, Action.FACTOR_FAILED)


def did(event: AuditEvent) -> str:
    """Return what was done, as "signed an assessment", whatever the version that told it; of what
    was refused, that it was not done.
    """
    if event.action == Action.ACCESS_REFUSED and not event.patient_id:
        return _("tried to open a page")
    if event.outcome == Outcome.REFUSED and event.action not in ATTEMPTS:
        return _("was not allowed this: “%s”") % _deed(event)
    return _deed(event)


def _deed(event: AuditEvent) -> str:
    known = _known(event)
    if known:
        return str(DID[known][1])
    try:
        return str(OTHERS[Action(event.action)])
    except ValueError:  # of a later version
        return event.action.replace("_", " ")


def kind_of(event: AuditEvent) -> Kind:
    if event.outcome == Outcome.REFUSED:
        return Kind.TRIED
    known = _known(event)
    return DID[known][0] if known else Kind.CHANGED


def details(event: AuditEvent) -> str:
    """Return what the event tells besides in words: why, how many, what was changed into what."""
    return "; ".join(_details(event.detail))


def _details(detail: Mapping[str, Any]) -> Iterator[str]:
    for name, label in DETAILS.items():
        value = detail.get(name)
        if name == "until" and isinstance(value, str):
            value = value[:16].replace("T", " ")
        if isinstance(value, str | int) and value != "":
            yield f"{label}: {value}"
    if detail.get("page") in PAGES:
        yield str(PAGES[detail["page"]])
    before, after = detail.get("before"), detail.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in after:
            yield _("%(what)s: %(before)s → %(after)s") % {
                "what": str(name).replace("_", " "),
                "before": before.get(name) or "–",
                "after": after[name] or "–",
            }
    elif isinstance(after, list):
        was = ", ".join(map(str, before)) if isinstance(before, list) else ""
        yield f"{was or '–'} → {', '.join(map(str, after)) or '–'}"


def _known(event: AuditEvent) -> Action | None:
    try:
        action = Action(event.action)
    except ValueError:
        return None
    return action if action in DID else None

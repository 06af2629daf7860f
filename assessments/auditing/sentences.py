"""An event in plain words: what somebody did, to be read behind their name."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.audit.models import Action, AuditEvent, Outcome

from ..instrument import LabelledEnum

Text = Promise | str


class Kind(LabelledEnum):
    """What an event means to the patient it is about."""

    SAW = "saw", gettext_lazy("saw")
    CHANGED = "changed", gettext_lazy("changed")
    TOOK = "took", gettext_lazy("took out or printed")
    TRIED = "tried", gettext_lazy("was refused")


# Of those that concern a patient; others are told by the name of the action.
DID: Mapping[Action, tuple[Kind, Text]] = {
    Action.PATIENT_VIEWED: (Kind.SAW, gettext_lazy("opened the record")),
    Action.LETTER_READ: (Kind.TOOK, gettext_lazy("downloaded a letter or report")),
    Action.EXPORTED: (Kind.TOOK, gettext_lazy("exported records")),
    Action.PRINTED: (Kind.TOOK, gettext_lazy("printed a page of the record")),
    Action.ACCESS_LOG_GIVEN: (Kind.TOOK, gettext_lazy("downloaded this list of accesses")),
    Action.EVERYTHING_TAKEN: (Kind.TOOK, gettext_lazy("took out everything held")),
    Action.ACCESS_REFUSED: (Kind.TRIED, gettext_lazy("tried to open the record")),
    Action.EMERGENCY_OPENED: (
        Kind.SAW,
        gettext_lazy("opened the record from another clinic, giving a reason"),
    ),
    Action.EMERGENCY_ENDED: (Kind.SAW, gettext_lazy("ended the access from another clinic")),
    Action.EMERGENCY_REVIEWED: (
        Kind.SAW,
        gettext_lazy("looked at the access from another clinic"),
    ),
    Action.PATIENT_REGISTERED: (Kind.CHANGED, gettext_lazy("registered the patient")),
    Action.PATIENT_EDITED: (Kind.CHANGED, gettext_lazy("changed the patient’s own data")),
    Action.PATIENT_ARCHIVED: (Kind.CHANGED, gettext_lazy("archived the patient")),
    Action.PATIENT_RESTORED: (Kind.CHANGED, gettext_lazy("took the patient back from the archive")),
    Action.ERASURE_ASKED: (Kind.CHANGED, gettext_lazy("asked for the patient to be erased")),
    Action.ERASURE_CONFIRMED: (Kind.CHANGED, gettext_lazy("confirmed that the patient is erased")),
    Action.ERASURE_WITHDRAWN: (Kind.CHANGED, gettext_lazy("withdrew the erasure of the patient")),
    Action.DRAFT_STARTED: (Kind.CHANGED, gettext_lazy("started an assessment")),
    Action.DRAFT_DISCARDED: (Kind.CHANGED, gettext_lazy("discarded a draft")),
    Action.RETENTION_APPLIED: (
        Kind.CHANGED,
        gettext_lazy("removed a discarded draft when its time had passed"),
    ),
    Action.DRAFT_RESTORED: (Kind.CHANGED, gettext_lazy("took a draft back")),
    Action.ASSESSMENT_SIGNED: (Kind.CHANGED, gettext_lazy("signed an assessment")),
    Action.ASSESSMENT_AMENDED: (Kind.CHANGED, gettext_lazy("amended a signed assessment")),
    Action.ASSESSMENT_VOIDED: (Kind.CHANGED, gettext_lazy("voided an assessment")),
    Action.ASSESSMENT_MOVED: (
        Kind.CHANGED,
        gettext_lazy("moved an assessment from one patient to another"),
    ),
    Action.ASSESSMENT_IMPORTED: (Kind.CHANGED, gettext_lazy("imported an assessment")),
    Action.LETTER_MADE: (Kind.CHANGED, gettext_lazy("wrote a letter or report")),
}
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


def did(event: AuditEvent) -> str:
    """Return what was done, as "signed an assessment", whatever the version that told it."""
    known = _known(event)
    if known:
        return str(DID[known][1])
    try:
        label = str(Action(event.action).label)
    except ValueError:
        label = event.action.replace("_", " ")
    return label[:1].lower() + label[1:]


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

"""The grid as a plain form, for a browser without scripts: the same protocol, sent at once.

The form carries what its page showed, so that only what was typed since counts as a change: what
another page saved meanwhile is neither overwritten nor called a conflict.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from .. import instrument
from ..models import Assessment, Draft
from ..wording import key_name
from .content import cell_key, draft_keys, read_cell
from .forms import CONTEXT_KEYS
from .operations import BadOperations, Batch, read_batch

BLANK = {
    "text": "",
    "reason": "",
    "limiters": [],
    "position": "",
    "note": "",
    "entered": "typed",
    "confirmed": [],
    "quick": False,
}
YOURS, THEIRS = "yours", "theirs"
# What belongs to the text that stood, not to the one typed over it.
OF_THE_TEXT = ("reason", "entered", "confirmed", "quick")


def shown_texts(assessment: Assessment, draft: Draft, context: Mapping[str, str]) -> dict[str, str]:
    """Return what the page shows in each field of the draft, without the blank ones."""
    texts = {key: _code_or_text(draft, key, assessment) for key in map(cell_key, assessment.cells)}
    return {key: text for key, text in (texts | dict(context)).items() if text}


def read_form(post: QueryDict, assessment: Assessment, draft: Draft) -> Batch:
    """Return what the form changes of the draft, as one page's operations.

    Raises BadOperations, naming the field, on what cannot be read.
    """
    base = post.get("revision", "")
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        raise BadOperations(_("revision: a whole number is needed."))
    changed = {
        key: text for key, text in _changed(post, assessment).items() if picked(post, key) != THEIRS
    }
    operations = [
        {"seq": seq, "key": key, "base": int(base), "value": _typed_over(draft, key, text)}
        for seq, (key, text) in enumerate(changed.items())
    ]
    batch = read_batch(
        {"client": post.get("page"), "patient": post.get("patient"), "ops": operations},
        draft_keys(assessment),
    )
    if batch.patient != assessment.patient_id:
        raise BadOperations(_("patient: this page belongs to another patient."))
    return batch


def asked(post: QueryDict, assessment: Assessment) -> list[str]:
    """Return the keys of what the page asked about because two pages had changed it."""
    known = draft_keys(assessment)
    return [key for key in dict.fromkeys(post.getlist("asked")) if key in known]


def picked(post: QueryDict, key: str) -> str:
    """Return which of two versions a person chose: "yours", "theirs", or "" for none yet."""
    choice = post.get(f"pick.{key}")
    return choice if choice in {YOURS, THEIRS} else ""


def all_picked(post: QueryDict, assessment: Assessment) -> bool:
    return all(picked(post, key) for key in asked(post, assessment))


def not_grades(batch: Batch, assessment: Assessment) -> list[str]:
    """Return what is wrong with each cell just typed that cannot be signed as it is, by name."""
    found = []
    for operation in batch.operations:
        if operation.key in CONTEXT_KEYS or not operation.value["text"].strip():
            continue
        try:
            read_cell(operation.value, assessment.profile)
        except instrument.NotAGrade as problem:
            found.append(f"{key_name(operation.key)}: {problem}")
    return found


def keep_typed(post: QueryDict, assessment: Assessment, draft: Draft) -> Draft:
    """Return the draft with what was just typed over it, unsaved: a refusal loses nothing.

    Sent again, it builds on the revision that the person has now seen.
    """
    if post.get("patient") != str(assessment.patient_id):
        return draft
    try:
        changed = _changed(post, assessment)
    except BadOperations:
        return draft
    for key, text in changed.items():
        draft.cells[key] = {**draft.cells.get(key, {}), **_typed_over(draft, key, text)}
    return draft


def _changed(post: QueryDict, assessment: Assessment) -> dict[str, str]:
    """Return the texts that differ from what the page showed."""
    shown = _shown(post)
    sent = {key: str(post[key]) for key in draft_keys(assessment) if key in post}
    texts = {key: text.replace("\r\n", "\n").strip() for key, text in sent.items()}
    return {key: text for key, text in texts.items() if text != shown.get(key, "").strip()}


def _shown(post: QueryDict) -> dict[str, str]:
    try:
        shown = json.loads(post.get("shown", ""))
    except (ValueError, RecursionError):
        shown = None
    if not isinstance(shown, dict) or not all(isinstance(text, str) for text in shown.values()):
        raise BadOperations(_("shown: what the page showed is needed."))
    return shown


def _typed_over(draft: Draft, key: str, text: str) -> dict[str, Any]:
    """Return the standing value with another text; reasons and answers were for the one before."""
    standing = {**BLANK, **draft.cells.get(key, {})}
    value = {name: standing[name] for name in BLANK}
    return {**value, **{name: BLANK[name] for name in OF_THE_TEXT}, "text": text}


def _code_or_text(draft: Draft, key: str, assessment: Assessment) -> str:
    """Return the text that the grid shows for a stored value."""
    text = str(draft.cells.get(key, {}).get("text", ""))
    try:
        parsed = instrument.parse_grade(text, assessment.profile)
    except instrument.NotAGrade:
        return text
    if parsed.level is not None:
        return instrument.code(parsed.level, assessment.profile)
    return text

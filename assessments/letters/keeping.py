"""Keeping a page: exactly the bytes that were looked at, and the version of the record."""

import hashlib
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language

from mmt.accounts.models import User
from mmt.audit.log import record
from mmt.audit.models import Action

from ..models import Assessment, Letter
from .facts import Wording, facts_of
from .subject import Subject
from .typesetting import pdf_of


class NotAsSeen(ValueError):
    """The page is another than the one that was looked at: the record or the day changed."""


def hash_of(pdf: bytes) -> str:
    return hashlib.sha256(pdf).hexdigest()


def keep_letter(subject: Subject, wording: Wording, *, key: UUID, seen: str, by: User) -> Letter:
    """Set the page again and keep it, if it is the one of which `seen` is the hash.

    The `key` becomes its id: sent twice, it finds the first. Raises NotAsSeen, NotPrintable.
    """
    known = Letter.objects.filter(pk=key, assessment=subject.record, made_by=by).first()
    if known:
        return known
    # Set before anything is locked: what changed meanwhile shows in the revisions.
    pdf = pdf_of(facts_of(subject, wording, by=by))
    if hash_of(pdf) != seen:
        raise NotAsSeen
    letter = Letter(
        id=key,
        assessment=subject.record,
        revision=subject.record.revision,
        compared_with_id=subject.before.id if subject.before else None,
        compared_revision=subject.before_revision,
        kind=wording.kind,
        addressee=wording.addressee,
        addressee_name=wording.name,
        line=wording.line,
        language=get_language() or "",
        rule_version=subject.rule.version,
        made_by=by,
        pdf=pdf,
        sha256=seen,
    )
    with transaction.atomic():
        _check_as_read(letter)
        letter.save(force_insert=True)
        _record(Action.LETTER_MADE, letter, by=by)
    return letter


@transaction.atomic
def read_letter(letter: Letter, *, by: User) -> bytes:
    """Return the page as it was kept, and tell the audit log who took it."""
    _record(Action.LETTER_READ, letter, by=by)
    return bytes(letter.pdf)


def _check_as_read(letter: Letter) -> None:
    """Hold the records of a letter and see that they stand as they were read."""
    read = {letter.assessment_id: letter.revision}
    if letter.compared_with_id:
        read[letter.compared_with_id] = letter.compared_revision or 0
    rows = Assessment.objects.in_force().select_for_update(of=("self",)).filter(pk__in=read)
    if {row.pk: row.revision for row in rows.order_by("pk")} != read:
        raise NotAsSeen


def _record(action: Action, letter: Letter, *, by: User) -> None:
    about = letter.assessment
    record(
        action,
        by=by,
        clinic_id=about.clinic_id,
        patient_id=about.patient_id,
        target=letter.pk,
        detail={"assessment": str(about.pk), "kind": letter.kind, "sha256": letter.sha256},
    )

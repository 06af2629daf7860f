"""Signatures: a hash that binds what was recorded to who signed it, when and as what.

21 CFR 11.70: a signature is linked to its record so that it cannot be cut off and put elsewhere.
The hash also stands in the audit event of the signing, and so in that chain: who changes a record
together with its signature does not get past the event.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.audit.alarms import raise_alarm
from mmt.audit.log import told_signatures
from mmt.audit.models import Alarm
from mmt.kept import Kept

from .models import Assessment, Meaning, Measurement, Score, Signature
from .models.context import Context
from .tables import insert_all, keeper

FORM = 1  # of what is hashed; a new one keeps how the old ones are read
AT_ONCE = 400  # records
ACTOR = "signature check"
RECORD = (
    "id",
    "clinic_id",
    "patient_id",
    "tester_id",
    "entered_by_id",
    "battery",
    "battery_version",
    "profile",
    "movements",
    "tested_at",
    "time_zone",
    "entered_at",
    "source",
    "moved_from_id",
)
CONTEXT = tuple(field.name for field in Context._meta.local_concrete_fields)
SCORE = (
    "movement",
    "side",
    "status",
    "level",
    "reason",
    "limiters",
    "position",
    "note",
    "entered",
    "confirmed",
)
MEASUREMENT = (
    "movement",
    "side",
    "kind",
    "typed",
    "trials",
    "unit",
    "rule",
    "device",
    "count",
    "full_height",
    "limited_by",
    "position",
    "note",
    "entered_by_id",
    "entered_at",
)
# Fields whose values JSON does not have as they are; see `_plain`.
_NOT_PLAIN = (models.DateTimeField, models.DecimalField, models.UUIDField, models.ForeignKey)
Told = tuple[Assessment, User, datetime]


def sign(record: Assessment, meaning: Meaning, *, by: User, at: datetime) -> Signature:
    """Sign the next revision of a record as the database has it, and return the signature."""
    [signature] = sign_each([(record, by, at)], meaning)
    return signature


def sign_each(told: Iterable[Told], meaning: Meaning) -> list[Signature]:
    """Sign the next revision of many records, each by its own signer at its own time."""
    signatures = []
    rest = iter(told)
    while page := list(islice(rest, AT_ONCE)):
        stored = {each.pk: each for each in _kept_records([record.pk for record, _by, _at in page])}
        contents = contents_of(stored.values())
        for record, by, at in page:
            signature = Signature(
                assessment=record,
                revision=stored[record.pk].revision + 1,
                meaning=meaning,
                by=by,
                name=by.name,
                at=at,
                form=FORM,
            )
            signature.hash = hash_of(contents[record.pk], signature)
            signatures.append(signature)
    insert_all(signatures)
    return signatures


def signature_of(record: Assessment) -> tuple[Signature | None, bool]:
    """Return the newest signature of a signed record and whether the content matches it.

    An alarm is raised, once, where it does not.
    """
    signatures, whole = signatures_of(record)
    return (signatures[-1] if signatures else None), whole


def signatures_of(record: Assessment) -> tuple[list[Signature], bool]:
    """Return all signatures of a signed record, the signer's own first, and the same."""
    signatures = list(record.signatures.order_by("revision"))
    signature = signatures[-1] if signatures else None
    told = told_signatures([record.pk]).get(str(record.pk))
    content = contents_of([record])[record.pk]
    whole = signature is not None and _holds(signature, content, told)
    if not whole:
        _tell(record)
    return signatures, whole


def broken_among(pks: Sequence[UUID]) -> list[Assessment]:
    """Return which of these records do not match their signature, and raise an alarm of each."""
    broken = _unmatched(list(Assessment.objects.filter(pk__in=pks)))
    for record in broken:
        _tell(record)
    return broken


def known_broken(clinic_id: UUID) -> list[UUID]:
    """Return the clinic's records of which an alarm was raised and that still do not match: what is
    known without reading them all.
    """
    raised = Alarm.objects.filter(chain=str(clinic_id), key__startswith="signature:")
    keys = {UUID(key.split(":")[1]) for key in raised.values_list("key", flat=True)}
    return sorted(record.pk for record in _unmatched(list(Assessment.objects.filter(pk__in=keys))))


def verify_daily() -> Iterator[None]:
    """Hold every signed record against its signature, a page a step; raise an alarm of each."""
    for page in pages_of_unmatched():
        for record in page:
            _tell(record)
        yield


def pages_of_unmatched() -> Iterator[list[Assessment]]:
    """Yield, for each page of signed records, those that do not match their signature."""
    last: UUID | None = None
    while True:
        records = Assessment.objects.exclude(status="draft").order_by("pk")
        page = list((records.filter(pk__gt=last) if last else records)[:AT_ONCE])
        if not page:
            return
        last = page[-1].pk
        yield _unmatched(page)


def contents_of(
    records: Iterable[Any], score: Any = Score, measurement: Any = Measurement
) -> dict[UUID, dict[str, Any]]:
    """Return what is signed of each record, as read from the database.

    The models are others than today's in a migration alone.
    """
    found = list(records)
    pks = [record.pk for record in found]
    scores = _rows(score, SCORE, pks)
    measurements = _rows(measurement, MEASUREMENT, pks)
    return {record.pk: _content(record, scores, measurements) for record in found}


def hash_of(content: dict[str, Any], signature: Signature) -> str:
    """Return SHA-256, in hex, over the content and what the signature says of it.

    JSON in UTF-8: keys in order, no spaces, moments in UTC, decimals without trailing zeros.
    """
    said = {
        "form": signature.form,
        "revision": signature.revision,
        "meaning": str(signature.meaning),
        "by": str(signature.by_id),
        "name": signature.name,
        "at": _plain(signature.at),
    }
    told = content | {"signature": said}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(record: Any, scores: Any, measurements: Any) -> dict[str, Any]:
    return {
        "record": {name: _plain(getattr(record, name)) for name in RECORD},
        "context": {name: _plain(getattr(record, name)) for name in CONTEXT},
        "scores": scores[record.pk],
        "measurements": measurements[record.pk],
    }


def _rows(model: Any, names: Sequence[str], pks: Sequence[UUID]) -> dict[UUID, list[list[Any]]]:
    """Return the rows of each record. Of a record's many scores most values are plain already, and
    its id is read as text: as a UUID it would take as long as the rest.
    """
    by_text = {keeper(model, "assessment_id")(pk): pk for pk in pks}
    fields = [model._meta.get_field(name) for name in names]
    turned = [place for place, field in enumerate(fields) if isinstance(field, _NOT_PLAIN)]
    found: dict[UUID, list[list[Any]]] = defaultdict(list)
    ask = _kept_rows.get(model) or partial(_rows_of, model, names)
    for text, *values in ask(pks):
        for place in turned:
            values[place] = _plain(values[place])
        found[by_text[text]].append(values)
    for rows in found.values():
        rows.sort(key=itemgetter(0, 1, 2))
    return found


def _rows_of(model: Any, names: Sequence[str], pks: Sequence[UUID]) -> models.QuerySet[Any, Any]:
    key = Cast("assessment_id", models.TextField())
    return model.objects.filter(assessment_id__in=pks).values_list(key, *names)


_kept_records = Kept(lambda pks: Assessment.objects.filter(pk__in=pks))
_kept_rows: Mapping[Any, Any] = {
    model: Kept(partial(_rows_of, model, names))
    for model, names in ((Score, SCORE), (Measurement, MEASUREMENT))
}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it, the same on every database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value) if isinstance(value, UUID) else value


def _unmatched(records: Sequence[Assessment]) -> list[Assessment]:
    contents = contents_of(records)
    signatures = Signature.objects.filter(assessment__in=records).order_by("revision")
    newest = {signature.assessment_id: signature for signature in signatures}
    told = told_signatures(record.pk for record in records)
    return [
        record
        for record in records
        if record.pk not in newest
        or not _holds(newest[record.pk], contents[record.pk], told.get(str(record.pk)))
    ]


def _holds(signature: Signature, content: dict[str, Any], told: Set[str] | None) -> bool:
    """`told` are the hashes that events tell; None of a record of the demonstration."""
    is_told = told is None or signature.hash in told
    return is_told and hash_of(content, signature) == signature.hash


@transaction.atomic
def _tell(record: Assessment) -> None:
    raise_alarm(
        str(record.clinic_id),
        f"signature:{record.pk}:{record.revision}",
        _("A signed record does not match its signature: %s") % record.pk,
        actor=ACTOR,
    )

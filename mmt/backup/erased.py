"""Who was erased, beside the backups: a backup made before has them still.

A line each, an identifier and when; nobody's name. Sealed as the backups are, so that nobody who
can write in their folder has a patient erased.
"""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from mmt.audit.models import Action, AuditEvent, Outcome

from .problems import Damaged, Problem, WrongKey
from .sealed import SealedReader, SealedWriter

NAME = "erased.sealed"
# An erasing tells when it began, and a backup made until it ends does not know of it.
LONGEST = timedelta(hours=1)


def read_erased(file: Path, key: bytes) -> dict[UUID, datetime]:
    """Return who was erased and when. Raises Problem."""
    try:
        with file.open("rb") as sealed:
            reader, text = SealedReader(sealed, key), b""
            while part := reader.read():
                text += part
    except OSError as problem:
        raise Problem(f"{file} cannot be read: {problem}.") from None
    pairs = (line.split() for line in text.decode("ascii").splitlines())
    return {UUID(patient): datetime.fromisoformat(at) for patient, at in pairs}


def keep_erased(where: Path, key: bytes) -> Path | None:
    """Add to the list who the log says was erased; who stands on it stays, whatever this database
    knows: it may be an older one that was brought back. One that is damaged, or under another key,
    is kept beside it: return where, for whoever was on it alone is on the new one no more.
    """
    file, known, set_aside = where / NAME, {}, None
    if file.exists():
        try:
            known = read_erased(file, key)
        except (WrongKey, Damaged):
            moment = f"{timezone.now():%Y%m%dT%H%M%S%f}"
            set_aside = file.rename(file.with_name(f"{NAME}.before-{moment}"))
    # These columns alone: the database may be one that `migrate` has yet to bring up.
    told = AuditEvent.objects.filter(action=Action.PATIENT_ERASED, outcome=Outcome.DONE)
    rows = told.values_list("patient_id", "at")
    now = known | {patient: at for patient, at in rows if patient}
    if now != known:
        _write(file, now, key)
    return set_aside


def erased_since(where: Path, moment: datetime, key: bytes) -> int:
    """Return how many of the list beside a backup were erased after it was made, or so shortly
    before that it may have them still. Raises Problem.
    """
    file, from_then = where / NAME, moment - LONGEST
    return sum(at > from_then for at in read_erased(file, key).values()) if file.exists() else 0


def _write(file: Path, erased: Mapping[UUID, datetime], key: bytes) -> None:
    """Put a whole list in the place of the one before."""
    new = file.with_name(f".{NAME}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        sealed = SealedWriter(out, key)
        for patient, at in erased.items():
            sealed.write(f"{patient} {at.isoformat()}\n".encode())
        sealed.finish()
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)

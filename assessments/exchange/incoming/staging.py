"""Files that wait to be imported: kept for a day, then forgotten."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mmt.accounts.models import Clinic, User
from mmt.audit.log import record
from mmt.audit.models import Action
from patients.models import Patient

from ...models import Import, ImportStatus, RememberedMapping, StagedTable
from .mapping import WHY, Mapping, NoMapping, fitted, from_json, proposed, signature
from .table import Table

KEPT_FOR = timedelta(days=1)
NO_NAME = "–"  # of a file that somebody was in who is erased


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def shown_name(name: str) -> str:
    """Return a file's name as it can be shown: one line, no folder, nothing that cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return " ".join(seen.split())[:200] or "?"


@transaction.atomic
def stage(
    table: Table, *, id: UUID, clinic: Clinic, file_name: str, file_hash: str, by: User
) -> Import:
    """Keep a file's rows until somebody says what they mean. The same id again is the same file."""
    if known := Import.objects.filter(pk=id).first():
        if (known.by_id, known.clinic_id, known.file_hash) == (by.pk, clinic.pk, file_hash):
            return known
        id = uuid4()
    found = Import.objects.create(
        id=id,
        clinic=clinic,
        by=by,
        file_name=shown_name(file_name),
        file_hash=file_hash,
        reading=table.about,
    )
    StagedTable.objects.create(batch=found, packed=table.packed)
    record(
        Action.IMPORT_UPLOADED,
        by=by,
        clinic_id=clinic.pk,
        target=found.pk,
        detail={"sha256": file_hash, "rows": table.about["rows"]},
    )
    return found


def table_of(found: Import) -> Table:
    return Table(found.reading, bytes(found.table.packed))


def forget_report(found: Import) -> None:
    """Forget what the dry run of a large file found."""
    StagedTable.objects.filter(batch=found).update(checked_as=None, report=None, reasons=None)


def forget_old() -> None:
    """Delete the rows of files sent more than a day ago, and the files that were not imported."""
    old = {"uploaded_at__lt": timezone.now() - KEPT_FOR}
    if not StagedTable.objects.filter(**{f"batch__{key}": at for key, at in old.items()}).exists():
        return
    Import.objects.filter(status=ImportStatus.STAGED, **old).delete()
    StagedTable.objects.filter(batch__in=Import.objects.filter(**old)).delete()


def forget_staged(clinic: Clinic) -> None:
    """Delete the rows of files that wait to be imported: they may be of somebody who is erased."""
    Import.objects.filter(clinic=clinic, status=ImportStatus.STAGED).delete()
    StagedTable.objects.filter(batch__clinic=clinic).delete()


def forget_names(patient: Patient, records: Sequence[UUID]) -> None:
    """Take the names of the files that the patient or the records were in, and of their sheets."""
    theirs = Q(patients__patient=patient) | Q(visits__assessment__in=records)
    for found in Import.objects.filter(theirs).distinct():
        found.file_name = NO_NAME
        found.reading |= {"sheet": "", "sheets": []}
        found.save(update_fields=["file_name", "reading"])


def first_mapping(found: Import) -> tuple[Mapping, RememberedMapping | None]:
    """Return what the columns mean as chosen for this file, as remembered, or by their headings."""
    headings = found.reading["headings"]
    if found.mapping is not None:
        return from_json(found.mapping), None
    known = (
        RememberedMapping.objects.filter(clinic=found.clinic, headings=signature(headings))
        .select_related("by")
        .first()
    )
    if known:
        try:
            mapping = from_json(known.mapping)
        except NoMapping:  # of an older release, with a target that is gone
            known = None
        else:
            return replace(mapping, columns=fitted(mapping.columns, headings)), known
    return proposed(headings), None


@transaction.atomic
def set_mapping(found: Import, mapping: Mapping, *, by: User) -> None:
    """Say what the columns mean; remembered for the clinic's next file with these headings."""
    Import.objects.filter(pk=found.pk, status=ImportStatus.STAGED).update(mapping=mapping.as_json())
    RememberedMapping.objects.update_or_create(
        clinic=found.clinic,
        headings=signature(found.reading["headings"]),
        defaults={"mapping": _without_reasons(found, mapping), "by": by, "at": timezone.now()},
    )


def _without_reasons(found: Import, mapping: Mapping) -> dict[str, Any]:
    pairs = zip(found.reading["headings"], mapping.columns, strict=True)
    columns = tuple(target for heading, target in pairs if heading != WHY)
    return replace(mapping, columns=columns).as_json()

"""Starting a draft, saving into it, throwing it away."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mmt import metrics
from mmt.accounts.models import User
from mmt.audit.log import record
from mmt.audit.models import Action
from mmt.kept import Kept

from ..models import Assessment, Draft
from ..pairing import release
from .adding import FEW, add_cells
from .operations import Batch, Operation

# How long a discarded draft can be taken back.
DISCARDED_KEPT = timedelta(days=30)


class AlreadyUsed(ValueError):
    """The id made by the form belongs to another record."""


class NoLongerADraft(ValueError):
    """The assessment was signed or discarded meanwhile."""


class TooLate(ValueError):
    """The draft was discarded longer ago than discarded drafts are kept."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One cell changed in two places: what was sent, and what stands."""

    key: str
    yours: dict[str, Any]
    theirs: dict[str, Any]


class Conflicts(Exception):
    def __init__(self, draft: Draft, conflicts: list[Conflict]) -> None:
        super().__init__("another page has changed the same cells")
        self.draft = draft
        self.conflicts = conflicts


def start_draft(assessment: Assessment, *, by: User) -> Assessment:
    """Save a new draft; the same form sent again finds the first one.

    Raises AlreadyUsed if the id belongs to another patient's or another person's record, to a
    discarded one, or to one that was started otherwise.
    """
    try:
        with transaction.atomic():
            assessment.save(force_insert=True)
            Draft.objects.create(assessment=assessment, saved_by=by)
            record(
                Action.DRAFT_STARTED,
                by=by,
                clinic_id=assessment.clinic_id,
                patient_id=assessment.patient_id,
                target=assessment.pk,
                detail={"tester": str(assessment.tester_id)},
            )
    except IntegrityError:
        chosen = ("battery", "profile", "tested_at", "tester")
        same = {name: getattr(assessment, name) for name in chosen}
        first = Assessment.objects.filter(
            pk=assessment.pk,
            patient=assessment.patient_id,
            entered_by=by,
            draft__discarded_at__isnull=True,
            **same,
        ).first()
        if first is None:
            raise AlreadyUsed(str(assessment.pk)) from None
        return first
    return assessment


def save_operations(
    assessment_id: UUID, batch: Batch, *, by: User, seen: Draft | None = None
) -> Draft:
    """Take a page's operations into the draft, all or none. Returns the draft as it then stands.

    `seen` is the draft as it was read a moment ago, which may lack its cells: one that no other
    page has written to is saved without reading or locking it.

    Raises Conflicts where another page changed a cell since, NoLongerADraft after signing.
    Drafts leave no audit events: the signed record does.
    """
    try:
        draft, fresh = (seen and _add(seen, batch, by)) or _take(assessment_id, batch, by)
    except Conflicts:
        metrics.SAVES.add("conflict")
        raise
    except NoLongerADraft:
        metrics.SAVES.add("signed")
        raise
    metrics.SAVES.add("saved" if fresh else "repeated")
    return draft


@transaction.atomic
def _take(assessment_id: UUID, batch: Batch, by: User) -> tuple[Draft, bool]:
    """Return the draft, and whether anything in the batch was new to it.

    A change that comes again, its answer lost, is asked about like a new one: another page may
    have put something else in its place, which this one is not to build on unseen.
    """
    draft = lock_draft(assessment_id)
    if found := _conflicts(draft, batch):
        raise Conflicts(draft, found)
    fresh = _fresh(draft, batch)
    if not fresh:
        return draft, False
    draft.cells |= _note(draft, fresh, batch.client, by)
    draft.save(update_fields=["cells", "clients", "revision", "saved_at", "saved_by"])
    return draft, True


def _add(draft: Draft, batch: Batch, by: User) -> tuple[Draft, bool] | None:
    """Like `_take`, where all that the draft holds came from this very page, so that nothing can
    conflict. None where it did not, or the draft has changed since it was read.
    """
    fresh = _fresh(draft, batch)
    if draft.clients.keys() - {batch.client} or len(fresh) > FEW:
        return None
    if not fresh:
        return draft, False
    revision = draft.revision
    cells = _note(draft, fresh, batch.client, by)
    return (draft, True) if add_cells(draft, cells, revision=revision) else None


def _fresh(draft: Draft, batch: Batch) -> list[Operation]:
    """Return the operations that the draft has not taken before."""
    taken = draft.clients.get(batch.client, -1)
    return [op for op in batch.operations if op.seq > taken]


def _note(draft: Draft, fresh: list[Operation], client: str, by: User) -> dict[str, Any]:
    """Put down, unsaved, that these operations came, and return the cells that they make."""
    draft.revision += 1
    draft.clients[client] = fresh[-1].seq
    draft.saved_at, draft.saved_by = timezone.now(), by
    at = draft.saved_at.isoformat(timespec="seconds")
    how = {"rev": draft.revision, "client": client, "by": str(by), "at": at}
    return {op.key: op.value | how for op in fresh}


@transaction.atomic
def discard_draft(assessment: Assessment, *, by: User) -> None:
    """Put a draft aside. It is kept, unseen; `restore_draft` takes it back. A blind pair that it
    was part of ends.
    """
    draft = lock_draft(assessment.pk)
    draft.discarded_at = timezone.now()
    draft.save(update_fields=["discarded_at"])
    record(
        Action.DRAFT_DISCARDED,
        by=by,
        clinic_id=assessment.clinic_id,
        patient_id=assessment.patient_id,
        target=assessment.pk,
    )
    release(assessment, reason=_("A draft of the pair was discarded."), by=by)


@transaction.atomic
def restore_draft(assessment: Assessment, *, by: User) -> None:
    """Take a discarded draft back; one that is open already stays as it is.

    Raises NoLongerADraft after signing, TooLate after `DISCARDED_KEPT`.
    """
    draft = Draft.objects.select_for_update().filter(assessment=assessment.pk).first()
    if draft is None:
        raise NoLongerADraft(str(assessment.pk))
    if draft.discarded_at is None:
        return
    if draft.discarded_at < timezone.now() - DISCARDED_KEPT:
        raise TooLate(str(assessment.pk))
    draft.discarded_at = None
    draft.save(update_fields=["discarded_at"])
    record(
        Action.DRAFT_RESTORED,
        by=by,
        clinic_id=assessment.clinic_id,
        patient_id=assessment.patient_id,
        target=assessment.pk,
    )


def lock_draft(assessment_id: UUID) -> Draft:
    """Return the draft, held until the transaction ends. Raises NoLongerADraft."""
    found = _kept_open(assessment_id)
    if not found:
        raise NoLongerADraft(str(assessment_id))
    return found[0]


_kept_open = Kept(
    lambda assessment: Draft.objects.select_for_update().filter(
        assessment=assessment, discarded_at__isnull=True
    )
)


def _conflicts(draft: Draft, batch: Batch) -> list[Conflict]:
    """Return the cells that another page has changed to something else since this one saw them."""
    found = []
    for op in batch.operations:
        stands = draft.cells.get(op.key)
        if stands is None or stands["client"] == batch.client or stands["rev"] <= op.base:
            continue
        if any(stands.get(name) != op.value[name] for name in op.value):
            found.append(Conflict(op.key, op.value, stands))
    return found


@transaction.atomic
def add_movement(assessment: Assessment, movement: str) -> None:
    """Append a movement to a draft; one that is there already stays where it is.

    It counts as a change of the draft: who reviewed it before must look again.
    """
    draft = lock_draft(assessment.pk)
    locked = Assessment.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if movement in locked.movements:
        return
    locked.movements = [*locked.movements, movement]
    locked.save(update_fields=["movements"])
    draft.revision += 1
    draft.save(update_fields=["revision"])

"""Whether the log is as it was written: every chain read again, link by link.

Held against it are the hash of each event over its content and the one before it, the running
numbers, the head of the chain, and seals: where each chain stood when it was last found whole. A
seal stands on the chain of the house, or in a file kept elsewhere, so that a chain that was cut
off together with its head is found too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .alarms import raise_alarm
from .log import HOUSE, hash_of_patients, record
from .models import Action, AuditEvent, Chain, Exported, Outcome

AT_ONCE = 2_000
MOST_NAMED = 20  # breaks of one chain
ACTOR = "daily check"
Seals = Mapping[str, tuple[int, str]]  # chain -> number and hash of an event that it must have


class Fault(models.TextChoices):
    CHANGED = "changed", gettext_lazy("was changed after it was written")
    UNLINKED = "unlinked", gettext_lazy("does not follow the event before it")
    MISSING = "missing", gettext_lazy("is missing")
    NOT_THE_HEAD = "not_the_head", gettext_lazy("is not what the head of the chain says")
    NOT_SEALED = "not_sealed", gettext_lazy("is not the one that was found whole earlier")
    WORDLESS = "wordless", gettext_lazy("lost its words, though its patient was not erased")
    OTHER_PATIENTS = "other_patients", gettext_lazy("no longer has the patients that it exported")


@dataclass(frozen=True, slots=True)
class Break:
    chain: str
    sequence: int
    fault: Fault

    def __str__(self) -> str:
        return _("Event %(number)s %(fault)s.") % {
            "number": self.sequence,
            "fault": self.fault.label,
        }


@dataclass(slots=True)
class Reading:
    """One chain being read again. `breaks` has the first ones found, `head` where it ended."""

    chain: str
    seal: tuple[int, str] | None = None
    read: int = 0
    breaks: list[Break] = field(default_factory=list)
    head: tuple[int, str] = (0, "")
    blanked: dict[UUID | None, int] = field(default_factory=dict)  # patient -> first such event
    erased: set[UUID | None] = field(default_factory=set)

    def pages(self) -> Iterator[int]:
        """Read a page of events after the other; yield how many were read so far.

        No page is held while the next is waited for, and what is written meanwhile is read too.
        """
        while True:
            if self._page():
                yield self.read
                continue
            # Read after the events, so that it is never behind them.
            head = Chain.objects.filter(name=self.chain).values_list("sequence", "hash").first()
            if head is None or head[0] <= self.head[0] or not self._page():
                break
        self._close(head or (0, ""))

    def _page(self) -> int:
        events = AuditEvent.objects.filter(chain=self.chain, sequence__gt=self.head[0])
        found = list(events.order_by("sequence")[:AT_ONCE])
        for event in found:
            self._link(event)
        self.read += len(found)
        return len(found)

    def _link(self, event: AuditEvent) -> None:
        sequence, previous = self.head
        if event.sequence != sequence + 1:
            self._found(sequence + 1, Fault.MISSING)
        elif event.previous_hash != previous:
            self._found(event.sequence, Fault.UNLINKED)
        elif event.computed_hash() != event.hash:
            self._found(event.sequence, Fault.CHANGED)
        elif self.seal and self.seal[0] == event.sequence and self.seal[1] != event.hash:
            self._found(event.sequence, Fault.NOT_SEALED)
        elif not _has_its_patients(event):
            self._found(event.sequence, Fault.OTHER_PATIENTS)
        if event.is_blanked:
            self.blanked.setdefault(event.patient_id, event.sequence)
        if (event.action, event.outcome) == (Action.PATIENT_ERASED, Outcome.DONE):
            self.erased.add(event.patient_id)
        self.head = event.sequence, event.hash

    def _close(self, head: tuple[int, str]) -> None:
        """Hold the end of the chain against its head and its seal, and blanks against erasures."""
        for patient_id in self.blanked.keys() - self.erased:
            self._found(self.blanked[patient_id], Fault.WORDLESS)
        sealed = self.seal[0] if self.seal else 0
        if max(head[0], sealed) > self.head[0]:
            self._found(self.head[0] + 1, Fault.MISSING)
        elif head != self.head:
            self._found(self.head[0], Fault.NOT_THE_HEAD)

    def _found(self, sequence: int, fault: Fault) -> None:
        if len(self.breaks) < MOST_NAMED:
            self.breaks.append(Break(self.chain, sequence, fault))


def broken_chains() -> Iterator[str]:
    """Say of each chain where it does not hold; nothing when all do."""
    for name in chain_names({}):
        reading = Reading(name)
        for _events in reading.pages():
            pass
        yield from (f"Chain {name}: {each}" for each in reading.breaks)


def _has_its_patients(event: AuditEvent) -> bool:
    said = event.detail.get("patients_sha256")
    if said is None:
        return True
    kept = Exported.objects.filter(event_id=event.pk).values_list("patient_id", flat=True)
    return hash_of_patients(kept.iterator(AT_ONCE)) == said


def chain_names(seals: Seals) -> list[str]:
    """Return every chain there is or was: with a head, with events, or with a seal."""
    headed = set(Chain.objects.values_list("name", flat=True))
    headless = AuditEvent.objects.exclude(chain__in=headed).values_list("chain", flat=True)
    return sorted(headed | set(headless.distinct()) | set(seals))


def last_seals() -> dict[str, tuple[int, str]]:
    """Return where each chain stood when the daily check last found it whole."""
    found = AuditEvent.objects.filter(chain=HOUSE, action=Action.AUDIT_VERIFIED)
    newest = found.order_by("-at", "-sequence").first()
    heads: dict[str, list[Any]] = newest.detail.get("heads", {}) if newest else {}
    return {chain: (int(number), str(hash_)) for chain, (number, hash_) in heads.items()}


def verify_daily() -> Iterator[None]:
    """Read every chain again, a page a step; raise an alarm of each break, then seal the rest."""
    seals = last_seals()
    readings = [Reading(name, seals.get(name)) for name in chain_names(seals)]
    for reading in readings:
        for _events in reading.pages():
            yield
    _tell(readings, seals)


@transaction.atomic
def _tell(readings: list[Reading], seals: Seals) -> None:
    for reading in readings:
        for each in reading.breaks:
            raise_alarm(
                each.chain,
                f"audit:{each.chain}:{each.sequence}:{each.fault}",
                _("The audit log is broken. %s") % each,
                actor=ACTOR,
            )
    # A chain that is broken keeps the seal it had.
    heads = dict(seals) | {each.chain: each.head for each in readings if not each.breaks}
    record(
        Action.AUDIT_VERIFIED,
        by=None,
        actor=ACTOR,
        detail={
            "heads": {chain: list(head) for chain, head in heads.items()},
            "events": sum(each.read for each in readings),
            "breaks": sum(len(each.breaks) for each in readings),
        },
    )

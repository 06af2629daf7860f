"""Changing what cannot be changed: a log with its triggers dropped, as one with the keys to the
database could.
"""

from mmt.audit.models import AuditEvent, Chain
from mmt.audit.triggers import TRIGGERS


def drop_triggers() -> None:
    """Until the test's transaction is undone."""
    from django.db import connection

    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            for statement in trigger.drop(connection.vendor):
                cursor.execute(statement)


def event_at(chain: str, sequence: int) -> AuditEvent:
    return AuditEvent.objects.get(chain=chain, sequence=sequence)


def edit(chain: str) -> None:
    AuditEvent.objects.filter(chain=chain, sequence=3).update(actor="nobody@harbour.test")


def edit_with_its_hash(chain: str) -> None:
    event = event_at(chain, 3)
    event.actor = "nobody@harbour.test"
    event.hash = event.computed_hash()
    event.save()


def delete(chain: str) -> None:
    event_at(chain, 3).delete()


def delete_the_first(chain: str) -> None:
    event_at(chain, 1).delete()


def insert(chain: str) -> None:
    """Put an event between the second and the third, with the numbers and its hash made to fit."""
    for sequence in (5, 4, 3):
        AuditEvent.objects.filter(chain=chain, sequence=sequence).update(sequence=sequence + 1)
    event = event_at(chain, 4)
    event.pk, event.sequence = None, 3
    event.hash = event.computed_hash()
    event.save(force_insert=True)


def add(chain: str) -> None:
    """Put an event behind the last one, past the head."""
    event = event_at(chain, 5)
    event.pk, event.sequence, event.previous_hash = None, 6, event.hash
    event.hash = event.computed_hash()
    event.save(force_insert=True)


def reorder(chain: str) -> None:
    for old, new in ((2, 99), (4, 2), (99, 4)):
        AuditEvent.objects.filter(chain=chain, sequence=old).update(sequence=new)


def truncate(chain: str) -> None:
    AuditEvent.objects.filter(chain=chain, sequence__gt=3).delete()


def empty(chain: str) -> None:
    AuditEvent.objects.filter(chain=chain).delete()


def truncate_with_its_head(chain: str) -> None:
    truncate(chain)
    last = event_at(chain, 3)
    Chain.objects.filter(name=chain).update(sequence=3, hash=last.hash)


def empty_with_its_head(chain: str) -> None:
    empty(chain)
    Chain.objects.filter(name=chain).delete()


def write_anew(chain: str) -> None:
    """Change an event and every hash after it, the head's too."""
    AuditEvent.objects.filter(chain=chain, sequence=2).update(actor="nobody@harbour.test")
    previous = event_at(chain, 1).hash
    for event in AuditEvent.objects.filter(chain=chain, sequence__gt=1).order_by("sequence"):
        event.previous_hash = previous
        event.hash = previous = event.computed_hash()
        event.save()
    Chain.objects.filter(name=chain).update(hash=previous)

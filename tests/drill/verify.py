"""What only the product's own code can tell of its database: DATABASE_URL or DATA_DIR names it.

python -m tests.drill.verify PATIENT prints what is wrong, a line each; nothing when all is right
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator

import django


def problems(patients: list[str]) -> Iterator[str]:
    """Compare these patients' read model with their scores, and check every chain."""
    from tests.assessments.test_progress import stored, truth

    if stored(patient__in=patients) != truth(assessment__patient__in=patients):
        yield "The read model of change differs from the scores."
    yield from broken_chains()


def broken_chains() -> Iterator[str]:
    """Say of each chain of the audit log where it does not hold."""
    from mmt.audit.models import AuditEvent, Chain

    heads = {head.name: (head.sequence, head.hash) for head in Chain.objects.all()}
    found: dict[str, tuple[int, str]] = defaultdict(lambda: (0, ""))
    for event in AuditEvent.objects.order_by("chain", "sequence").iterator():
        sequence, previous = found[event.chain]
        whole = event.computed_hash() == event.hash
        if not whole or (event.sequence, event.previous_hash) != (sequence + 1, previous):
            yield f"Chain {event.chain} breaks at event {event.sequence}."
        found[event.chain] = (event.sequence, event.hash)
    if heads != found:
        yield "The head of a chain is not its last event."


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmt.settings")
    django.setup()
    for problem in problems(sys.argv[1:]):
        print(problem)

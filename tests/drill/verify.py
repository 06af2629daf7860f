"""What only the product's own code can tell of its database: DATABASE_URL or DATA_DIR names it.

python -m tests.drill.verify PATIENT prints what is wrong, a line each; nothing when all is right
"""

import os
import sys
from collections.abc import Iterator

import django


def problems(patients: list[str]) -> Iterator[str]:
    """Compare these patients' read model with their scores, and check every chain."""
    from mmt.audit.verify import broken_chains
    from tests.assessments.test_progress import stored, truth

    if stored(patient__in=patients) != truth(assessment__patient__in=patients):
        yield "The read model of change differs from the scores."
    yield from broken_chains()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmt.settings")
    django.setup()
    for problem in problems(sys.argv[1:]):
        print(problem)

"""The newest visit into the read model: one statement moves each of its cells on by one."""

from itertools import chain

from django.db import connection

from .models import Assessment, Progress
from .progress_rows import JUDGED
from .tables import Rows, stored

_TABLE = Progress._meta.db_table
_VISIT = ("level", "at", "assessment_id", "tester_id")
_NAMES = (
    *("clinic_id", "patient_id", "movement", "side"),
    *(f"{which}_{what}" for which in ("baseline", "latest") for what in _VISIT),
    *JUDGED,
)
_COLUMNS = ", ".join(_NAMES)
_SHIFTED = ", ".join(f"previous_{what} = stands.latest_{what}" for what in _VISIT)
_NEWEST = ", ".join(f"{name} = EXCLUDED.{name}" for name in _NAMES[8:])
# What is said of each graded cell of the visit: its level, the way there, and the rule's judgement.
STEP = ("movement", "side", "level", *JUDGED)
_PLACES = f"({', '.join(['%s'] * len(STEP))})"
_MOVE = f"""
    INSERT INTO {_TABLE} AS stands ({_COLUMNS})
    SELECT %s, %s, column1, column2, column3, %s, %s, %s, column3, %s, %s, %s,
        column4, CAST(column5 AS smallint), column6, column7
    FROM (VALUES {{steps}}) AS visit WHERE true
    ON CONFLICT (patient_id, movement, side) DO UPDATE SET {_SHIFTED}, {_NEWEST}
"""  # noqa: S608 (our names)


def move_on(visit: Assessment, steps: Rows) -> None:
    """Make this visit the latest of these cells, of which it is newer than all before.

    `steps` are rows in the order of STEP.
    """
    found = list(steps)
    if not found:
        return
    about = ("clinic_id", "patient_id", "latest_at", "latest_assessment_id", "latest_tester_id")
    known = (visit.clinic_id, visit.patient_id, visit.tested_at, visit.pk, visit.tester_id)
    clinic, patient, *tested = stored(Progress, about, known)
    statement = _MOVE.format(steps=", ".join([_PLACES] * len(found)))
    with connection.cursor() as cursor:
        values = chain([clinic, patient, *tested, *tested], *found)
        cursor.execute(statement, list(values))

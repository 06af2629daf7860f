"""The newest visit into the read model: one statement moves each of its cells on by one."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from .models import Assessment, Progress
from .progress_rows import JUDGED
from .tables import stored


class Step(NamedTuple):
    """A graded cell of the visit: its level, the way there, and how the rule judges it."""

    movement: str
    side: str
    level: int
    since_baseline: int
    since_previous: int | None
    flag: str
    confirmed: bool


_TABLE = Progress._meta.db_table
_VISIT = ("level", "at", "assessment_id", "tester_id")
_NAMES = (
    *("clinic_id", "patient_id", "movement", "side"),
    *(f"{which}_{what}" for which in ("baseline", "latest") for what in _VISIT),
    *JUDGED,
)
_SHIFTED = ", ".join(f"previous_{what} = stands.latest_{what}" for what in _VISIT)
_NEWEST = ", ".join(f"{name} = EXCLUDED.{name}" for name in _NAMES[8:])
_EACH = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in Step._fields)
# The steps as rows, from one value: hundreds of values take longer than all else.
_STEPS = {
    "postgresql": """jsonb_to_recordset(%s::jsonb) AS step(movement text, side text,
        level smallint, since_baseline smallint, since_previous smallint, flag text,
        confirmed boolean)""",
    "sqlite": f"(SELECT {_EACH} FROM json_each(%s)) AS step",  # noqa: S608 (our names)
}
_MOVE = f"""
    INSERT INTO {_TABLE} AS stands ({", ".join(_NAMES)})
    SELECT %s, %s, movement, side, level, %s, %s, %s, level, %s, %s, %s,
        since_baseline, since_previous, flag, confirmed
    FROM {{steps}} WHERE true
    ON CONFLICT (patient_id, movement, side) DO UPDATE SET {_SHIFTED}, {_NEWEST}
"""  # noqa: S608 (our names)


def move_on(visit: Assessment, steps: Iterable[Step]) -> None:
    """Make this visit the latest of these cells, of which it is newer than all before."""
    about = ("clinic_id", "patient_id", "latest_at", "latest_assessment_id", "latest_tester_id")
    known = (visit.clinic_id, visit.patient_id, visit.tested_at, visit.pk, visit.tester_id)
    clinic, patient, *tested = stored(Progress, about, known)
    told = json.dumps([step._asdict() for step in steps])
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE.format(steps=_STEPS[connection.vendor]),
            [clinic, patient, *tested, *tested, told],
        )

"""Many patients out of few: each copied with visits, relapses and read model, but no scores.

What asks across patients reads none.
"""

from collections.abc import Mapping

from django.db import connection, models, transaction

from assessments.models import Assessment, Progress
from mmt import triggers
from mmt.accounts.models import Clinic
from patients.models import Event, Patient, SearchTerm

NUMBERS = {
    "postgresql": "SELECT number FROM generate_series(1, {count}) AS number",
    "sqlite": "WITH RECURSIVE counted(number) AS (SELECT 1 UNION ALL SELECT number + 1"
    " FROM counted WHERE number < {count}) SELECT number FROM counted",
}
# Another last part for each copy, and another version than any id that was not copied.
ANOTHER = {
    "postgresql": "(left({id}::text, 14) || 'c' || substr({id}::text, 16, 17)"
    " || lpad(to_hex(number), 4, '0'))::uuid",
    "sqlite": "substr({id}, 1, 12) || 'c' || substr({id}, 14, 15) || printf('%%04x', number)",
}
OF_CLINIC = "patient_id IN (SELECT id FROM patients_patient WHERE clinic_id = %s)"
NAMES = ("record_number", "family_name", "sort_name")
SEEN_AT = ("baseline_assessment_id", "previous_assessment_id", "latest_assessment_id")


def multiply(clinic: Clinic, patients: int) -> int:
    """Copy the clinic's patients until there are about this many; return how many there are."""
    there = Patient.objects.filter(clinic=clinic).count()
    copies = max(0, round(patients / there) - 1)
    number = {"record_number": "record_number || '-' || number"}
    with transaction.atomic(), triggers.lifted():
        _copy(Patient, copies, clinic, _another("id") | number)
        _copy(Assessment, copies, clinic, _another("id", "patient_id"))
        _copy(Event, copies, clinic, _another("id", "patient_id"), OF_CLINIC)
        _copy(Progress, copies, clinic, _another("patient_id", *SEEN_AT))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _look_over()
    return there * (copies + 1)


def register(clinic: Clinic, patients: int) -> int:
    """Copy the clinic's patients, each under another name, with nothing recorded of them."""
    there = Patient.objects.filter(clinic=clinic).count()
    copies = max(0, round(patients / there) - 1)
    called = {name: f"{name} || 'x' || number" for name in NAMES}
    with transaction.atomic():
        _copy(Patient, copies, clinic, _another("id") | called)
        term = {"term": "term || 'x' || number"}
        _copy(SearchTerm, copies, clinic, _another("patient_id") | term, OF_CLINIC)
    _look_over()
    return there * (copies + 1)


def _look_over() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _another(*names: str) -> dict[str, str]:
    return {name: ANOTHER[connection.vendor].format(id=name) for name in names}


def _copy(
    model: type[models.Model],
    copies: int,
    clinic: Clinic,
    changed: Mapping[str, str],
    which: str = "clinic_id = %s",
) -> None:
    columns = [field.column for field in model._meta.concrete_fields]
    table, numbers = model._meta.db_table, NUMBERS[connection.vendor].format(count=copies)
    chosen = ", ".join(changed.get(column, column) for column in columns)
    statement = (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen}"  # noqa: S608 (our names)
        f" FROM {table}, ({numbers}) AS numbers WHERE {which}"
    )
    key = clinic.pk if connection.vendor == "postgresql" else clinic.pk.hex
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])

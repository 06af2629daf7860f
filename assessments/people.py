"""The people and the clinic of records, which whoever reads them mostly knows already."""

from collections.abc import Collection
from typing import Any

from mmt.accounts.models import Clinic, User
from mmt.kept import Kept

from .models import Assessment

PEOPLE: list[Any] = [
    Assessment._meta.get_field(name) for name in ("tester", "entered_by", "signed_by", "voided_by")
]
_kept_people = Kept(lambda people: User.objects.filter(pk__in=people))


def know_people(records: Collection[Assessment], reader: User) -> None:
    """Give records that were read with their patients their clinic and their people.

    These are mostly the reader and the reader's clinic, which are here: joined, PostgreSQL took
    longer to plan the question than to answer it.
    """
    clinics = {each.pk: each for each in reader.clinics}
    clinics |= Clinic.objects.in_bulk({each.clinic_id for each in records} - clinics.keys())
    people = {reader.pk: reader}
    named = {getattr(each, field.attname) for each in records for field in PEOPLE} - {None}
    people |= {each.pk: each for each in _kept_people(sorted(named - people.keys()))}
    for record in records:
        record.clinic = record.patient.clinic = clinics[record.clinic_id]
        for field in PEOPLE:
            # As Django does with what it has read: setting an attribute, it would check each.
            field.set_cached_value(record, people.get(getattr(record, field.attname)))

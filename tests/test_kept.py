"""Questions whose SQL is written once: they answer as the query that they were made of."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection, models, router
from django.db.models import Exists, OuterRef
from django.db.utils import ConnectionDoesNotExist
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mmt.accounts.models import Clinic, Membership, User
from mmt.audit.models import Viewing
from mmt.env import PLANNED_AFTER
from mmt.kept import Kept
from patients.models import Patient


def asked_by(people: list, key: object, born: str) -> "models.QuerySet[Membership]":
    others = Membership.objects.filter(user=OuterRef("user"), role="clinician")
    found = Membership.objects.filter(user__in=people, clinic=key, role=born, active=True)
    return found.annotate(both=Exists(others)).select_related("clinic", "user").order_by("user")


def test_it_answers_as_its_query_does_whatever_the_values(
    harbour: Clinic, physio: User, colleague: User, clinician: User
) -> None:
    Membership.objects.create(user=colleague, clinic=harbour, role="clinician")
    kept, everybody = Kept(asked_by), [physio.pk, colleague.pk, clinician.pk]
    for values in (
        ([physio.pk], harbour.pk, "physiotherapist"),
        (everybody, harbour.pk, "physiotherapist"),
        ([clinician.pk], harbour.pk, "clinician"),
        ([], harbour.pk, "clinician"),
        ([harbour.pk], harbour.pk, "clinician"),
    ):
        as_ever = list(asked_by(*values))
        with CaptureQueriesContext(connection) as asked:
            found = kept(*values)
            named = [(each.user.email, each.clinic.zone, each.both) for each in found]
        assert found == as_ever
        assert named == [(each.user.email, each.clinic.zone, each.both) for each in as_ever]
        assert [vars(each.clinic).keys() for each in found] == [
            vars(each.clinic).keys() for each in as_ever
        ]
        assert len(asked) == (1 if values[0] else 0)


def test_rows_of_values_come_as_the_query_gives_them(harbour: Clinic, physio: User) -> None:
    def roles(people: list, roles: list) -> models.QuerySet:
        found = Membership.objects.filter(user__in=people, role__in=roles)
        rows = found.values_list("since", "user__name").annotate(many=models.Count("pk"))
        return rows.order_by("clinic__name")

    kept, wanted = Kept(roles), ([physio.pk], ["physiotherapist", "lead"])
    assert kept(*wanted) == list(roles(*wanted)) != []
    assert kept([harbour.pk], ["clinician"]) == []


def test_what_was_asked_is_told_however_often_it_was(physio: User) -> None:
    kept = Kept(lambda key: User.objects.filter(pk=key))
    for _time in range(9):
        with CaptureQueriesContext(connection) as asked:
            kept(physio.pk)
        assert 'FROM "accounts_user"' in asked[0]["sql"]


def test_moments_are_values_as_well(patient: Patient, physio: User) -> None:
    kept = Kept(lambda who, hour: Viewing.objects.filter(actor_id=who, hour=hour))
    hour = timezone.now()
    seen = Viewing.objects.create(actor_id=physio.pk, patient_id=patient.pk, hour=hour)
    assert kept(physio.pk, hour) == [seen]
    assert kept(physio.pk, hour + timedelta(hours=1)) == []


def test_a_value_that_the_query_makes_something_of_is_refused(physio: User) -> None:
    kept = Kept(lambda text: User.objects.filter(name__startswith=text))
    with pytest.raises(ValueError, match="as it was given"):
        kept(physio.name)


def test_lists_of_any_length_take_few_statements(
    physio: User, colleague: User, clinician: User
) -> None:
    kept = Kept(lambda people: Membership.objects.filter(user__in=people))
    everybody = [physio.pk, colleague.pk, clinician.pk]
    for people in ([], everybody[:1], everybody[:2], everybody, [*everybody, uuid4()]):
        assert {each.user_id for each in kept(people)} == {*people} & {*everybody}
    assert len(kept._written) == 4  # of none, one, two and four


def test_it_is_asked_where_its_models_are_read(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(key: object) -> "models.QuerySet[Patient]":
        return Patient.objects.filter(pk=key)

    kept, here = Kept(ask), Kept(lambda key: ask(key).using("default"))
    assert kept(patient.pk) == here(patient.pk) == [patient]
    monkeypatch.setattr(router, "routers", [SimpleNamespace(db_for_read=lambda _model: "else")])
    assert here(patient.pk) == [patient]
    with pytest.raises(ConnectionDoesNotExist, match="else"):
        kept(patient.pk)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans each time.")
@pytest.mark.django_db(transaction=True)
def test_a_column_may_grow_while_a_connection_has_planned_for_what_it_was(
    committed_db: None,
) -> None:
    clinic = Clinic.objects.create(slug="wide", name="Wide")
    kept = Kept(lambda key: Clinic.objects.filter(pk=key))
    for _time in range(PLANNED_AFTER + 1):
        kept(clinic.pk)
    another = connection.copy()
    try:
        with another.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_clinic ALTER name TYPE varchar(101)")
        assert kept(clinic.pk) == [clinic]
    finally:
        with another.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_clinic ALTER name TYPE varchar(100)")
        another.close()

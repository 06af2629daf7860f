"""What must be there before a test begins, made by the product's own actions on its database.

By way of its pages that takes many times longer, and a command takes a second to begin.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from uuid import UUID, uuid4

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import ConnectionHandler
from django.utils import timezone

from assessments.history import Cell, Result
from mmt import env
from mmt.accounts.demo import HARBOUR, PASSWORD
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Role
from patients.models import Patient
from tests.people import make_draft, make_patient, make_signed
from tests.product import Product

PHYSIO = "physio@harbour.example"


@contextmanager
def inside(product: Product) -> Iterator[None]:
    """Let the models work on the product's database; no page is asked meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", product.env.get("DATABASE_URL", ""))
        there = ConnectionHandler({DEFAULT_DB_ALIAS: env.database(product.folder)})
    usual = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = there[DEFAULT_DB_ALIAS]
    try:
        yield
    finally:
        there[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = usual


def person(secret: str, *, must: bool) -> str:
    """Make a physiotherapist; return the e-mail."""
    email = f"{uuid4().hex}@harbour.example"
    made = User.objects.create(email=email, password=_password(), name="Tess Example")
    made.memberships.create(clinic=_clinic(must=must), role=Role.PHYSIOTHERAPIST)
    if secret:
        TOTP.activate(made, secret)
    return email


@cache
def _password() -> str:
    """As the product itself keeps it: the tests' own hasher is unknown there."""
    return make_password(PASSWORD, hasher="argon2")


def _clinic(*, must: bool) -> Clinic:
    if not must:
        return Clinic.objects.get(slug=HARBOUR)
    told = {"time_zone": "Europe/Dublin", "is_demo": True, "second_factor_roles": Role.values}
    return Clinic.objects.create(name="Strict clinic", slug=uuid4().hex, **told)


def patient() -> UUID:
    """Register an invented patient of the demonstration's first clinic."""
    name = uuid4().hex[:10]
    registered = make_patient(
        Clinic.objects.get(slug=HARBOUR),
        User.objects.get(email=PHYSIO),
        record_number=f"B-{name}",
        family_name=f"Browser {name}",
        given_names=f"Bea {name}",
        birth_date=date(1985, 2, 28),
    )
    return registered.pk


def who_has(record_number: str) -> UUID:
    """Return the patient of the demonstration who has this number."""
    return Patient.objects.get(record_number=record_number).pk


def draft(of: str, *, by: str, battery: str, profile: str = "") -> UUID:
    """Start a visit of now."""
    patient = Patient.objects.get(pk=of)
    return make_draft(
        patient,
        User.objects.get(email=by),
        battery=battery or patient.clinic.default_battery,
        profile=profile or patient.clinic.scale_profile,
        tested_at=timezone.now(),
    ).pk


def record(of: str, results: Mapping[Cell, Result], tested_at: datetime) -> UUID:
    """Sign a visit of the past that holds these results."""
    patient, tester = Patient.objects.get(pk=of), User.objects.get(email=PHYSIO)
    return make_signed(patient, tester, results, tested_at=tested_at).pk

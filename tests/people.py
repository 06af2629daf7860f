"""The people of the tests: two clinics, one person a role, one patient each.

Plain functions make them, fixtures name them; everything is invented.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils import timezone

from assessments import instrument
from assessments.actions import sign_assessment
from assessments.entry.content import Content
from assessments.entry.drafts import start_draft
from assessments.history import Cell, Result
from assessments.models import Assessment
from mmt.accounts.factors.rule import PASSED
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.accounts.session import ADDRESS, AGENT, SEEN, STARTED
from mmt.accounts.store import SessionStore
from patients.actions import register_patient
from patients.models import Patient

PASSWORD = "a-long-test-password"
PEOPLE = {
    "physio": ("physio", "Pia Physio", Role.PHYSIOTHERAPIST),
    "colleague": ("colleague", "Cora Colleague", Role.PHYSIOTHERAPIST),
    "lead": ("lead", "Lea Lead", Role.LEAD),
    "clinician": ("clinician", "Cleo Clinician", Role.CLINICIAN),
    "admin": ("admin", "Ada Admin", Role.ADMINISTRATOR),
    "stranger": ("physio", "Stan Stranger", Role.PHYSIOTHERAPIST),  # of the other clinic
}


def make_harbour() -> Clinic:
    return Clinic.objects.create(name="Harbour Test", slug="harbour", time_zone="Australia/Sydney")


def make_hillside() -> Clinic:
    return Clinic.objects.create(name="Hillside Test", slug="hillside", time_zone="Europe/London")


def make_user(email: str, clinic: Clinic, role: Role, name: str = "") -> User:
    user = User.objects.create_user(email=email, password=PASSWORD, name=name or email)
    Membership.objects.create(user=user, clinic=clinic, role=role)
    return user


def make_person(who: str, clinic: Clinic) -> User:
    """Return one of `PEOPLE`, made if there is none yet."""
    address, name, role = PEOPLE[who]
    email = f"{address}@{clinic.slug}.test"
    return User.objects.filter(email=email).first() or make_user(email, clinic, role, name)


def signed_in(user: User) -> Client:
    """Return a browser signed in as someone, a second factor included.

    It has the session that signing in leaves, and nobody was told of it: what comes of going
    through the door is in `tests/accounts/`.
    """
    client, session, now = Client(), SessionStore(), int(time.time())
    session[SESSION_KEY] = session[PASSED] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[STARTED] = session[SEEN] = now
    session[ADDRESS] = session[AGENT] = ""
    session.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def make_patient(clinic: Clinic, by: User, **fields: Any) -> Patient:
    known = {
        "clinic": clinic,
        "record_number": f"T-{uuid4().hex[:8]}",
        "family_name": "Test",
        "given_names": "Person",
        "birth_date": date(1980, 4, 12),
    }
    return register_patient(Patient(**known | fields), by=by)


def grade(level: int, **fields: Any) -> Result:
    return Result(status="graded", level=level, **fields)


def make_draft(
    patient: Patient,
    by: User,
    *,
    battery: str = "ms_clinic_screen",
    profile: str = "mrc",
    tested_at: datetime | None = None,
    **fields: Any,
) -> Assessment:
    chosen = instrument.battery(battery)
    draft = Assessment(
        patient=patient,
        clinic=patient.clinic,
        tester=by,
        entered_by=by,
        battery=battery,
        battery_version=chosen.version,
        profile=profile,
        movements=list(chosen.movements),
        tested_at=tested_at or timezone.now() - timedelta(hours=1),
        time_zone=patient.clinic.time_zone,
        **fields,
    )
    return start_draft(draft, by=by)


def make_signed(
    patient: Patient, by: User, results: Mapping[Cell, Result], **fields: Any
) -> Assessment:
    """Return an assessment signed with these results, by way of a draft."""
    draft = make_draft(patient, by, **fields)
    content = Content(results=dict(results), entered=dict.fromkeys(results, "typed"))
    return sign_assessment(draft, content, by=by, draft_revision=draft.draft.revision)


# Where a file made them once for all its tests (`module_db`), each test finds them again.


@pytest.fixture
def harbour(db: None) -> Clinic:
    return Clinic.objects.filter(slug="harbour").first() or make_harbour()


@pytest.fixture
def hillside(db: None) -> Clinic:
    return Clinic.objects.filter(slug="hillside").first() or make_hillside()


@pytest.fixture
def physio(harbour: Clinic) -> User:
    return make_person("physio", harbour)


@pytest.fixture
def colleague(harbour: Clinic) -> User:
    """Another physiotherapist of the same clinic."""
    return make_person("colleague", harbour)


@pytest.fixture
def lead(harbour: Clinic) -> User:
    return make_person("lead", harbour)


@pytest.fixture
def clinician(harbour: Clinic) -> User:
    return make_person("clinician", harbour)


@pytest.fixture
def admin(harbour: Clinic) -> User:
    return make_person("admin", harbour)


@pytest.fixture
def stranger(hillside: Clinic) -> User:
    """A physiotherapist of the other clinic."""
    return make_person("stranger", hillside)


@pytest.fixture
def patient(harbour: Clinic, physio: User) -> Patient:
    return make_patient(harbour, physio, family_name="Winters", given_names="Álma")


@pytest.fixture
def foreign_patient(hillside: Clinic, stranger: User) -> Patient:
    return make_patient(hillside, stranger, family_name="Elsewhere", given_names="Edda")


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """Return a function that gives a browser signed in as someone, a second factor included."""
    return signed_in

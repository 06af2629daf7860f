"""Over all addresses: somebody with every role in another clinic, who knows every id of the first.

Nothing of the first is in any answer, file, header or log line, and nothing of it changes; a field
that a form does not have does nothing; a child of another patient is not there; nothing leads away.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from pypdf import PdfReader

from assessments.api.description import description
from assessments.exchange.formats import FORMATS
from mmt.accounts.models import Membership, Scope, User
from mmt.accounts.roles import Role
from mmt.accounts.tokens import make_token
from patients.cards import KINDS
from patients.models import FunctionalTest
from tests.assessments.letters.reading import make_letter, text
from tests.fuzz.attack import OUR_APPS, taken_back
from tests.fuzz.forms import fields_of
from tests.meta.rows import state
from tests.meta.test_access import PATTERNS, TABLE, Things, address, browser_of
from tests.patients.happened import DAY, make
from tests.people import grade, make_draft, make_patient, make_signed, signed_in

CANARY = "Kanarienvogel"
NUMBER = "CANARY-1"
WORDS = (CANARY.encode(), NUMBER.encode(), b"kanarienvogel")
AWAY = "https://evil.example/"
FHIR = (
    "Patient", "Patient/{patient}", "Patient?identifier=CANARY-1", "Patient?_id={patient}",
    "Observation?patient={patient}", "Observation/{signed}",
    "Observation/{signed}-hip_flexion-right",
)  # fmt: skip


@pytest.fixture(scope="module")
def intruder(world: Things) -> Things:
    """The canary's things, and somebody of the other clinic who may do everything there."""
    person, physio = world.people["stranger"], world.people["physio"]
    home = person.clinics[0]
    for role in (Role.LEAD, Role.CLINICIAN, Role.ADMINISTRATOR):
        Membership.objects.create(user=person, clinic=home, role=role)
    person = User.objects.get(pk=person.pk)
    own = make_patient(home, person, family_name="Own", record_number="OWN-1")
    canary = make_patient(
        world.patient.clinic, physio, family_name=CANARY, given_names=CANARY, record_number=NUMBER
    )
    signed = make_signed(
        canary, physio, {("hip_flexion", "right"): grade(3, note=CANARY)}, note=CANARY
    )
    foreign = Things(
        **vars(world)
        | {
            "patient": canary,
            "signed": signed,
            "draft": make_draft(canary, physio, note=CANARY),
            "letter": make_letter(signed, physio),
            "rows": {kind.name: make(kind, canary, physio) for kind in KINDS},
            "test": FunctionalTest.objects.create(
                patient=canary, kind="berg", tested_on=DAY, first=40, tester=physio, note=CANARY
            ),
            "intruder": person,
            "session": signed_in(person).cookies,
            "own": own,
            "own_signed": make_signed(own, person, {("hip_flexion", "right"): grade(4)}),
            "own_draft": make_draft(own, person),
        }
    )
    foreign.before = state(canary.clinic_id)
    return foreign


@pytest.fixture
def foreign(db: None, intruder: Things) -> Things:
    return Things(**vars(intruder))


def browser(things: Things) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies = deepcopy(things.session)
    return client


def opened(content: bytes) -> Iterator[bytes]:
    """Yield the content and what is packed in it, as a reader of the file would see it."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            for part in parts.namelist():
                yield from opened(parts.read(part))
    if content.startswith(b"%PDF"):
        yield text(PdfReader(io.BytesIO(content))).encode()


def leaks(response: Any, *asked: str) -> list[bytes]:
    """Return the canary's words in an answer; those of the question itself are no leak."""
    content = b"".join(response) if response.streaming else response.content
    heads = "\n".join(f"{name}: {value}" for name, value in response.headers.items()).encode()
    found = []
    for part in (heads, *opened(content)):
        for word in asked:
            part = part.replace(word.encode(), b"")
        found += [part[max(0, part.find(word) - 60) :][:120] for word in WORDS if word in part]
    return found


def test_the_canary_is_there_for_its_own_people(foreign: Things) -> None:
    """Or all the rest would prove nothing."""
    own = browser_of("admin", foreign)
    for name in ("assessments:person", "assessments:read", "assessments:trends"):
        assert leaks(own.get(address(name, foreign)))
    assert leaks(browser_of("physio", foreign).get(address("assessments:letter", foreign)))


@pytest.mark.parametrize("name", sorted(TABLE))
def test_no_address_tells_or_changes_anything_of_the_other_clinic(
    name: str, foreign: Things, caplog: pytest.LogCaptureFixture
) -> None:
    clinic = foreign.patient.clinic_id
    ids = [str(foreign.patient.pk), str(foreign.signed.pk), str(foreign.letter.pk)]
    client, before = browser(foreign), foreign.before
    asked = {"q": CANARY, "find": CANARY, "next": AWAY, "clinic": foreign.slug}
    asked |= dict.fromkeys(("from", "to", "with", "compare", "after", "assessment"), ids[1])
    asked |= dict.fromkeys(("patient", "patient_id", "to_patient"), ids[0])
    mine = Things(**vars(foreign) | {"patient": foreign.own, "signed": foreign.own_signed,
                                     "draft": foreign.own_draft})  # fmt: skip
    for where in (address(name, foreign), address(name, mine)):
        for send, row in zip((client.get, client.post), TABLE[name], strict=True):
            if row.endswith("- - - - -"):
                continue
            with taken_back():
                response = send(where, asked)
                assert response.status_code < 500 or name == "readyz"  # no worker is no fault
                assert leaks(response, CANARY) == []
                assert "evil.example" not in response.headers.get("Location", "").partition("?")[0]
                assert send == client.get or state(clinic) == before
    assert not [line for line in caplog.messages if CANARY in line or NUMBER in line]


def with_ids(fields: dict[str, list[str]], key: str) -> dict[str, list[str]]:
    """Return the fields with each id in them put in another's place."""
    return {
        name: [key] if values and re.fullmatch("[0-9a-f-]{36}", values[0]) else values
        for name, values in fields.items()
    }


@pytest.mark.parametrize(
    "name", sorted(name for name, (get, post) in TABLE.items() if "in" in get and "in" in post)
)
def test_an_id_in_a_form_reaches_nothing_of_the_other_clinic_and_more_fields_do_nothing(
    name: str, foreign: Things
) -> None:
    mine = Things(**vars(foreign) | {"patient": foreign.own, "signed": foreign.own_signed,
                                     "draft": foreign.own_draft})  # fmt: skip
    client, where = browser(foreign), address(name, mine)
    page = client.get(where)
    if page.status_code != 200 or page.streaming:
        return
    usual, before = fields_of(page.content.decode()), foreign.before
    for key in (foreign.patient.pk, foreign.signed.pk, foreign.letter.pk, foreign.draft.pk):
        changed = with_ids(usual, str(key))
        if changed == usual:
            break
        with taken_back():
            response = client.post(where, changed)
            assert response.status_code < 500
            assert leaks(response) == []
            assert state(foreign.patient.clinic_id) == before
    outcomes = []
    for more in ({}, planted(usual, foreign)):
        with taken_back():
            client.post(where, usual | more)
            outcomes.append(state())
    assert outcomes[0] == outcomes[1]


def planted(usual: dict[str, list[str]], foreign: Things) -> dict[str, list[str]]:
    """Return a value for every column that this form does not ask for."""
    known = {
        "clinic": str(foreign.patient.clinic_id),
        "patient": str(foreign.patient.pk),
        "role": Role.ADMINISTRATOR.value,
        "status": "voided",
        "is_active": "",
    }
    person = str(foreign.people["physio"].pk)
    people = ("tester", "entered_by", "signed_by", "voided_by", "owner", "user", "by", "made_by")
    known |= dict.fromkeys(people, person)
    columns = {
        field.name
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
    }
    more = {name: [known.get(name, "1")] for name in columns if name not in usual}
    # Of a page that may stand before; the name under which a question is kept, once it is asked.
    real = {"password", "code", "credential", "name"}
    return {name: value for name, value in more.items() if name not in real}


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, found in PATTERNS.items()
        if {"patient_id"} < set(found.pattern.regex.groupindex)
        and {"row_id", "test_id", "letter_id"} & set(found.pattern.regex.groupindex)
    ),
)
def test_a_child_of_another_patient_is_not_there(name: str, things: Things) -> None:
    client = browser_of("lead", things)
    assert client.get(address(name, things)).status_code == 200
    things.patient = make_patient(things.patient.clinic, things.people["physio"])
    for send in (client.get, client.post):
        assert send(address(name, things)).status_code == 404


def test_no_operation_of_the_api_or_of_fhir_tells_anything(
    foreign: Things, caplog: pytest.LogCaptureFixture
) -> None:
    known = {"patient_id": foreign.patient.pk, "assessment_id": foreign.signed.pk}
    client, before = browser(foreign), foreign.before
    for scope in Scope:
        _token, secret = make_token(name="x", scope=scope, days=1, by=foreign.intruder)
        heads = {"Authorization": f"Bearer {secret}", "Idempotency-Key": str(uuid4())}
        for path, operations in description()["paths"].items():
            for method in operations:
                send = getattr(client, method)
                where = path.format(**known)
                asked: Any = {
                    "q": CANARY,
                    "clinic": foreign.slug,
                    "patient": str(known["patient_id"]),
                }
                if method != "get":
                    asked = json.dumps(asked)
                kind = {} if method == "get" else {"content_type": "application/json"}
                response = send(where, asked, headers=heads | {"If-Match": '"0"'}, **kind)
                assert leaks(response, CANARY) == [], path
        for question in FHIR:
            where = question.format(patient=foreign.patient.pk, signed=foreign.signed.pk)
            response = client.get(f"/fhir/{where}", headers=heads)
            assert leaks(response, NUMBER) == [], where
    assert state(foreign.patient.clinic_id) == before
    assert not [line for line in caplog.messages if CANARY in line or NUMBER in line]


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_no_file_of_the_other_clinic_holds_anything(form: str, foreign: Things) -> None:
    client = browser(foreign)
    home = foreign.own.clinic.slug
    usual = fields_of(client.get(address("exports:index", foreign)).content.decode())
    answers = {}
    for slug, who in ((home, client), (foreign.slug, client),
                      (foreign.slug, browser_of("admin", foreign))):  # fmt: skip
        chosen = {"clinic": slug, "format": form, "people": "named", "status": "recorded"}
        response = who.post(address("exports:index", foreign), usual | chosen)
        answers[slug, who is client] = leaks(response)
    assert answers[home, True] == answers[foreign.slug, True] == []
    assert answers[foreign.slug, False]  # or nothing would have been in the file anyway

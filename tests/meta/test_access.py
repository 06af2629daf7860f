"""Who may open what: every address, by role and clinic. One that is not in the table fails.

A row tells, for anonymous, physiotherapist, lead, clinician, administrator and a stranger of
another clinic, what GET and POST answer about things of the first clinic: `in` (served), `no`
(403), `gone` (404), `login` (sent to sign in), `key` (401: a session opens nothing), `-` (405).
What a key of the API opens: `tests/assessments/api/test_access.py`.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from assessments import instrument
from assessments.models import Assessment, SavedQuestion
from mmt.accounts.actions import invite
from mmt.accounts.models import Clinic, Scope, User
from mmt.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from mmt.accounts.tokens import make_token
from mmt.audit.alarms import raise_alarm
from mmt.audit.models import Alarm
from mmt.jobs.actions import ask_for
from mmt.jobs.models import Job
from mmt.jobs.queue import claim
from mmt.jobs.work import Work, perform
from mmt.jobs.worker import LEASE
from patients.actions import archive_patient
from patients.cards import KINDS
from patients.emergency.actions import open_in_emergency
from patients.erasure import ask_erasure
from patients.models import (
    EmergencyAccess,
    EmergencyReason,
    Erasure,
    FunctionalTest,
    LegalGround,
    Patient,
)
from tests.assessments.exchange.incoming.sheets import bring_in, filed, row, stage_sheet
from tests.assessments.letters.reading import make_letter
from tests.assessments.pairs import begin
from tests.jobs import kinds
from tests.patients.happened import make
from tests.people import (
    grade,
    make_draft,
    make_harbour,
    make_hillside,
    make_patient,
    make_person,
    make_signed,
    signed_in,
)

WHO = ("anonymous", "physio", "lead", "clinician", "admin", "stranger")
OPEN = "in in in in in in"
NOWHERE = "gone gone gone gone gone gone"  # to anybody
SIGNED_IN = "login in in in in in"
ONE_PATIENT = "login in in in in gone"
RECORDERS = "login in in no no gone"
WHO_RECORDS = "login in in no no in"
WHO_TREATS = "login in in in no in"
WRITERS = "login in in in no gone"
LEADS = "login no in no no gone"
TEAM = "login no no no in no"
MEMBER = "login no no no in gone"
LEADERS = "login no in no in gone"
MINE = "login in gone gone gone gone"  # the physiotherapist's own
EXPORTERS = "login no no no in no"
SOME_EXPORT = "login no no in in no"  # a clinician without the people
ADMINS_OWN = "login gone gone gone in gone"  # the administrator's own
ALL_SENT_TO_SIGN_IN = "login login login login login login"
NO_FACTOR = "login gone gone gone gone gone"  # of one's own; here nobody has one
NEVER = "- - - - - -"
NEVER_IN = "login - - - - -"
NOWHERE = "gone gone gone gone gone gone"
KEY = "key key key key key key"

# name -> (GET, POST)
TABLE = {
    "healthz": (OPEN, NEVER),
    "readyz": (OPEN, NEVER),
    "metrics": (NOWHERE, NEVER),  # but to who brings the token: tests/watch/test_metrics.py
    "csp_reports": (NEVER, OPEN),
    "service_worker": (OPEN, NEVER),
    "manifest": (OPEN, NEVER),
    "offline": (OPEN, NEVER),
    "device": (OPEN, OPEN),
    "start": (SIGNED_IN, NEVER_IN),
    "account_login": (OPEN, OPEN),
    "account_logout": (SIGNED_IN, ALL_SENT_TO_SIGN_IN),
    "account": (SIGNED_IN, NEVER_IN),
    "end_sessions": (NEVER_IN, SIGNED_IN),
    "second_factor": (SIGNED_IN, NEVER_IN),
    "mfa_index": (SIGNED_IN, SIGNED_IN),
    "mfa_list_webauthn": (SIGNED_IN, SIGNED_IN),
    "mfa_authenticate": (SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate": (SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate_webauthn": (SIGNED_IN, SIGNED_IN),
    "mfa_login_webauthn": (SIGNED_IN, SIGNED_IN),
    "mfa_activate_totp": (SIGNED_IN, SIGNED_IN),
    "mfa_deactivate_totp": (NO_FACTOR, NO_FACTOR),
    "mfa_view_recovery_codes": (NO_FACTOR, NEVER_IN),
    "mfa_generate_recovery_codes": (SIGNED_IN, SIGNED_IN),
    "mfa_add_webauthn": (SIGNED_IN, SIGNED_IN),
    "mfa_remove_webauthn": (NO_FACTOR, NO_FACTOR),
    "account_inactive": (OPEN, NEVER),
    "account_signup": (OPEN, OPEN),
    "account_reauthenticate": (SIGNED_IN, SIGNED_IN),
    "file_on_its_way": (SIGNED_IN, NEVER_IN),
    "file": (SIGNED_IN, NEVER_IN),
    "account_change_password": (SIGNED_IN, SIGNED_IN),
    "account_reset_password": (OPEN, OPEN),
    "account_reset_password_done": (OPEN, NEVER),
    "account_reset_password_from_key": (OPEN, OPEN),
    "account_reset_password_from_key_done": (OPEN, NEVER),
    "tokens": (SIGNED_IN, SIGNED_IN),
    "revoke_token": (NEVER_IN, MINE),
    "api_docs": (SIGNED_IN, NEVER_IN),
    "api_openapi": (OPEN, NEVER),
    "api-1:api-root": (NOWHERE, NOWHERE),
    "api-1:list_patients": (KEY, KEY),
    "api-1:register": (KEY, KEY),
    "api-1:search": (NEVER, KEY),
    "api-1:one_patient": (KEY, NEVER),
    "api-1:progress": (KEY, NEVER),
    "api-1:list_assessments": (KEY, KEY),
    "api-1:start": (KEY, KEY),
    "api-1:one_assessment": (KEY, NEVER),
    "api-1:read_draft": (KEY, NEVER),
    "api-1:write_draft": (KEY, NEVER),
    "api-1:scores": (KEY, NEVER),
    "fhir:metadata": (OPEN, NEVER),
    "fhir:patients": (KEY, NEVER),
    "fhir:patient": (KEY, NEVER),
    "fhir:observations": (KEY, NEVER),
    "fhir:observation": (KEY, NEVER),
    "fhir:reports": (KEY, NEVER),
    "fhir:report": (KEY, NEVER),
    "fhir:binary": (KEY, NEVER),
    "fhir:export": (KEY, NEVER),
    "fhir:export_patients": (KEY, NEVER),
    "fhir:bulk": (KEY, NEVER),
    "fhir:bulk_file": (KEY, NEVER),
    "fhir:code_systems": (OPEN, NEVER),
    "fhir:code_system": (OPEN, NEVER),
    "fhir:value_sets": (OPEN, NEVER),
    "fhir:value_set": (OPEN, NEVER),
    "fhir:missing": (NOWHERE, NEVER),
    "jobs:index": (SIGNED_IN, NEVER_IN),
    "jobs:cancel": (NEVER_IN, ADMINS_OWN),
    "jobs:file": (ADMINS_OWN, NEVER_IN),
    "team:index": (TEAM, NEVER_IN),
    "team:invite": (TEAM, TEAM),
    "team:withdraw": (NEVER_IN, MEMBER),
    "team:accept": (OPEN, OPEN),
    "team:member": (MEMBER, NEVER_IN),
    "team:change_role": (NEVER_IN, MEMBER),
    "team:add_role": (NEVER_IN, MEMBER),
    "team:reset_factors": (NEVER_IN, MEMBER),
    "team:second_factors": (MEMBER, MEMBER),
    "team:deactivate": (NEVER_IN, MEMBER),
    "team:reactivate": (NEVER_IN, MEMBER),
    "patients:list": (SIGNED_IN, SIGNED_IN),
    "patients:register": (SIGNED_IN, SIGNED_IN),
    "patients:edit": (ONE_PATIENT, ONE_PATIENT),
    "patients:archive": (NEVER_IN, ONE_PATIENT),
    "patients:restore": (NEVER_IN, ONE_PATIENT),
    "patients:add_functional_test": (ONE_PATIENT, ONE_PATIENT),
    "patients:void_functional_test": (ONE_PATIENT, ONE_PATIENT),
    "audit:index": (EXPORTERS, EXPORTERS),
    "audit:export": (NEVER_IN, EXPORTERS),
    "audit:alarm": (EXPORTERS, EXPORTERS),
    "audit:access": (MEMBER, NEVER_IN),
    "audit:access_file": (MEMBER, NEVER_IN),
    "audit:printed": (NEVER_IN, ONE_PATIENT),
    "emergency:open": (WHO_TREATS, WHO_TREATS),
    "emergency:end": (NEVER_IN, SIGNED_IN),
    "emergency:review": (ADMINS_OWN, ADMINS_OWN),
    "emergency:allow": (MEMBER, MEMBER),
    "erasing:index": (EXPORTERS, NEVER_IN),
    "erasing:patient": (MEMBER, MEMBER),
    "erasing:confirm": (NEVER_IN, ADMINS_OWN),
    "erasing:withdraw": (NEVER_IN, ADMINS_OWN),
    "exports:index": (SOME_EXPORT, SOME_EXPORT),
    "imports:index": (EXPORTERS, EXPORTERS),
    "imports:read": (MEMBER, NEVER_IN),
    "imports:columns": (MEMBER, MEMBER),
    "imports:check": (MEMBER, MEMBER),
    "imports:rejected": (MEMBER, NEVER_IN),
    "imports:undo": (MEMBER, MEMBER),
    "imports:forget": (NEVER_IN, MEMBER),
    "assessments:cohort": (SIGNED_IN, SIGNED_IN),
    "assessments:cohort_export": (NEVER_IN, EXPORTERS),
    "assessments:cohort_delete": (MINE, MINE),
    "assessments:person": (ONE_PATIENT, NEVER_IN),
    "assessments:trends": (ONE_PATIENT, NEVER_IN),
    "assessments:held": (MEMBER, MEMBER),
    "assessments:compare": (ONE_PATIENT, NEVER_IN),
    "assessments:picture": (ONE_PATIENT, NEVER_IN),
    "assessments:judge_weakness": (ONE_PATIENT, ONE_PATIENT),
    "assessments:new": (RECORDERS, RECORDERS),
    "assessments:blank": (RECORDERS, NEVER_IN),
    "assessments:sheet": (ONE_PATIENT, NEVER_IN),
    "assessments:rule": (MEMBER, MEMBER),
    "assessments:second": ("login no in no no gone", "login no in no no gone"),
    "assessments:pair": (ONE_PATIENT, NEVER_IN),
    "assessments:end_pair": (RECORDERS, RECORDERS),
    "assessments:quality": (LEADERS, NEVER_IN),
    "assessments:quality_list": (LEADERS, NEVER_IN),
    "assessments:agreement": (LEADERS, NEVER_IN),
    "assessments:clinic_order": (LEADERS, LEADERS),
    "assessments:back_entry": (WHO_RECORDS, WHO_RECORDS),
    "assessments:back_entry_patient": (WHO_RECORDS, WHO_RECORDS),
    "assessments:back_entry_start": (NEVER_IN, RECORDERS),
    "assessments:read": (ONE_PATIENT, NEVER_IN),
    "assessments:record": (RECORDERS, RECORDERS),
    "assessments:save": (NEVER_IN, RECORDERS),
    "assessments:discard": (NEVER_IN, RECORDERS),
    "assessments:restore_draft": (NEVER_IN, RECORDERS),
    "assessments:add_movement": (NEVER_IN, RECORDERS),
    "assessments:order": (NEVER_IN, RECORDERS),
    "assessments:measurements": (RECORDERS, RECORDERS),
    "assessments:remove_measurement": (NEVER_IN, RECORDERS),
    "assessments:sign": (RECORDERS, RECORDERS),
    "assessments:write_letter": (WRITERS, WRITERS),
    "assessments:write_report": (WRITERS, WRITERS),
    "assessments:letter": (ONE_PATIENT, NEVER_IN),
    "assessments:amend": (RECORDERS, RECORDERS),
    "assessments:void": (RECORDERS, RECORDERS),
    "assessments:move": (LEADS, LEADS),
} | {
    f"assessments:{act}_{kind.name}": (ONE_PATIENT, ONE_PATIENT)
    for act in ("add", "edit", "void")
    for kind in KINDS
}
ABOUT_DRAFTS = {
    "record",
    "save",
    "discard",
    "restore_draft",
    "add_movement",
    "order",
    "measurements",
    "remove_measurement",
    "sign",
}


ABOUT_A_PATIENT = {
    "patients:register",
    "patients:edit",
    "patients:archive",
    "patients:restore",
    "patients:add_functional_test",
    "patients:void_functional_test",
    "assessments:judge_weakness",
} | {f"assessments:{act}_{kind.name}" for act in ("add", "edit", "void") for kind in KINDS}
ABOUT_PAIRS = {"pair", "end_pair"}
ABOUT_IMPORTED = {"read", "undo"}


class Things(SimpleNamespace):
    """One of everything, in the first clinic, and a signed-in browser of each who may ask."""

    people: dict[str, User]
    cookies: dict[str, SimpleCookie]
    patient: Patient
    draft: Assessment
    signed: Assessment
    second: Assessment  # a draft of the physiotherapist's, blind


@pytest.fixture(scope="module")
def world(module_db: None) -> Things:
    harbour = make_harbour()
    people = {who: make_person(who, harbour) for who in WHO[1:-1]}
    people["stranger"] = make_person("stranger", make_hillside())
    physio, admin = people["physio"], people["admin"]
    colleague = make_person("colleague", harbour)
    patient = make_patient(harbour, physio, family_name="Winters", given_names="Álma")
    results = {("hip_flexion", "right"): grade(0)}
    invitation, token = invite(
        email="new@harbour.test", role=Role.CLINICIAN, clinic=harbour, by=admin
    )
    signed = make_signed(patient, physio, results)
    return Things(
        people=people,
        cookies={who: signed_in(user).cookies for who, user in people.items()},
        patient=patient,
        draft=make_draft(patient, physio),
        second=begin(make_signed(patient, colleague, results), physio),
        signed=signed,
        test=FunctionalTest.objects.create(
            patient=patient, kind="berg", tested_on=date(2024, 5, 2), first=40, tester=physio
        ),
        rows={kind.name: make(kind, patient, physio) for kind in KINDS},
        membership=colleague.memberships.get(),
        invitation=invitation,
        job=a_job_done(admin, harbour),
        alarm=an_alarm(harbour),
        emergency=open_to(people["stranger"], make_patient(harbour, physio)),
        erasure=an_erasure(make_patient(harbour, physio), admin),
        letter=make_letter(signed, physio),
        question=SavedQuestion.objects.create(owner=physio, name="Knees", query="direction=fell"),
        key=make_token(name="key", scope=Scope.READ, days=30, by=physio)[0],
        token=token,
        slug=harbour.slug,
        staged=stage_sheet(filed(row(grade="?")), harbour, admin),
        imported=bring_in(filed(row(who=["H-1", "Sommer", "Bo", "1990-01-31"])), harbour, admin),
    )


@pytest.fixture
def things(db: None, world: Things, settings: Any) -> Things:
    """The world is as old as its file's tests are slow: nobody is asked again for that."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600
    return Things(**vars(world))


def browser_of(who: str, things: Things) -> Client:
    """Return a new browser with the session that a person has; anonymous has none."""
    client = Client()
    client.cookies = deepcopy(things.cookies.get(who, client.cookies))
    return client


def an_alarm(clinic: Clinic) -> Alarm:
    raise_alarm(str(clinic.pk), "a", "Look.", actor="daily check")
    return Alarm.objects.get(key="a")


def an_erasure(patient: Patient, by: User) -> Erasure:
    archive_patient(patient, by=by)
    return ask_erasure(patient, ground=LegalGround.CONSENT, reason="Asked in writing.", by=by)


def open_to(person: User, patient: Patient) -> EmergencyAccess:
    """Open a patient of another clinic in an emergency."""
    return open_in_emergency(
        record_number=patient.record_number,
        birth_date=patient.birth_date,
        kind=EmergencyReason.TREATMENT,
        reason="Fell in our waiting room.",
        by=person,
    )


def a_job_done(owner: User, clinic: Clinic) -> Job:
    kinds.register()
    ask_for("write", {"words": ["one"]}, title="Words", clinic=clinic, by=owner)
    job = claim(LEASE)
    assert job
    perform(Work(job, LEASE))
    return job


def patterns(found: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in (found or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            inner = f"{prefix}{each.namespace}:" if each.namespace else prefix
            yield from patterns(each, inner)
        else:
            yield f"{prefix}{each.name}", each


PATTERNS = dict(patterns())


def about(page: str, things: Things) -> Assessment:
    if page in ABOUT_PAIRS:
        return things.second
    return things.draft if page in ABOUT_DRAFTS else things.signed


def address(name: str, things: Things) -> str:
    _room, _colon, page = name.rpartition(":")
    needed = {
        "patient_id": things.patient.pk,
        "assessment_id": about(page, things).pk,
        "test_id": things.test.pk,
        "letter_id": things.letter.pk,
        "row_id": things.rows.get(page.partition("_")[2], things.test).pk,
        "membership_id": things.membership.pk,
        "invitation_id": things.invitation.pk,
        "question_id": things.question.pk,
        "token_id": things.key.pk,
        "job_id": things.job.pk,
        "alarm_id": things.alarm.pk,
        "access_id": things.emergency.pk,
        "erasure_id": things.erasure.pk,
        "token": things.token,
        "clinic_slug": things.slug,
        "observation_id": things.signed.pk,
        "kind_key": "unsigned",
        "battery_key": instrument.DEFAULT_BATTERY,
        "import_id": (things.imported if page in ABOUT_IMPORTED else things.staged).pk,
        "uidb36": "abc",
        "key": "movement" if "fhir" in name else "def-ghi",
        "kind": "heat-map",
        "form": "csv" if page == "access_file" else "svg",
        "pk": 1,
    }
    wanted = PATTERNS[name].pattern.regex.groupindex
    return reverse(name, kwargs={key: needed[key] for key in wanted})


def lacks(response: HttpResponse) -> list[str]:
    """Return what would let somebody keep the answer, embed it or have it run what is not ours."""
    policy = response.headers.get("Content-Security-Policy", "")
    wanted = {
        "Cache-Control": {"no-store"},
        "Cross-Origin-Opener-Policy": {"same-origin"},
        "Cross-Origin-Resource-Policy": {"same-origin"},
        "Referrer-Policy": {"same-origin", "strict-origin"},  # the latter hides a link that opens
        "X-Content-Type-Options": {"nosniff"},
        "X-Frame-Options": {"DENY"},
    }
    missing = [name for name, said in wanted.items() if response.headers.get(name) not in said]
    rules = ("default-src 'none'", "frame-ancestors 'none'", "report-uri /csp-reports/")
    missing += [rule for rule in rules if rule not in policy]
    if "camera=()" not in response.headers.get("Permissions-Policy", ""):
        missing.append("Permissions-Policy")
    return missing + re.findall(r"unsafe-[a-z]+|https?:|\*", policy)


def told(response: HttpResponse) -> str:
    if response.status_code == 302 and "/accounts/login/" in response.headers["Location"]:
        return "login"
    return {401: "key", 403: "no", 404: "gone", 405: "-"}.get(response.status_code, "in")


def test_every_address_stands_in_the_table() -> None:
    assert set(PATTERNS) == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
@pytest.mark.parametrize("method", ["get", "post"])
def test_each_role_gets_what_the_table_says(
    name: str,
    method: str,
    things: Things,
) -> None:
    row = TABLE[name][method == "post"].split()
    found = {}
    for who in WHO:
        with transaction.atomic():  # each of them finds things as they were
            response = getattr(browser_of(who, things), method)(address(name, things))
            if response.streaming:
                b"".join(response)  # to its end, which closes it
            transaction.set_rollback(True)
        assert response.status_code != 500
        assert lacks(response) == []
        found[who] = told(response)
    assert found == dict(zip(WHO, row, strict=True))


def test_who_may_only_look_changes_nothing_of_a_patient(
    things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every role may change patients today: the table alone would not miss the question."""
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.CLINICIAN, frozenset({Permission.SEE_PATIENTS}))
    client = browser_of("clinician", things)
    for name in ABOUT_A_PATIENT:
        row = TABLE[name]
        for method, answers in zip(("get", "post"), row, strict=True):
            if "in" in answers.split():
                response = getattr(client, method)(address(name, things))
                assert told(response) == "no", (name, method)


@pytest.mark.parametrize(
    "name",
    sorted(name for name, rows in TABLE.items() if any(row.endswith("gone") for row in rows)),
)
def test_a_stranger_cannot_tell_a_foreign_thing_from_none(name: str, things: Things) -> None:
    method = "get" if TABLE[name][0].endswith("gone") else "post"
    client = browser_of("stranger", things)
    foreign = getattr(client, method)(address(name, things))
    nothing = SimpleNamespace(pk=uuid4())
    blank = Things(
        patient=nothing,
        draft=nothing,
        signed=nothing,
        second=nothing,
        test=nothing,
        rows={},
        membership=nothing,
        invitation=nothing,
        letter=nothing,
        question=nothing,
        key=nothing,
        job=nothing,
        alarm=nothing,
        emergency=nothing,
        erasure=nothing,
        token="none",
        slug="none",
        staged=nothing,
        imported=nothing,
    )
    missing = getattr(client, method)(address(name, blank))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


# Pages of the sign-in library, whose forms take PUT for POST; both ask the same of who sends.
TAKE_PUT = re.compile(r"account_|mfa_")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_page_takes_another_method(method: str, things: Things) -> None:
    """Each page is asked by somebody to whom it opens, whom nothing but the method stops."""
    taken = {}
    for name, rows in TABLE.items():
        opens_to = [
            who for row in rows for who, how in zip(WHO, row.split(), strict=True) if how == "in"
        ]
        if TAKE_PUT.match(name) or not opens_to:
            continue
        with transaction.atomic():
            client = browser_of(opens_to[-1], things)
            status = getattr(client, method)(address(name, things)).status_code
            transaction.set_rollback(True)
        if status != 405:
            taken[name] = (opens_to[-1], status)
    assert taken == {}


# A browser reports by itself, without any page's token.
REPORTS = "csp_reports"


def test_no_page_takes_a_form_without_its_token(things: Things) -> None:
    taken = {}
    for name, rows in TABLE.items():
        opens_to = [who for who, how in zip(WHO, rows[1].split(), strict=True) if how == "in"]
        if name == REPORTS or not opens_to:
            continue
        client = browser_of(opens_to[-1], things)
        client.handler.enforce_csrf_checks = True
        with transaction.atomic():
            status = client.post(address(name, things)).status_code
            transaction.set_rollback(True)
        if status != 403:
            taken[name] = status
    assert taken == {}


# What a stranger may open who has emergency access: to read, and to say that a page was printed.
READ_IN_EMERGENCY = {
    ("get", "assessments:person"),
    ("get", "assessments:trends"),
    ("get", "assessments:compare"),
    ("get", "assessments:picture"),
    ("get", "assessments:sheet"),
    ("get", "assessments:pair"),
    ("get", "assessments:read"),
    ("get", "assessments:letter"),
    ("post", "audit:printed"),
}


def test_emergency_access_opens_what_reads_and_nothing_that_writes(things: Things) -> None:
    open_to(things.people["stranger"], things.patient)
    opened, wrong = set(), []
    closed = [
        (method, name)
        for name, rows in TABLE.items()
        for method, row in zip(("get", "post"), rows, strict=True)
        if row.endswith("gone")
    ]
    for method, name in closed:
        with transaction.atomic():
            response = getattr(browser_of("stranger", things), method)(address(name, things))
            transaction.set_rollback(True)
        if told(response) == "in":
            opened.add((method, name))
        elif told(response) not in ("no", "gone"):
            wrong.append((method, name, told(response)))
    assert (opened, wrong) == (READ_IN_EMERGENCY, [])

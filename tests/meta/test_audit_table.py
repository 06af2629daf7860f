"""The audit table: what is done writes exactly one event, of the right person, patient and address.

Done as people do it, by the pages; then by the API, in bulk and by commands.
"""

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from assessments.models import Assessment
from mmt.accounts.models import Scope, User
from mmt.accounts.tokens import make_token
from mmt.audit.alarms import raise_alarm
from mmt.audit.log import record_viewing
from mmt.audit.models import Action, Alarm, AuditEvent, Outcome
from patients.models import Patient
from tests.assessments.exchange.incoming.sheets import bring_in, row, sheet
from tests.assessments.letters.reading import make_letter
from tests.assessments.saving import HIP, put
from tests.assessments.views.visiting import address, corrected, signature
from tests.patients.test_edit import typed
from tests.people import (
    PASSWORD,
    grade,
    make_draft,
    make_harbour,
    make_hillside,
    make_patient,
    make_person,
    make_signed,
    signed_in,
)

FROM = "10.7.7.7"
WHY = "Written on the wrong line."
Do = Callable[[Client, Any], Any]


@pytest.fixture(scope="module")
def world(module_db: None) -> SimpleNamespace:
    harbour = make_harbour()
    people = {who: make_person(who, harbour) for who in ("physio", "lead", "clinician", "admin")}
    people["stranger"] = make_person("stranger", make_hillside())
    physio = people["physio"]
    patient = make_patient(harbour, physio, record_number="H-1")
    draft = make_draft(patient, physio)
    put(draft, {HIP: "0"}, by=physio)
    signed = make_signed(patient, physio, {("hip_flexion", "right"): grade(0)})
    raise_alarm(str(harbour.pk), "a", "Look.", actor="daily check")
    for person in people.values():
        record_viewing(by=person, clinic_id=harbour.pk, patient_id=patient.pk)
    return SimpleNamespace(
        harbour=harbour,
        people=people,
        patient=patient,
        unseen=make_patient(harbour, physio, birth_date=date(1950, 1, 31)),
        other=make_patient(harbour, physio, record_number="H-2", birth_date=date(1950, 1, 30)),
        draft=draft,
        signed=signed,
        letter=make_letter(signed, physio),
        key=make_token(name="key", scope=Scope.EXPORT, days=1, by=people["admin"])[1],
        alarm=Alarm.objects.get(),
    )


def post(path: str, **said: str) -> Do:
    """Return what posts to an address; `{patient}`, `{signed}` and so on stand for ids."""
    return lambda client, world: taken(client.post(filled(path, world), said))


def get(path: str) -> Do:
    return lambda client, world: taken(client.get(filled(path, world)))


def filled(path: str, world: Any) -> str:
    known = ("patient", "unseen", "signed", "draft", "letter", "alarm")
    return path.format(**{name: getattr(world, name).pk for name in known})


def taken(response: Any) -> None:
    if response.streaming:
        b"".join(response)


def register(client: Client, _world: Any) -> None:
    person = {"record_number": "H-3", "family_name": "Marsh", "given_names": "Callum"}
    born = {"birth_date": "1996-05-21", "sex": "male"}
    client.post("/patients/new/", {"new_id": str(uuid4()), **person, **born})


def edit(client: Client, world: Any) -> None:
    said = typed(Patient.objects.get(pk=world.patient.pk), family_name="Summers")
    client.post(f"/patients/{world.patient.pk}/edit/", said)


def sign(client: Client, world: Any) -> None:
    client.post(address("sign", world.draft), signature(world.draft))


def move(client: Client, world: Any) -> None:
    to = {"record_number": "H-2", "birth_date": str(world.other.birth_date)}
    corrected(client, "move", world.signed, reason=WHY, **to)


def by_key(path: str) -> Do:
    def ask(_client: Client, world: Any) -> None:
        key = {"Authorization": f"Bearer {world.key}"}
        taken(Client(REMOTE_ADDR=FROM).get(filled(path, world), headers=key))

    return ask


@dataclass(frozen=True, slots=True)
class Row:
    """`about` is an attribute of the world that is a patient."""

    who: str
    do: Do
    action: Action
    about: str = ""
    outcome: Outcome = Outcome.DONE


def in_emergency(number: str) -> Do:
    said = {"birth_date": "1980-04-12", "kind": "treatment", "reason": WHY}
    return post("/emergency/", record_number=number, **said)


def sign_in(_client: Client, _world: Any) -> None:
    said = {"login": "physio@harbour.test", "password": PASSWORD}
    Client(REMOTE_ADDR=FROM).post("/accounts/login/", said)


def correct(way: str, **typed: str) -> Do:
    return lambda client, world: corrected(client, way, world.signed, reason=WHY, **typed)


A = Action
REFUSED = Outcome.REFUSED
LONG = {"clinic": "harbour", "status": "in_force", "layout": "long"}
PATIENT, SIGNED = "/patients/{patient}/", "/assessments/{signed}/"
TABLE = {
    "sign in": Row("physio", sign_in, A.SIGN_IN),
    "sign out": Row("physio", post("/accounts/logout/"), A.SIGN_OUT),
    "see": Row("clinician", get("/patients/{unseen}/"), A.PATIENT_VIEWED, "unseen"),
    "see by key": Row("admin", by_key("/fhir/Patient/{unseen}"), A.PATIENT_VIEWED, "unseen"),
    "register": Row("physio", register, A.PATIENT_REGISTERED),
    "edit": Row("physio", edit, A.PATIENT_EDITED, "patient"),
    "archive": Row("physio", post(PATIENT + "archive/"), A.PATIENT_ARCHIVED, "patient"),
    "sign": Row("physio", sign, A.ASSESSMENT_SIGNED, "patient"),
    "amend": Row("physio", correct("amend", **{HIP: "3"}), A.ASSESSMENT_AMENDED, "patient"),
    "void": Row("physio", correct("void"), A.ASSESSMENT_VOIDED, "patient"),
    "discard": Row("physio", post("/assessments/{draft}/discard/"), A.DRAFT_DISCARDED, "patient"),
    "take a letter": Row("clinician", get("/letters/{letter}/"), A.LETTER_READ, "patient"),
    "take a picture": Row(
        "clinician", get(PATIENT + "pictures/heat-map.svg"), A.EXPORTED, "patient"
    ),
    "print": Row("clinician", post("/audit/patients/{patient}/printed/"), A.PRINTED, "patient"),
    "export": Row("admin", post("/exports/", **LONG), A.EXPORTED),
    "export by key": Row("admin", by_key("/api/v1/exports/scores?clinic=harbour"), A.EXPORTED),
    "export a list": Row("admin", post("/cohort/export/?direction=fell"), A.EXPORTED),
    "export the log": Row("admin", post("/audit/export/", format="csv"), A.AUDIT_EXPORTED),
    "give an access log": Row(
        "admin", get("/audit/patients/{patient}/access.pdf"), A.ACCESS_LOG_GIVEN, "patient"
    ),
    "acknowledge": Row("admin", post("/audit/alarms/{alarm}/", reason=WHY), A.ALARM_ACKNOWLEDGED),
    "invite": Row(
        "admin", post("/team/invite/", email="new@harbour.test", role="lead"), A.MEMBER_INVITED
    ),
    "open in emergency": Row("stranger", in_emergency("H-1"), A.EMERGENCY_OPENED, "patient"),
    "guess": Row("stranger", in_emergency("H-9"), A.EMERGENCY_OPENED, "", REFUSED),
    "export unasked": Row("physio", post("/cohort/export/"), A.EXPORTED, "", REFUSED),
    "record unasked": Row(
        "clinician", get(PATIENT + "assessments/new/"), A.DRAFT_STARTED, "patient", REFUSED
    ),
    "amend unasked": Row(
        "clinician", post(SIGNED + "amend/"), A.ASSESSMENT_AMENDED, "patient", REFUSED
    ),
    "see a foreigner": Row("stranger", get(PATIENT), A.ACCESS_REFUSED, "patient", REFUSED),
    "read the log unasked": Row("lead", get("/audit/"), A.ACCESS_REFUSED, "", REFUSED),
}


def newer(than: int) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(pk__gt=than).order_by("pk"))


def newest() -> int:
    return AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@pytest.mark.parametrize("name", TABLE)
def test_what_is_done_writes_one_event(name: str, world: SimpleNamespace, db: None) -> None:
    wanted = TABLE[name]
    person: User = world.people[wanted.who]
    client = signed_in(person)
    client.defaults["REMOTE_ADDR"] = FROM
    before = newest()
    wanted.do(client, world)
    [event] = newer(before)
    about = getattr(world, wanted.about).pk if wanted.about else event.patient_id
    assert (event.action, event.outcome) == (wanted.action, wanted.outcome)
    assert (event.actor_id, event.actor) == (person.pk, person.email)
    assert (event.patient_id, event.address) == (about, FROM)
    assert event.request_id
    if not wanted.about and wanted.action != Action.PATIENT_REGISTERED:
        assert event.patient_id is None


def test_a_move_is_told_once_of_each_patient(world: SimpleNamespace, db: None) -> None:
    client = signed_in(world.people["lead"])
    before = newest()
    move(client, world)
    moved = [event for event in newer(before) if event.action == Action.ASSESSMENT_MOVED]
    assert {event.patient_id for event in moved} == {world.patient.pk, world.other.pk}
    assert len(moved) == len(newer(before)) == 2


def test_an_import_is_told_once_and_of_each_patient_and_visit(
    world: SimpleNamespace, db: None
) -> None:
    admin = world.people["admin"]
    before = newest()
    rows = [row(who=[f"I-{number}", "Sommer", "Bo", "1990-01-31"]) for number in range(3)]
    bring_in(sheet(*rows), world.harbour, admin)
    told = [event.action for event in newer(before)]
    assert {event.actor_id for event in newer(before)} == {admin.pk}
    assert Counter(told) == {
        Action.IMPORT_UPLOADED: 1,
        Action.PATIENT_REGISTERED: 3,
        Action.ASSESSMENT_IMPORTED: 3,
        Action.IMPORTED: 1,
    }
    patients = {event.patient_id for event in newer(before) if event.patient_id}
    brought = Patient.objects.filter(record_number__startswith="I-")
    assert patients == set(brought.values_list("pk", flat=True))
    assert Assessment.objects.filter(patient__in=patients).count() == 3


def test_commands_are_told_as_the_command_line(
    world: SimpleNamespace, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = newest()
    file = str(tmp_path / "scores.csv")
    call_command("export_scores", clinic="harbour", output=file, stderr=io.StringIO())
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough secret\n"))
    call_command("create_clinic", "Third", time_zone="Europe/London", administrator="a@third.test")
    events = newer(before)
    assert [event.action for event in events] == [Action.EXPORTED, Action.CLINIC_CREATED]
    assert {(event.actor_id, event.actor, event.address) for event in events} == {
        (None, "command line", None)
    }

"""Every page of the access table asks the database as often when there is much as when there is
little: what grows with the data is in the queries, never in their number.
"""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from mmt.accounts.models import Scope
from mmt.accounts.roles import Role
from mmt.accounts.tokens import make_token
from mmt.audit.alarms import raise_alarm
from patients.cards import KINDS
from patients.models import FunctionalTest
from tests.assessments.letters.reading import make_letter
from tests.meta.test_access import TABLE, WHO, Things, address, an_erasure, browser_of
from tests.patients.happened import make
from tests.people import grade, make_draft, make_patient, make_signed, make_user

MORE = 6
TIMES = 2  # a first look may tell the audit log, and fill what a process keeps


def test_no_page_asks_more_often_where_there_is_more(things: Things) -> None:
    pages = [(name, who) for name, (get, _post) in TABLE.items() if (who := _reader(get))]
    _grow(things, 1)  # one visit is another page than two
    before = {page: asked(*page, things) for page in pages}
    _grow(things, MORE)
    after = {page: asked(*page, things) for page in pages}
    grown = {page: (before[page], after[page]) for page in pages if after[page] > before[page]}
    assert len(pages) > 70
    assert grown == {}


def _reader(answers: str) -> str | None:
    """Return who is let in: the physiotherapist, or else the administrator."""
    told = dict(zip(WHO, answers.split(), strict=True))
    return next((who for who in ("physio", "admin") if told[who] == "in"), None)


def asked(name: str, who: str, things: Things) -> int:
    """Return how many queries a page takes that was looked at a moment ago."""
    browser, url = browser_of(who, things), address(name, things)
    for _time in range(TIMES):
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(url)
            response.getvalue()
    return len(queries)


def _grow(things: Things, times: int) -> None:
    """Add to whatever the pages list."""
    physio, admin, clinic = things.people["physio"], things.people["admin"], things.patient.clinic
    results = {("hip_flexion", "right"): grade(3), ("knee_extension", "left"): grade(0)}
    for number in range(times):
        signed = make_signed(things.patient, physio, results)
        make_letter(signed, physio)
        make_draft(things.patient, physio)
        other = make_patient(clinic, physio)
        make_signed(other, physio, results)
        make_draft(other, physio)
        an_erasure(make_patient(clinic, physio), admin)
        for kind in KINDS:
            make(kind, things.patient, physio)
        FunctionalTest.objects.create(
            patient=things.patient, kind="berg", tested_on="2024-05-03", first=30, tester=physio
        )
        make_user(f"clinician{times}{number}@harbour.test", clinic, Role.CLINICIAN)
        make_token(name=f"key {number}", scope=Scope.READ, days=30, by=physio)
        raise_alarm(str(clinic.pk), f"a{times}{number}", "Look.", actor="daily check")

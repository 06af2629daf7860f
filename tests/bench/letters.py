"""What a letter and a report cost in processor time, from the database to the PDF."""

from collections.abc import Iterator

from assessments.letters.facts import Wording, facts_of
from assessments.letters.subject import known_of, subject_of
from assessments.letters.typesetting import pdf_of
from assessments.models import Addressee, LetterKind
from mmt.accounts.models import User
from patients.models import Patient

from .measure import Row, cpu

ROUNDS = 10


def run(patient: Patient, by: User) -> Iterator[Row]:
    related = ("clinic", "patient", "signed_by")
    record = patient.assessments.in_force().select_related(*related).latest_first()[0]
    for kind in LetterKind:
        yield cpu(
            f"{kind.label} of 100 visits, as PDF",
            lambda kind=kind: made(record, Wording(kind, Addressee.GP), by),
            rounds=ROUNDS,
            target="100 ms",
        )


def made(record, wording: Wording, by: User) -> bytes:
    known = known_of(record)
    return pdf_of(facts_of(subject_of(record, known, known.earlier(record)[0]), wording, by=by))

"""Bringing planned patients, with all that is theirs, into a clinic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mmt.accounts.models import Clinic, User
from patients.models import (
    CareContact,
    Event,
    FunctionalTest,
    Intervention,
    Patient,
    Referral,
    SearchTerm,
)

from ..models import Assessment, Draft, Meaning, Measurement, Progress, QualityMark, Score, Weakness
from ..progress_rows import COLUMNS
from ..signing import Told, sign_each
from ..tables import SCORE, insert, insert_stored, update
from . import care_rows, rows
from .plan import PlannedPatient
from .progress import progress_rows

SIGNATURE = ("status", "revision", "signed_by_id", "signed_at")


@dataclass(frozen=True, slots=True)
class Writer:
    """`testers` are the people that `PlannedVisit.tester` numbers."""

    clinic: Clinic
    testers: Sequence[User]

    def write(self, patients: Sequence[PlannedPatient], *, at_once: bool) -> int:
        """Write patients and return how many scores they had.

        With `at_once` records go in signed, which the triggers refuse: they must be lifted.
        Otherwise every record goes its usual way: a draft that takes its scores, then is signed.
        """
        mine, testers = self.clinic, [tester.pk for tester in self.testers]
        insert(Patient, rows.PATIENT, rows.patient_rows(patients, mine))
        insert(SearchTerm, rows.TERM, rows.term_rows(patients))
        insert(Event, rows.EVENT, rows.event_rows(patients, testers[0]))
        insert(Intervention, rows.INTERVENTION, rows.intervention_rows(patients, testers[0]))
        insert(Referral, care_rows.REFERRAL, care_rows.referral_rows(patients, testers[0]))
        insert(CareContact, care_rows.CONTACT, care_rows.contact_rows(patients, testers[0]))
        insert(Weakness, care_rows.WEAKNESS, care_rows.weakness_rows(patients, testers))
        insert(
            Assessment,
            rows.ASSESSMENT,
            rows.assessment_rows(patients, mine, testers, signed=at_once),
        )
        insert_stored(Score, SCORE, rows.score_rows(patients))
        insert(Measurement, rows.MEASUREMENT, rows.measurement_rows(patients, testers))
        insert(FunctionalTest, rows.FUNCTIONAL, rows.functional_rows(patients, testers))
        sign_each(self._signatures(patients), Meaning.SIGNED)
        if not at_once:
            update(Assessment, SIGNATURE, rows.signature_rows(patients, testers))
        insert(QualityMark, rows.MARK, rows.mark_rows(patients, mine))
        insert(Draft, rows.DRAFT, rows.draft_rows(patients, self.testers))
        insert_stored(Progress, COLUMNS, progress_rows(patients, mine, testers))
        return sum(len(visit.results) for patient in patients for visit in patient.visits)

    def _signatures(self, patients: Sequence[PlannedPatient]) -> Iterator[Told]:
        for patient in patients:
            for visit in patient.visits:
                yield Assessment(pk=visit.id), self.testers[visit.tester], visit.signed_at

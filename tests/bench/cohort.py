"""Questions across 10,000 patients of 20 visits, beside the best SQL by hand over the read model.

Both give how many patients, how many results, among how many, and the first page with its results.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from assessments.cohort import Answer, Question, answer, due, new, relapsed
from assessments.models import Assessment
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Permission
from patients.models import Patient
from patients.paging import SIZE, page_by_name

from .crowd import multiply
from .measure import Row, compare

ROUNDS = 9
PATIENTS = 10_000
TARGET = "2, under 50 ms"
COUNTS = """
SELECT count(*), sum(each) FROM (SELECT count(*) AS each FROM assessments_progress
WHERE clinic_id IN (%s) AND {wanted} GROUP BY clinic_id, patient_id) AS found
"""
COUNTS_OF_SOME = """
SELECT count(DISTINCT patient_id), count(*) FROM assessments_progress
WHERE clinic_id = %s AND {wanted}
"""
PAGE = f"""
SELECT p.id, p.family_name, p.given_names, p.record_number, p.birth_date, p.archived_at
FROM patients_patient p WHERE p.clinic_id = %s AND EXISTS (SELECT 1 FROM assessments_progress g
WHERE g.clinic_id = p.clinic_id AND g.patient_id = p.id AND {{wanted}})
ORDER BY p.sort_name, p.id LIMIT {SIZE + 1}
"""  # noqa: S608 (a number of ours)
SEEN = "SELECT count(*) FROM patients_patient WHERE clinic_id = %s AND last_seen IS NOT NULL"
GRADED = (
    "SELECT count(DISTINCT patient_id) FROM assessments_progress WHERE clinic_id = %s AND {cells}"
)
AT_ONCE = f"""
SELECT p.id, p.family_name, p.given_names, p.record_number, p.birth_date, p.archived_at
FROM patients_patient p WHERE p.id IN (SELECT patient_id FROM assessments_progress
WHERE clinic_id = %s AND {{wanted}}) ORDER BY p.sort_name, p.id LIMIT {SIZE + 1}
"""  # noqa: S608 (a number of ours)
NEW = """
(since_baseline < 0 OR since_baseline > 0) AND flag IN ('crossed', 'changed', 'watch')
AND latest_assessment_id IN (SELECT id FROM assessments_assessment WHERE signed_at > '{since}')
"""
# As many records as a large clinic signs in a week.
RECORDS_SINCE = 500
KNEE = "movement = 'knee_extension'"
KNEE_OR_ANKLE = "movement IN ('knee_extension', 'ankle_dorsiflexion')"
RESULTS = "SELECT * FROM assessments_progress WHERE patient_id IN ({marks}) AND {wanted}"


class Asked(NamedTuple):
    """A question in words, as the address asks it, and what its results are in SQL.

    Without a question, it is about what is new since a sign-in.
    """

    words: str
    query: str
    wanted: str
    cells: str = ""
    page: str = PAGE

    @property
    def counts(self) -> str:
        return COUNTS_OF_SOME if self.cells or self.page is AT_ONCE else COUNTS

    @property
    def among(self) -> str:
        return GRADED.format(cells=self.cells) if self.cells else SEEN


ASKED = (
    Asked(
        "knee extension fell by a grade, tested in 12 months",
        "movement=knee_extension&by=1&within=12",
        f"{KNEE} AND since_baseline <= -3 AND latest_at >= '{{year_ago}}'",
        KNEE,
    ),
    Asked(
        "knee extension fell, confirmed by repeat",
        "movement=knee_extension&only=confirmed",
        f"{KNEE} AND since_baseline < 0 AND confirmed",
        KNEE,
    ),
    Asked(
        "knee extension or dorsiflexion fell",
        "movement=knee_extension&movement=ankle_dorsiflexion",
        f"{KNEE_OR_ANKLE} AND since_baseline < 0",
        KNEE_OR_ANKLE,
    ),
    Asked("any movement fell", "direction=fell", "since_baseline < 0"),
    Asked("any movement fell by two grades", "by=2", "since_baseline < 0 AND since_baseline <= -6"),
    Asked(
        "any movement fell or rose since the visit before",
        "direction=either&since=previous",
        "(since_previous < 0 OR since_previous > 0)",
    ),
    Asked(
        "any movement fell, confirmed by repeat",
        "only=confirmed",
        "since_baseline < 0 AND confirmed",
    ),
    Asked(
        "any movement fell below 3",
        "crossed=on",
        "since_baseline < 0 AND baseline_level >= 6 AND latest_level < 6",
    ),
    Asked(f"new since {RECORDS_SINCE} records", "", NEW, page=AT_ONCE),
)


def run(clinic: Clinic, by: User) -> Iterator[Row]:
    """Yield the questions, after copying the clinic's patients until there are 10,000."""
    patients = multiply(clinic, PATIENTS)
    clinics = by.clinics_with(Permission.SEE_PATIENTS)
    signed = Assessment.objects.filter(clinic=clinic).order_by("-signed_at")
    since = signed.values_list("signed_at", flat=True)[RECORDS_SINCE]
    for asked in ASKED:
        form = Question(QueryDict(asked.query), clinics=clinics)
        assert form.is_valid(), form.errors
        by_hand = _by_hand(asked, clinic, since)

        def ours(asked: Asked = asked, form: Question = form) -> Answer:
            wanted = form.wanted() if asked.query else new(clinics, since)
            return answer(wanted, form, user=by, after="", before="", few=not asked.query)

        found = ours()
        of_page = sum(len(each.rows) + each.left_out for each in found.people)
        assert by_hand() == (found.page.total, found.results, found.among, of_page), asked
        yield compare(
            f"{patients:,} patients: {asked.words} ({found.page.total:,})",
            ours,
            by_hand,
            rounds=ROUNDS,
            target=TARGET,
        )
    visible = Patient.objects.visible_to(by)
    for words, found in (
        ("overdue for a re-test", due(visible, clinics)),
        ("not re-tested after a relapse", relapsed(visible)),
    ):
        yield compare(
            f"{patients:,} patients: {words}",
            lambda found=found: page_by_name(found, edges=visible, after="", before=""),
            rounds=ROUNDS,
            target="under 50 ms",
        )


def _by_hand(asked: Asked, clinic: Clinic, since: datetime) -> Callable[[], tuple[int, ...]]:
    key = clinic.pk if connection.vendor == "postgresql" else clinic.pk.hex
    year_ago = timezone.now() - timedelta(days=365)
    moments = {"year_ago": year_ago, "since": since}
    told = {name: f"{moment:%Y-%m-%d %H:%M:%S}" for name, moment in moments.items()}
    wanted = asked.wanted.format(**told)
    counts, page = asked.counts.format(wanted=wanted), asked.page.format(wanted=wanted)

    def ask() -> tuple[int, ...]:
        with connection.cursor() as cursor:
            cursor.execute(counts, [key])
            patients, results = cursor.fetchone()
            cursor.execute(page, [key])
            ids = [row[0] for row in cursor.fetchall()[:SIZE]]
            cursor.execute(asked.among, [key])
            [among] = cursor.fetchone()
            marks = ", ".join(["%s"] * len(ids)) or "NULL"
            cursor.execute(RESULTS.format(marks=marks, wanted=wanted), ids)
            shown = len(cursor.fetchall())
        return patients, int(results or 0), among, shown

    return ask

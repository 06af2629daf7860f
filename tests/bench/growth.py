"""What a clinic's growth does to its work: the same jobs in clinics of 5, 50 and 500 patients.

Each patient has 20 visits. What concerns one patient must stay flat, questions nearly so, exports
grow in step.
"""

from collections.abc import Callable, Iterator
from itertools import count

from django.test import Client
from django.urls import reverse

from assessments.demo import bulk
from assessments.exchange.selection import Shape
from mmt.accounts.models import Clinic, Membership
from mmt.accounts.roles import Role
from patients.models import Patient
from tests.people import make_draft

from .export import VISITS, write
from .measure import Row, compare
from .people import search
from .saving import CELLS, MOVEMENTS, save

SIZES = (5, 50, 500)
ROUNDS = 11
FEW_ROUNDS = 3
Job = tuple[str, Callable[[], object], int]


def run() -> Iterator[Row]:
    """Yield a row for each job and size, sizes of one job together."""
    clinics = [
        bulk.load(patients=size, visits=VISITS, seed=100 + size, movements=MOVEMENTS).clinics[0]
        for size in SIZES
    ]
    for jobs in zip(*map(_jobs, clinics), strict=True):
        for size, (name, work, rounds) in zip(SIZES, jobs, strict=True):
            yield compare(f"{name}, {size} patients", work, rounds=rounds)


def _jobs(clinic: Clinic) -> Iterator[Job]:
    by = Membership.objects.filter(clinic=clinic, role=Role.PHYSIOTHERAPIST)[0].user
    client = Client()
    client.force_login(by)
    patient = Patient.objects.filter(clinic=clinic)[0]
    draft = make_draft(patient, by)
    draft.movements = MOVEMENTS
    draft.save(update_fields=["movements"])
    numbers = count(1)
    pages = (
        ("grid", reverse("assessments:record", args=[draft.pk])),
        ("trends of 20 visits", reverse("assessments:trends", args=[patient.pk])),
        ("patient list", reverse("patients:list")),
        ("any movement fell", f"{reverse('assessments:cohort')}?direction=fell"),
    )
    for name, address in pages:
        yield name, lambda address=address: client.get(address), ROUNDS
    yield "search", lambda: search(client, patient.family_name[:3]), ROUNDS
    yield "save of 60 scores", lambda: save(client, draft, CELLS, next(numbers)), ROUNDS
    yield "export, long", lambda: write(clinic, Shape()), FEW_ROUNDS

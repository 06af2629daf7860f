"""Functional tests as the patient's page shows them."""

from collections import defaultdict
from dataclasses import dataclass

from mmt.kept import Kept

from .models import FunctionalKind, FunctionalTest, Patient

SHOWN_OF_A_KIND = 3


@dataclass(frozen=True, slots=True)
class LatestTests:
    """The last tests of each kind that was ever done, newest first; and those in error."""

    groups: list[tuple[FunctionalKind, list[FunctionalTest]]]
    in_error: list[FunctionalTest]


_tests = Kept(
    lambda patient: (
        FunctionalTest.objects.filter(patient=patient)
        .select_related("tester", "voided_by")
        .order_by("-tested_on", "-entered_at")
    )
)


def latest_tests(patient: Patient) -> LatestTests:
    found: defaultdict[str, list[FunctionalTest]] = defaultdict(list)
    in_error = []
    for test in _tests(patient.pk):
        if test.voided_at is not None:
            in_error.append(test)
        elif len(found[test.kind]) < SHOWN_OF_A_KIND:
            found[test.kind].append(test)
    groups = [(kind, found[kind]) for kind in FunctionalKind if kind in found]
    return LatestTests(groups, in_error)

"""Functional tests as the patient's page shows them."""

from collections import defaultdict
from dataclasses import dataclass

from .models import FunctionalKind, FunctionalTest, Patient

SHOWN_OF_A_KIND = 3


@dataclass(frozen=True, slots=True)
class LatestTests:
    """The last tests of each kind that was ever done, newest first; and those in error."""

    groups: list[tuple[FunctionalKind, list[FunctionalTest]]]
    in_error: list[FunctionalTest]


def latest_tests(patient: Patient) -> LatestTests:
    found: defaultdict[str, list[FunctionalTest]] = defaultdict(list)
    in_error = []
    tests = patient.functional_tests.select_related("tester", "voided_by")
    for test in tests.order_by("-tested_on", "-entered_at"):
        if test.voided_at is not None:
            in_error.append(test)
        elif len(found[test.kind]) < SHOWN_OF_A_KIND:
            found[test.kind].append(test)
    groups = [(kind, found[kind]) for kind in FunctionalKind if kind in found]
    return LatestTests(groups, in_error)

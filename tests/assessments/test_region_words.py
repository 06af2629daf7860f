"""The line that says what changed in each region of the body."""

from assessments.change import Rule, compare
from assessments.region_words import said_by_region
from assessments.rules import listed
from assessments.templatetags.grades import shared_cautions, told
from mmt.accounts.models import Clinic

from .plain_history import graded, visit

KNEES = [("knee_extension", side) for side in ("right", "left")]
HIP, NECK = ("hip_flexion", "left"), ("neck_flexion", "midline")


def changes(clinic: Clinic, *repeats: str) -> list:
    """Return what is listed between two visits, the second confirmed by what `repeats` holds."""
    before = visit(0, dict.fromkeys([*KNEES, HIP, NECK], graded("4")))
    after = visit(
        100,
        {KNEES[0]: graded("2"), KNEES[1]: graded("3"), HIP: graded("3+"), NECK: graded("4")},
        tester="M. Other",
    )
    later = [visit(200 + place, {KNEES[0]: graded(code)}) for place, code in enumerate(repeats)]
    return listed(compare(before, after, Rule(), later=[before, after, *later]), clinic)


def test_each_region_counts_what_is_flagged_by_how_sure_it_is() -> None:
    said = said_by_region(changes(Clinic(), "2"), Clinic())
    assert said["knees"] == "1 worse, confirmed · 1 possibly worse"
    assert said["hips"] == "1 to watch"
    assert said["upper_body"] == said["arms"] == "no flagged change"


def test_without_flags_it_counts_what_differs_and_judges_nothing() -> None:
    plain = Clinic(change_flags=False)
    said = said_by_region(changes(plain), plain)
    assert (said["knees"], said["upper_body"]) == ("2 grades differ", "0 grades differ")


def test_a_caution_of_every_line_is_said_once() -> None:
    found = changes(Clinic())
    shared = shared_cautions(found)
    assert shared == ["coincides with a change of tester: P. Example → M. Other"]
    assert told(found[0], shared) == "possible, not yet repeated"
    assert told(found[0], []).endswith(shared[0])
    assert shared_cautions(found[:1]) == []

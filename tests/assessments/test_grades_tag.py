"""A result as HTML: four states that look different, read aloud, and never run."""

import re

import pytest
from django.template import Context, Template
from django.utils.html import strip_tags

from assessments.history import Result
from assessments.instrument import LEVELS, PROFILES, REASONS, Limiter, Status
from assessments.templatetags.grades import as_result, beside, grade, name_of, result_at

HOSTILE = "<script>alert('x')</script>"


def said(html: str) -> str:
    """Return what a screen reader says."""
    return strip_tags(re.sub(r'<span aria-hidden="true">.*?</span>', "", html))


def test_zero_is_shown_as_the_grade_it_is() -> None:
    assert grade(Result("graded", 0), "mrc") == '<span class="grade g0">0</span>'


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_has_a_shade_and_a_code_in_every_scale(profile: str, level: int) -> None:
    html = grade(Result("graded", level), profile)
    assert f'class="grade g{level}"' in html
    assert said(html)
    if PROFILES[profile].has(level):
        assert said(html) == PROFILES[profile].code_of(level)


def test_blank_is_empty_to_the_eye_and_said_as_not_assessed() -> None:
    html = grade(None, "mrc")
    assert 'class="grade blank"' in html
    assert said(html) == "not assessed"
    assert strip_tags(re.sub(r'<span class="visually-hidden">.*?</span>', "", html)) == ""


@pytest.mark.parametrize("status", REASONS)
def test_not_testable_and_not_done_look_apart_and_say_their_reason(status: Status) -> None:
    look, short = {Status.NOT_TESTABLE: ("nt", "NT"), Status.NOT_DONE: ("nd", "ND")}[status]
    for reason in REASONS[status]:
        html = grade(Result(status.value, reason=reason.value), "mrc")
        assert f'class="grade {look}"' in html
        assert said(html) == f"{short} {reason.label}"


def test_the_four_states_are_four_to_the_eye() -> None:
    results = [
        Result("graded", 0),
        Result("not_testable", reason="pain"),
        Result("not_done", reason="time"),
        None,
    ]
    shown = [
        re.sub(r'<span class="visually-hidden">.*?</span>', "", grade(r, "mrc")) for r in results
    ]
    assert [strip_tags(html) for html in shown] == ["0", "NT", "–", ""]
    assert len(set(shown)) == 4


def test_a_grade_of_a_finer_scale_keeps_its_name() -> None:
    assert said(grade(Result("graded", 8), "mrc")) == "4-"


def test_beside_a_grade_stand_reason_limiters_and_note() -> None:
    limited = Result("graded", 6, limiters=("pain", "orthosis"), note="AFO on")
    assert beside(limited) == "Limited by pain · Orthosis worn · AFO on"
    assert beside(Result("not_done", reason="time", note="n")) == "Time · n"
    assert beside(Result("graded", 0)) == beside(None) == ""


@pytest.mark.parametrize("limiter", Limiter)
def test_every_limiter_has_words(limiter: Limiter) -> None:
    assert beside(Result("graded", 6, limiters=(limiter.value,))) == str(limiter.label)


def test_a_hostile_note_is_escaped_on_the_page() -> None:
    template = Template("{% load grades %}{{ result|beside }}")
    html = template.render(Context({"result": Result("graded", 3, note=HOSTILE)}))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_tags_fit_together_in_a_template() -> None:
    template = Template(
        "{% load grades %}{% result_at results 'hip_flexion' 'left' as found %}"
        "{% name_of 'hip_flexion' 'left' %} {% grade found 'mrc' %}"
    )
    html = template.render(Context({"results": {("hip_flexion", "left"): Result("graded", 0)}}))
    assert html == 'Left hip flexion <span class="grade g0">0</span>'


def test_a_cell_that_was_not_part_of_the_visit_is_none() -> None:
    assert result_at({}, "hip_flexion", "left") is None


@pytest.mark.parametrize(
    ("movement", "side", "name"),
    [
        ("knee_extension", "left", "Left knee extension"),
        ("neck_flexion", "midline", "Neck flexion"),
    ],
)
def test_a_cell_is_named_by_side_and_movement(movement: str, side: str, name: str) -> None:
    assert name_of(movement, side) == name


def test_one_side_of_an_amendment_reads_as_a_result() -> None:
    told = {
        "status": "graded",
        "level": 0,
        "reason": "",
        "limiters": ["pain"],
        "position": "supine",
        "note": "n",
    }
    assert as_result(told) == Result("graded", 0, "", ("pain",), "supine", "n")
    assert as_result(None) is None

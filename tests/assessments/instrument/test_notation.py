"""Grades as people type them: understood, or refused in words; never guessed."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assessments.instrument import (
    MAX_TYPED,
    MRC_CODES,
    PROFILES,
    REASONS,
    NotAGrade,
    Parsed,
    Status,
    code,
    parse_grade,
)

FULL = "mrc_plus_minus"
a_profile = st.sampled_from(list(PROFILES))


def refusal(text: str, profile_key: str = "mrc") -> str:
    with pytest.raises(NotAGrade) as caught:
        parse_grade(text, profile_key)
    return str(caught.value.message)


@pytest.mark.parametrize("key", PROFILES)
def test_every_code_of_a_profile_is_understood(key):
    for grade in PROFILES[key].grades:
        assert parse_grade(grade.code, key) == Parsed(Status.GRADED, grade.level)
        assert parse_grade(f"  {grade.code.lower()}\u00a0", key).level == grade.level


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0", "0"),
        ("0/5", "0"),
        ("4/5", "4"),
        ("4 / 5", "4"),
        ("4+/5", "4+"),
        ("4+", "4+"),
        ("4 +", "4+"),
        ("4plus", "4+"),
        ("4 PLUS", "4+"),
        ("4 minus", "4-"),
        ("4–", "4-"),
        ("4—", "4-"),
        ("4−", "4-"),
        ("4\u2011", "4-"),
        ("4⁺", "4+"),
        ("3\uff0b", "3+"),
        ("Z", "0"),
        ("p-", "2-"),
        ("P", "2"),
        ("P+", "2+"),
        ("F-", "3-"),
        ("f", "3"),
        ("F+", "3+"),
        ("G–", "4-"),
        ("g", "4"),
        ("G+", "4+"),
        ("N-", "5-"),
        ("N", "5"),
        ("zero", "0"),
        ("Trace", "1"),
        ("good plus", "4+"),
        ("Normal", "5"),
    ],
)
def test_what_clinics_write_is_understood(text, meant):
    parsed = parse_grade(text, FULL)
    assert parsed.status is Status.GRADED
    assert code(parsed.level, FULL) == meant


def test_a_bare_t_is_kendall_s_trace_and_nothing_elsewhere():
    assert parse_grade("T", "kendall").level == 1
    assert parse_grade("t/10", "kendall").level == 1
    for key in ("mrc", "mrc_plus_minus_4", FULL):
        assert "“T” belongs to another scale" in refusal("T", key)


def test_the_same_digit_means_another_grade_in_another_profile():
    assert parse_grade("1", "mrc").level == 1
    assert parse_grade("1", "kendall").level == 2
    assert parse_grade("8/10", "kendall").level == 9


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("NT", "not_testable", ""),
        ("n/t", "not_testable", ""),
        ("not testable", "not_testable", ""),
        ("NT pain", "not_testable", "pain"),
        ("nt:pain", "not_testable", "pain"),
        ("NT – spasticity", "not_testable", "spasticity"),
        ("NT (cast)", "not_testable", "immobilised"),
        ("nt after_surgery", "not_testable", "after_surgery"),
        ("ND", "not_done", ""),
        ("ND declined", "not_done", "declined"),
        ("n/d, stopped for fatigue", "not_done", "fatigue"),
    ],
)
def test_a_state_without_a_grade_is_understood_with_its_reason(text, status, reason):
    assert parse_grade(text, "mrc") == Parsed(Status(status), None, reason)


@pytest.mark.parametrize("status", REASONS)
def test_every_reason_can_be_typed_by_its_label_or_its_stored_value(status):
    start = "NT" if status is Status.NOT_TESTABLE else "ND"
    for reason in REASONS[status]:
        assert parse_grade(f"{start} {reason.label}", "mrc").reason == reason
        assert parse_grade(f"{start} {reason.value}", "mrc").reason == reason


def test_a_reason_of_the_other_status_is_refused_with_the_reasons_there_are():
    message = refusal("NT declined")
    assert "“declined” is not a reason for “Not testable”" in message
    assert "Spasticity or tone" in message


@pytest.mark.parametrize(
    ("text", "stars", "level"), [("5*", 1, 12), ("0**", 2, 0), ("4 *", 1, 9), ("NT**", 2, None)]
)
def test_a_star_is_reported_and_changes_nothing_else(text, stars, level):
    parsed = parse_grade(text, "mrc")
    assert (parsed.level, parsed.stars, parsed.starred) == (level, stars, True)
    assert not parse_grade("5", "mrc").starred


@pytest.mark.parametrize("key", PROFILES)
@pytest.mark.parametrize(
    "text", ["3/4", "3-4", "4-5", "4–5", "2.5", "2024-05-04", "04/05/2024", "4.5.24"]
)
def test_ranges_dates_and_numbers_between_grades_are_named_as_such(key, text):
    assert "may be a range, a date or a number between grades" in refusal(text, key)


NEITHER = """-1 +4 4-May 11 5+ 4-- 4± 1+ T+ Z- ٤ ½ ² * 5*** 5*5 =4 4, NTpain true nan 1e0 0x4 x"""


@pytest.mark.parametrize("key", PROFILES)
@pytest.mark.parametrize("text", [*NEITHER.split(), "4 5", "n t", "not tested", "4\x00"])
def test_everything_else_is_refused_in_every_profile(key, text):
    message = refusal(text, key)
    assert " ".join(PROFILES[key].codes) in message.replace(",", "")


def test_four_out_of_five_is_not_a_grade_out_of_ten():
    assert refusal("4/5", "kendall")
    assert refusal("4+/5", "kendall")
    assert refusal("8/10", "mrc")


def test_a_lone_n_is_not_taken_for_normal_since_it_is_the_key_for_not_testable():
    assert "write NT" in refusal("n", "mrc")


@pytest.mark.parametrize("key", PROFILES)
def test_a_grade_the_profile_lacks_is_refused_and_the_profile_s_codes_are_named(key):
    chosen = PROFILES[key]
    for text in {*MRC_CODES, *PROFILES["kendall"].codes} - {*chosen.codes}:
        message = refusal(text, key)
        assert f"“{text}” belongs to another scale" in message
        assert str(chosen.name) in message
        assert ", ".join(chosen.codes) in message


def test_a_letter_grade_between_the_profile_s_codes_is_not_rounded():
    assert "“G+” belongs to another scale" in refusal("G+", "mrc")
    assert "“N-” belongs to another scale" in refusal("N-", "kendall")


def test_nothing_typed_is_no_grade_and_above_all_not_zero():
    for text in ("", "   ", "\t\n"):
        assert refusal(text).startswith("Nothing was typed")


def test_text_beyond_the_limit_is_refused_without_being_repeated():
    message = refusal("9" * 400)
    assert str(MAX_TYPED) in message
    assert "999" not in message


def test_what_was_typed_cannot_break_the_message():
    assert "“{codes}”" in refusal("{codes}")
    assert "\x00" not in refusal("4\x00")
    assert "\ud800" not in refusal("4\ud800")


hostile = st.one_of(
    st.text(),
    st.text(alphabet="0123456789+-–/*.: ntdpfgzNT()", max_size=MAX_TYPED + 2),
    st.text(st.characters(), min_size=MAX_TYPED + 1),
)


@given(text=hostile, key=a_profile)
@example(text="nt" + " " * 38, key="mrc")
@example(text="nt" + "(-" * 19, key="mrc")
@example(text="1" + "-1" * 19, key="mrc")
@example(text="ß" * MAX_TYPED, key="kendall")
def test_any_text_parses_to_something_the_profile_has_or_is_refused(text, key):
    try:
        parsed = parse_grade(text, key)
    except NotAGrade as refused:
        parsed, message = None, str(refused.message)
    if parsed is None:
        assert 0 < len(message) < 400
    elif parsed.status is Status.GRADED:
        assert parsed.level in PROFILES[key].levels
        assert parsed.reason == ""
    else:
        assert parsed.level is None
        assert parsed.reason in ("", *REASONS[parsed.status])

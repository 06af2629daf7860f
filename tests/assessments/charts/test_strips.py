"""What a strip shows of one movement, and what it must never show."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import instrument
from assessments.charts import strips
from assessments.history import Happening, History
from tests.assessments.charts.markup import (
    expected_state,
    marks,
    marks_of,
    parse,
    strip_table,
    text,
)
from tests.assessments.plain_history import (
    FIRST_DAY,
    graded,
    history,
    level,
    not_done,
    not_testable,
    relapse,
    visit,
)

RIGHT, LEFT = ("knee_extension", "right"), ("knee_extension", "left")
NECK = ("neck_flexion", "midline")
HOSTILE = """<script>alert("x")</script> & 'y'"""


def drawn(found: History, *cells):
    return parse(strips(found, cells or (RIGHT, LEFT)))


def of_left(*results, days=100):
    """Return a history of the left knee alone; None is a visit at which it was not assessed."""
    return history(*(visit(days * n, {LEFT: r} if r else {}) for n, r in enumerate(results)))


def at(mark):
    """Return where a mark stands."""
    x, y = re.match(r"M([\d.]+) ([\d.]+)m", mark["d"]).groups()
    return float(x), float(y)


def line_of(tree, side):
    [figure] = tree.iter("figure")
    [path] = [e for e in figure.iter("path") if e.attrib["class"] == f"line {side}"]
    return path.attrib["d"]


def figures(tree):
    return list(tree.iter("figure"))


def latest(figure):
    [found] = [e for e in figure.iter("span") if e.attrib.get("class") == "strip-latest"]
    return text(found)


def ground_line(tree):
    """Return the height of the axis: where 0 stands."""
    [axis, *_ticks] = [e for e in figures(tree)[0].iter("path") if e.attrib["class"] == "axis"]
    return float(re.match(r"M\d+ (\d+)H", axis.attrib["d"]).group(1))


def test_one_figure_per_movement_region_by_region():
    tree = drawn(history(visit(0, {RIGHT: graded("4"), NECK: graded("3")})), NECK, RIGHT, LEFT)
    assert [each.attrib["id"] for each in figures(tree)] == [
        "strip-knee_extension",
        "strip-neck_flexion",
    ]
    assert {each.attrib["data-chart"] for each in figures(tree)} == {"strips"}
    assert all(next(each.find("details").iter("table")) is not None for each in figures(tree))


def test_a_region_says_in_a_line_what_is_known_of_it():
    found = history(visit(0, {RIGHT: graded("4"), NECK: graded("3")}))
    tree = parse(strips(found, (NECK, RIGHT), said={"knees": "1 <to> watch"}))
    regions = [each for each in tree.iter("details") if "fold" in each.attrib["class"]]
    lines = ["".join(each.find("summary").itertext()) for each in regions]
    assert lines == ["Knees 1 movement · 1 <to> watch", "Upper body 1 movement"]
    assert all("open" in each.attrib for each in regions)  # folded by the script alone


def test_zero_is_drawn_as_a_value_at_the_bottom():
    tree = drawn(of_left(graded("4"), graded("0")))
    four, zero = marks(tree)
    assert zero["data-grade"] == "0"
    assert at(zero)[1] == pytest.approx(ground_line(tree), abs=2)
    assert at(four)[1] < at(zero)[1]
    assert "V" in line_of(tree, "left")


def test_grades_are_spaced_by_their_place_and_named_by_code():
    tree = drawn(history(*(visit(9 * n, {LEFT: level(n)}) for n in instrument.LEVELS)))
    heights = [at(mark)[1] for mark in marks(tree)]
    third = (heights[0] - heights[-1]) / 15
    for number, height in enumerate(heights):
        assert heights[0] - height == pytest.approx(instrument.THIRDS[number] * third, abs=0.11)
    names = [e.text for e in tree.iter("text") if e.attrib["class"] == "code"]
    assert names == ["0", "1", "2", "3", "4", "5"]


def test_the_axis_speaks_the_profile_in_use():
    kendall = history(visit(0, {LEFT: graded("8", "kendall")}, profile="kendall"))
    names = [e.text for e in drawn(kendall).iter("text") if e.attrib["class"] == "code"]
    assert names == ["0", "T", "2", "5", "8", "10"]
    mixed = history(*kendall.visits, visit(90, {LEFT: graded("4-")}))
    tree = drawn(mixed)
    names = [e.text for e in tree.iter("text") if e.attrib["class"] == "code"]
    assert names == ["0", "1", "2", "3", "4", "5"]
    assert [mark["data-grade"] for mark in marks(tree)] == ["8", "4-"]
    assert "axis in MRC grades" in text(next(tree.iter("ul")))


def test_the_zone_is_told_in_the_scale_in_use():
    mrc, kendall = visit(90, {LEFT: level(5)}), visit(0, {LEFT: level(5)}, profile="kendall")
    for visits, code in (((mrc,), "3"), ((kendall,), "5"), ((kendall, mrc), "MRC 3")):
        legend = text(next(drawn(history(*visits)).iter("ul")))
        assert f"below {code}: not fully against gravity" in legend


def test_the_line_steps_down_and_up_at_the_visits():
    tree = drawn(of_left(graded("3"), graded("1"), graded("1"), graded("5")))
    (a, three), (b, one), _same, (c, five) = map(at, marks(tree))
    assert line_of(tree, "left") == f"M{a} {three}H{b}V{one}H{c}V{five}H{c}"


@pytest.mark.parametrize("gap", [None, not_testable(), not_done()])
def test_missing_breaks_the_line_and_is_neither_0_nor_5(gap):
    tree = drawn(of_left(graded("4"), graded("4"), gap, graded("2"), graded("2")))
    assert [m["data-grade"] for m in marks(tree) if "data-grade" in m] == ["4", "4", "2", "2"]
    before, after = line_of(tree, "left").split("M")[1:]
    places = [at(mark)[0] for mark in marks(tree) if "data-grade" in mark]
    assert float(before.rpartition("H")[2]) == places[1]
    assert float(after.split()[0]) == places[2]
    assert "V" not in before + after


def test_not_testable_not_done_and_blank_differ():
    tree = drawn(of_left(graded("4"), not_testable(), not_done(), None))
    _grade, cross, dash = marks(tree)
    assert (cross["data-state"], cross["class"]) == ("not_testable", "nt left")
    assert (dash["data-state"], dash["class"]) == ("not_done", "nd left")
    assert at(cross)[1] > ground_line(tree)
    assert list(strip_table(tree).values()) == [
        "not assessed",
        "4",
        "not assessed",
        "Not testable: pain",
        "not assessed",
        "Not done: time",
        "not assessed",
        "not assessed",
    ]


def test_uneven_dates_are_spaced_truly():
    found = history(*(visit(day, {LEFT: graded("4")}) for day in (0, 10, 100, 1000)))
    places = [at(mark)[0] for mark in marks(drawn(found))]
    span = places[-1] - places[0]
    shares = [(place - places[0]) / span for place in places]
    assert shares == pytest.approx([0, 0.01, 0.1, 1], abs=0.001)


def test_all_strips_share_one_axis():
    found = history(
        visit(0, {NECK: graded("4")}),
        visit(500, {LEFT: graded("4")}),
        visit(900, {NECK: graded("4")}),
    )
    tree = drawn(found, NECK, LEFT)
    [first, last], [middle] = marks_of(tree, NECK), marks_of(tree, LEFT)
    assert at(first)[0] < at(middle)[0] < at(last)[0]


def test_no_point_is_dropped_and_their_number_is_stated():
    tree = drawn(
        history(*(visit(9 * n, {RIGHT: level(n % 13), LEFT: level(0)}) for n in range(120)))
    )
    assert len(marks(tree)) == 240
    assert text(next(tree.iter("summary"))) == "240 grades at 120 visits"
    assert len(strip_table(figures(tree)[0])) == 240


def test_right_is_solid_and_filled_left_dashed_and_open_never_swapped():
    tree = drawn(history(visit(0, {RIGHT: graded("5"), LEFT: graded("1")})))
    [of_right], [of_left_] = marks_of(tree, RIGHT), marks_of(tree, LEFT)
    assert (of_right["class"], of_right["data-grade"]) == ("mark right", "5")
    assert (of_left_["class"], of_left_["data-grade"]) == ("mark left", "1")
    assert latest(figures(tree)[0]) == "R 5 · L 1"


def test_the_same_grade_on_both_sides_stays_two_marks():
    tree = drawn(history(visit(0, {RIGHT: graded("4"), LEFT: graded("4")})))
    of_right, of_left_ = marks(tree)
    assert at(of_right)[0] == at(of_left_)[0]
    assert 3 < at(of_left_)[1] - at(of_right)[1] < 6


class TestLatest:
    def test_zero_not_testable_and_not_done_are_said(self):
        assert latest(drawn(of_left(graded("4"), graded("0")))) == "L 0"
        assert latest(drawn(of_left(graded("4"), not_testable()))) == "L NT"
        assert latest(drawn(of_left(graded("4"), not_done()))) == "L ND"

    def test_an_older_one_has_its_date(self):
        assert latest(drawn(of_left(graded("4"), None))) == "L 4 7 Mar 2022"

    def test_a_midline_movement_has_no_side(self):
        assert latest(drawn(history(visit(0, {NECK: graded("4")})), NECK)) == "4"

    def test_nothing_recorded_is_said(self):
        assert latest(drawn(history(visit(0)))) == "not assessed"


class TestTesters:
    def test_each_has_a_shape_and_a_name(self):
        names = ["A", "B", "C", "D", "A", "E"]
        found = history(
            *(visit(9 * n, {LEFT: graded("4")}, tester=name) for n, name in enumerate(names))
        )
        tree = drawn(found)
        shapes = [mark["d"].partition("m")[2] for mark in marks(tree)]
        assert len(set(shapes)) == 4
        assert shapes[0] == shapes[4]
        assert shapes[3] == shapes[5]
        assert [mark["data-tester"] for mark in marks(tree)] == names
        assert "D, E" in text(next(tree.iter("ul")))

    def test_one_alone_is_named_and_has_no_shape(self):
        legend = next(drawn(of_left(graded("4"))).iter("ul"))
        assert "tested by PE P. Example" in text(legend)
        assert "tester-mark" not in {each.attrib.get("class") for each in legend.iter()}


def test_a_referral_is_a_line_with_its_word_in_the_legend():
    asked = Happening("gp", "referral to GP", FIRST_DAY + timedelta(days=100))
    found = history(
        visit(0, {LEFT: graded("4")}), visit(200, {LEFT: graded("3")}), referrals=[asked]
    )
    tree = drawn(found)
    [figure] = figures(tree)
    [line] = [e for e in figure.iter("path") if e.attrib["class"] == "referral"]
    first, last = (at(mark)[0] for mark in marks(figure))
    assert float(line.attrib["d"].split()[0][1:]) == pytest.approx((first + last) / 2, abs=0.2)
    assert "referral" in text(next(tree.iter("ul")))


def test_relapses_are_bands_and_the_zone_below_3_is_shaded():
    found = history(
        visit(0, {LEFT: graded("4")}),
        visit(200, {LEFT: graded("3")}),
        events=[relapse(100, days=20)],
    )
    [figure] = figures(drawn(found))
    [band] = [e for e in figure.iter("rect") if e.attrib["class"] == "relapse"]
    [zone] = [e for e in figure.iter("rect") if e.attrib["class"] == "zone"]
    first, last = (at(mark)[0] for mark in marks(figure))
    assert float(band.attrib["x"]) == pytest.approx((first + last) / 2, abs=0.2)
    assert float(band.attrib["width"]) == pytest.approx((last - first) / 10, abs=0.2)
    three = at(marks(figure)[1])[1]
    assert float(zone.attrib["y"]) == pytest.approx(three, abs=2)


def test_hostile_names_are_escaped():
    found = history(
        visit(0, {LEFT: graded("4")}, tester=HOSTILE),
        visit(9, {LEFT: graded("4")}, tester="B"),
        events=[relapse(0, label=HOSTILE)],
    )
    markup = strips(found, [LEFT])
    assert "<script" not in markup
    assert marks(parse(markup))[0]["data-tester"] == HOSTILE
    assert HOSTILE in text(next(parse(markup).iter("tbody")))


def test_nothing_is_inline():
    for element in drawn(of_left(graded("4"), not_done())).iter():
        assert element.tag not in ("style", "script", "title")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_every_movement_of_the_catalogue_has_its_strip():
    cells = instrument.cells(instrument.MOVEMENTS)
    tree = drawn(history(visit(0, dict.fromkeys(cells, graded("4")))), *cells)
    assert [(m["data-movement"], m["data-side"]) for m in marks(tree)] == list(cells)
    assert len(figures(tree)) == len(instrument.MOVEMENTS)


def test_no_visit_draws_nothing():
    assert strips(history(), [LEFT]) == ""


RESULTS = st.one_of(
    st.none(),
    st.sampled_from(list(instrument.LEVELS)).map(level),
    st.just(not_testable()),
    st.just(not_done()),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(RESULTS, RESULTS), min_size=1, max_size=14))
def test_the_table_says_what_the_marks_say(rows):
    visits = [
        visit(40 * n, {c: r for c, r in zip((RIGHT, LEFT), row, strict=True) if r is not None})
        for n, row in enumerate(rows)
    ]
    [figure] = figures(drawn(history(*visits)))
    codes = [instrument.code(number, "mrc_plus_minus") for number in instrument.LEVELS]
    shown = {
        (m["data-movement"], m["data-side"], m["data-date"]): m.get(
            "data-grade", m.get("data-state")
        )
        for m in marks(figure)
    }
    said = strip_table(figure)
    words = {"": "not assessed", "not_testable": "Not testable: pain", "not_done": "Not done: time"}
    for each in visits:
        for cell in (RIGHT, LEFT):
            place, state = (*cell, each.day.isoformat()), expected_state(each, cell, codes)
            assert shown.get(place, "") == state
            assert said[place] == words.get(state, state)

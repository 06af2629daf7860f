"""The distribution of a region's results: counts, with nothing averaged and nothing left out."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from assessments import instrument
from assessments.charts import distribution
from assessments.charts.distribution import BANDS, PLACES
from assessments.history import Cell, History
from tests.assessments.charts.markup import parse, text
from tests.assessments.plain_history import history, level, not_done, not_testable, visit

KNEES: list[Cell] = [
    ("knee_extension", "right"),
    ("knee_extension", "left"),
    ("knee_flexion", "right"),
    ("knee_flexion", "left"),
]


def bars(found: History, cells: list[Cell] = KNEES) -> list[dict[str, int]]:
    """Return the counts of each visit's bar by band, "-" for what was not tested."""
    tree = parse(distribution(found, cells))
    groups = [group for group in tree.iter("g") if "data-date" in group.attrib]
    return [
        {
            each.attrib.get("data-grade", "-"): int(each.attrib["data-count"])
            for each in group.iter("rect")
        }
        for group in groups
    ]


def rows(tree: ET.Element) -> list[str]:
    return [text(row) for body in tree.iter("tbody") for row in body.iter("tr")]


def test_a_zero_is_counted_and_what_was_not_tested_is_no_zero() -> None:
    results = dict(zip(KNEES, (level(0), not_testable(), not_done(), level(12)), strict=True))
    assert bars(history(visit(0, results))) == [{"0–2": 1, "5": 1, "-": 2}]


def test_what_was_no_part_of_the_visit_is_not_counted() -> None:
    only = history(visit(0, {KNEES[0]: level(6)}), visit(90, dict.fromkeys(KNEES, level(9))))
    assert bars(only) == [{"3": 1}, {"4": 4}]


def test_steps_stand_in_their_whole_grade_and_five_minus_is_no_five() -> None:
    assert BANDS[PLACES[5]].code == "0–2"
    assert BANDS[PLACES[7]].code == "3"
    assert BANDS[PLACES[11]].code == "4+"
    assert [BANDS[PLACES[each]].low <= each for each in instrument.LEVELS] == [True] * 13
    assert set(PLACES) == {*instrument.LEVELS, None}


@given(st.lists(st.sampled_from(instrument.LEVELS), min_size=4, max_size=4))
def test_every_grade_is_counted_once(levels: list[int]) -> None:
    [bar] = bars(history(visit(0, dict(zip(KNEES, map(level, levels), strict=True)))))
    assert sum(bar.values()) == 4


def test_the_table_says_the_same_as_the_picture() -> None:
    results = dict(zip(KNEES, (level(0), level(8), level(12), not_done()), strict=True))
    tree = parse(distribution(history(visit(0, results)), KNEES))
    bands = "101001"  # one at 0–2, one at 4-, one at 5
    assert rows(tree) == [f"7 Mar 2022{bands}13 of 4 testedP. Example"]


def test_bars_keep_their_true_distances() -> None:
    found = history(*(visit(day, dict.fromkeys(KNEES, level(9))) for day in (0, 100, 1000)))
    tree = parse(distribution(found, KNEES))
    xs = [float(each.attrib["x"]) for each in tree.iter("rect") if "data-grade" in each.attrib]
    assert xs[2] - xs[1] > 5 * (xs[1] - xs[0])


def test_names_are_escaped_and_each_region_has_a_figure() -> None:
    found = history(visit(0, dict.fromkeys(KNEES, level(9)), tester="<script>x</script>"))
    markup = distribution(found, [*KNEES, ("hip_flexion", "right")])
    assert "<script>" not in markup
    regions = [each.attrib["data-region"] for each in parse(markup).iter("figure")]
    assert sorted(regions) == ["hips", "knees"]


def test_without_a_visit_there_is_no_picture() -> None:
    assert distribution(history(), KNEES) == ""


def test_bands_say_that_they_are_in_mrc_grades_where_a_visit_is_not() -> None:
    mrc = visit(90, dict.fromkeys(KNEES, level(9)))
    kendall = visit(0, dict.fromkeys(KNEES, level(9)), profile="kendall")  # 8 of 10
    for visits, told in (((mrc,), ""), ((kendall,), "MRC "), ((kendall, mrc), "MRC ")):
        tree = parse(distribution(history(*visits), KNEES))
        headings = [text(each) for each in tree.iter("th") if each.attrib["scope"] == "col"]
        assert headings[1:7] == [f"{told}{band.code}" for band in BANDS]
        [*_others, last] = [each.attrib for each in tree.iter("g") if "data-said" in each.attrib]
        assert f"4 at {told}4, 4 of 4 tested" in last["data-said"]
        assert ("bands in MRC grades" in text(next(tree.iter("ul")))) is bool(told)

"""Pictures as files of their own: nothing of a style sheet, the same colours, whose they are."""

import struct
from xml.etree import ElementTree as ET

import pytest

from assessments import change, charts, instrument
from assessments.charts import stylesheet
from assessments.charts.plots import NothingDrawn
from assessments.charts.standalone import Banner, plots_alone, size_of, standalone
from assessments.pictures import MOST_PIXELS, png
from tests.assessments.charts.markup import KNEE, NECK, text
from tests.assessments.plain_history import graded, history, not_done, not_testable, visit

SVG = "{http://www.w3.org/2000/svg}"
RIGHT = ("knee_extension", "right")
HOSTILE = """<script>alert("x")</script> & 'y' \x0b#let *z*"""
BEFORE = visit(0, {KNEE: graded("4"), RIGHT: graded("2")})
AFTER = visit(150, {KNEE: graded("0"), RIGHT: not_testable(), NECK: not_done()})
TWO = history(BEFORE, AFTER)
CELLS = [KNEE, RIGHT, NECK]
PICTURES = {
    "heat-map": charts.heat_map(TWO, CELLS),
    "strips": charts.strips(TWO, CELLS),
    "distribution": charts.distribution(TWO, CELLS),
    "asymmetry": charts.asymmetry(BEFORE),
    "body-map": charts.body_map(AFTER),
    "body-map-difference": charts.body_map_difference(
        BEFORE, AFTER, change.compare(BEFORE, AFTER, change.Rule())
    ),
}


def file_of(name: str, *lines: str) -> ET.Element:
    return ET.fromstring(standalone(PICTURES[name], Banner("A title", lines)))  # noqa: S314


def said(tree: ET.Element) -> list[str]:
    return [text(each) for each in tree.iter(f"{SVG}text")]


def colour(name: str) -> str:
    return stylesheet.root().variables[f"--{name}"]


@pytest.mark.parametrize("name", PICTURES)
def test_it_needs_nothing_from_the_page_it_was_on(name: str) -> None:
    for each in file_of(name).iter():
        assert each.tag.startswith(SVG)
        assert not {"class", "style", "tabindex", "role"} & set(each.attrib)
        assert not any("var(" in value for value in each.attrib.values())


@pytest.mark.parametrize("name", PICTURES)
def test_it_says_whose_it_is(name: str) -> None:
    assert {"A title", "Winters, Álma"} <= set(said(file_of(name, "Winters, Álma")))


def test_what_was_typed_is_text_and_cannot_break_the_file() -> None:
    tree = file_of("strips", HOSTILE)
    assert HOSTILE.replace("\x0b", "") in said(tree)
    assert not list(tree.iter(f"{SVG}script"))


def test_a_hostile_tester_and_event_do_not_break_the_file() -> None:
    odd = history(visit(0, {KNEE: graded("3")}, tester=HOSTILE))
    tree = ET.fromstring(standalone(charts.heat_map(odd, [KNEE]), Banner("x", ())))  # noqa: S314
    assert not list(tree.iter(f"{SVG}script"))


@pytest.mark.parametrize("name", ["heat-map", "body-map", "body-map-difference"])
def test_a_zero_is_there_in_the_darkest_step_with_its_code(name: str) -> None:
    tree = file_of(name)
    assert colour("ramp-0") in {each.get("fill") for each in tree.iter(f"{SVG}rect")}
    zeros = [each for each in tree.iter(f"{SVG}text") if each.text == "0"]
    assert "0" in said(tree)
    assert colour("ramp-ink-0") in {each.get("fill") for each in zeros} or name != "heat-map"


def test_sides_are_told_apart_by_more_than_colour() -> None:
    lines = [
        each
        for each in file_of("strips").iter(f"{SVG}path")
        if each.get("stroke") in (colour("left"), colour("right"))
        and each.get("stroke-width") == "1.8"
    ]
    dashed = {each.get("stroke"): each.get("stroke-dasharray") for each in lines}
    assert dashed == {colour("right"): None, colour("left"): "4 3"}


def test_a_flagged_loss_has_its_strong_outline() -> None:
    outlines = {
        (each.get("stroke"), each.get("stroke-width"))
        for each in file_of("body-map-difference").iter(f"{SVG}rect")
    }
    assert (colour("worse"), "2.75") in outlines


def test_the_columns_on_paper_find_what_they_refer_to() -> None:
    tree = file_of("heat-map")
    ids = [each.get("id") for each in tree.iter() if "id" in each.attrib]
    wanted = {each.get("href") for each in tree.iter(f"{SVG}use")}
    assert wanted
    assert {f"#{name}" for name in ids} >= wanted
    assert len(ids) == len(set(ids))


def test_a_row_of_a_table_keeps_its_words() -> None:
    assert {"Weaker side", "Knee extension", "2", "4", "Right"} <= set(said(file_of("asymmetry")))


def test_a_picture_of_nothing_is_no_file() -> None:
    for markup in ("", charts.heat_map(history(), [KNEE])):
        with pytest.raises(NothingDrawn):
            standalone(markup, Banner("x", ()))


def test_the_plots_alone_stand_side_by_side() -> None:
    drawn = plots_alone(PICTURES["body-map"], families="Libertinus Serif")
    assert size_of(drawn) == (704, 668)


def test_the_image_has_twice_the_pixels_of_the_page() -> None:
    drawn = standalone(PICTURES["body-map"], Banner("x", ()))
    image = png(drawn)
    width, _height = size_of(drawn)
    assert image.startswith(b"\x89PNG")
    assert struct.unpack(">I", image[16:20])[0] == int(2 * width)


def test_a_long_history_stands_in_columns_and_not_in_a_strip() -> None:
    visits = [visit(30 * place, {KNEE: graded("3")}) for place in range(100)]
    tall = charts.heat_map(history(*visits), instrument.cells(instrument.MOVEMENTS))
    width, height = size_of(standalone(tall, Banner("x", ())))
    assert height < 6 * width
    assert size_of(standalone(PICTURES["heat-map"], Banner("x", ())))[0] < 1000


def test_a_long_history_becomes_no_image_that_fills_the_memory() -> None:
    tall = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 40000" width="900" '
    width, height = struct.unpack(">II", png(f'{tall}height="40000"/>')[16:24])
    assert width * height <= MOST_PIXELS


def test_the_weightier_rule_of_a_style_sheet_wins() -> None:
    sheet = stylesheet.Sheet(
        ":root { --a: #111111 } .x { fill: var(--a) } g :is(.x, .y).z { fill: var(--b, red) }"
        " .x:hover { fill: blue } @media (max-width: 1px) { .x { fill: green } }"
        " @media print { .x { stroke: var(--a) } }"
    )
    above = stylesheet.Node("g", frozenset(), {}, None)
    alone = stylesheet.Node("rect", frozenset({"x"}), {}, above)
    both = stylesheet.Node("rect", frozenset({"x", "z"}), {}, above)
    assert sheet.declared_of(alone) == {"fill": "var(--a)", "stroke": "var(--a)"}
    assert sheet.declared_of(both)["fill"] == "var(--b, red)"

"""The body map: a place for every movement and side, and the same said by its table."""

from itertools import combinations

import pytest
from django.utils import translation
from django.utils.translation import get_language

from assessments import instrument
from assessments.change import Rule, compare
from assessments.charts import body_map, body_map_difference, body_view
from assessments.charts.body_places import CHIP_HEIGHT, CHIP_WIDTH, HEIGHT, WIDTH
from tests.assessments.charts.markup import KNEE, NECK, parse, text
from tests.assessments.plain_history import graded, level, not_done, not_testable, visit

CELLS = [(key, side.value) for key, side in instrument.cells(instrument.MOVEMENTS)]
RIGHT_KNEE = ("knee_extension", "right")
HOSTILE = """<script>alert("x")</script> & 'y' <b title="z">"""


def difference(before, after, **rule):
    return parse(body_map_difference(before, after, compare(before, after, Rule(**rule))))


def places(tree):
    """Return the buttons of the picture by movement and side, each of which has one alone."""
    found = [
        ((each.attrib["data-movement"], each.attrib["data-side"]), each)
        for view in tree.iter("svg")
        if "data-view" in view.attrib
        for each in view.iter("g")
        if each.attrib.get("role") == "button"
    ]
    assert len({cell for cell, _each in found}) == len(found)
    return dict(found)


def boxes(tree):
    """Return the view, left, top, width and height of every place."""
    found = []
    for view in tree.iter("svg"):
        for place in view.iter("g") if "data-view" in view.attrib else ():
            if place.attrib.get("role") == "button":
                x, y = place.attrib["transform"].removeprefix("translate(").rstrip(")").split()
                box = place.find("rect").attrib
                size = float(box["width"]), float(box["height"])
                found.append((view.attrib["data-view"], float(x), float(y), *size))
    return found


def left_of(tree, cell):
    return float(places(tree)[cell].attrib["transform"].removeprefix("translate(").split()[0])


def table(tree):
    return {
        tuple(row.find("th").attrib["data-cell"].split()): [text(td) for td in row.findall("td")]
        for row in next(tree.iter("table")).iter("tr")
        if "data-cell" in row.find("th").attrib
    }


def side_names(tree, view):
    """Return the names of the sides in a view, from left to right."""
    [svg] = [each for each in tree.iter("svg") if each.attrib.get("data-view") == view]
    found = [each for each in svg.iter("text") if "data-names" in each.attrib]
    return [each.text for each in sorted(found, key=lambda each: float(each.attrib["x"]))]


def arrows(tree, cell):
    return [
        each
        for each in places(tree)[cell].iter("path")
        if each.attrib.get("class", "") == "body-arrow"
    ]


class TestPlaces:
    def test_every_movement_and_side_has_exactly_one(self):
        assert sorted(places(parse(body_map(visit())))) == sorted(CELLS)

    def test_none_overlaps_another_or_leaves_the_picture(self):
        found = boxes(parse(body_map(visit())))
        assert len(found) == len(CELLS)
        for view, x, y, width, height in found:
            assert 0 <= x <= WIDTH - width, view
            assert 0 <= y <= HEIGHT - height, view
        for one, other in combinations(found, 2):
            apart = abs(one[1] - other[1]) >= one[3] or abs(one[2] - other[2]) >= one[4]
            assert one[0] != other[0] or apart, (one, other)

    def test_a_finger_can_hit_each_on_a_phone(self):
        # The picture is 316 px wide in a card on a screen of 390 px.
        assert min(CHIP_WIDTH, CHIP_HEIGHT) * 316 / WIDTH >= 24

    def test_each_is_a_button_with_a_name(self):
        button = places(parse(body_map(visit(0, {KNEE: graded("3")}))))[KNEE].attrib
        assert button["tabindex"] == "0"
        assert button["aria-label"] == "Left knee extension, grade 3"
        assert (button["data-grade"], button["data-date"]) == ("3", "2022-03-07")


class TestStates:
    @pytest.mark.parametrize("code", ["0", "4-", "5"])
    def test_a_grade_has_its_step_of_the_ramp_and_its_code(self, code):
        place = places(parse(body_map(visit(0, {KNEE: graded(code)}))))[KNEE]
        number = instrument.profile("mrc_plus_minus").level_of(code)
        assert place.attrib["class"].split() == ["body-place", f"g{number}"]
        assert text(place) == code

    def test_zero_not_testable_not_done_and_not_assessed_are_four_things(self):
        cells = CELLS[:4]
        results = dict(zip(cells, [graded("0"), not_testable(), not_done()], strict=False))
        tree = parse(body_map(visit(0, results)))
        found = [places(tree)[cell] for cell in cells]
        assert len({each.attrib["class"] for each in found}) == 4
        assert [each.attrib.get("data-grade", each.attrib.get("data-state")) for each in found] == [
            "0",
            "not_testable",
            "not_done",
            "not_assessed",
        ]
        assert [each.attrib["aria-label"].split(", ", 1)[1] for each in found] == [
            "grade 0",
            "not testable: pain",
            "not done: time",
            "not assessed",
        ]

    def test_each_of_them_has_its_own_sign(self):
        cells = CELLS[:3]
        results = dict(zip(cells, [not_testable(), not_done()], strict=False))
        tree = parse(body_map(visit(0, results)))
        signs = [[p.attrib["class"] for p in places(tree)[cell].iter("path")] for cell in cells]
        assert signs == [["body-hatch"], ["body-dash"], []]

    def test_a_code_is_read_in_the_visits_own_profile(self):
        results = {KNEE: graded("8", "kendall")}
        place = places(parse(body_map(visit(0, results, profile="kendall"))))[KNEE]
        assert text(place) == "8"


class TestSides:
    def test_the_patients_right_stands_on_the_left_in_front(self):
        tree = parse(body_map(visit(0, {RIGHT_KNEE: graded("5"), KNEE: graded("1")})))
        assert left_of(tree, RIGHT_KNEE) < WIDTH / 2 < left_of(tree, KNEE) + CHIP_WIDTH
        assert side_names(tree, "front") == ["Right", "Left"]
        assert (text(places(tree)[RIGHT_KNEE]), text(places(tree)[KNEE])) == ("5", "1")

    def test_and_on_the_right_at_the_back(self):
        tree = parse(body_map(visit()))
        assert left_of(tree, ("knee_flexion", "left")) < left_of(tree, ("knee_flexion", "right"))
        assert side_names(tree, "back") == ["Left", "Right"]

    def test_every_place_stands_under_the_name_of_its_side(self):
        tree = parse(body_map(visit()))
        for view in ("front", "back"):
            [svg] = [each for each in tree.iter("svg") if each.attrib.get("data-view") == view]
            names = dict(zip(("left", "right"), side_names(tree, view), strict=True))
            for each in (g for g in svg.iter("g") if g.attrib.get("role") == "button"):
                cell = each.attrib["data-movement"], each.attrib["data-side"]
                middle = left_of(tree, cell) + CHIP_WIDTH / 2
                half = "midline" if middle == WIDTH / 2 else ("left", "right")[middle > WIDTH / 2]
                assert names.get(half, "Midline").lower() == cell[1]

    def test_the_midline_stands_in_the_middle(self):
        assert left_of(parse(body_map(visit())), NECK) + CHIP_WIDTH / 2 == WIDTH / 2


def test_the_table_says_what_the_picture_says():
    results = {cell: level(n % 13) for n, cell in enumerate(CELLS)}
    results |= {CELLS[5]: not_testable(), CELLS[9]: not_done()}
    del results[CELLS[12]]
    tree = parse(body_map(visit(0, results)))
    said = {cell: row[0] for cell, row in table(tree).items()}
    assert list(said) == CELLS
    for cell, place in places(tree).items():
        name = place.attrib["aria-label"].split(", ", 1)[1]
        assert name == f"grade {said[cell]}" if text(place) else said[cell].lower()
        assert text(place) in ("", said[cell])


class TestCaption:
    def test_it_names_day_tester_and_how_much(self):
        tree = parse(body_map(visit(0, {KNEE: graded("0"), NECK: not_done()}, tester="A. B.")))
        asked = {*instrument.cells(instrument.battery("ms_clinic_screen").movements), KNEE, NECK}
        words = text(tree.find("figure/figcaption/p"))
        assert words == f"7 Mar 2022, tested by A. B., 1 of {len(asked)} tested"

    def test_a_hostile_tester_is_escaped(self):
        one, two = (visit(day, {KNEE: graded("4")}, tester=HOSTILE) for day in (0, 90))
        markup = body_map(one) + body_map_difference(one, two, compare(one, two, Rule()))
        assert "<script" not in markup
        assert text(parse(markup)).count(HOSTILE) == 3


class TestDifference:
    def test_it_names_old_and_new_and_draws_an_arrow(self):
        tree = difference(visit(0, {KNEE: graded("4")}), visit(90, {KNEE: graded("3")}))
        place = places(tree)[KNEE]
        assert place.attrib["aria-label"] == "Left knee extension, grade 3, was 4, worse, changed"
        assert (text(place), len(arrows(tree, KNEE))) == ("3", 1)
        assert {"is-flagged", "is-worse"} < set(place.attrib["class"].split())

    def test_better_points_the_other_way(self):
        one, two = visit(0, {KNEE: graded("2")}), visit(90, {KNEE: graded("4")})
        [up], [down] = arrows(difference(one, two), KNEE), arrows(difference(two, one), KNEE)
        assert up.attrib["d"] != down.attrib["d"]
        assert "better, antigravity crossed" in places(difference(one, two))[KNEE].get("aria-label")

    def test_the_same_is_muted_and_has_no_arrow(self):
        tree = difference(visit(0, {KNEE: graded("0")}), visit(90, {KNEE: graded("0")}))
        place = places(tree)[KNEE]
        assert place.attrib["class"].split() == ["body-place", "g0", "is-same"]
        assert (text(place), arrows(tree, KNEE)) == ("0", [])

    def test_within_noise_has_an_arrow_and_no_strong_outline(self):
        tree = difference(visit(0, {KNEE: graded("4")}), visit(90, {KNEE: graded("4-")}))
        assert len(arrows(tree, KNEE)) == 1
        assert "is-flagged" not in places(tree)[KNEE].attrib["class"]

    @pytest.mark.parametrize(
        ("before", "after", "look", "boxes"),
        [("3", "2", "is-crossed", 2), ("4", "3", "is-changed", 1), ("5", "4", "is-watch", 1)],
    )
    def test_crossed_changed_and_watch_are_told_apart_without_colour(
        self, before, after, look, boxes
    ):
        tree = difference(visit(0, {KNEE: graded(before)}), visit(90, {KNEE: graded(after)}))
        place = places(tree)[KNEE]
        assert look in place.attrib["class"].split()
        assert len(list(place.iter("rect"))) == boxes

    def test_what_cannot_be_compared_is_marked_and_is_no_change(self):
        tree = difference(visit(0, {KNEE: not_testable()}), visit(90, {KNEE: graded("0")}))
        place = places(tree)[KNEE]
        assert place.attrib["aria-label"].endswith("was not testable: pain, not comparable")
        assert [each.attrib["class"] for each in place.iter("path")] == ["body-hatch"]
        assert text(place) == "0"

    def test_its_table_says_both_visits_and_what_to_mind(self):
        one = visit(0, {KNEE: graded("4")}, tester="A")
        tree = difference(one, visit(90, {KNEE: graded("3")}, tester="B"))
        assert table(tree)[KNEE] == [
            "4",
            "3",
            "worse, changed, possible, not yet repeated, other tester",
        ]
        assert table(tree)[RIGHT_KNEE] == ["not assessed", "not assessed", ""]


def test_nothing_is_inline_and_ids_cannot_collide():
    found = visit(0, {KNEE: graded("4")})
    for element in parse(body_map(found) + body_map_difference(found, found, [])).iter():
        assert element.tag not in ("style", "script", "title")
        assert not {"style", "id"} & set(element.attrib)


def test_the_drawing_of_one_language_is_not_shown_in_another(monkeypatch):
    monkeypatch.setattr(body_view, "_", lambda words: f"{words} in {get_language()}")
    body_view._ground.cache_clear()
    pages = []
    for language in ("en", "de"):
        with translation.override(language):
            pages.append(body_map(visit()))
    body_view._ground.cache_clear()
    assert ["Front in de" in page for page in pages] == [False, True]

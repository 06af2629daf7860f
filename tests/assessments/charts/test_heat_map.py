"""What the heat map shows, and what it must never show."""

from datetime import date
from itertools import pairwise

import pytest

from assessments import instrument
from assessments.charts import heat_map
from assessments.history import Happening
from tests.assessments.charts.markup import (
    KNEE,
    NECK,
    drawn,
    heat_table,
    marks,
    marks_of,
    parse,
    text,
)
from tests.assessments.plain_history import (
    FIRST_DAY,
    graded,
    history,
    level,
    relapse,
    visit,
)

HOSTILE = """<script>alert("x")</script> & 'y' <b title="z">"""


def classes(tree, name):
    return [each for each in tree.iter() if name in each.attrib.get("class", "").split()]


def test_a_figure_with_its_table_inside():
    tree = drawn(history(visit(0, {KNEE: graded("4")})))
    [figure] = tree.findall("figure")
    assert figure.attrib["data-chart"] == "heat-map"
    assert figure.find("figcaption") is not None
    assert figure.find("details").find("summary") is not None
    assert next(figure.find("details").iter("table")).find("caption") is not None


def test_the_legend_names_the_scales_in_use():
    found = history(visit(0, {KNEE: level(9)}, profile="kendall"), visit(90, {KNEE: level(9)}))
    legend = text(next(drawn(found).iter("ul")))
    assert "scale: Kendall 0 to 10, MRC 0 to 5 with plus and minus" in legend


def test_right_stands_left_of_left_and_keeps_its_grade():
    right = ("knee_extension", "right")
    tree = drawn(history(visit(0, {right: graded("5"), KNEE: graded("1")})), KNEE, right)
    [of_right], [of_left] = marks_of(tree, right), marks_of(tree, KNEE)
    assert (of_right["data-grade"], of_left["data-grade"]) == ("5", "1")
    assert float(of_right["x"]) < float(of_left["x"])
    assert [each.text for each in classes(tree, "heat-side")] == ["R", "L"]


def test_a_midline_cell_takes_the_room_of_both_sides():
    tree = drawn(history(visit(0, {NECK: graded("3"), KNEE: graded("3")})), NECK, KNEE)
    [neck], [knee] = marks_of(tree, NECK), marks_of(tree, KNEE)
    assert float(neck["width"]) > 2 * float(knee["width"])


class TestTesters:
    FOUND = history(
        visit(0, {KNEE: graded("4")}, tester="A"),
        visit(90, {KNEE: graded("4")}, tester="B"),
        visit(180, {KNEE: graded("4")}, tester="B"),
    )

    def test_another_rater_than_at_the_visit_before_is_marked(self):
        columns = [e for e in drawn(self.FOUND).iter("svg") if e.attrib.get("class") == "visit"]
        assert [len(classes(column, "other-tester")) for column in columns] == [0, 1, 0]

    def test_and_said_in_the_table(self):
        headings = [text(th) for th in next(drawn(self.FOUND).iter("thead")).iter("th")][1:]
        assert ["other tester" in heading for heading in headings] == [False, True, False]

    def test_one_tester_needs_no_mark(self):
        tree = drawn(history(visit(0, {KNEE: graded("4")}), visit(9, {KNEE: graded("4")})))
        assert not classes(tree, "other-tester") + classes(tree, "tester-mark")


class TestTime:
    def columns(self, *days):
        found = history(*(visit(day, {KNEE: graded("4")}) for day in days))
        tree = drawn(found)
        dots = [
            float(each.attrib["cx"].rstrip("%"))
            for each in classes(tree, "visit-day")
            if "%" in each.attrib["cx"]
        ]
        centres = [float(each.attrib["x"].rstrip("%")) for each in classes(tree, "visit")]
        return dots, centres

    def test_dots_stand_at_their_true_dates(self):
        dots, _centres = self.columns(0, 100, 1000)
        assert (dots[1] - dots[0]) / (dots[2] - dots[0]) == pytest.approx(0.1, abs=0.002)

    def test_columns_of_close_visits_stay_readable_and_in_order(self):
        dots, centres = self.columns(0, 1000, 1003, 1007)
        assert min(b - a for a, b in pairwise(centres)) > 15
        assert dots[3] - dots[1] < 2

    def test_a_hundred_visits_are_all_there(self):
        found = history(*(visit(30 * n, {KNEE: level(n % 13)}) for n in range(100)))
        tree = drawn(found)
        assert len(marks(tree)) == 100
        assert len(heat_table(tree)) == 100

    def test_one_visit_alone_can_be_drawn(self):
        assert len(marks(drawn(history(visit(0, {KNEE: graded("4")}))))) == 1

    def test_paper_refers_to_every_column_and_its_cells_once(self):
        found = history(*(visit(30 * n, {KNEE: graded("4")}) for n in range(30)))
        tree = drawn(found)
        columns = {e.attrib["id"] for e in tree.iter("g") if "id" in e.attrib}
        [paper] = classes(tree, "heat-paper")
        referred = [use.attrib["href"].removeprefix("#") for use in paper.iter("use")]
        assert len(referred) == 60
        assert set(referred) == columns


class TestFullBattery:
    CELLS = instrument.cells(instrument.MOVEMENTS)
    FOUND = history(visit(0, dict.fromkeys(CELLS, graded("4"))))

    def test_on_paper_legs_and_the_rest_stand_apart_each_with_all_of_its_rows(self):
        tree = drawn(self.FOUND, *self.CELLS)
        [paper] = classes(tree, "heat-paper")
        regions = [[text(each) for each in classes(block, "region")] for block in paper]
        assert regions == [["Hips", "Knees", "Ankles"], ["Upper body", "Arms"]]
        part = {e.attrib.get("id"): e for e in tree.iter("g")}
        cells = [len([*part[f"heat-map-0-{place}"].iter("rect")]) for place in range(2)]
        assert sum(cells) == len(self.CELLS)

    def test_far_down_the_dates_stand_again(self):
        tree = drawn(self.FOUND, *self.CELLS)
        assert [each.text for each in classes(tree, "heat-again")] == ["Mar 2022"] * 3
        assert not classes(drawn(self.FOUND), "heat-again")


class TestHappenings:
    def test_relapses_and_interventions_stand_on_the_ruler_and_in_the_table(self):
        programme = Happening("strength", "programme", date(2022, 4, 1), date(2022, 5, 1))
        found = history(
            visit(0, {KNEE: graded("4")}),
            visit(365, {KNEE: graded("3")}),
            events=[relapse(100)],
            interventions=[programme],
        )
        tree = drawn(found)
        [screen] = classes(tree, "heat-scroll")
        styles = [each.attrib["class"] for each in classes(screen, "happening")]
        assert styles == ["happening relapse", "happening intervention"]
        rows = [text(row) for row in list(tree.iter("table"))[1].iter("tr")]
        assert rows[1:] == ["programme1 Apr 20221 May 2022", "relapse15 Jun 20225 Jul 2022"]

    def test_what_happened_before_the_first_visit_is_in_the_table_alone(self):
        found = history(
            visit(0, {KNEE: graded("4")}), visit(9, {KNEE: graded("4")}), events=[relapse(-900)]
        )
        tree = drawn(found)
        assert not classes(tree, "happening")
        assert "relapse" in text(list(tree.iter("table"))[1])

    def test_without_an_end_an_event_is_a_moment_and_an_intervention_open(self):
        moment, walker = (Happening(kind, kind, FIRST_DAY) for kind in ("fall", "device"))
        found = history(visit(0, {KNEE: graded("4")}), events=[moment], interventions=[walker])
        rows = [text(row) for row in list(drawn(found).iter("table"))[1].iter("tr")]
        assert rows[1:] == ["fall7 Mar 2022", "device7 Mar 2022no end recorded"]

    def test_a_referral_is_a_mark_with_its_word_in_legend_and_table(self):
        words = "referral to neurologist: foot drop (seen)"
        asked = Happening("neurologist", words, date(2022, 4, 1), date(2022, 5, 1))
        found = history(
            visit(0, {KNEE: graded("4")}), visit(99, {KNEE: graded("4")}), referrals=[asked]
        )
        tree = drawn(found)
        [screen] = classes(tree, "heat-scroll")
        [bar] = classes(screen, "happening")
        assert bar.attrib["class"] == "happening referral"
        assert "referral, until it was answered" in text(classes(tree, "chart-legend")[0])
        rows = [text(row) for row in list(tree.iter("table"))[1].iter("tr")]
        assert rows[1:] == [f"{words}1 Apr 20221 May 2022"]

    def test_a_long_bar_says_what_it_is_at_both_ends(self):
        walker = Happening("device", "walker", FIRST_DAY)
        for count, said in ((4, 1), (20, 2)):
            visits = [visit(30 * n, {KNEE: graded("4")}) for n in range(count)]
            [screen] = classes(drawn(history(*visits, interventions=[walker])), "heat-scroll")
            assert len(classes(screen, "happening-label")) == said

    def test_the_legend_names_what_there_is(self):
        fall = Happening("fall", "fall", FIRST_DAY)
        legend = classes(drawn(history(visit(0, {KNEE: graded("4")}), events=[fall])), "key")
        assert [each.attrib["class"] for each in legend] == ["key event"]

    def test_an_intervention_without_an_end_goes_on(self):
        walker = Happening("device", "walker", FIRST_DAY)
        found = history(
            visit(50, {KNEE: graded("4")}), visit(99, {KNEE: graded("4")}), interventions=[walker]
        )
        [bar, *_paper] = classes(drawn(found), "happening")
        assert float(bar.attrib["width"].rstrip("%")) > 50


def test_hostile_words_are_escaped_everywhere():
    happening = Happening("other", HOSTILE, date(2022, 4, 1))
    found = history(
        visit(0, {KNEE: graded("4")}, tester=HOSTILE),
        visit(90, {KNEE: graded("4")}, tester="B"),
        events=[happening],
        interventions=[happening],
        referrals=[happening],
    )
    markup = heat_map(found, [KNEE])
    tree = parse(markup)
    assert "<script" not in markup
    assert not list(tree.iter("script")) + list(tree.iter("b"))
    assert marks(tree)[0]["data-tester"] == HOSTILE
    assert HOSTILE in text(next(tree.iter("thead")))
    assert HOSTILE in text(list(tree.iter("table"))[1])


def test_nothing_is_inline():
    found = history(visit(0, {KNEE: graded("4")}), events=[relapse(0)])
    for element in drawn(found).iter():
        assert element.tag not in ("style", "script", "title")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_every_movement_of_the_catalogue_appears_in_region_order():
    cells = instrument.cells(instrument.MOVEMENTS)
    found = history(visit(0, dict.fromkeys(cells, graded("4"))))
    tree = drawn(found, *reversed(cells))
    assert [(m["data-movement"], m["data-side"]) for m in marks(tree)] == list(cells)
    names = [text(each) for each in classes(tree, "heat-labels")[0].iter("span")]
    assert names == [str(movement.name) for movement in instrument.MOVEMENTS.values()]
    assert len(heat_table(tree)) == len(cells)


def test_only_the_cells_asked_for_are_drawn():
    tree = drawn(history(visit(0, {KNEE: graded("4"), NECK: graded("4")})), NECK)
    assert [mark["data-movement"] for mark in marks(tree)] == ["neck_flexion"]
    assert classes(tree, "heat-side") == []


def test_no_visit_yet_is_said():
    assert "No signed assessment yet." in heat_map(history(), [KNEE])
    assert "No movement is chosen." in heat_map(history(visit(0)), [])


def test_an_amended_visit_is_marked():
    tree = drawn(history(visit(0, {KNEE: graded("4")}, amended=True)))
    assert classes(tree, "heat-day")[0].text == "7 Mar*"
    assert "amended" in text(next(tree.iter("thead")))

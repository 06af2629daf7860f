"""Who tested, under a time axis: named where it begins and where another hand takes over."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from assessments.charts.columns import columns
from assessments.charts.who_tested import who_tested
from assessments.charts.words import Words
from tests.assessments.charts.markup import parse
from tests.assessments.plain_history import visit


def row(*testers: str, step: float = 60) -> ET.Element:
    found = columns([visit(9 * n, {}, tester=name) for n, name in enumerate(testers)], Words())
    xs = [30 + step * place for place in range(len(found))]
    return parse("".join(who_tested([each.initials for each in found], xs, 148)))


def initials(tree: ET.Element) -> list[str | None]:
    return [each.text for each in tree.iter("text")]


def test_the_first_and_every_change_are_named() -> None:
    tree = row("Priya Example", "Priya Example", "Lena Sample", "Priya Example")
    assert initials(tree) == ["PE", "LS", "PE"]
    assert len(list(tree.iter("path"))) == 2


def test_one_hand_alone_has_no_sign_of_a_change() -> None:
    tree = row("Priya Example", "Priya Example")
    assert initials(tree) == ["PE"]
    assert not list(tree.iter("path"))


@pytest.mark.parametrize(("second", "shown"), [("Paul Ebert", "PE2"), ("Cher", "C")])
def test_two_people_never_share_their_initials(second: str, shown: str) -> None:
    assert initials(row("Priya Example", second)) == ["PE", shown]


def test_names_are_escaped() -> None:
    assert initials(row("<b", "&c")) == ["<", "&"]


def test_marks_that_crowd_do_not_run_into_each_other() -> None:
    tree = row(*("Priya Example", "Lena Sample") * 50, step=3)
    signs = [float(re.findall(r"[\d.]+", each.attrib["d"])[0]) for each in tree.iter("path")]
    assert all(b - a >= 8 for a, b in pairwise(signs))
    assert initials(tree) == []


def test_a_change_keeps_its_sign_where_its_initials_have_no_room() -> None:
    tree = row("Priya Example", "Lena Sample", "Priya Example", step=12)
    assert (initials(tree), len(list(tree.iter("path")))) == (["PE"], 2)


def test_at_the_right_end_the_words_stand_before_their_sign() -> None:
    tree = row("Priya Example", "Lena Sample", step=295)
    [_first, last] = tree.iter("text")
    assert last.attrib["class"] == "tester-initials end"

"""Clinical trap 25: cells that run as formulas, while a real 4- or -1 survives."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.exchange.spreadsheet import harmless, restored

FORMULA_SIGNS = "=+-@＝＋－＠\t\r\n"
TRICKY = st.text(alphabet=st.sampled_from("=+-@＝＋－＠\t\r\n '\"19.,a\u200b\ufeff"), max_size=12)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+61 2 5550 1234",
        "-cmd",
        "@SUM(A1)",
        "\tindented",
        "\rreturned",
        "\nnext line",
        "  =1+1",
        "\u00a0=1+1",
        "\ufeff=1+1",
        "\u200b@SUM(A1)",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "-1+1",
        "-1\n",
        "'=1+1",
    ],
)
def test_what_could_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["4-", "-1", "+4", "-0.5", "-1,5", "0", "", "O'Neil", "'t Hooft", "a=b", "5* see note"]
)
def test_what_cannot_run_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(TRICKY | ANY_TEXT)
def test_the_text_can_be_had_back(text: str) -> None:
    assert restored(harmless(text)) == text


@given(TRICKY | ANY_TEXT)
def test_no_cell_begins_as_a_formula_but_a_plain_number(text: str) -> None:
    cell = harmless(text)
    bare = cell.lstrip()
    if cell[:1] in tuple("\t\r\n") or bare[:1] in tuple(FORMULA_SIGNS):
        float(cell.replace(",", "."))  # a number, or this raises


@pytest.mark.parametrize("sign", ["'", " ", "\t", "'\u200b", "1", "-1"])
def test_long_texts_take_no_longer_than_their_length(sign: str) -> None:
    start = time.perf_counter()
    harmless(sign * 50_000)
    assert time.perf_counter() - start < 0.05

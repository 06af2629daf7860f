"""Weighted kappa: against its definition by the contingency table, a published case, and laws."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import instrument
from assessments.agreement import in_words, weighted_kappa

SCALE = (0, 1, 3, 6, 9, 12)
GRADES = st.sampled_from(SCALE)
PAIRS = st.lists(st.tuples(GRADES, GRADES), min_size=1, max_size=40)

# Husbands' and wives' answers of Agresti, Categorical Data Analysis (1990), table 2.10: kappa with
# equal-spacing weights is 0.237, as the R package vcd prints it for its data set SexualFun.
AGRESTI = ((7, 7, 2, 3), (2, 8, 3, 7), (1, 5, 4, 9), (2, 8, 9, 14))


def by_the_table(pairs: Sequence[tuple[int, int]], categories: Sequence[int]) -> float | None:
    """Weights of agreement, observed and expected proportions: the textbook's long way."""
    k, n = len(categories), len(pairs)
    counts = Counter(pairs)
    table = [[counts[one, other] / n for other in categories] for one in categories]
    rows = [sum(row) for row in table]
    columns = [sum(table[i][j] for i in range(k)) for j in range(k)]
    weights = [[1 - abs(i - j) / (k - 1) for j in range(k)] for i in range(k)]
    cells = [(i, j) for i in range(k) for j in range(k)]
    observed = sum(weights[i][j] * table[i][j] for i, j in cells)
    expected = sum(weights[i][j] * rows[i] * columns[j] for i, j in cells)
    return None if expected > 1 - 1e-12 else (observed - expected) / (1 - expected)


def test_a_published_table() -> None:
    pairs = [
        (row, column)
        for row, counts in enumerate(AGRESTI)
        for column, count in enumerate(counts)
        for _each in range(count)
    ]
    assert len(pairs) == 91
    assert weighted_kappa(pairs, range(4)) == pytest.approx(0.2374, abs=5e-5)


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([(0, 0), (12, 12)], 1.0),
        ([(0, 12), (12, 0)], -1.0),
        # Observed 1 step; expected over the margins (2x0, 2x1) and (1x0, 3x1): 8 of 16 steps.
        ([(0, 0), (0, 1), (1, 1), (1, 1)], 0.5),
        # 0 is a grade: ten zeros and one of a step. Observed 1; margins 10x0+1x1 and 11x0: 11.
        ([(0, 0)] * 10 + [(1, 0)], 0.0),
        ([(6, 6)] * 12, None),
        ([], None),
    ],
)
def test_known_answers(pairs: list[tuple[int, int]], kappa: float | None) -> None:
    assert weighted_kappa(pairs, SCALE) == (None if kappa is None else pytest.approx(kappa))


@given(PAIRS)
def test_it_is_what_the_contingency_table_says(pairs: list[tuple[int, int]]) -> None:
    found, expected = weighted_kappa(pairs, SCALE), by_the_table(pairs, SCALE)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))


@given(PAIRS)
def test_it_is_the_same_seen_from_either_tester_and_either_end(
    pairs: list[tuple[int, int]],
) -> None:
    found = weighted_kappa(pairs, SCALE)
    turned = weighted_kappa([(other, one) for one, other in pairs], SCALE)
    upside_down = weighted_kappa(pairs, SCALE[::-1])
    assert turned == upside_down == found or found == pytest.approx(turned)


@given(PAIRS)
def test_it_is_one_exactly_where_all_agree_and_never_more(pairs: list[tuple[int, int]]) -> None:
    found = weighted_kappa(pairs, SCALE)
    if found is None:
        assert len({level for pair in pairs for level in pair}) == 1
        return
    assert found <= 1
    assert (found == 1) == all(one == other for one, other in pairs)


def test_steps_of_the_scale_weigh_and_not_thirds_of_a_grade() -> None:
    """From 4 to 5 is one step on the plain scale, and three on that with plus and minus."""
    pairs = [(9, 12), (12, 9), (0, 0), (9, 9), (12, 12)]
    plain = weighted_kappa(pairs, instrument.profile("mrc").levels)
    fine = weighted_kappa(pairs, instrument.profile("mrc_plus_minus").levels)
    assert plain is not None
    assert fine is not None
    assert plain != pytest.approx(fine)


@pytest.mark.parametrize(
    ("kappa", "word"),
    [
        (-0.01, "poor"),
        (0.0, "slight"),
        (0.2, "slight"),
        (0.21, "fair"),
        (0.6, "moderate"),
        (0.61, "substantial"),
        (1.0, "almost perfect"),
    ],
)
def test_words(kappa: float, word: str) -> None:
    assert in_words(kappa) == word

"""Who tested, on a time axis: initials where a series begins and wherever the tester changes."""

from collections.abc import Sequence
from itertools import pairwise

from .columns import Column
from .shapes import unequal

SIGN = unequal(3.6)
# Pixels from a sign to its initials, and what signs and letters take.
BESIDE, ROOM_OF_SIGN, ROOM_OF_LETTER = 7.0, 8.0, 7.0


def who_tested(
    columns: Sequence[Column], xs: Sequence[float], baseline: float, edge: float
) -> list[str]:
    """Return the marks of a row under an axis in a picture that ends at `edge`.

    A change of tester has its sign. Where changes crowd, initials are left out, and signs that
    would touch: each mark's reading and the table name the tester in full.
    """
    starts: list[tuple[Column, float]] = []
    for column, x in zip(columns, xs, strict=True):
        if not starts or (column.other_tester and x - starts[-1][1] >= ROOM_OF_SIGN):
            starts.append((column, x))
    ends = [x - ROOM_OF_SIGN for _column, x in starts[1:]]
    parts: list[str] = []
    for (column, x), end in zip(starts, [*ends, edge], strict=True):
        beside = BESIDE if column.other_tester else 0.0
        if column.other_tester:
            parts.append(f'<path class="other-tester" d="M{x:.1f} {baseline - 3.5:g}{SIGN}"/>')
        if x + beside + len(column.initials) * ROOM_OF_LETTER <= end:
            parts.append(_initials(column, x + beside, baseline, "start"))
        elif end == edge and _is_free(starts, column):
            parts.append(_initials(column, x - beside, baseline, "end"))
    return parts


def _is_free(starts: Sequence[tuple[Column, float]], last: Column) -> bool:
    """Return whether the last initials have room before their sign."""
    room = 2 * BESIDE + 2 * len(last.initials) * ROOM_OF_LETTER + ROOM_OF_SIGN
    return all(b - a >= room for (_one, a), (_two, b) in list(pairwise(starts))[-1:])


def _initials(column: Column, x: float, baseline: float, anchor: str) -> str:
    return (
        f'<text class="tester-initials {anchor}" x="{x:.1f}" y="{baseline:g}">'
        f"{column.initials}</text>"
    )

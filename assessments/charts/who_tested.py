"""Who tested, on a time axis: initials where a series begins and wherever the tester changes."""

from collections.abc import Sequence
from itertools import pairwise

from .shapes import unequal

SIGN = unequal(3.6)
# Where words end at the latest: with the picture.
EDGE = 338.0
# Pixels from a sign to its initials, and what signs and letters take.
BESIDE, ROOM_OF_SIGN, ROOM_OF_LETTER = 7.0, 8.0, 7.0


def who_tested(initials: Sequence[str], xs: Sequence[float], baseline: float) -> list[str]:
    """Return the marks of a row under the axis of a small picture.

    `initials` are those of each visit's tester, escaped. A change of tester has its sign. Where
    changes crowd, initials are left out, and signs that would touch: each mark's reading and the
    table name the tester in full.
    """
    starts: list[tuple[str, float]] = []
    before = ""
    for letters, x in zip(initials, xs, strict=True):
        if not starts or (letters != before and x - starts[-1][1] >= ROOM_OF_SIGN):
            starts.append((letters, x))
        before = letters
    ends = [x - ROOM_OF_SIGN for _letters, x in starts[1:]]
    parts: list[str] = []
    for (letters, x), end in zip(starts, [*ends, EDGE], strict=True):
        beside = BESIDE if parts else 0.0
        if parts:
            parts.append(f'<path class="other-tester" d="M{x:.1f} {baseline - 3.5:g}{SIGN}"/>')
        if x + beside + len(letters) * ROOM_OF_LETTER <= end:
            parts.append(_text(letters, x + beside, baseline, "start"))
        elif end == EDGE and _is_free(starts):
            parts.append(_text(letters, x - beside, baseline, "end"))
        else:
            parts.append("")
    return parts


def _is_free(starts: Sequence[tuple[str, float]]) -> bool:
    """Return whether the last initials have room before their sign."""
    room = 2 * BESIDE + 2 * len(starts[-1][0]) * ROOM_OF_LETTER + ROOM_OF_SIGN
    return all(b - a >= room for (_one, a), (_two, b) in list(pairwise(starts))[-1:])


def _text(letters: str, x: float, baseline: float, anchor: str) -> str:
    return f'<text class="tester-initials {anchor}" x="{x:.1f}" y="{baseline:g}">{letters}</text>'

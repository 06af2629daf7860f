"""What lies under the marks of a measured picture: its number axis from 0, time, what happened."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import number_format

from ..history import History
from .happened import happened_marks
from .ruler import small_ticks
from .time_axis import TimeAxis
from .words import Words, escape

# The time axis is that of the strips.
WIDTH, HEIGHT = 338, 152
LEFT, RIGHT = 26, 320
TOP, BOTTOM = 10, 106
TICK_BASELINE = 134
CURSOR = f"{TOP - 6} {BOTTOM}"
STEPS = tuple(Decimal(step) for step in ("1", "2", "3", "4", "5", "6", "8"))


def most_of(numbers: Sequence[Decimal]) -> Decimal:
    """Return a round number at or above all numbers, for the top of the axis; 1 without any."""
    most = max(numbers, default=Decimal(0))
    if most <= 0:
        return Decimal(1)
    ten = Decimal(10) ** most.adjusted()
    return next((step * ten for step in STEPS if step * ten >= most), 10 * ten)


def ground(history: History, axis: TimeAxis, most: Decimal, words: Words) -> str:
    """Draw the axes and what happened; `most` is the number at the top."""
    parts = [happened_marks(history, axis, TOP - 6, BOTTOM)]
    for share in (Decimal(0), Decimal("0.5"), Decimal(1)):
        y = BOTTOM - float(share) * (BOTTOM - TOP)
        number = escape(number_format((most * share).normalize() + 0))
        parts.append(
            f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/>'
            f'<text class="code" x="{LEFT - 4}" y="{y + 3.5:.1f}">{number}</text>'
        )
    parts.append(f'<path class="axis" d="M{LEFT} {BOTTOM}H{RIGHT}"/>')
    parts.append(small_ticks(axis, BOTTOM, TICK_BASELINE, words))
    return "".join(parts)

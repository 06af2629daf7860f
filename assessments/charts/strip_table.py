"""A strip's table: every visit, both sides in words, the tester."""

from collections.abc import Sequence

from .strip_frame import Frame
from .strip_side import Drawn
from .words import Words


def strip_table(
    frame: Frame, movement: str, drawn: Sequence[Drawn], summary: str, words: Words
) -> list[str]:
    """Return the table in parts, folded under how much it holds."""
    headings = "".join(
        f'<th scope="col" data-cell="{movement} {each.side}">'
        f"{words.side_and_movement(movement, each.side)}</th>"
        for each in drawn
    )
    parts = [
        f'<details class="chart-table"><summary>{summary}</summary><table>'
        f'<caption>{words.movement(movement)}</caption><thead><tr><th scope="col">'
        f'{words.visit}</th>{headings}<th scope="col">{words.tester}</th></tr></thead><tbody>'
    ]
    for row in zip(frame.row_heads, *(each.table for each in drawn), frame.row_tails, strict=True):
        parts += row
    return [*parts, "</tbody></table></details>"]

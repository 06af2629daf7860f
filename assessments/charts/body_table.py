"""The body map's table: the same places in words, by region, right before left."""

from collections.abc import Callable, Sequence

from .. import instrument
from ..history import Cell
from .words import Words, escape


def body_table(
    title: str, headings: Sequence[str], row: Callable[[Cell], Sequence[str]], words: Words
) -> list[str]:
    """Return the table in parts, folded. `headings` and what `row` returns are escaped."""
    columns = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    parts = [
        f'<details class="chart-table"><summary>{escape(title)}</summary>'
        f'<div class="chart-table-scroll" tabindex="0" role="region" aria-label="{escape(title)}">'
        f"<table><thead><tr>{columns}</tr></thead>"
    ]
    for region, movements in instrument.by_region(instrument.MOVEMENTS):
        parts.append(
            f'<tbody><tr><th scope="rowgroup" colspan="{len(headings)}">'
            f"{words.region(region)}</th></tr>"
        )
        for movement in movements:
            for side in movement.sides:
                parts.append(_row((movement.key, side.value), row, words))
        parts.append("</tbody>")
    return [*parts, "</table></div></details>"]


def _row(cell: Cell, row: Callable[[Cell], Sequence[str]], words: Words) -> str:
    key, side = cell
    said = "".join(f"<td>{each}</td>" for each in row(cell))
    return (
        f'<tr><th scope="row" data-cell="{key} {side}">{words.side_and_movement(key, side)}</th>'
        f"{said}</tr>"
    )

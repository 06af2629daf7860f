"""One view of the figure with the places on it, and what never changes: drawn once a language."""

from collections.abc import Callable
from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import instrument
from . import body_figure
from .body_places import (
    CHIP_HEIGHT,
    CHIP_WIDTH,
    HEADINGS,
    HEIGHT,
    LEADERS,
    PLACES,
    WIDTH,
    Place,
    View,
)
from .words import escape

_CENTRE = WIDTH / 2
_LINES = {View.FRONT: body_figure.front_lines(), View.BACK: body_figure.back_lines()}
_OUTLINE = body_figure.outline()
_SIDE_X = 122
_DOT = "a2 2 0 1 0 4 0a2 2 0 1 0-4 0z"
# The attribute that puts a sign in its place.
CORNERS = {
    place.cell: f'transform="translate({place.x - CHIP_WIDTH / 2:g} {place.y - CHIP_HEIGHT / 2:g})"'
    for place in PLACES
}


def views(place_mark: Callable[[Place], str]) -> list[str]:
    """Return both views in parts. `place_mark` draws the sign of a place, from its corner."""
    parts = ['<div class="body-views" data-plot="">']
    for view in View:
        parts.append(_ground(view, get_language()))
        parts += [place_mark(place) for place in PLACES if place.view is view]
        parts.append("</svg>")
    return [*parts, "</div>"]


@cache
def _ground(view: View, language: str | None) -> str:
    """Return the opening of a view: the figure, its sides and the short names of the places.

    The words are those of the language that is active, which `language` names for the cache.
    """
    name = _("Front") if view is View.FRONT else _("Back")
    return "".join(
        (
            f'<svg class="body-view" data-view="{view.value}" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'role="group" aria-label="{escape(name)}">'
            f'<g transform="translate({_CENTRE:g})" aria-hidden="true">'
            f'<path class="body-skin" d="{_OUTLINE}"/>'
            f'<path class="body-line" d="{_LINES[view]}"/>',
            f'<text class="body-name" y="15">{escape(name)}</text>',
            *_sides(view),
            *_headings(view),
            _leaders(),
            "</g>",
            '<g class="body-words" aria-hidden="true">',
            *(_short(place) for place in PLACES if place.view is view),
            "</g>",
        )
    )


def _sides(view: View) -> list[str]:
    """Name the sides: in front the patient's right stands on the left of the picture."""
    left_of_picture, right_of_picture = (
        (instrument.Side.RIGHT, instrument.Side.LEFT)
        if view is View.FRONT
        else (instrument.Side.LEFT, instrument.Side.RIGHT)
    )
    return [
        f'<text class="body-side {side.value}" data-names="{side.value}" x="{x}" y="15">'
        f"{escape(side.label)}</text>"
        for side, x in ((left_of_picture, -_SIDE_X), (right_of_picture, _SIDE_X))
    ]


def _headings(view: View) -> list[str]:
    return [
        f'<text class="body-joint" x="{x:g}" y="{heading.y:g}">{escape(heading.words)}</text>'
        for heading in HEADINGS[view]
        for x in (-heading.x, heading.x)
    ]


def _leaders() -> str:
    dots = "".join(f"M{x - 2:g} {y:g}{_DOT}" for (x, y), _end in LEADERS)
    lines = "".join(f"M{x1:g} {y1:g}L{x2:g} {y2:g}" for (x1, y1), (x2, y2) in LEADERS)
    return "".join(
        f'<g{turn}><path class="body-leader" d="{lines}"/><path class="body-dot" d="{dots}"/></g>'
        for turn in ("", ' transform="scale(-1 1)"')
    )


def _short(place: Place) -> str:
    above = place.y - CHIP_HEIGHT / 2 - 3
    return f'<text x="{place.x:g}" y="{above:g}">{escape(place.short)}</text>'

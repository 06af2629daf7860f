"""The sign in a place of the body map: what was recorded there and, of two visits, what became
of it. The legend draws the same signs.
"""

from .. import instrument
from ..change import Change, Direction, Flag
from ..history import Result
from .body_places import CHIP_HEIGHT, CHIP_WIDTH, CORNER
from .shapes import hatch

BOX = f'<rect width="{CHIP_WIDTH}" height="{CHIP_HEIGHT}" rx="{CORNER}"/>'
BASELINE = 18.5
# Beside an arrow the code makes room for it.
NARROW = 12
_MIDDLE = CHIP_WIDTH / 2
ARROWS = {
    Direction.WORSE: '<path class="body-arrow" d="M23.5 11h7.5l-3.75 6.5z"/>',
    Direction.BETTER: '<path class="body-arrow" d="M23.5 17h7.5l-3.75-6.5z"/>',
    Direction.NONE: "",
}
HATCH = f'<path class="body-hatch" d="{hatch(CHIP_WIDTH, CHIP_HEIGHT)}"/>'
DASH = f'<path class="body-dash" d="M{_MIDDLE - 5.5:g} {CHIP_HEIGHT / 2:g}h11"/>'
# Without a grade at both visits: a hatched end, where the arrow would stand.
UNCOMPARED = f'<path class="body-hatch" transform="translate(24)" d="{hatch(9, CHIP_HEIGHT)}"/>'
# What tells a flag without its colour: a double outline, a strong one, a broken one.
FLAGGED = {Flag.CROSSED: "is-crossed", Flag.CHANGED: "is-changed", Flag.WATCH: "is-watch"}
SECOND_OUTLINE = (
    f'<rect class="body-ring" x="-3.5" y="-3.5" width="{CHIP_WIDTH + 7}" '
    f'height="{CHIP_HEIGHT + 7}" rx="{CORNER + 3}"/>'
)


def state_of(result: Result | None) -> str:
    """Return what is the case instead of a grade; empty for a grade, 0 included."""
    if result is None:
        return "not_assessed"
    return "" if result.level is not None else result.status


def classes_of(result: Result | None) -> str:
    match state_of(result):
        case "":
            return f"body-place g{result.level}" if result else "body-place"
        case instrument.Status.NOT_TESTABLE:
            return "body-place is-nt"
        case instrument.Status.NOT_DONE:
            return "body-place is-nd"
        case "not_assessed":
            return "body-place is-blank"
    raise ValueError(f"No look for {result!r}")


def sign(result: Result | None, code: str) -> str:
    """Return the box with the escaped code of a grade, or the sign of why there is none."""
    match state_of(result):
        case "":
            return f'{BOX}<text x="{_MIDDLE:g}" y="{BASELINE}">{code}</text>'
        case instrument.Status.NOT_TESTABLE:
            return BOX + HATCH
        case instrument.Status.NOT_DONE:
            return BOX + DASH
        case "not_assessed":
            return BOX
    raise ValueError(f"No sign for {result!r}")


def change_classes(change: Change | None) -> str:
    """Return how much a change stands out, beside the classes of its later result."""
    if change is None or change.flag is Flag.NOT_COMPARABLE:
        return ""
    if change.flag in FLAGGED:
        return f" is-flagged {FLAGGED[change.flag]} is-{change.direction.value}"
    return " is-same" if change.flag is Flag.SAME else f" is-{change.direction.value}"


def change_sign(change: Change | None, code: str) -> str:
    """Return the later result's sign with an arrow beside it, or the mark of no comparison."""
    if change is None:
        return BOX
    if change.flag is Flag.NOT_COMPARABLE:
        if state_of(change.after) == "":
            return f'{BOX}{UNCOMPARED}<text x="{NARROW}" y="{BASELINE}">{code}</text>'
        whole = state_of(change.after) == instrument.Status.NOT_TESTABLE
        return sign(change.after, code) + ("" if whole else UNCOMPARED)
    if change.direction is Direction.NONE:
        return sign(change.after, code)
    ring = SECOND_OUTLINE if change.flag is Flag.CROSSED else ""
    return f'{BOX}{ring}<text x="{NARROW}" y="{BASELINE}">{code}</text>{ARROWS[change.direction]}'

"""Shapes that every picture and its legend share, as path data around a point."""

from .columns import SHAPES

# A cell of the heat map.
CELL_WIDTH = 27
CELL_HEIGHT = 24
CORNER = 4
HATCH_STEP = 7


def marker(shape: int, radius: float) -> str:
    """Return the path of a tester's marker, to follow a moveto at its centre."""
    r = radius
    match SHAPES[shape]:
        case "circle":
            return f"m-{r:g} 0a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0-{2 * r:g} 0z"
        case "square":
            side = r * 0.9
            return f"m-{side:g}-{side:g}h{2 * side:g}v{2 * side:g}h-{2 * side:g}z"
        case "triangle":
            return f"m0-{r * 1.25:g}l{r * 1.2:g} {r * 2.1:g}h-{r * 2.4:g}z"
        case "diamond":
            d = r * 1.3
            return f"m0-{d:g}l{d:g} {d:g}l-{d:g} {d:g}l-{d:g}-{d:g}z"
    raise ValueError(f"No marker for {shape!r}")


def cross(radius: float) -> str:
    """Return the path of a small x: not testable, under the axis of a strip."""
    r = radius
    return f"m-{r:g}-{r:g}l{2 * r:g} {2 * r:g}m0-{2 * r:g}l-{2 * r:g} {2 * r:g}"


def dash(radius: float) -> str:
    """Return the path of a dash: not done."""
    return f"m-{radius:g} 0h{2 * radius:g}"


def hatch(width: float, height: float = CELL_HEIGHT) -> str:
    """Return the path of diagonal lines inside a box at the origin: not testable."""
    parts = []
    for start in range(HATCH_STEP, int(width + height), HATCH_STEP):
        x1, y1 = min(start, width), max(start - width, 0)
        x2, y2 = max(start - height, 0), min(start, height)
        parts.append(f"M{x1:g} {y1:g}L{x2:g} {y2:g}")
    return "".join(parts)


def outline(width: float, *, worse: bool, height: float = CELL_HEIGHT) -> str:
    """Return the path of a ring around a box at the origin, with a triangle: under it for worse,
    over it for better. To be filled by the even-odd rule.
    """
    outer = _round(-1, -1, width + 2, height + 2, CORNER + 1)
    inner = _round(1, 1, width - 2, height - 2, CORNER - 1)
    triangle = f"{height + 1:g}h10l-5 5z" if worse else "-1h10l-5-5z"
    return f"{outer}{inner}M{width / 2 - 5:g} {triangle}"


def unequal(radius: float) -> str:
    """Return the path of an unequal sign: another tester than at the visit before."""
    r = radius
    return f"m-{r:g}-1.5h{2 * r:g}m0 3h-{2 * r:g}m{r * 0.4:g} 3l{r * 1.2:g}-9"


def _round(x: float, y: float, width: float, height: float, r: float) -> str:
    across, down = width - 2 * r, height - 2 * r
    return (
        f"M{x + r:g} {y:g}h{across:g}a{r:g} {r:g} 0 0 1 {r:g} {r:g}v{down:g}"
        f"a{r:g} {r:g} 0 0 1-{r:g} {r:g}h-{across:g}a{r:g} {r:g} 0 0 1-{r:g}-{r:g}v-{down:g}"
        f"a{r:g} {r:g} 0 0 1 {r:g}-{r:g}z"
    )

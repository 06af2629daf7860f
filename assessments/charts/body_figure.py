"""One calm human figure: the drawing alone, in units of the picture, x counted from its middle.

Only one half is put down; the other is its mirror image. Both views share one outline, palms to the
front, and differ in the few lines inside it.
"""

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]

# The half of the outline on the viewer's right, from the crown of the head down to the crotch.
_HEAD: tuple[Point, ...] = (
    (0, 27), (13, 29), (24, 37), (29.5, 51), (29.5, 64), (31.5, 68), (30.5, 78), (27.5, 81),
    (24.5, 94), (19, 104),
)  # fmt: skip
_NECK_AND_SHOULDER: tuple[Point, ...] = (
    (18.5, 112), (19.5, 122), (27, 132), (43, 139), (59, 143.5), (72, 150), (80.5, 162), (84, 180),
)  # fmt: skip
_OUTER_ARM: tuple[Point, ...] = (
    (87.5, 205), (92.5, 230), (99, 252), (107, 270), (113.5, 290), (117.5, 310), (119.5, 328),
    (121, 342),
)  # fmt: skip
_HAND: tuple[Point, ...] = (
    (126, 349), (133.5, 361), (139, 372), (140, 378.5), (136, 379.5), (131, 373), (127.5, 370.5),
    (130.5, 384), (131.5, 398), (129.5, 408), (125, 412), (118.5, 412.5), (112, 409), (107.5, 398),
    (104, 384), (102.5, 370), (102.5, 357),
)  # fmt: skip
_INNER_ARM: tuple[Point, ...] = (
    (103, 345), (99.5, 327), (93.5, 308), (87, 290), (81, 272), (75.5, 253), (68, 230), (61.5, 209),
    (58.5, 203),
)  # fmt: skip
_FLANK: tuple[Point, ...] = (
    (57.5, 212), (56.5, 228), (53, 246), (50.5, 262), (50.5, 277), (54, 294), (60, 314),
    (64.5, 334),
)  # fmt: skip
_OUTER_LEG: tuple[Point, ...] = (
    (66.5, 355), (66.5, 378), (64, 406), (60.5, 436), (57, 462), (55.5, 482), (56, 496),
    (58.5, 514), (60, 534), (58.5, 556), (54, 580), (50, 602), (49, 617),
)  # fmt: skip
_FOOT: tuple[Point, ...] = (
    (51, 627), (56.5, 638), (61, 648), (59.5, 654), (50, 656.5), (38.5, 656), (32, 651),
    (31, 640), (31.5, 628),
)  # fmt: skip
_INNER_LEG: tuple[Point, ...] = (
    (30, 612), (28, 592), (23.5, 568), (19, 545), (17, 524), (17.5, 506), (16.5, 490), (14, 472),
    (10.5, 446), (7, 416), (3.8, 386), (1.6, 371), (0, 367),
)  # fmt: skip
HALF: tuple[Point, ...] = (
    *_HEAD,
    *_NECK_AND_SHOULDER,
    *_OUTER_ARM,
    *_HAND,
    *_INNER_ARM,
    *_FLANK,
    *_OUTER_LEG,
    *_FOOT,
    *_INNER_LEG,
)

_FINGERS: tuple[tuple[Point, ...], ...] = (
    ((116.5, 385), (117.5, 394), (118, 405)),
    ((123.5, 385), (124.5, 396), (124.5, 406)),
    ((109.5, 384), (111, 393), (112.5, 402)),
)
# Lines inside the outline, each drawn on both sides.
_FRONT_LINES: tuple[tuple[Point, ...], ...] = (
    ((19, 104), (12, 111.5), (0, 115)),
    ((6, 149), (20, 145), (38, 146), (58, 150)),
    ((58, 203), (49, 213), (30, 217), (10, 212)),
    ((57, 330), (42, 348), (20, 360), (4, 367)),
    ((23, 510), (30, 516.5), (40, 517), (49, 510)),
    *_FINGERS,
)
_BACK_LINES: tuple[tuple[Point, ...], ...] = (
    ((14, 172), (14.5, 196), (20, 220), (38, 232), (54, 214)),
    ((0, 330), (0.6, 345), (0, 367)),
    ((2, 369), (14, 377), (36, 378), (53, 370)),
    ((22, 509), (31, 513), (42, 512.5), (51, 508)),
    ((35, 612), (36.5, 628), (35, 642)),
    *_FINGERS,
)
_SPINE = "M0 160V318"


def outline() -> str:
    """Return the path of the whole outline, closed."""
    left = [(-x, y) for x, y in reversed(HALF[1:-1])]
    return f"{smooth((*HALF, *left, HALF[0]))}z"


def front_lines() -> str:
    return "".join(smooth(line) + smooth(_mirrored(line)) for line in _FRONT_LINES)


def back_lines() -> str:
    return _SPINE + "".join(smooth(line) + smooth(_mirrored(line)) for line in _BACK_LINES)


def smooth(points: Sequence[Point]) -> str:
    """Return the path of a curve through points (Catmull-Rom, as cubic Béziers)."""
    closed = points[0] == points[-1]
    ring = points[:-1]
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for place, (start, end) in enumerate(pairwise(points)):
        before = ring[place - 1] if place or closed else start
        after = points[place + 2] if place + 2 < len(points) else points[1] if closed else end
        parts.append(f"C{_handle(start, before, end)} {_handle(end, after, start)} {_at(end)}")
    return "".join(parts)


def _handle(at: Point, one: Point, other: Point) -> str:
    """Return the handle of `at` on the side of `other`."""
    return _at((at[0] + (other[0] - one[0]) / 6, at[1] + (other[1] - one[1]) / 6))


def _at(point: Point) -> str:
    return f"{round(point[0], 1):g} {round(point[1], 1):g}"


def _mirrored(points: Sequence[Point]) -> tuple[Point, ...]:
    return tuple((-x, y) for x, y in points)

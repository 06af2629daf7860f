"""Can it be read? The contrast of WCAG 2.2 between the pairs of colours that meet on a page."""

import re
from pathlib import Path

import pytest

THEME = Path(__file__).resolve().parents[2] / "mmt/static/mmt/theme.css"
COLOURS = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", THEME.read_text(encoding="utf-8")))
LEVELS = range(13)

TEXT_ON_GROUND = [
    (ink, ground)
    for ink in ("ink", "ink-muted", "action", "right", "left", "worse", "better", "error")
    for ground in ("surface", "ground", "surface-sunk")
] + [
    ("bar-ink", "bar"),
    ("bar-ink-muted", "bar"),
    ("bar-ink", "bar-raised"),
    ("surface", "action"),
    ("surface", "action-strong"),
    ("surface", "error"),
    ("surface", "error-strong"),
    ("action-strong", "action-soft"),
    ("action", "action-soft"),
    ("ink", "action-soft"),
    ("ink", "here-soft"),
    ("ok", "ok-soft"),
    ("ink-muted", "ok-soft"),
    ("warn", "warn-soft"),
    ("warn", "here-soft"),
    ("warn", "ok-soft"),
    ("error", "error-soft"),
    ("error", "ok-soft"),
    ("ink", "hatch-ground"),
]
# What is no text but must be seen: the focus ring, the edge of a field.
SHAPE_ON_GROUND = [
    ("here", "surface"),
    ("here", "ground"),
    ("here", "ok-soft"),
    ("here", "bar"),
    ("control-edge", "surface"),
    ("control-edge", "ground"),
]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2, definition of relative luminance)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(COLOURS[one]), luminance(COLOURS[other])))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_the_most_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COLOURS, "black", "#000000")
    monkeypatch.setitem(COLOURS, "white", "#ffffff")
    assert contrast("black", "white") == pytest.approx(21)


@pytest.mark.parametrize("level", LEVELS)
def test_the_code_reads_on_every_step_of_the_ramp(level: int) -> None:
    assert contrast(f"ramp-{level}", f"ramp-ink-{level}") >= 4.5


@pytest.mark.parametrize(("ink", "ground"), TEXT_ON_GROUND)
def test_text_reads(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize(("shape", "ground"), SHAPE_ON_GROUND)
def test_shapes_are_seen(shape: str, ground: str) -> None:
    assert contrast(shape, ground) >= 3


def test_darker_is_weaker_without_exception() -> None:
    steps = [luminance(COLOURS[f"ramp-{level}"]) for level in LEVELS]
    assert steps == sorted(set(steps))

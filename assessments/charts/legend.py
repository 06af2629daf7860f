"""What the signs of the pictures mean: each sign drawn as in the picture, with its words."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from .. import instrument
from ..change import Direction
from ..history import History
from .body_marks import ARROWS, BASELINE, DASH, HATCH, NARROW, SECOND_OUTLINE, UNCOMPARED
from .body_marks import BOX as PLACE
from .columns import Column, Tester, codes_of, testers_by_shape
from .shapes import CELL_HEIGHT, CELL_WIDTH, CORNER, cross, dash, hatch, marker, outline, unequal
from .words import Words, escape

BOX = f'width="{CELL_WIDTH}" height="{CELL_HEIGHT}" rx="{CORNER}"'


def heat_legend(history: History, columns: Sequence[Column]) -> str:
    """Return the legend of the heat map: grades in the codes in use, states, changes, testers,
    what happened.
    """
    worse, better = (outline(CELL_WIDTH, worse=each) for each in (True, False))
    hatched = f'<rect class="heat-nt" {BOX}/><path class="heat-hatch" d="{hatch(CELL_WIDTH)}"/>'
    items = [
        f'<li class="ramp">{_ramp(columns[-1].visit.profile)}{escape(_("darker is weaker"))}</li>',
        _cell_item(f'<path class="heat-worse" d="{worse}"/>', _("worse than when last graded")),
        _cell_item(f'<path class="heat-better" d="{better}"/>', _("better than when last graded")),
        _cell_item(hatched, _("not testable")),
        _cell_item(
            f'<rect class="heat-nd" {BOX}/><path class="heat-dash" d="M8.5 12h10"/>', _("not done")
        ),
        f"<li>{escape(_('empty: not assessed'))}</li>",
        *scale_items(columns),
        *tester_items(columns),
    ]
    if any(column.visit.amended for column in columns):
        items.append(f"<li>{escape(_('* amended after signing'))}</li>")
    items += _happening_items(history)
    return f'<ul class="chart-legend">{"".join(items)}</ul>'


def strips_legend(history: History, columns: Sequence[Column], words: Words) -> str:
    """Return the legend that all strips share."""
    zone = _("below %(code)s: not fully against gravity") % {
        "code": instrument.code_among(instrument.ANTIGRAVITY_LEVEL, _profiles(columns))
    }
    items = [
        *side_items(("right", "left"), words),
        *tester_items(columns),
        legend_item('<rect class="zone" width="16" height="16"/>', escape(zone)),
        legend_item(f'<path class="nt right" d="M8 8{cross(3)}"/>', escape(_("not testable"))),
        legend_item(f'<path class="nd right" d="M8 8{dash(3.5)}"/>', escape(_("not done"))),
    ]
    if any(event.kind == "relapse" for event in history.events):
        band = '<rect class="relapse" x="5" width="6" height="16"/>'
        items.append(legend_item(band, escape(_("relapse"))))
    if history.interventions:
        start = '<path class="intervention" d="M8 0v16"/>'
        items.append(legend_item(start, escape(_("start of an intervention"))))
    if history.referrals:
        day = '<path class="referral" d="M8 0v16"/>'
        items.append(legend_item(day, escape(_("referral"))))
    if len({column.codes for column in columns}) > 1:
        items.append(
            f"<li>{escape(_('axis in MRC grades; each table has the codes recorded'))}</li>"
        )
    return f'<ul class="chart-legend">{"".join(items)}</ul>'


def _profiles(columns: Iterable[Column]) -> list[str]:
    return list(dict.fromkeys(column.visit.profile for column in columns))


def scale_items(columns: Iterable[Column]) -> list[str]:
    """Return on which scales the grades were given, in the order of the visits."""
    names = ", ".join(str(instrument.profile(each).name) for each in _profiles(columns))
    return [f"<li>{escape(_('scale: %s') % names)}</li>"]


def counted_in_mrc(columns: Iterable[Column]) -> bool:
    """Return whether a picture in MRC grades must say so: not all of its visits have these."""
    return not all(instrument.profile(each).is_mrc for each in _profiles(columns))


def _happening_items(history: History) -> list[str]:
    """Return the words of the bars over the heat map, of those kinds that there are."""
    kinds = {event.kind == "relapse" for event in history.events}
    there = [
        ("relapse", _("relapse"), True in kinds),
        ("event", _("other event"), False in kinds),
        ("intervention", _("intervention"), bool(history.interventions)),
        ("referral", _("referral, until it was answered"), bool(history.referrals)),
    ]
    return [
        '<li><svg class="heat" width="22" height="14" aria-hidden="true">'
        f'<rect class="key {style}" x="1" y="1" width="20" height="12" rx="3"/></svg>'
        f"{escape(words)}</li>"
        for style, words, is_there in there
        if is_there
    ]


def body_legend(profile: str, *, compared: bool = False) -> str:
    """Return the legend of the body map, of two visits when `compared`."""
    items = [f'<li class="ramp">{_ramp(profile)}{escape(_("darker is weaker"))}</li>']
    if compared:
        worse, better = (
            f'{PLACE}<text x="{NARROW}" y="{BASELINE}">3</text>{ARROWS[way]}'
            for way in (Direction.WORSE, Direction.BETTER)
        )
        items += [
            _place_item("g6 is-worse", worse, _("worse")),
            _place_item("g6 is-better", better, _("better")),
            _place_item("is-flagged is-crossed", PLACE + SECOND_OUTLINE, _("antigravity crossed")),
            _place_item("is-flagged is-changed", PLACE, _("changed")),
            _place_item("is-flagged is-watch", PLACE, _("watch")),
            _place_item("g3 is-same", PLACE, _("thin outline: same")),
            _place_item("", PLACE + UNCOMPARED, _("hatched end: not comparable")),
        ]
    items += [
        _place_item("is-nt", PLACE + HATCH, _("not testable")),
        _place_item("is-nd", PLACE + DASH, _("not done")),
        _place_item("is-blank", PLACE, _("not assessed")),
    ]
    return f'<ul class="chart-legend">{"".join(items)}</ul>'


def side_items(sides: Iterable[str], words: Words) -> list[str]:
    return [legend_item(_side_sign(side), words.sides[side].lower(), 26) for side in sides]


def _side_sign(side: str) -> str:
    return (
        f'<path class="line {side}" d="M0 8h26"/>'
        f'<path class="mark {side}" d="M13 8{marker(0, 4)}"/>'
    )


def tester_items(found: Sequence[Tester | Column]) -> list[str]:
    """Return who stands behind which initials, and behind which shape when there are several."""
    testers = testers_by_shape(found)
    named = [
        ", ".join(f"<strong>{letters}</strong> {name}" for letters, name in each)
        for each in testers
    ]
    if len(testers) < 2:
        return [f"<li>{escape(_('tested by'))} {named[0]}</li>"]
    items = [
        legend_item(f'<path class="tester-mark" d="M8 8{marker(shape, 4.5)}"/>', words)
        for shape, words in enumerate(named)
    ]
    unlike = f'<path class="other-tester" d="M8 8{unequal(4.5)}"/>'
    return [*items, legend_item(unlike, escape(_("other tester than at the visit before")))]


def _ramp(profile: str) -> str:
    """Draw the steps of a profile, weakest first."""
    levels, codes = instrument.profile(profile).levels, codes_of(profile)
    steps = "".join(
        f'<rect class="g{level}" x="{place * 25 + 1}" y="1" width="23" height="20" rx="4"/>'
        f'<text class="g{level}" x="{place * 25 + 12.5}" y="15.5">{codes[level]}</text>'
        for place, level in enumerate(levels)
    )
    width = len(levels) * 25
    return (
        f'<svg class="heat" viewBox="0 0 {width} 22" width="{width}" height="22" '
        f'aria-hidden="true">{steps}</svg>'
    )


def legend_item(sign: str, words: str, width: int = 16) -> str:
    """Return a sign and its words, which are escaped already."""
    return (
        f'<li><svg class="sign" width="{width}" height="16" aria-hidden="true">{sign}</svg>'
        f"{words}</li>"
    )


def _cell_item(sign: str, words: str) -> str:
    """Return a cell of the heat map, with room for its triangle, and words still to escape."""
    return (
        '<li><svg class="heat" width="22" height="28" viewBox="-2 -7 31 38" aria-hidden="true">'
        f"{sign}</svg>{escape(words)}</li>"
    )


def _place_item(classes: str, sign: str, words: str) -> str:
    """Return a place of the body map and its words, which are still to escape."""
    return (
        '<li><svg width="34" height="29" viewBox="-4 -4 42 35.5" aria-hidden="true">'
        f'<g class="body-place {classes}">{sign}</g></svg>{escape(words)}</li>'
    )

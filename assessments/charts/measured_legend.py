"""What the signs of a measured picture mean, and what a band is taken from."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from .. import force
from ..history import Series
from .columns import Tester
from .legend import legend_item, side_items, tester_items
from .shapes import cross
from .words import Words, escape

TRIALS = '<path class="trials right" d="M8 1v14"/><circle class="mark right" cx="8" cy="8" r="3"/>'
NO_VALUE = f'<path class="nt right" d="M8 8{cross(3)}"/>'
BAND = '<rect class="error right" width="26" height="16"/>'


def measured_legend(shown: Sequence[Series], testers: Sequence[Tester], words: Words) -> str:
    """Return the legend that all series of one kind share."""
    sides = {side for series in shown for side in series.sides}
    items = [
        *side_items([side for side in ("right", "left") if side in sides], words),
        legend_item(TRIALS, escape(_("line through a mark: lowest to highest trial"))),
        legend_item(NO_VALUE, escape(_("no value, for a reason"))),
        *tester_items(testers),
    ]
    for band in dict.fromkeys(_band_words(series) for series in shown):
        if band:
            items.append(legend_item(BAND, escape(band), 26))
    return f'<ul class="chart-legend">{"".join(items)}</ul>'


def _band_words(series: Series) -> str:
    """Return what the band says and where its width comes from; empty where there is none."""
    if series.error is None:
        return ""
    if series.chart == "force":
        words = _(
            "band: first value ± %(percent)d %%; within it a difference may be measurement error "
            "(minimal detectable change in MS: 13 to 36 %% of the mean, IJMSC 2017;19:253)"
        )
    else:
        words = _("band: first value ± %(percent)d %%, the usual threshold of change of the test")
    return words % {"percent": int(series.error * 100)}


def notes(series: Series) -> str:
    """Return which way is better, and how the unit came about, escaped."""
    found = [_("lower is better") if series.lower_is_better else _("higher is better")]
    if len(series.units) > 1:
        typed = sorted(series.units - {force.Unit.NEWTON.value})
        found.append(_("%(units)s converted to N") % {"units": _(" and ").join(typed)})
    if series.error is None:
        found.append(_("no usual threshold known"))
    return escape(" · ".join(found))

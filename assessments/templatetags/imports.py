"""What a planned visit would hold, in words."""

from django import template
from django.utils.translation import gettext as _

from ..exchange.incoming.visits import PlannedVisit
from ..wording import cell_name, written

MOST = 6

register = template.Library()


@register.filter
def results_in_words(visit: PlannedVisit) -> str:
    """Return "Right knee extension 4-, Left knee extension NT Pain and 10 more"."""
    told = [
        f"{cell_name(cell)} {written(result, visit.scale)}"
        for cell, result in list(visit.results.items())[:MOST]
    ]
    rest = len(visit.results) - len(told)
    text = ", ".join(told)
    return _("%(text)s and %(rest)s more") % {"text": text, "rest": rest} if rest else text

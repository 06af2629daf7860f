"""What is said in a line of the changes in each region of the body."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mmt.accounts.models import Clinic

from . import instrument
from .change import CONFIRMABLE, Change, Direction


def said_by_region(changes: Iterable[Change], clinic: Clinic) -> dict[str, str]:
    """Return a line for every region, of the changes that the clinic's pages list.

    Where the clinic shows no flags it counts the grades that differ, and judges none.
    """
    found: dict[str, list[Change]] = {region.value: [] for region in instrument.Region}
    for each in changes:
        found[instrument.movement(each.movement).region].append(each)
    say = _flagged if clinic.change_flags else _differing
    return {region: say(listed) for region, listed in found.items()}


def _flagged(changes: Sequence[Change]) -> str:
    judged = [each for each in changes if each.flag in CONFIRMABLE]
    sure = [each for each in judged if each.confirmed]
    unsure = [each for each in judged if not each.confirmed]
    worse, better = Direction.WORSE, Direction.BETTER
    counted = (
        (_("%(count)d worse, confirmed"), _count(sure, worse)),
        (_("%(count)d possibly worse"), _count(unsure, worse)),
        (_("%(count)d better, confirmed"), _count(sure, better)),
        (_("%(count)d possibly better"), _count(unsure, better)),
        (_("%(count)d to watch"), len(changes) - len(judged)),
    )
    words = [text % {"count": count} for text, count in counted if count]
    return " · ".join(words) or _("no flagged change")


def _count(changes: Iterable[Change], direction: Direction) -> int:
    return sum(each.direction is direction for each in changes)


def _differing(changes: Sequence[Change]) -> str:
    count = len(changes)
    return ngettext("%(count)d grade differs", "%(count)d grades differ", count) % {"count": count}

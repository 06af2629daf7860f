"""Weighted kappa: how far two gradings of the same thing agree beyond chance."""

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from ..instrument import Text

# Landis JR, Koch GG, Biometrics 1977;33:159-174: a convention, not a law. From 0 on, each word
# reaches up to its number.
_WORDS: tuple[tuple[float, Text], ...] = (
    (0.2, _("slight")),
    (0.4, _("fair")),
    (0.6, _("moderate")),
    (0.8, _("substantial")),
    (1.0, _("almost perfect")),
)
_BELOW_CHANCE = _("poor")


def weighted_kappa(pairs: Sequence[tuple[int, int]], categories: Sequence[int]) -> float | None:
    """Return Cohen's kappa with linear weights; None where it is not defined.

    `pairs` are (first, second) levels, `categories` the levels of the scale in order: what weighs
    is the number of steps between two categories, |i - j|. So neighbours count as nearer than the
    ends of the scale, and twice as far counts twice; with squared weights a scale of many steps
    looks better than its testers are. 1 is full agreement, 0 that of chance, below it is worse.
    Not defined without pairs, and where every grade given was one and the same: chance then agrees
    fully too.

    kappa = 1 - (sum of observed steps) / (sum of steps expected from the margins), after Cohen J,
    Psychol Bull 1968;70:213-220, with the weights of Cicchetti DV, Allison T, Am J EEG Technol
    1971;11:101-109. Raises KeyError for a level that is no category.
    """
    ranks = {level: rank for rank, level in enumerate(categories)}
    ranked = [(ranks[one], ranks[other]) for one, other in pairs]
    observed = sum(abs(one - other) for one, other in ranked)
    ones, others = (Counter(side) for side in zip(*ranked, strict=True)) if ranked else ({}, {})
    expected = sum(
        abs(one - other) * often * as_often
        for one, often in ones.items()
        for other, as_often in others.items()
    )
    if expected == 0:
        return None
    return 1 - len(ranked) * observed / expected


def in_words(kappa: float) -> Text:
    if kappa < 0:
        return _BELOW_CHANCE
    return next(word for highest, word in _WORDS if kappa <= highest)

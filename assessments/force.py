"""Muscle force from a dynamometer: units, trials, and the one value that stands for them.

Forces are kept as typed, in the unit typed, and besides in newtons. A force is a number with a
true zero, so that the mean of its trials means something; that of grades never does.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_TRIALS = 5  # clinical reference, section 1
# Nobody pushes harder against a hand-held device; more is asked about once (clinical reference).
PLAUSIBLE_NEWTONS = Decimal(1500)
# [proposal] What measurement error alone can make of a force: its share of the value. Minimal
# detectable changes in MS are 13 to 36 % of the mean (IJMSC 2017;19:253; clinical reference).
MEASUREMENT_ERROR = Decimal("0.3")
_KEPT = Decimal("0.001")
_SHOWN = Decimal("0.1")


class Unit(models.TextChoices):
    NEWTON = "N", gettext_lazy("N (newton)")
    KILOGRAM = "kgf", gettext_lazy("kgf (kilogram-force)")
    POUND = "lbf", gettext_lazy("lbf (pound-force)")


# Exact by definition: standard gravity 9.80665 m/s2, the pound 0.45359237 kg.
NEWTONS: dict[Unit, Decimal] = {
    Unit.NEWTON: Decimal(1),
    Unit.KILOGRAM: Decimal("9.80665"),
    Unit.POUND: Decimal("4.4482216152605"),
}


class Rule(models.TextChoices):
    """Which value stands for the trials."""

    BEST = "best", gettext_lazy("best trial")
    MEAN = "mean", gettext_lazy("mean of the trials")


def newtons(value: Decimal, unit: str) -> Decimal:
    """Return a force in newtons, to three decimals."""
    return (value * NEWTONS[Unit(unit)]).quantize(_KEPT)


def result(trials: Sequence[Decimal], rule: str) -> Decimal:
    """Return the best or the mean of the trials, one at least, in the unit they come in."""
    match Rule(rule):
        case Rule.BEST:
            return max(trials)
        case Rule.MEAN:
            return sum(trials, Decimal(0)) / len(trials)


def described(typed: Sequence[str], unit: str, rule: str) -> str:
    """Return "212 N, best of 3", or "47.5 lbf = 211.3 N, mean of 3": as typed, then in newtons."""
    trials = [Decimal(text) for text in typed]
    own = result(trials, rule)
    if rule == Rule.MEAN and len(trials) > 1:
        own = own.quantize(_SHOWN)
    value = f"{number_format(own)} {unit}"
    if unit != Unit.NEWTON:
        in_newtons = result([newtons(trial, unit) for trial in trials], rule)
        value += f" = {number_format(in_newtons.quantize(_SHOWN))} N"
    return f"{value}, {_of_trials(len(trials), rule)}"


def _of_trials(count: int, rule: str) -> str:
    if count == 1:
        return _("1 trial")
    if rule == Rule.BEST:
        return _("best of %(count)s") % {"count": count}
    return _("mean of %(count)s") % {"count": count}

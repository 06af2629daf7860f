"""What the blind pairs say of one movement on one scale."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .. import instrument
from ..history import Result
from .kappa import in_words, weighted_kappa

FEWEST_PAIRS = 10  # of tests, below which no kappa is shown
ONE_GRADE = 3  # thirds of a grade


@dataclass(frozen=True, slots=True)
class Grading:
    """One cell of one pair of tests: what each of the two testers found."""

    pair: Hashable
    first: Result | None
    second: Result | None

    @property
    def levels(self) -> tuple[int, int] | None:
        """The two grades; None unless both graded it, and nobody corrected it afterwards."""
        one, other = self.first, self.second
        if one is None or other is None or one.amended or other.amended:
            return None
        if one.level is None or other.level is None:
            return None
        return one.level, other.level


@dataclass(frozen=True, slots=True)
class Agreement:
    """`tests` are pairs of tests with a grade of both testers for one side or more; `graded` are
    the gradings they give, right and left counted together. `kappa` is None where too few tests
    or a single grade everywhere leave it undetermined.
    """

    movement: str
    profile: str
    tests: int
    graded: int
    exact: int
    within_one: int
    left_out: int
    kappa: float | None

    @property
    def movement_name(self) -> instrument.Text:
        return instrument.movement(self.movement).name

    @property
    def words(self) -> str:
        """Kappa with its word, or why there is none."""
        if self.tests < FEWEST_PAIRS:
            return _("not enough pairs (%(tests)d of %(needed)d)") % {
                "tests": self.tests,
                "needed": FEWEST_PAIRS,
            }
        if self.kappa is None:
            return _("not determinable: one and the same grade everywhere")
        return f"{self.kappa:.2f}, {in_words(self.kappa)}"


def agreement_of(movement: str, profile: str, gradings: Sequence[Grading]) -> Agreement:
    """Return the agreement over these gradings, both sides pooled.

    What was not graded by both (not testable, not done, left blank by one), or corrected after
    both were seen, is left out and counted.
    """
    both = [(each.pair, each.levels) for each in gradings if each.levels is not None]
    levels = [found for _pair, found in both]
    tests = len({pair for pair, _found in both})
    apart = [abs(instrument.THIRDS[one] - instrument.THIRDS[other]) for one, other in levels]
    return Agreement(
        movement=movement,
        profile=profile,
        tests=tests,
        graded=len(levels),
        exact=apart.count(0),
        within_one=sum(distance <= ONE_GRADE for distance in apart),
        left_out=len(gradings) - len(levels),
        kappa=_kappa(levels, profile) if tests >= FEWEST_PAIRS else None,
    )


def _kappa(levels: Sequence[tuple[int, int]], profile: str) -> float | None:
    """Take the steps of the scale; a level that it lacks has its place between them."""
    met = {level for pair in levels for level in pair}
    return weighted_kappa(levels, sorted(met.union(instrument.profile(profile).levels)))

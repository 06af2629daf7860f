"""The gradings of blind pairs, from the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mmt.accounts.models import Clinic

from .. import instrument
from ..history import Cell, Result
from ..models import Apart, Assessment
from ..querysets import results_of
from .movements import ONE_GRADE, Agreement, Grading, agreement_of


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of a pair, side by side."""

    cell: Cell
    grading: Grading

    @property
    def apart(self) -> int | None:
        """How far apart the two grades are, in thirds of one; None unless both graded it."""
        if self.grading.levels is None:
            return None
        one, other = (instrument.THIRDS[level] for level in self.grading.levels)
        return abs(one - other)

    @property
    def is_same(self) -> bool:
        return self.apart == 0

    @property
    def is_far(self) -> bool:
        return self.apart is not None and self.apart > ONE_GRADE

    @property
    def words(self) -> str:
        if self.apart is None:
            return _("not graded by both")
        if self.is_same:
            return _("same grade")
        return _("more than one grade apart") if self.is_far else _("within one grade")


def load_gradings(clinic: Clinic) -> Mapping[tuple[str, str], list[Grading]]:
    """Return by (scale, movement) what both testers found in the clinic's complete pairs, right
    and left, in three queries.
    """
    seconds_of_pairs = Assessment.objects.filter(clinic=clinic).kept_apart(Apart.SECOND)
    found = list(seconds_of_pairs.values_list("blind_pair__first", "pk", "profile"))
    firsts = results_of([first for first, _second, _profile in found])
    seconds = results_of([second for _first, second, _profile in found])
    gradings: dict[tuple[str, str], list[Grading]] = defaultdict(list)
    for first, second, profile in found:
        ones, others = firsts.get(first, {}), seconds.get(second, {})
        for cell in ones.keys() | others.keys():
            grading = Grading(second, ones.get(cell), others.get(cell))
            gradings[profile, cell[0]].append(grading)
    return gradings


def agreements(clinic: Clinic) -> list[tuple[instrument.Profile, list[Agreement]]]:
    """Return the clinic's agreement by scale, each movement that a pair tested, in the
    catalogue's order. Scales are not mixed: the steps of one are not those of another.
    """
    gradings = load_gradings(clinic)
    return [
        (
            profile,
            [
                agreement_of(movement, key, gradings[key, movement])
                for movement in instrument.MOVEMENTS
                if (key, movement) in gradings
            ],
        )
        for key, profile in instrument.PROFILES.items()
        if any(used == key for used, _movement in gradings)
    ]


def counted(rows: Iterable[Row]) -> str:
    """Return how many of a pair's grades agree, in words."""
    graded = [row for row in rows if row.apart is not None]
    return _(
        "Graded by both: %(graded)d. The same grade: %(same)d. "
        "Within one grade: %(near)d. More than one grade apart: %(far)d."
    ) % {
        "graded": len(graded),
        "same": sum(row.is_same for row in graded),
        "near": sum(not row.is_far for row in graded),
        "far": sum(row.is_far for row in graded),
    }


def side_by_side(
    first: Assessment, second: Assessment
) -> list[tuple[instrument.Region, list[Row]]]:
    """Return every cell that either tester recorded, by region."""
    results = results_of([first.pk, second.pk])
    ones: Mapping[Cell, Result] = results.get(first.pk, {})
    others: Mapping[Cell, Result] = results.get(second.pk, {})
    wanted = {movement for movement, _side in ones.keys() | others.keys()}
    in_order = [key for key in instrument.MOVEMENTS if key in wanted]
    return [
        (
            region,
            [
                Row(cell, Grading(second.pk, ones.get(cell), others.get(cell)))
                for cell in instrument.cells([movement.key for movement in movements])
                if cell in ones or cell in others
            ],
        )
        for region, movements in instrument.by_region(in_order)
    ]

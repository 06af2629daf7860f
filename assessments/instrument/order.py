"""Which cells a list of movements gives, and in which order they are tested."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from .movements import Movement, Position, Region, Side, movement

Group = TypeVar("Group", Position, Region)


def cells(movement_keys: Iterable[str]) -> tuple[tuple[str, Side], ...]:
    """The cells `(movement key, side)` of these movements, in their order, each once.

    Raises UnknownMovement.
    """
    return tuple(
        (key, side) for key in dict.fromkeys(movement_keys) for side in movement(key).sides
    )


def by_position(movement_keys: Iterable[str]) -> list[tuple[Position, list[Movement]]]:
    """These movements grouped so that the patient changes position as seldom as possible."""
    return _grouped(movement_keys, Position, lambda found: found.position)


def by_region(movement_keys: Iterable[str]) -> list[tuple[Region, list[Movement]]]:
    """These movements grouped from hips to arms."""
    return _grouped(movement_keys, Region, lambda found: found.region)


def as_listed(movement_keys: Iterable[str]) -> list[tuple[Position, list[Movement]]]:
    """These movements in the order given, parted wherever the patient must change position."""
    groups: list[tuple[Position, list[Movement]]] = []
    for each in map(movement, dict.fromkeys(movement_keys)):
        if not groups or groups[-1][0] is not each.position:
            groups.append((each.position, []))
        groups[-1][1].append(each)
    return groups


def arranged(movement_keys: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """These movements in the order of `wanted`; those it does not name follow, in theirs."""
    places = {key: place for place, key in enumerate(wanted)}
    return sorted(dict.fromkeys(movement_keys), key=lambda key: places.get(key, len(places)))


def _grouped(
    movement_keys: Iterable[str], groups: type[Group], group_of: Callable[[Movement], Group]
) -> list[tuple[Group, list[Movement]]]:
    """Groups in the order of the enum, without empty ones; inside each the order given."""
    found = [movement(key) for key in dict.fromkeys(movement_keys)]
    grouped = ((group, [each for each in found if group_of(each) is group]) for group in groups)
    return [(group, members) for group, members in grouped if members]

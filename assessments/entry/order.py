"""In which order the rows of a grid or of a sheet stand: by position, by region, or as listed.

Listed they are by the clinic, where it has put the battery in an order of its own, else by the
battery.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .. import instrument

Group = tuple[instrument.Position | instrument.Region, list[instrument.Movement]]

LISTED = "battery"
ORDERS: dict[str, Callable[[Iterable[str]], Sequence[Group]]] = {
    "position": instrument.by_position,
    "region": instrument.by_region,
    LISTED: instrument.as_listed,
}
DEFAULT_ORDER = "position"


@dataclass(frozen=True, slots=True)
class Order:
    """`own` is the clinic's order of the battery's movements, empty where it has none."""

    key: str = DEFAULT_ORDER
    own: Sequence[str] = ()

    def groups(self, movement_keys: Iterable[str]) -> Sequence[Group]:
        if self.key == LISTED:
            movement_keys = instrument.arranged(movement_keys, self.own)
        return ORDERS[self.key](movement_keys)

    def position_changes(self, movement_keys: Iterable[str]) -> int:
        """Return how often the patient changes position on the way through these movements."""
        keys = [each.key for _group, members in self.groups(movement_keys) for each in members]
        return len(instrument.as_listed(keys)) - 1

    @property
    def choices(self) -> list[tuple[str, str]]:
        words = {
            "position": _("By position"),
            "region": _("By region"),
            LISTED: _("Clinic’s order") if self.own else _("As listed"),
        }
        return [(key, words[key]) for key in ORDERS]


def chosen(*wanted: str | None) -> str:
    """Return the first of these that is an order."""
    return next((key for key in wanted if key in ORDERS), DEFAULT_ORDER)

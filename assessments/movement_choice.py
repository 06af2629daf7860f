"""Choosing movements, one by one or a region whole: for a question and for an export alike."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import instrument

REGIONS = instrument.by_region(instrument.MOVEMENTS)
MOVEMENTS_OF = {region.value: [each.key for each in found] for region, found in REGIONS}
REGION_OF = {key: region for region, keys in MOVEMENTS_OF.items() for key in keys}
NOT_LISTED = {"invalid_choice": _("Choose one of the list.")}


def _movements() -> Iterator[tuple[Any, Any]]:
    for region, movements in REGIONS:
        yield region.value, format_lazy(_("{region}: any movement"), region=region.label)
        yield from ((movement.key, movement.name) for movement in movements)


class MovementsField(forms.MultipleChoiceField):
    """Movements and whole regions, in the order of the catalogue; none stands for any movement."""

    first: tuple[str, ...] = ()
    listed = tuple(_movements())

    def __init__(self) -> None:
        super().__init__(
            label=_("movement"),
            choices=self.listed,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages=dict(NOT_LISTED),
        )

    @classmethod
    def words_of(cls, value: tuple[str, ...]) -> str:
        return gettext(" or ").join(str(words) for key, words in cls.listed if key in value)

    def to_python(self, value: Any) -> list[str]:
        """Return what was chosen. An address may say with nothing that it means any movement."""
        return [each for each in super().to_python(value) if each]

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the choices, each once, without the movements of a region that is there whole."""
        chosen = set(super().clean(value))
        kept = {key for key in chosen if REGION_OF.get(key) not in chosen}
        return tuple(key for key, _words in self.listed if key in kept)


class MovementsForm(forms.Form):
    """A form that asks for movements, with what its page needs to show the boxes."""

    movement = MovementsField()
    any_movement: Any = _("any movement")

    @property
    def movements_told(self) -> str:
        """Return the movements asked for in words, any of them if none is named."""
        chosen = self.cleaned_data.get("movement") if hasattr(self, "cleaned_data") else None
        return MovementsField.words_of(chosen) if chosen else str(self.any_movement)

    @property
    def regions(self) -> Iterator[tuple[Any, list[Any], bool]]:
        """Yield each region with its boxes, of the whole and of each of its movements, and whether
        one is ticked.
        """
        boxes = iter(self["movement"])
        for region, movements in REGIONS:
            mine = list(islice(boxes, len(movements) + 1))
            yield region.label, mine, any(box.data["selected"] for box in mine)


def movements_in(chosen: Iterable[str]) -> tuple[str, ...]:
    """Return the movements that were chosen, those of a whole region one by one."""
    return tuple(key for each in chosen for key in MOVEMENTS_OF.get(each, [each]))

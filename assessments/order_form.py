"""The form of a clinic's own order of a battery."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from . import instrument

SHOWN = "shown"  # no movement has this key


class OrderForm(forms.Form):
    """A place from 1 on for each movement, in the order shown.

    A movement whose place was changed goes there, the others close up behind it: to move one, one
    number is typed. All of them typed anew give that very order.
    """

    def __init__(self, data: Any = None, *, standing: Sequence[str]) -> None:
        super().__init__(data)
        self.standing = list(standing)
        most = len(self.standing)
        self.is_current, self.order = self._read_shown()
        self.fields[SHOWN] = forms.CharField(
            widget=forms.HiddenInput, initial=" ".join(self.order), required=False
        )
        for place, key in enumerate(self.order, start=1):
            self.fields[key] = forms.IntegerField(
                label=instrument.movement(key).name,
                initial=place,
                min_value=1,
                max_value=most,
                widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
                error_messages={
                    name: _("Give a place from 1 to %(most)s.") % {"most": most}
                    for name in ("required", "invalid", "min_value", "max_value")
                },
            )

    def _read_shown(self) -> tuple[bool, list[str]]:
        """Return whether the page showed these movements at all, and in which order."""
        if not self.is_bound:
            return True, self.standing
        sent = self.data.get(SHOWN, "").split()
        is_current = sorted(sent) == sorted(self.standing)
        return is_current, sent if is_current else self.standing

    @property
    def rows(self) -> list[tuple[instrument.Movement, BoundField]]:
        return [(instrument.movement(key), self[key]) for key in self.order]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[int, str] = {}
        for key, place in self._moved(cleaned).items():
            if first := taken.get(place):
                told = {"other": instrument.movement(first).name, "place": place}
                self.add_error(key, _("%(other)s goes to place %(place)s already.") % told)
            taken.setdefault(place, key)
        return cleaned

    @property
    def wanted(self) -> list[str]:
        """The order that the valid form asks for."""
        moved = self._moved(self.cleaned_data)
        order = [key for key in self.order if key not in moved]
        for key in sorted(moved, key=lambda each: moved[each]):
            order.insert(moved[key] - 1, key)
        return order

    def _moved(self, cleaned: dict[str, Any]) -> dict[str, int]:
        """Return the new places of the movements whose place was changed."""
        places = {key: cleaned.get(key) for key in self.order}
        return {
            key: place
            for shown, (key, place) in enumerate(places.items(), start=1)
            if place and place != shown
        }

"""Form fields for names, numbers and days of a patient."""

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .names import fold

NOT_RECORDED = ("", _("not recorded"))
# Signs that turn the direction of what follows: a name must read as it is stored.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


class PlainTextField(forms.CharField):
    """One line: composed, single spaces, with a letter or digit to find it by."""

    default_error_messages = {
        "unreadable": _("This holds signs that cannot be seen. Please type it anew."),
        "nothing": _("Enter at least one letter or digit."),
    }

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return " ".join(unicodedata.normalize("NFC", text).split())

    def validate(self, value: str) -> None:
        super().validate(value)
        if any(sign in _TURNS or unicodedata.category(sign) in {"Cc", "Cs"} for sign in value):
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        if value and not fold(value):
            raise forms.ValidationError(self.error_messages["nothing"], code="nothing")


class TypedDateField(forms.DateField):
    """A day long ago, typed: quicker than a calendar, and what was typed stays when it is wrong."""

    default_error_messages = {
        "invalid": _("Write the date as 1975-04-30 or 30/04/1975."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"] = forms.DateInput(
            format="%Y-%m-%d", attrs={"class": "short", "autocomplete": "off"}
        )
        super().__init__(**kwargs)


class PickedDateField(forms.DateField):
    """A day of the last months: the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"] = forms.DateInput(
            format="%Y-%m-%d", attrs={"class": "short", "type": "date"}
        )
        super().__init__(**kwargs)


def problem_with_day(day: date, *, born: date | None, today: date) -> str:
    """Return what is wrong with a day in the life of a patient born then, or nothing."""
    if day > today:
        return str(_("This is in the future."))
    if born and day < born:
        return str(_("This is before the patient was born."))
    return ""

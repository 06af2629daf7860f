"""Form fields of every room."""

from typing import Any

from django import forms
from django.forms.fields import InvalidJSONInput


class JSONField(forms.JSONField):
    """JSON that a page or its script sends along, unseen.

    Django's lets through what Python does not read for other reasons than its grammar: a number of
    more than 4,300 digits, and what is nested too deep.
    """

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was sent goes back as it came: it need not be read for that."""
        return None if data is None else InvalidJSONInput(data)

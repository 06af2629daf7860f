"""Form fields of every room."""

import pytest
from django import forms

from mmt.fields import JSONField

UNREADABLE = ["{", "1" * 5000, "[" * 100_000, '{"a": ' + "1" * 5000 + "}"]


class SentForm(forms.Form):
    sent = JSONField(widget=forms.HiddenInput)


@pytest.mark.parametrize("text", UNREADABLE, ids=["torn", "long", "deep", "long within"])
def test_json_that_cannot_be_read_is_refused_and_goes_back(text: str) -> None:
    form = SentForm({"sent": text})
    assert form.errors == {"sent": ["Enter a valid JSON."]}
    assert len(str(form["sent"])) > len(text)
    assert form.has_changed()


def test_json_goes_back_as_it_came() -> None:
    form = SentForm({"sent": '{"a":  "\\ud800"}'})
    assert form.is_valid()
    assert form["sent"].value() == '{"a":  "\\ud800"}'
    assert SentForm(initial={"sent": {"a": 1}})["sent"].value() == '{"a": 1}'

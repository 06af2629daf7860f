"""A second test of the same day by another tester, blind to the first."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import User

from .. import progress
from ..models import Apart, Assessment, BlindPair
from ..pairing import seal
from .drafts import AlreadyUsed, start_draft
from .forms import TestedAtField


class SecondForm(forms.Form):
    """When it is tested; battery and scale are those of the first. The id makes sending it twice
    harmless.
    """

    id = forms.UUIDField(widget=forms.HiddenInput)
    unseen = forms.BooleanField(
        label=_("I have not seen the grades of the first test."),
        error_messages={"required": _("Only who has not seen them can test blind.")},
    )

    def __init__(self, *args: Any, first: Assessment, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(id=uuid.uuid4(), tested_at=timezone.now())
        super().__init__(*args, **kwargs)
        self.first = first
        self.fields["tested_at"] = TestedAtField(first.clinic)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("id", "tested_at", "unseen")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "id" in self.errors:  # hidden, so its own error would not be seen
            self.add_error(None, _("This form is not whole. Open a new one."))
        day, tested_at = self.first.local_tested_at.date(), cleaned.get("tested_at")
        if tested_at and tested_at.astimezone(self.first.local_tested_at.tzinfo).date() != day:
            self.add_error(
                "tested_at",
                _("The first test was on %(day)s: this one must be too.") % {"day": day},
            )
        return cleaned

    def assessment(self, by: User) -> Assessment:
        """Return the unsaved second test that the valid form describes."""
        first = self.first
        return Assessment(
            id=self.cleaned_data["id"],
            clinic=first.clinic,
            patient=first.patient,
            tester=by,
            entered_by=by,
            battery=first.battery,
            battery_version=first.battery_version,
            profile=first.profile,
            movements=list(first.movements),
            tested_at=self.cleaned_data["tested_at"],
            time_zone=first.time_zone,
            apart=Apart.SEALED,
        )


@transaction.atomic
def start_second_test(first: Assessment, second: Assessment, *, by: User) -> Assessment:
    """Start the draft and seal both; the same form sent again finds the first draft.

    Raises AlreadyUsed, and CannotPair where the first changed meanwhile.
    """
    progress.lock(first.patient)
    started = start_draft(second, by=by)
    if started is second:
        seal(first, second, by=by)
    elif not BlindPair.objects.filter(first=first, second=started).exists():
        raise AlreadyUsed(str(second.pk))
    return started

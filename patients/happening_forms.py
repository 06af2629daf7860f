"""Small forms, one each: events, interventions, referrals, the care team."""

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.db import IntegrityError, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.fields import JSONField

from .fields import NOT_RECORDED, PickedDateField, PlainTextField, problem_with_day
from .happenings import AnyHappened, as_text
from .models import (
    CareContact,
    Event,
    EventKind,
    Intervention,
    InterventionKind,
    Patient,
    Profession,
    Referral,
    ReferralStatus,
)

DAYS: dict[str, type[forms.Field]] = {"started": PickedDateField, "ended": PickedDateField}


class HappenedForm(forms.ModelForm):
    """Something on a patient's time axis: not before birth, not begun in the future."""

    new_id = forms.UUIDField(widget=forms.HiddenInput)
    kinds: type[models.TextChoices]
    kind_field = "kind"

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["new_id"] = uuid.uuid4()
        super().__init__(*args, **kwargs)
        self.instance.patient = patient
        self.fields[self.kind_field].choices = [  # type: ignore[attr-defined]
            ("", _("Choose one")),
            *self.kinds.choices,
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new_id"):
            self.instance.pk = cleaned["new_id"]
        started, ended = cleaned.get("started"), cleaned.get("ended")
        patient = self.instance.patient
        today = patient.clinic.now().date()
        if started and (problem := problem_with_day(started, born=patient.birth_date, today=today)):
            self.add_error("started", problem)
        if started and ended and ended < started:
            self.add_error("ended", _("This is before the first day."))
        elif ended and patient.birth_date and ended < patient.birth_date:
            self.add_error("ended", _("This is before the patient was born."))
        elif ended and ended > self.latest_end(today):
            self.add_error("ended", _("This is in the future."))
        return cleaned

    def latest_end(self, today: date) -> date:
        return today

    def sent_before(self) -> bool:
        """Whether this very form was taken already."""
        told = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        same = self._meta.model.objects.filter(
            pk=self.instance.pk, patient=self.instance.patient, **told
        )
        return bool(same.exists())


def add_once(form: HappenedForm, add: Callable[[], object]) -> None:
    """Add what the form says; the same form sent again adds nothing."""
    try:
        add()
    except IntegrityError:
        if form.sent_before():
            return
        # The page was used before, for something else (by way of the browser's "back").
        form.instance.pk = uuid.uuid4()
        add()


class EditableForm(HappenedForm):
    """One that opens what was entered again. `seen` is how it stood when the page was opened."""

    seen = JSONField(widget=forms.HiddenInput)
    rows: Sequence[str | tuple[str, ...]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            del self.fields["seen"]
        else:
            del self.fields["new_id"]
            self.fields["seen"].initial = as_text(self.instance)
        self.helper.layout = Layout(
            *({"new_id", "seen"} & self.fields.keys()),
            *(
                row if isinstance(row, str) else Div(*row, css_class="fieldset-row")
                for row in self.rows
            ),
        )

    def tell_what_stands(self, stands: AnyHappened) -> None:
        """Say that somebody was faster; what was typed stays, and may be sent again."""
        now = as_text(stands)
        said = "; ".join(f"{self[name].label}: {self._shown(stands, name)}" for name in now)
        words = _(
            "Somebody changed this meanwhile; nothing of yours is saved yet. "
            "Now it says: %(now)s. Save again to put your entries in its place."
        )
        self.add_error(None, words % {"now": said})
        self.data = {**self.data.dict(), "seen": json.dumps(now)}  # type: ignore[attr-defined]

    def _shown(self, row: AnyHappened, name: str) -> str:
        display = getattr(row, f"get_{name}_display", None)
        return str((display() if display else getattr(row, name)) or NOT_RECORDED[1])


class EventForm(EditableForm):
    kinds = EventKind
    rows = ("kind", ("started", "ended"), "note")

    class Meta:
        model = Event
        fields = ("kind", "started", "ended", "note")
        field_classes = DAYS
        help_texts: ClassVar[dict[str, Any]] = {
            "ended": gettext_lazy("Leave empty for a single day, or while it lasts."),
            "note": gettext_lazy("A few words, shown beside the mark on the time axis."),
        }


class InterventionForm(EditableForm):
    kinds = InterventionKind
    rows = ("kind", ("name", "dose"), ("started", "ended"))

    class Meta:
        model = Intervention
        fields = ("kind", "name", "dose", "started", "ended")
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"name": PlainTextField, **DAYS}
        help_texts: ClassVar[dict[str, Any]] = {
            "name": gettext_lazy("Such as: leg press, walker, baclofen."),
            "dose": gettext_lazy("Such as: twice a week, 10 mg at night."),
            "ended": gettext_lazy("Leave empty while it goes on. A planned end may lie ahead."),
        }

    def latest_end(self, today: date) -> date:
        return date.max


class ReferralForm(EditableForm):
    kinds = Profession
    rows = (("kind", "status"), "reason", ("started", "ended"))

    class Meta:
        model = Referral
        fields = ("kind", "status", "reason", "started", "ended")
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"reason": PlainTextField, **DAYS}
        help_texts: ClassVar[dict[str, Any]] = {
            "reason": gettext_lazy("Such as: foot drop, falls, new brace."),
            "ended": gettext_lazy("Leave empty until the patient was seen or it was declined."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        answered = {ReferralStatus.SEEN.value, ReferralStatus.DECLINED.value}
        if cleaned.get("ended") and cleaned.get("status", "seen") not in answered:
            self.add_error("status", _("It was answered: choose seen or declined."))
        return cleaned


class CareContactForm(EditableForm):
    kinds = Profession
    kind_field = "profession"
    rows = (("profession", "name"), "address", ("started", "ended"))

    class Meta:
        model = CareContact
        fields = ("profession", "name", "address", "started", "ended")
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"name": PlainTextField, **DAYS}
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "address": forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "ended": gettext_lazy("Leave empty while this person cares for the patient."),
        }

    def latest_end(self, today: date) -> date:
        return date.max

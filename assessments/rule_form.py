"""The form of a clinic's change rule."""

from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import FURTHEST, Clinic

from . import instrument
from .change import distance_in_words
from .change.rule import WEAK_EVIDENCE_LEVEL
from .ruling import SETTINGS


def distances() -> list[tuple[int, str]]:
    return [(thirds, distance_in_words(thirds)) for thirds in range(1, FURTHEST + 1)]


class DistanceField(forms.TypedChoiceField):
    """How far two grades are apart, in steps of a third of a grade; a number of them inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=distances, coerce=int, **kwargs)


class RuleForm(forms.ModelForm):
    watch_from = DistanceField(
        label=_("Watch from"),
        help_text=_("A shorter way is within noise, unless strength against gravity is crossed."),
    )
    changed_from = DistanceField(label=_("Changed from"))

    class Meta:
        model = Clinic
        fields = SETTINGS
        labels: ClassVar[dict[str, Any]] = {
            "confirm_after_days": _("Confirmed by a repeat after (days)"),
            "relapse_days": _("Days around a relapse left aside"),
            "fatigue_difference": _("Fatigue differs from (points of 10)"),
            "change_flags": _("Show flags of change"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "confirm_after_days": _("From the first sight of a change to its repeat: 1 to 3660."),
            "relapse_days": _(
                "A visit this close to an onset neither shows nor repeats a change: 1 to 3660."
            ),
            "fatigue_difference": _("Between two visits, to be told as a caution: 1 to 10."),
            "change_flags": _(
                "Switched off, pages show the grades before and after, and nothing of the rule."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = instrument.code_among(WEAK_EVIDENCE_LEVEL - 1, [self.instance.scale_profile])
        self.fields["changed_from"].help_text = _(
            "With one grade at %(code)s or below; a shorter way is to be watched."
        ) % {"code": code}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(*SETTINGS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        watch, changed = cleaned.get("watch_from"), cleaned.get("changed_from")
        if watch and changed and watch > changed:
            self.add_error(
                "watch_from", _("This is further than a change. Choose the same or a shorter way.")
            )
        return cleaned

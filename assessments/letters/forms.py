"""What a writer decides about a page: to whom, compared with which visit, and one line."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.models import CareContact

from ..history import Visit, moments_of
from ..models import Addressee, Assessment, LetterKind
from .facts import Wording


class LetterForm(forms.Form):
    """A person of the care team, or a profession with or without a name."""

    to = forms.ChoiceField(label=gettext_lazy("to"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=gettext_lazy("name"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("For somebody who is not in the care team."),
    )
    compare = forms.ChoiceField(label=gettext_lazy("compared with the visit of"))
    line = forms.CharField(
        label=gettext_lazy("a line of your own"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Stands under the facts, in your words."),
    )

    def __init__(
        self, *args: Any, record: Assessment, earlier: Sequence[Visit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.contacts = {f"contact-{each.pk}": each for each in _contacts(record)}
        self.earlier = {str(visit.id): visit for visit in earlier}
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            *((key, str(contact)) for key, contact in self.contacts.items()),
            *(
                (each.value, _("%s, named below or not") % capfirst(str(each.label)))
                for each in Addressee
            ),
        ]
        if earlier:
            moments = moments_of(earlier)
            self.fields["compare"].choices = [  # type: ignore[attr-defined]
                (key, f"{moments[visit.id]}, {visit.tester}") for key, visit in self.earlier.items()
            ]
        else:
            del self.fields["compare"]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("to") in self.contacts and cleaned.get("name"):
            self.add_error("name", _("Leave this empty, or choose the profession alone above."))
        return cleaned

    @property
    def before(self) -> Visit | None:
        """The visit to compare with."""
        return self.earlier.get(self.cleaned_data.get("compare", ""))

    def wording(self, kind: LetterKind) -> Wording:
        chosen, line = self.cleaned_data["to"], " ".join(self.cleaned_data["line"].split())
        if contact := self.contacts.get(chosen):
            addressee = Addressee(contact.profession)
            return Wording(kind, addressee, contact.name, contact.address, line)
        return Wording(kind, Addressee(chosen), self.cleaned_data["name"], "", line)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was decided, as (field, text), for a page that sends it along."""
        return [(name, self.data.get(name, "")) for name in self.fields]


def _contacts(record: Assessment) -> list[CareContact]:
    """Return those of the care team to whom letters go, as of today."""
    today = record.clinic.now().date()
    standing = record.patient.care_team.filter(
        Q(ended__isnull=True) | Q(ended__gte=today),
        voided_at__isnull=True,
        profession__in=Addressee.values,
    )
    found = list(standing.order_by("name", "pk"))
    return sorted(found, key=lambda each: Addressee.values.index(each.profession))


class KeepForm(forms.Form):
    """What the page that was looked at sends along: its hash, and the id it will have."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$")
    key = forms.UUIDField()

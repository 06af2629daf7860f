"""Inviting people, accepting an invitation, giving roles."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from .models import Clinic, Invitation, Scope, User
from .roles import Permission, Role

WHAT_ROLES_DO = _(
    "Physiotherapists record and sign. Lead physiotherapists may also correct the records of "
    "others. Clinicians read. Administrators read, export and manage the team."
)


class RoleField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        choices = [("", _("Choose one")), *((role.value, role.label) for role in Role)]
        super().__init__(label=_("Role"), choices=choices, **kwargs)

    def clean(self, value: Any) -> Role:
        return Role(super().clean(value))


class InviteForm(forms.Form):
    """Whom to invite, as what, to which of the administrator's clinics."""

    clinic = forms.ModelChoiceField(
        Clinic.objects.none(), label=_("Clinic"), empty_label=_("Choose one")
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The person will sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = RoleField(help_text=WHAT_ROLES_DO)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = user.clinic_ids_with(Permission.MANAGE_TEAM)
        offered: Any = self.fields["clinic"]
        offered.queryset = Clinic.objects.filter(pk__in=allowed).order_by("name")
        self.only_clinic = offered.queryset.get() if len(allowed) == 1 else None
        if self.only_clinic:
            del self.fields["clinic"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(*self.fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.only_clinic:
            cleaned["clinic"] = self.only_clinic
        return cleaned


class RoleForm(forms.Form):
    role = RoleField()


class AcceptForm(forms.Form):
    """The invited person's name and password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        help_text=_("As it should stand under the records you sign."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Choose a password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["password"].help_text = " ".join(
            str(text) for text in password_validation.password_validators_help_texts()
        )
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            person = User(email=self.invitation.email, name=cleaned.get("name", ""))
            try:
                password_validation.validate_password(password, person)
            except forms.ValidationError as problem:
                self.add_error("password", problem)
        return cleaned


class TokenForm(forms.Form):
    """A key for a program. How far and how long it opens is asked, never set for the person."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=60,
        help_text=_("Such as the name of the program."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(label=_("It may"), choices=Scope.choices, widget=forms.RadioSelect)
    days = forms.TypedChoiceField(
        label=_("It works for"),
        coerce=int,
        choices=[("", _("Choose one")), (30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(*self.fields)

    def clean_scope(self) -> Scope:
        return Scope(self.cleaned_data["scope"])

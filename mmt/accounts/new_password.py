"""Giving oneself a new password.

The pages are django-allauth's; each is one transaction here, with what the audit log is told of it
(`signin.py`).
"""

from allauth.account.views import PasswordChangeView, PasswordResetFromKeyView
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse


class _InOne:
    def form_valid(self, form: Form) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response


class ChangePassword(_InOne, PasswordChangeView):
    """By somebody who is signed in and knows the old one."""


class ResetPassword(_InOne, PasswordResetFromKeyView):
    """By somebody who was sent the link."""

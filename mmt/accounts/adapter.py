import logging
import time
from smtplib import SMTPException
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from . import lockout
from .models import User
from .session import STARTED

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in is as good as asking again, for as long as asking holds."""
        started = self.request.session.get(STARTED, 0)
        return time.time() - started >= app_settings.REAUTHENTICATION_TIMEOUT

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; raises ValidationError where there were too many."""
        action, key = lockout.counted_as(request, credentials.get("email") or "")
        with transaction.atomic():  # several counts, written to the disk once
            self._login_failed_rl_usage = ratelimit.consume(
                request, app="allauth.account", action=action, key=key
            )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        lockout.remember(request, response, user.email)
        return response

    def send_notification_mail(
        self, template_prefix: str, user: User, *args: Any, **kwargs: Any
    ) -> None:
        """What was done is done, whether or not a mail server takes the news of it.

        It is sent once that stands: nobody waits for a mail server with the database held.
        """
        send = super().send_notification_mail

        def attempt() -> None:
            try:
                send(template_prefix, user, *args, **kwargs)
            except (OSError, SMTPException):
                log.exception("%s could not be sent to %s.", template_prefix, user.pk)

        transaction.on_commit(attempt)

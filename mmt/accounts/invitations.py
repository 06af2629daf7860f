"""An invitation's link, and the message that carries it."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from .models import Invitation

log = logging.getLogger(__name__)
# Backends that write a message where no invited person reads it.
GOES_NOWHERE = ("console.EmailBackend", "dummy.EmailBackend", "filebased.EmailBackend")


def invitation_url(request: HttpRequest, token: str) -> str:
    """Return the link. Its host is one of ALLOWED_HOSTS: any other was refused before this."""
    return request.build_absolute_uri(reverse("team:accept", args=[token]))


def send_invitation(invitation: Invitation, url: str) -> bool:
    """Mail the link; say whether a mail server took it."""
    text = render_to_string("team/email_invitation.txt", {"invitation": invitation, "url": url})
    try:
        send_mail(_("Invitation to the Strength recorder"), text, None, [invitation.email])
    except (OSError, SMTPException):
        log.exception("The message for invitation %s could not be sent.", invitation.pk)
        return False
    return not settings.EMAIL_BACKEND.endswith(GOES_NOWHERE)

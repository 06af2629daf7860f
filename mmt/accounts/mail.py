"""Messages to the administrators of a clinic. They name no patient: mail is read by anybody."""

import logging
from smtplib import SMTPException

from django.core.mail import send_mail

from .models import Clinic, User
from .roles import ROLE_PERMISSIONS, Permission

log = logging.getLogger(__name__)
READERS = [role for role, allowed in ROLE_PERMISSIONS.items() if Permission.READ_AUDIT in allowed]


def tell_administrators(clinic: Clinic, subject: str, text: str) -> None:
    """Send it to each. Where mail does not arrive, the notice on the start page does."""
    administrators = User.objects.filter(
        memberships__clinic=clinic,
        memberships__role__in=READERS,
        memberships__active=True,
        is_active=True,
    ).distinct()
    for administrator in administrators:
        try:
            send_mail(subject, text, None, [administrator.email])
        except (OSError, SMTPException):
            log.exception("A message to an administrator of %s could not be sent.", clinic.pk)

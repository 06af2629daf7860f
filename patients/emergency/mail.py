"""The message to the administrators of a patient's clinic: that it happened, nothing about whom."""

import logging
from smtplib import SMTPException

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.accounts.roles import ROLE_PERMISSIONS, Permission

from ..models import EmergencyAccess

log = logging.getLogger(__name__)
READERS = [role for role, allowed in ROLE_PERMISSIONS.items() if Permission.READ_AUDIT in allowed]


def tell_administrators(access: EmergencyAccess) -> None:
    """Send it to each. Where mail does not arrive, the notice on the start page does."""
    clinic, person = access.patient.clinic, access.person
    context = {"access": access, "clinic": clinic, "clinics": ", ".join(map(str, person.clinics))}
    text = render_to_string("emergency/email_opened.txt", context)
    administrators = User.objects.filter(
        memberships__clinic=clinic,
        memberships__role__in=READERS,
        memberships__active=True,
        is_active=True,
    ).distinct()
    for administrator in administrators:
        try:
            send_mail(_("Emergency access at your clinic"), text, None, [administrator.email])
        except (OSError, SMTPException):
            log.exception("The message about emergency access %s could not be sent.", access.pk)

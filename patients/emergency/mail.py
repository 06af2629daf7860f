"""The message to the administrators of a patient's clinic: that it happened, nothing about whom."""

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from mmt.accounts.mail import tell_administrators

from ..models import EmergencyAccess


def tell_of(access: EmergencyAccess) -> None:
    clinic, person = access.patient.clinic, access.person
    context = {"access": access, "clinic": clinic, "clinics": ", ".join(map(str, person.clinics))}
    text = render_to_string("emergency/email_opened.txt", context)
    tell_administrators(clinic, _("Emergency access at your clinic"), text)

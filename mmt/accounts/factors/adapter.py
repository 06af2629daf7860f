"""How second factors are called, by an authenticator app and by us."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from ..models import User
from .sealing import seal, unseal


class FactorAdapter(DefaultMFAAdapter):
    def _get_site_name(self) -> str:
        return str(_("Strength recorder"))

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def generate_authenticator_name(self, user: User, type: str) -> str:
        held = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": held + 1} if held else _("Passkey")

"""A password that stands on a list of breached ones, lightly disguised, is on it all the same."""

from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# As "Pa$$w0rd" is written for "password".
DISGUISES = str.maketrans(
    {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)
SHORTEST_WORD = 4


class DisguisedPasswordValidator(CommonPasswordValidator):
    """Refuses what is common once written plainly, without signs around it, or said once.

    Over Django's own list of 20,000 passwords from breaches. Few of those have twelve characters:
    it is "Password2026!" and "sunshinesunshine" that are tried next.
    """

    def validate(self, password: str, user: Any = None) -> None:
        if any(form in self.passwords for form in plain_forms(password)):
            raise ValidationError(
                _("This is a common password with signs around it."), code="password_too_common"
            )


def plain_forms(password: str) -> set[str]:
    """Return what is left of a password without its disguises; very short rests are left out."""
    folded = password.strip().lower()
    forms = {folded, folded.translate(DISGUISES)}
    forms |= {_core(form) for form in forms} | {_core(folded).translate(DISGUISES)}
    forms |= {_said_once(form) for form in forms}
    return {form for form in forms if len(form) >= SHORTEST_WORD}


def _core(text: str) -> str:
    """Cut digits and signs off both ends."""
    letters = [place for place, sign in enumerate(text) if sign.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


def _said_once(text: str) -> str:
    """Return the shortest part of which the text is a repetition."""
    place = (text + text).find(text, 1) if text else 0
    return text[:place]

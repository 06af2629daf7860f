"""What is refused as a password: what stands on a list of breached ones, lightly disguised or not,
and what is made of the words of this place.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .models import Clinic

# As "Pa$$w0rd" is written for "password".
DISGUISES = str.maketrans(
    {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)
SHORTEST_WORD = 4
# What anybody would try here. With them: the clinics' names, the hosts', settings.PASSWORD_WORDS.
OF_THE_PRODUCT = (
    "strength recorder muscle testing physiotherapist physiotherapy physio therapy therapist "
    "clinician clinic hospital health patient neurology neuro rehab sclerosis administrator admin"
)
WORD = re.compile(rf"[^\W\d_]{{{SHORTEST_WORD},}}")


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


class PlaceWordsValidator:
    """Refuses what is left with hardly a letter once the words of this place are taken out."""

    def validate(self, password: str, user: Any = None) -> None:
        words = sorted(set(words_of_the_place()), key=len, reverse=True)
        folded = password.lower()
        for form in (folded, folded.translate(DISGUISES)):
            rest = form
            for word in words:
                rest = rest.replace(word, "")
            if rest != form and sum(map(str.isalpha, rest)) < SHORTEST_WORD:
                raise ValidationError(
                    _("This is made of words that anybody would try here: add others to them."),
                    code="password_of_the_place",
                )

    def get_help_text(self) -> str:
        return str(_("Not the names of clinics, this product or its address alone."))


def words_of_the_place() -> Iterator[str]:
    """Yield the words, in small letters."""
    clinics = [name for pair in Clinic.objects.values_list("name", "slug") for name in pair]
    for text in (OF_THE_PRODUCT, *clinics, *settings.ALLOWED_HOSTS, *settings.PASSWORD_WORDS):
        yield from WORD.findall(text.lower())


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

"""Passwords that are refused, and how those taken are kept."""

from typing import Any

import pytest
from django.conf import settings as now
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from mmt import settings as product
from mmt.accounts.models import Clinic, User

pytestmark = pytest.mark.django_db  # the names of the clinics are among what is refused


@pytest.mark.parametrize(
    "password",
    [
        "qwerty123456",  # on the list as it is
        "1q2w3e4r5t6y",
        "Password2026!",
        "P4$$w0rd-2026",
        "  sunshine2026  ",
        "sunshinesunshine",
        "Princess!!!!!!",
        "12345678901234",
        "short-one",
    ],
)
def test_a_common_or_breached_password_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, User(email="pia@harbour.test", name="Pia Physio"))


@pytest.mark.parametrize(
    "password",
    ["quiet-evening-lamp", "strength-demo-2026", "Sieben Zwerge im Zug", "a" * 199 + "b"],
)
def test_a_long_phrase_is_taken(password: str) -> None:
    validate_password(password, User(email="pia@harbour.test", name="Pia Physio"))


@pytest.mark.parametrize(
    "password",
    ["Harbour-Test-2026", "h4rb0ur!clinic!!", "Strength Recorder 1", "rivertown2026!"],
)
def test_a_password_of_the_words_of_this_place_is_refused(
    password: str, harbour: Clinic, settings: Any
) -> None:
    settings.PASSWORD_WORDS = ["Rivertown"]
    with pytest.raises(ValidationError, match="anybody would try here"):
        validate_password(password)
    validate_password(f"{password} and a lamp")


def test_a_password_of_ones_own_name_is_refused() -> None:
    with pytest.raises(ValidationError):
        validate_password("priya.harbour@x", User(email="priya.harbour@x.test", name="Priya"))


def test_passwords_are_kept_with_argon2_alone() -> None:
    assert product.PASSWORD_HASHERS[-1:] == now.PASSWORD_HASHERS[-1:]
    assert now.PASSWORD_HASHERS[1:] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user = User(email="pia@harbour.test")
    user.set_password("quiet-evening-lamp")
    assert user.password.startswith("argon2")

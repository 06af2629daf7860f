"""Secrets of apps and recovery codes, sealed in the database with a key that is kept beside it.

Whoever has a copy of the database alone can make no codes of them. FACTOR_KEYS has the key that
seals first, after it those that only open what was sealed before.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import QuerySet

from mmt.audit.log import record
from mmt.audit.models import Action

SECRETS = ("secret", "seed")  # of an app, of recovery codes; a passkey has none here
SEALED = "sealed:"
ACTOR = "seal_factors"


def seal(text: str) -> str:
    return SEALED + _keys(tuple(settings.FACTOR_KEYS)).encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """Raises InvalidToken where no key that we have opens it."""
    token = text.removeprefix(SEALED)
    return _keys(tuple(settings.FACTOR_KEYS)).decrypt(token.encode()).decode()


def refuse_lost_key() -> None:
    """Raise ImproperlyConfigured where a factor is sealed with a key that is not there.

    A database that is away or empty is no reason: what serves says so by itself.
    """
    try:
        lost = sum(not _opens(factor) for factor in _with_secrets(Authenticator.objects.all()))
    except (DatabaseError, InterfaceError):
        return
    if lost:
        raise ImproperlyConfigured(
            f"{lost} second factors are sealed with another key than FACTOR_KEY. Give the key that "
            "sealed them as FACTOR_KEY, or as FACTOR_KEY_OLD beside a new one (DATA_DIR/secrets/"
            "factor-key has it, in the backup too). If it is lost for good: "
            "manage.py seal_factors --forget-lost, and their people set up new ones."
        )


@transaction.atomic
def seal_anew(model: Any = Authenticator) -> int:
    """Seal with the newest key what lies open or under an older one; return how many.

    The model is another than today's in a migration alone. Raises InvalidToken for a lost key.
    """
    sealed = 0
    for factor in _with_secrets(model.objects.select_for_update()):
        [name] = _names(factor)
        text = factor.data[name]
        factor.data[name] = seal(unseal(text) if text.startswith(SEALED) else text)
        factor.save(update_fields=["data"])
        sealed += 1
    return sealed


@transaction.atomic
def rotate() -> int:
    """Seal every factor with the newest key and tell the log; return how many they are.

    Raises InvalidToken for a lost key.
    """
    sealed = seal_anew()
    record(Action.FACTORS_SEALED, by=None, actor=ACTOR, detail={"factors": sealed})
    return sealed


@transaction.atomic
def forget_lost() -> int:
    """Take away the factors that no key opens; every clinic of their people is told."""
    held = _with_secrets(Authenticator.objects.select_for_update())
    lost = [factor for factor in held if not _opens(factor)]
    told = [(clinic.pk, factor) for factor in lost for clinic in factor.user.clinics]
    for clinic_id, factor in sorted(told, key=lambda each: each[0]):  # see `clinics.in_order`
        record(
            Action.FACTORS_RESET,
            by=None,
            actor=ACTOR,
            clinic_id=clinic_id,
            target=factor.user.pk,
            detail={"person": factor.user.email, "kinds": [factor.type]},
        )
    for factor in lost:
        factor.delete()
    return len(lost)


@lru_cache(maxsize=4)
def _keys(texts: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(text)) for text in texts])


def _key(text: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factors")
    return urlsafe_b64encode(derived.derive(text.encode()))


def _with_secrets(factors: QuerySet[Any]) -> Iterator[Any]:
    return (factor for factor in factors.order_by("pk") if _names(factor))


def _names(factor: Any) -> list[str]:
    return [name for name in SECRETS if name in factor.data]


def _opens(factor: Any) -> bool:
    """What lies open opens: the next migration seals it."""
    [name] = _names(factor)
    text = factor.data[name]
    try:
        return not text.startswith(SEALED) or bool(unseal(text))
    except InvalidToken:
        return False

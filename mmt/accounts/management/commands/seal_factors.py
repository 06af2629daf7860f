"""`manage.py seal_factors`: after a new FACTOR_KEY, seal every second factor with it."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mmt.accounts.factors import sealing


class Command(BaseCommand):
    help = (
        "Seal the secrets of all second factors with FACTOR_KEY, whichever of FACTOR_KEY and "
        "FACTOR_KEY_OLD they were sealed with. After it the old key is needed no more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--forget-lost",
            action="store_true",
            help="first take away those that no key opens: their people set up new ones",
        )

    def handle(self, *_args: Any, forget_lost: bool, **_options: Any) -> None:
        if forget_lost:
            self.stdout.write(f"{sealing.forget_lost()} second factors were taken away.")
        try:
            sealed = sealing.rotate()
        except InvalidToken:
            raise CommandError(
                "Some are sealed with a key that is neither FACTOR_KEY nor in FACTOR_KEY_OLD. "
                "Nothing was changed."
            ) from None
        self.stdout.write(f"{sealed} second factors are sealed with FACTOR_KEY.")

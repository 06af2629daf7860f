"""`manage.py create_clinic`: a clinic of one's own, and its first administrator."""

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from mmt.accounts.clinics import create_clinic
from mmt.accounts.models import Clinic, User


class Command(BaseCommand):
    help = (
        "Create a clinic and its first administrator, who signs in and invites the others. "
        "The password is asked for, or read from standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the clinic's name")
        parser.add_argument("--time-zone", required=True, help="for example Europe/Dublin")
        parser.add_argument("--administrator", required=True, metavar="EMAIL")
        parser.add_argument("--administrator-name", default="", metavar="NAME")

    def handle(self, *_args: Any, name: str, **options: Any) -> None:
        email = options["administrator"].strip().lower()
        clinic = Clinic(name=name, slug=slugify(name), time_zone=options["time_zone"])
        try:
            person = User.objects.filter(email=email).first() or self._person(
                email, options["administrator_name"]
            )
            create_clinic(clinic, person)
        except ValidationError as problem:
            raise CommandError("\n".join(_lines(problem))) from None
        self.stdout.write(f"{clinic.name} is ready. {email} signs in and opens Team.")

    def _person(self, email: str, name: str) -> User:
        person = User(email=email, name=name or email.partition("@")[0])
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
        validate_password(password, person)
        person.set_password(password)
        return person


def _lines(problem: ValidationError) -> list[str]:
    if hasattr(problem, "error_dict"):
        return [
            f"{field}: {text}" for field, texts in problem.message_dict.items() for text in texts
        ]
    return problem.messages

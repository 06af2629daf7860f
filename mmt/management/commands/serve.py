"""`manage.py serve`: the product on the embedded server, until it is told to stop."""

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

from mmt import env, server, storage
from mmt.accounts import demo
from mmt.accounts.models import Clinic
from mmt.jobs.companion import Companions


class Command(BaseCommand):
    help = (
        "Serve the product on HOST and PORT (127.0.0.1 and 8000) until TERM or INT. "
        "TRUSTED_PROXY names the proxy that ends TLS, ALLOWED_HOSTS the names it is reached under, "
        "WORKERS how many workers for background work run beside it (1)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first migrate, load the demonstration into an empty database unless DEMO=no, "
            "collect static",
        )

    def handle(self, *_args: Any, prepare: bool, **_options: Any) -> None:
        host = env.text("HOST") or "127.0.0.1"
        trusted_proxy = env.address("TRUSTED_PROXY") or None
        if settings.HTTPS and not trusted_proxy:
            raise CommandError(
                "HTTPS=yes needs TRUSTED_PROXY: the address from which the proxy that ends TLS "
                "connects, for example TRUSTED_PROXY=127.0.0.1."
            )
        if not prepare and not storage.are_collected():
            raise CommandError(
                "The files that pages are made of are not there: run `manage.py collectstatic "
                "--no-input`, or start with --prepare."
            )
        wanted = env.number("WORKERS", 1, least=0)
        try:
            sockets = server.listen(host, env.number("PORT", 8000, least=0))
        except server.Unavailable as problem:
            raise CommandError(str(problem)) from None
        if prepare:
            self._prepare()
        # Imported late: it reads the list of static files, which may just have been made.
        try:
            from mmt.wsgi import application
        except ImproperlyConfigured as problem:
            raise CommandError(str(problem)) from None

        self._greet(host, server.url(host, sockets[0]))
        workers = Companions(wanted)
        workers.start()
        try:
            server.serve(application, sockets, trusted_proxy=trusted_proxy)
        finally:
            workers.stop()
        self._say("Stopped.")

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if env.flag("DEMO", default=True):
            call_command("load_demo", if_empty=True)
        call_command("collectstatic", verbosity=0, interactive=False)

    def _greet(self, host: str, url: str) -> None:
        self._say(f"Strength recorder is running at {url}  (Ctrl-C stops it)")
        clinics = dict(Clinic.objects.filter(is_demo=True).values_list("slug", "name"))
        if clinics:
            self._say(f"Demonstration sign-ins, all with the password {demo.PASSWORD}:")
        for email, _name, clinic, role in demo.SIGN_INS if clinics else ():
            self._say(f"  {email:<26} {role.label}, {clinics.get(clinic, clinic)}")
        if not _is_loopback(host) and not settings.HTTPS:
            self._say(
                f"Other machines are answered under these names only: "
                f"{', '.join(settings.ALLOWED_HOSTS)} (ALLOWED_HOSTS=name,name changes them).\n"
                "Passwords and records travel unencrypted: put a proxy that ends TLS in front."
            )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

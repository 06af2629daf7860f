"""What a whole test run wants from the machine, and how to get it."""

import os
import shutil
from dataclasses import dataclass

from tests import postgres


@dataclass(frozen=True, slots=True)
class Part:
    """`how` is the command that makes the part available."""

    name: str
    title: str
    how: str
    here: bool


# The one without windows does half the work.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def chromium() -> str | None:
    """Return the path of a Chromium: $CHROMIUM, else the first one on the machine."""
    for name in (os.environ.get("CHROMIUM", ""), *BROWSERS):
        if name and (path := shutil.which(name)):
            return path
    return None


def nginx() -> str | None:
    """Return the path of nginx, which only root has on the PATH."""
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def parts() -> tuple[Part, ...]:
    return (
        Part(
            "postgres",
            "The suite on PostgreSQL",
            "apt-get install postgresql    (or: make test DATABASE_URL=postgresql://...)",
            bool(postgres.programs() or os.environ.get("DATABASE_URL", "").startswith("postgres")),
        ),
        Part(
            "browser",
            "The browser tests",
            "apt-get install chromium-headless-shell    (or: make test CHROMIUM=/path/to/chromium)",
            bool(chromium()),
        ),
        Part(
            "office",
            "Opening the exports in LibreOffice",
            "apt-get install --no-install-recommends libreoffice-calc-nogui",
            bool(shutil.which("soffice")),
        ),
        Part(
            "nginx",
            "What the site of nginx promises",
            "apt-get install --no-install-recommends nginx    (a forwarder stood in for it)",
            bool(nginx()),
        ),
    )


def part(name: str) -> Part:
    return next(part for part in parts() if part.name == name)


def required() -> set[str]:
    """Return the names in REQUIRE. Raises ValueError on one that is no part."""
    names = {name.strip() for name in os.environ.get("REQUIRE", "").split(",") if name.strip()}
    known = {part.name for part in parts()}
    if unknown := names - known:
        raise ValueError(
            f"REQUIRE knows {', '.join(sorted(known))}, not {', '.join(sorted(unknown))}."
        )
    return names

"""What deploy/ says is so: its settings are read, its files are there, PostgreSQL knows its own."""

import configparser
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mmt import settings as product
from tests import postgres
from tests.meta.test_settings_page import DECLARED

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*"))
HERE = "/opt/strength/current/"
NOT_OURS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "PYTHONDONTWRITEBYTECODE"}
GIVEN = {
    "environment.example": r"^#?([A-Z][A-Z_]+)=",
    "Containerfile": r"(?<= )([A-Z][A-Z_]+)=",
    "compose.yaml": r"^ +([A-Z][A-Z_]+):",
    **{f"systemd/{unit.name}": r"^Environment=([A-Z_]+)=" for unit in UNITS},
}
# What Debian's certbot and the machine itself bring.
NOT_IN_THE_REPOSITORY = ("/etc/", "/mnt/", "/var/", "/opt/strength/current/.venv/")


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


class Unit(configparser.RawConfigParser):
    """A unit: its names keep their case, and may come twice."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False)
        self.read(path)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_every_setting_is_one_that_the_product_reads(name: str) -> None:
    found = set(re.findall(GIVEN[name], text_of(name), re.MULTILINE))
    known = {*DECLARED, *(f"{each}_FILE" for each in DECLARED), *NOT_OURS}
    known |= {f"{each}_FILE" for each in NOT_OURS}
    assert found <= known
    assert found or "timer" in name or "backup" in name


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_every_file_of_ours_that_a_unit_names_is_there(unit: Path) -> None:
    named = re.findall(r"(?:=|file://| )(/[\w./-]+)", unit.read_text(encoding="utf-8"))
    ours = [path for path in named if path.startswith(HERE) and ".venv" not in path]
    assert [path for path in ours if not (ROOT / path.removeprefix(HERE)).is_file()] == []
    strange = [
        path for path in named if not path.startswith((*NOT_IN_THE_REPOSITORY, HERE.rstrip("/")))
    ]
    assert strange == []


@pytest.mark.parametrize("name", ["web", "worker", "backup"])
def test_each_service_may_do_little_and_keeps_its_data(name: str) -> None:
    service = Unit(DEPLOY / "systemd" / f"strength-{name}.service")["Service"]
    closed = ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome")
    assert {service[each] for each in closed} == {"yes"}
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("strict", "")
    assert (service["User"], service["StateDirectory"]) == ("strength", "strength")
    data = re.search(r"^DATA_DIR=(.+)$", text_of("environment.example"), re.MULTILINE)
    assert data
    assert data[1] == "/var/lib/strength"


def test_every_file_that_the_container_takes_is_there() -> None:
    taken = re.findall(r"^COPY (\S+)", text_of("Containerfile"), re.MULTILINE)
    assert {"manage.py", "mmt", "patients", "assessments", "templates"} < set(taken)
    assert all((ROOT / each).exists() for each in taken)
    mounted = re.findall(r"- \./(\S+?):", text_of("compose.yaml"))
    built = re.findall(r"dockerfile: (\S+)", text_of("compose.yaml"))
    assert mounted
    assert built
    assert all((DEPLOY / each).is_file() for each in mounted)
    assert all((ROOT / each).is_file() for each in built)


def test_the_proxy_writes_no_address_and_takes_no_more_than_the_product() -> None:
    nginx = text_of("nginx/strength.conf")
    written = nginx[nginx.index("log_format") : nginx.index("limit_req_zone")]
    words = set(re.findall(r"\$(\w+)", written))
    assert not words & {"request", "request_uri", "uri", "args", "http_referer", "document_uri"}
    assert set(re.findall(r"access_log (\S+)(?: (\w+))?;", nginx)) == {
        ("off", ""),
        ("/var/log/nginx/strength.log", "strength"),
    }
    from mmt.server import IDLE_SECONDS, LARGEST_REQUEST

    assert f"client_max_body_size {LARGEST_REQUEST // 2**20}m;" in nginx
    kept = re.search(r"keepalive_timeout (\d+)s", nginx)
    assert kept
    assert int(kept[1]) < IDLE_SECONDS
    for header in ("X-Forwarded-For $remote_addr", "X-Request-ID $request_id", "Host $host"):
        assert f"proxy_set_header {header};" in nginx
    assert nginx.count("{") == nginx.count("}")
    in_plain = nginx[nginx.index("listen 80;") : nginx.index("listen 443")]
    assert "/.well-known/acme-challenge/" in in_plain  # or the certificate is not renewed


def test_postgresql_knows_every_setting_and_writes_no_statement_down() -> None:
    given = dict(
        re.findall(r"^(\w+) = ('[^']*'|[^#\n ]+)", text_of("postgresql/strength.conf"), re.M)
    )
    silent = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
    assert given.items() >= (silent | {"log_statement": "none"}).items()
    assert (given["fsync"], given["synchronous_commit"]) == ("on", "on")
    programs = postgres.programs()
    if programs is None:  # tests/run.py says loudly that it is missing
        return
    told = subprocess.run(
        [programs / "postgres", "--describe-config"], capture_output=True, text=True, check=True
    )
    known = {line.partition("\t")[0] for line in told.stdout.splitlines()}
    assert set(given) <= known


def test_the_settings_of_a_cluster_are_those_that_it_was_tried_with() -> None:
    from tests.cluster.servers import SETTINGS, SYNCHRONOUS

    line = re.compile(r"^ *(\w+) = ('[^']*'|\w+)", re.MULTILINE)
    told = dict(line.findall((ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")))
    tried = dict(line.findall(SETTINGS)) | {"synchronous_standby_names": f"'{SYNCHRONOUS}'"}
    del tried["wal_keep_size"]  # a region in small keeps less
    assert told.items() >= tried.items()


def test_every_figure_of_an_alert_is_one_that_is_given() -> None:
    from mmt.watch import figures

    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "mmt" / "metrics.py", Path(str(figures.__file__)))
    )
    asked = set(re.findall(r"strength_(\w+)", text_of("prometheus/strength.yml")))
    bare = {re.sub(r"_(total|bucket)$", "", name) for name in asked}
    assert bare
    assert [
        name for name in bare if f'"{name}"' not in code and f"strength_{name}" not in code
    ] == []


def test_the_example_starts_a_safe_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says of hosts and TLS is accepted without a word by the checks of a start."""
    import runpy

    given: dict[str, Any] = dict(
        re.findall(r"^([A-Z_]+)=(.*)$", text_of("environment.example"), re.MULTILINE)
    )
    for name in ("ALLOWED_HOSTS", "HTTPS", "DEMO", "EMAIL_BACKEND", "LOG_JSON"):
        monkeypatch.setenv(name, given[name])
    found = runpy.run_path(str(product.__file__))
    assert found["HTTPS"]
    assert found["SESSION_COOKIE_NAME"] == "__Host-session"
    assert found["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert found["LOGGING"]["handlers"]["stderr"]["formatter"] == "json"

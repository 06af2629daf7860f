"""The product behind the shipped site of nginx: TLS, its door, and what is written down."""

import json
import re
import socket
import sqlite3
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings

from tests import parts, prepared
from tests.certificate import CERTIFICATE, NAME
from tests.nginx import Nginx
from tests.product import Product

from .asking import PATIENCE_SECONDS, Answer, ask

pytestmark = pytest.mark.skipif(
    parts.nginx() is None, reason=f"No nginx. Try: {parts.part('nginx').how}"
)
SIGN_IN = "/accounts/login/"
LAST = "SELECT address, request_id, actor FROM audit_auditevent ORDER BY id DESC LIMIT 1"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with the settings that deploy/environment.example has for its proxy."""
    folder = tmp_path_factory.mktemp("house")
    told = {"ALLOWED_HOSTS": f"{NAME},127.0.0.1", "HTTPS": "yes", "TRUSTED_PROXY": "127.0.0.1"}
    with prepared.running(folder, settings.TEST_FOLDER, WORKERS="0", **told) as found:
        yield found


@pytest.fixture(scope="module")
def site(house: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    found = Nginx(tmp_path_factory.mktemp("nginx"))
    found.start([house.url])
    yield found
    found.stop()


def test_nginx_accepts_the_site_without_a_word(tmp_path: Path) -> None:
    site = Nginx(tmp_path)
    site.write(["127.0.0.1:8000"])
    told = subprocess.run([*site.command, "-t"], capture_output=True, text=True, check=True).stderr
    # Written for the nginx of Debian 12; a later one wants HTTP/2 on a line of its own.
    assert [line for line in told.splitlines() if "[warn]" in line and "http2" not in line] == []


def test_in_plain_there_is_only_the_way_to_tls(site: Nginx) -> None:
    answer = ask(site, "/patients/?state=archived", plain=True)
    wanted = f"https://{NAME}/patients/?state=archived"
    assert (answer.status, answer.headers["Location"]) == (301, wanted)


def test_certbot_can_prove_the_name_at_a_renewal(site: Nginx) -> None:
    place = site.folder / "www" / ".well-known" / "acme-challenge"
    place.mkdir(parents=True)
    (place / "token").write_text("proof")
    assert ask(site, "/.well-known/acme-challenge/token", plain=True).body == b"proof"


def test_the_door_answers_over_tls_alone(site: Nginx) -> None:
    answer = ask(site, SIGN_IN)
    assert answer.status == 200
    assert b'name="password"' in answer.body
    assert answer.headers.get_all("Strict-Transport-Security") == [
        "max-age=31536000; includeSubDomains; preload"
    ]
    [cookie] = cookies_of(answer).values()
    assert cookie.key == "__Host-csrf"
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_browsers_are_offered_http_2(site: Nginx) -> None:
    offers = ssl.create_default_context(cafile=str(site.folder / CERTIFICATE))
    offers.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", site.port)) as bare,
        offers.wrap_socket(bare, server_hostname=NAME) as sealed,
    ):
        assert sealed.selected_alpn_protocol() == "h2"


def cookies_of(answer: Answer) -> SimpleCookie:
    found = SimpleCookie()
    for line in answer.headers.get_all("Set-Cookie", []):
        found.load(line)
    return found


def guess(site: Nginx, who: str, *, source: str) -> Answer:
    """Try a wrong password, claiming to be elsewhere."""
    form = ask(site, SIGN_IN, source=source)
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', form.body)
    assert token
    fields = {"login": who, "password": "not-it-2026", "csrfmiddlewaretoken": token[1].decode()}
    claims = {"X-Forwarded-For": "203.0.113.7", "X-Request-ID": "0" * 32}
    claims["Cookie"] = f"__Host-csrf={cookies_of(form)['__Host-csrf'].value}"
    claims["Content-Type"] = "application/x-www-form-urlencoded"
    claims["Origin"] = f"https://{NAME}:{site.port}"
    return ask(site, SIGN_IN, urlencode(fields).encode(), source=source, headers=claims)


def test_the_audit_log_has_the_clients_own_address_and_the_requests_number(
    site: Nginx, house: Product
) -> None:
    answer = guess(site, "physio@harbour.example", source="127.0.0.3")
    assert answer.status == 200
    number = answer.headers["X-Request-ID"]
    with closing(sqlite3.connect(house.folder / prepared.DATABASE)) as database:
        assert database.execute(LAST).fetchone() == ("127.0.0.3", number, "physio@harbour.example")
    assert line_of(site, number)["status"] == 200


def line_of(site: Nginx, number: str) -> dict[str, Any]:
    """Return nginx's own line of a request, which it may write after the answer."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit:
        lines = (site.folder / "log" / "strength.log").read_text().splitlines()
        for line in map(json.loads, lines):
            if line["request"] == number:
                return dict(line)
        time.sleep(0.02)
    raise AssertionError("nginx has not written down the request.")


def test_who_comes_past_the_proxy_is_not_believed(house: Product) -> None:
    parts_of = urlsplit(house.url)
    past = HTTPConnection(parts_of.netloc, source_address=("127.0.0.5", 0))
    past.request("GET", SIGN_IN, headers={"X-Forwarded-Proto": "https", "Host": NAME})
    answer = past.getresponse()
    past.close()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}{SIGN_IN}")


def test_no_log_has_what_was_asked_or_by_what_name(site: Nginx) -> None:
    asked = ask(site, "/patients/canary-in-path/?q=canary-in-query")
    ask(site, "/canary-in-plain/", plain=True)
    ask(site, "/canary-refused/", headers={"Content-Length": str(2**30)})
    ask(site, "/canary-of-nobody/", headers={"Host": "canary-in-host", "Referer": "canary"})
    told = line_of(site, asked.headers["X-Request-ID"])
    assert set(told) == {
        *("time", "request", "method", "status", "seconds", "upstream", "bytes", "tls")
    }
    written = [path.read_text() for path in (site.folder / "log").iterdir()]
    assert len(written) >= 3
    assert "canary" not in "".join(written)


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/readyz?without=worker"])
def test_what_is_for_machines_inside_is_not_shown_outside(site: Nginx, path: str) -> None:
    assert ask(site, path).status == 404
    assert ask(site, "/healthz").status == 200

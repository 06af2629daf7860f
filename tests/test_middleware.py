"""House rules that hold for every answer."""

from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.test.client import ClientHandler, encode_multipart

from mmt.middleware import Utf8Request

pytestmark = pytest.mark.django_db


def test_a_question_for_the_head_gets_no_body() -> None:
    """Of the product itself: the test's own browser would take a body away."""
    asked, itself = RequestFactory(), ClientHandler()
    itself.load_middleware()
    whole, head = (itself.get_response(ask("/accounts/login/")) for ask in (asked.get, asked.head))
    assert whole.content
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["Content-Type"] == whole.headers["Content-Type"]
    assert not {"Server", "X-Powered-By"} & set(head.headers)


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/patients/", "/fhir/metadata"])
def test_a_trace_is_not_echoed(path: str) -> None:
    answer = Client().trace(path, headers={"X-Word": "echo-me"})
    assert answer.status_code in {302, 405}
    assert b"echo-me" not in answer.content


@pytest.mark.parametrize("path", ["/a%00b", "/accounts/login/?next=%00", "/fhir/metadata?%00=1"])
def test_a_nul_in_the_address_is_refused_at_the_door(path: str) -> None:
    assert Client().get(path).status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/patients", "/fhir/Patient"])
def test_a_program_that_asks_in_plain_is_refused_and_not_led_on(path: str, settings: Any) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    plain = Client().get(path)
    assert plain.status_code == 403
    assert "Location" not in plain.headers
    assert plain.headers["Cache-Control"] == "no-store"


def test_a_person_who_asks_in_plain_is_led_on(settings: Any) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/accounts/login/")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        "https://testserver/accounts/login/",
    )


@pytest.mark.parametrize("path", ["/\nFAKE", "/\r\nFAKE", "/patients/\n2026 ERROR root: broken"])
def test_a_line_of_the_log_stays_one_line(path: str, caplog: pytest.LogCaptureFixture) -> None:
    Client().get(path)
    assert caplog.messages
    assert not [line for line in caplog.messages if "\n" in line or "\r" in line]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil"])
def test_another_host_is_refused_without_being_repeated(host: str) -> None:
    answer = Client().get("/accounts/login/", headers={"Host": host})
    assert answer.status_code == 400
    assert host.encode() not in answer.content


def test_the_header_of_another_host_is_not_believed() -> None:
    answer = Client().get("/accounts/password/reset/", headers={"X-Forwarded-Host": "evil.example"})
    assert b"evil.example" not in answer.content


@pytest.mark.parametrize(
    "charset", ["idna", "hex", "undefined", "utf-7", "unicode_escape", "latin-1", "nonsense", ""]
)
def test_another_charset_is_refused_at_the_door(charset: str) -> None:
    form = encode_multipart("B", {"login": "+2AA-", "password": "+2AA-"})
    said = f"multipart/form-data; boundary=B; charset={charset}"
    answer = Client().generic("POST", "/accounts/login/", form, content_type=said)
    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8", "U8"])
def test_a_form_in_utf_8_is_read_by_any_name_of_it(charset: str) -> None:
    form = encode_multipart("B", {"login": "jürgen", "password": ""})
    said = f"multipart/form-data; boundary=B; charset={charset}"
    answer = Client().generic("POST", "/accounts/login/", form, content_type=said)
    assert answer.context["form"]["login"].value() == "jürgen"


@pytest.mark.parametrize("charset", ["undefined", "hex", "utf-7", "latin-1"])
def test_a_request_in_another_charset_can_be_looked_at(charset: str) -> None:
    said = {"CONTENT_TYPE": f"text/plain; charset={charset}", "QUERY_STRING": "next=%C3%A4+2AA-"}
    request = Utf8Request(RequestFactory().get("/").environ | said)
    assert request.GET["next"] == "ä 2AA-"
    request.encoding = charset
    assert request.encoding == "utf-8"

"""A person's browser, as far as a drill needs one: a session, forms and JSON over HTTP."""

import http.client
import json
import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from mmt.accounts.demo import PASSWORD

EMAIL = "physio@harbour.example"
PATIENT = re.compile(r'href="/patients/([0-9a-f-]{36})/"')
SECONDS = 60
# What a browser meets when the other side goes away.
GONE = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def place(self) -> str:
        """Where it leads."""
        return self.headers["Location"] or ""

    def json(self) -> Any:
        return json.loads(self.text)


class Client:
    """One kept connection to the product. Any request raises one of GONE when it is cut off."""

    def __init__(self, url: str, cookies: dict[str, str] | None = None) -> None:
        self.cookies = {} if cookies is None else cookies
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        return self._ask("POST", path, urlencode(fields), "application/x-www-form-urlencoded")

    def send(self, path: str, data: object) -> Answer:
        return self._ask("POST", path, json.dumps(data), "application/json")

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: str = "", kind: str = "") -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={text}" for name, text in self.cookies.items())}
        if kind:
            headers["Content-Type"] = kind
            headers["X-CSRFToken"] = self.cookies.get("csrf", "")
        try:
            self._connection.request(method, path, body or None, headers)
            response = self._connection.getresponse()
            text = response.read().decode()
        except GONE:
            self._connection.close()  # the next request opens a new one
            raise
        for line in response.headers.get_all("Set-Cookie", []):
            for name, found in SimpleCookie(line).items():
                self.cookies[name] = found.value
        return Answer(response.status, response.headers, text)


def sign_in(url: str) -> Client:
    """Return a browser signed in as a physiotherapist of the demonstration."""
    client = Client(url)
    client.get("/accounts/login/")
    answer = client.post("/accounts/login/", login=EMAIL, password=PASSWORD)
    assert answer.place == "/", f"The sign-in was answered with {answer.status}."
    return client


def patients(client: Client) -> list[str]:
    """Return the ids on the first page of the patient list."""
    return sorted(set(PATIENT.findall(client.get("/patients/").text)))

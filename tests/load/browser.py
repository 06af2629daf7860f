"""A person's browser over asyncio: it costs a fraction of what its requests cost the product."""

import asyncio
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

SECONDS = 60
LARGEST_HEAD = 64 * 1024
# What a browser meets when the other side goes away, or says nothing.
GONE = (OSError, EOFError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Answer:
    """`seconds` from the first byte sent to the last one received."""

    status: int
    place: str
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


class Browser:
    """One kept connection. Any request raises one of GONE when it is cut off."""

    def __init__(
        self, url: str, cookies: Mapping[str, str], trust: ssl.SSLContext | None = None
    ) -> None:
        parts = urlsplit(url)
        self.url, self.cookies, self.trust = url, dict(cookies), trust
        self.host, self.port = parts.hostname, parts.port
        self.csrf = next(text for name, text in cookies.items() if name.endswith("csrf"))
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._one_at_a_time = asyncio.Lock()

    def another(self) -> "Browser":
        """Return a second connection of the same session."""
        return Browser(self.url, self.cookies, self.trust)

    async def get(self, path: str) -> Answer:
        return await self._ask("GET", path, "", "")

    async def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        kind = "application/x-www-form-urlencoded"
        return await self._ask("POST", path, urlencode(fields), kind)

    async def send(self, path: str, data: object) -> Answer:
        return await self._ask("POST", path, json.dumps(data), "application/json")

    def close(self) -> None:
        if self._streams:
            self._streams[1].transport.abort()  # nothing waits to be sent
            self._streams = None

    async def _ask(self, method: str, path: str, text: str, kind: str) -> Answer:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(SECONDS):
                    return await self._sent_once_more(method, path, text.encode(), kind)
            except BaseException:
                self.close()  # the next request opens a new one
                raise

    async def _sent_once_more(self, *request: Any) -> Answer:
        """Send again on a new connection where a kept one was closed meanwhile, as browsers do."""
        kept = self._streams is not None
        try:
            return await self._exchange(*request)
        except GONE as gone:
            unanswered = isinstance(gone, ConnectionError) or not getattr(gone, "partial", b"x")
            if not (kept and unanswered):
                raise
            self.close()
            return await self._exchange(*request)

    async def _exchange(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        reader, writer = await self._open()
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        head.append("Cookie: " + "; ".join(f"{name}={text}" for name, text in self.cookies.items()))
        if method == "POST":
            head += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
            head += [f"X-CSRFToken: {self.csrf}", f"Origin: {self.url}"]
        began = time.perf_counter()
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        status, headers = self._read_head(await reader.readuntil(b"\r\n\r\n"))
        content = await _read_body(reader, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers.get("location", ""), content, time.perf_counter() - began)

    def _read_head(self, head: bytes) -> tuple[int, dict[str, str]]:
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        headers = {}
        for line in lines:
            name, _, text = line.partition(":")
            headers[name.lower()] = text.strip()
            if name.lower() == "set-cookie":
                cookie, _, value = text.strip().partition(";")[0].partition("=")
                self.cookies[cookie] = value
        return int(first.split()[1]), headers

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams and self._streams[0].at_eof():
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                self.host, self.port, ssl=self.trust, limit=LARGEST_HEAD
            )
        return self._streams


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts = []
        while size := int(await reader.readuntil(b"\r\n"), 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        return b"".join(parts)
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read()

"""What the tests' own forwarder does with an answer that a node could not end."""

import asyncio
from pathlib import Path

import pytest

from tests import loops

from .forwarder import Forwarder

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
COUNTED = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (CHUNKED + b"4\r\nDone\r\n0\r\n\r\n", True),
        (CHUNKED + b"4\r\nDone\r\n", False),
        (COUNTED + b"Done", True),
        (COUNTED + b"Do", False),
    ],
)
def test_a_connection_is_kept_only_after_a_whole_answer(
    answer: bytes, kept: bool, tmp_path: Path
) -> None:
    assert loops.run(_stays_open(answer, tmp_path)) is kept


async def _stays_open(answer: bytes, folder: Path) -> bool:
    async def node(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    behind = await asyncio.start_server(node, "127.0.0.1", 0)
    (folder / "nodes").write_text(_address(behind))
    front = await asyncio.start_server(Forwarder(folder / "nodes").serve, "127.0.0.1", 0)
    host, _, port = _address(front).partition(":")
    async with behind, front:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(2 * b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        writer.write_eof()
        answered = (await reader.read()).count(b"HTTP/1.1 200 OK")
        writer.close()
    return answered == 2


def _address(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()
    return f"{host}:{port}"

"""python -m tests.cluster.forwarder FOLDER PORT: ends TLS and shares requests among the nodes.

Not for real use: it bounds nothing, trusts whoever connects to send whole requests, and looks for
its nodes in a file. Another node is tried only where the first refused the connection.
"""

import asyncio
import ssl
import sys
from itertools import count
from pathlib import Path

AWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
END = b"\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
LARGEST_HEAD = 64 * 1024
OWN = {"connection", "x-forwarded-for", "x-forwarded-proto"}
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Forwarder:
    def __init__(self, nodes: Path) -> None:
        self.nodes = nodes
        self._turn = count()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one request after the other of a kept connection."""
        try:
            while await self._forward(reader, writer):
                pass
        except (OSError, EOFError):
            pass  # the browser went away
        finally:
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Return whether the connection may be kept."""
        head = await reader.readuntil(END)
        first, headers = _parts(head)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        kept = [f"{name}: {text}" for name, text in headers.items() if name not in OWN]
        own = ["Connection: close", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https"]
        try:
            node_reader, node_writer = await self._connect()
        except OSError:
            writer.write(AWAY)
            return False
        try:
            node_writer.write("\r\n".join([first, *kept, *own, "", ""]).encode("latin-1") + body)
            answer = await node_reader.readuntil(END)
        except (OSError, EOFError):
            writer.write(AWAY)
            return False
        else:
            return await _hand_on(answer, node_reader, writer)
        finally:
            node_writer.close()

    async def _connect(self) -> Streams:
        """Raises OSError where every node refuses."""
        nodes = self.nodes.read_text(encoding="utf-8").split()
        begin = next(self._turn)
        for place in range(len(nodes)):
            host, _, port = nodes[(begin + place) % len(nodes)].partition(":")
            try:
                return await asyncio.open_connection(host, int(port), limit=LARGEST_HEAD)
            except ConnectionRefusedError:
                continue
        raise OSError("Every node is away.")


async def _hand_on(head: bytes, answer: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Hand on an answer up to where the node closes the connection; return whether that was its
    end, and not a node that went away half-way: a browser would wait for the rest for ever.
    """
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    _first, headers = _parts(head)
    chunked, length = "transfer-encoding" in headers, headers.get("content-length")
    kept = [line for line in lines if not line.lower().startswith("connection:")]
    close = [] if chunked or length else ["Connection: close"]
    writer.write("\r\n".join([first, *kept, *close, "", ""]).encode("latin-1"))
    size, tail = 0, b""
    while piece := await answer.read(LARGEST_HEAD):
        writer.write(piece)
        await writer.drain()
        size, tail = size + len(piece), (tail + piece)[-len(LAST_CHUNK) :]
    return tail == LAST_CHUNK if chunked else length == str(size)


def _parts(head: bytes) -> tuple[str, dict[str, str]]:
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    pairs = (line.split(":", 1) for line in lines)
    return first, {name.lower(): text.strip() for name, text in pairs}


async def main(folder: Path, port: int) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    forwarder = Forwarder(folder / "nodes")
    server = await asyncio.start_server(
        forwarder.serve, "127.0.0.1", port, ssl=context, limit=LARGEST_HEAD, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))

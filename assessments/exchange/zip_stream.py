"""A zip whose bytes come out while it is made, the same bytes each time for the same content."""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FAST = zlib.Z_BEST_SPEED
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of all zips
UNIX = 3
OWNER_ONLY = 0o600 << 16
# What a member without ZIP64 may be at most; not every program reads those.
LARGEST_MEMBER = 2**31 - 1


class _Taken:
    """A file that can only be written to; what was written is taken out again."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


class ZipStream:
    def __init__(self) -> None:
        self._out = _Taken()
        self._zip = ZipFile(cast(IO[bytes], self._out), "w", ZIP_DEFLATED, compresslevel=FAST)

    @contextmanager
    def member(self, name: str, *, large: bool = False) -> Iterator[IO[bytes]]:
        """Give what to write the member to. `large` ones may grow beyond LARGEST_MEMBER."""
        about = ZipInfo(name, FIRST_DAY)
        about.compress_type, about.create_system = ZIP_DEFLATED, UNIX
        about.external_attr = OWNER_ONLY
        with self._zip.open(about, "w", force_zip64=large) as file:
            yield file

    def add(self, name: str, content: bytes) -> None:
        with self.member(name) as file:
            file.write(content)

    def take(self) -> bytes:
        """Return the bytes that came out since the last time."""
        return self._out.take()

    def pour(
        self, name: str, pieces: Iterable[tuple[bytes, int]], *, large: bool = False
    ) -> Iterator[tuple[bytes, int]]:
        """Write the pieces into a member; yield what came out, with the counts that went in."""
        with self.member(name, large=large) as file:
            for piece, rows in pieces:
                file.write(piece)
                yield self.take(), rows
        yield self.take(), 0

    def end(self) -> bytes:
        self._zip.close()
        return self.take()

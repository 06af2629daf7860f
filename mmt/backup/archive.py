"""What lies in a sealed file: a gzipped tar stream of files in parts, the manifest last.

A file NAME is stored as NAME/000000, NAME/000001, ...: its length need not be known beforehand.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .manifest import Manifest
from .problems import Damaged
from .sealed import SealedReader, SealedWriter

PART = 8 * 1024 * 1024
LEVEL = 1  # of gzip: five times as quick as its default, for a tenth more room
MANIFEST = "manifest.json"
Progress = Callable[[int], None]


class Writer:
    """`add` files, then `close` with the manifest."""

    def __init__(self, out: IO[bytes], key: bytes, progress: Progress) -> None:
        self._sealed = SealedWriter(out, key)
        self._zipped = gzip.GzipFile(
            fileobj=self._sealed,
            mode="wb",
            compresslevel=LEVEL,
            mtime=0,
        )
        self._tar = tarfile.open(fileobj=self._zipped, mode="w|")  # noqa: SIM115  (until `close`)
        self._progress = progress
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, content: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        for number, part in enumerate(_in_parts(content)):
            self._put(f"{name}/{number:06}", part)
            digest.update(part)
            size += len(part)
            self._progress(len(part))
        self.files[name] = {"size": size, "sha256": digest.hexdigest()}

    def close(self, manifest: Manifest) -> None:
        self._put(MANIFEST, manifest.to_json())
        self._tar.close()
        self._zipped.close()
        self._sealed.finish()

    def _put(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))


def check(path: Path, key: bytes, progress: Progress = lambda _size: None) -> Manifest:
    """Read a backup to its end and hold it against its manifest. Raises Damaged, WrongKey."""
    digests: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    text = b""
    with _members(path, key) as members:
        for name, content in members:
            if name == MANIFEST:
                text = content
                continue
            digests.setdefault(name, hashlib.sha256()).update(content)
            sizes[name] = sizes.get(name, 0) + len(content)
            progress(len(content))
    try:
        manifest = Manifest.from_json(text)
    except (json.JSONDecodeError, KeyError, TypeError, ValueError):
        raise Damaged("The backup has no manifest that can be read.") from None
    found = {name: {"size": sizes[name], "sha256": digests[name].hexdigest()} for name in sizes}
    if found != dict(manifest.files):
        raise Damaged("The files in the backup are not those that its manifest names.")
    return manifest


@contextmanager
def contents(path: Path, key: bytes) -> Iterator[Iterator[tuple[str, bytes]]]:
    """Yield the parts of a checked backup in order, each with the name of its file."""
    with _members(path, key) as members:
        yield ((name, content) for name, content in members if name != MANIFEST)


@contextmanager
def _members(path: Path, key: bytes) -> Iterator[Iterator[tuple[str, bytes]]]:
    with path.open("rb") as file:
        yield _read(SealedReader(file, key))


def _read(sealed: SealedReader) -> Iterator[tuple[str, bytes]]:
    """Raises Damaged also where more follows than what belongs to the archive."""
    zipped = gzip.GzipFile(fileobj=sealed, mode="rb")  # type: ignore[call-overload]
    try:
        with tarfile.open(fileobj=zipped, mode="r|") as tar:
            for member in tar:
                file = tar.extractfile(member)
                yield _name_of(member.name), file.read() if file else b""
        while zipped.read(PART):
            pass
        while sealed.read(PART):
            pass
    except (tarfile.TarError, EOFError, OSError, zlib.error) as problem:
        raise Damaged(f"The backup cannot be unpacked: {problem}.") from None


def _name_of(member: str) -> str:
    """Return the file that a part belongs to."""
    return member if member == MANIFEST else member.rpartition("/")[0]


def _in_parts(content: Iterable[bytes]) -> Iterator[bytes]:
    """Regroup into parts of PART bytes, at least one."""
    waiting = bytearray()
    given = False
    for piece in content:
        waiting += piece
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
            given = True
    if waiting or not given:
        yield bytes(waiting)


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PART):
            yield piece


def sizes_of(files: Mapping[str, Mapping[str, Any]]) -> int:
    """Return how many bytes the files have together."""
    return sum(int(each["size"]) for each in files.values())

"""The format of a backup: whatever is done to a byte of it, nothing is given out."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mmt.backup import archive
from mmt.backup.key import make_key_file, read_key
from mmt.backup.manifest import Facts, Manifest
from mmt.backup.problems import Damaged, Problem, WrongKey
from mmt.backup.sealed import CHUNK, TAG, SealedReader, SealedWriter

KEY = bytes(range(32))
HEADER = 50


def seal(text: bytes) -> bytes:
    out = io.BytesIO()
    writer = SealedWriter(out, KEY)
    for start in range(0, len(text), 300_000):
        writer.write(text[start : start + 300_000])
    writer.finish()
    return out.getvalue()


def opened(sealed: bytes, key: bytes = KEY) -> bytes:
    reader = SealedReader(io.BytesIO(sealed), key)
    return b"".join(iter(lambda: reader.read(70_000), b""))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_was_sealed_comes_back(size: int) -> None:
    text = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert opened(seal(text)) == text


def test_the_same_text_is_never_sealed_alike() -> None:
    assert seal(b"text")[HEADER:] != seal(b"text")[HEADER:]


def test_a_flipped_bit_anywhere_or_a_missing_end_is_noticed() -> None:
    sealed = seal(b"short text")
    for place in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[place] ^= 1
        for broken in (bytes(flipped), sealed[:place]):
            with pytest.raises((Damaged, WrongKey)):
                opened(broken)


CHUNKS = (
    slice(HEADER, HEADER + CHUNK + TAG),
    slice(HEADER + CHUNK + TAG, HEADER + 2 * (CHUNK + TAG)),
)
MOVES: dict[str, Callable[[bytes, bytes, bytes, bytes], bytes]] = {
    "swapped": lambda header, one, two, three: header + two + one + three,
    "left out": lambda header, one, two, three: header + one + three,
    "doubled": lambda header, one, two, three: header + one + one + two + three,
    "cut off at a chunk": lambda header, one, two, three: header + one + two,
    "longer": lambda header, one, two, three: header + one + two + three + b"x",
    "ended twice": lambda header, one, two, three: header + one + two + three + three,
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_chunks_stay_in_their_order_and_number(
    move: Callable[[bytes, bytes, bytes, bytes], bytes],
) -> None:
    sealed = seal(bytes(2 * CHUNK + 10))
    one, two = (sealed[chunk] for chunk in CHUNKS)
    with pytest.raises(Damaged):
        opened(move(sealed[:HEADER], one, two, sealed[CHUNKS[1].stop :]))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(WrongKey):
        opened(seal(b"text"), bytes(32))


def write_archive(file: Path, **files: bytes) -> Manifest:
    with file.open("wb") as out:
        writer = archive.Writer(out, KEY, lambda _size: None)
        for name, content in files.items():
            writer.add(name, [content])
        facts = Facts({"a_table": 3}, {"house": [3, "hash"]}, {"audit": ["0001_initial"]})
        moment = datetime(2026, 3, 1, tzinfo=UTC)
        manifest = Manifest(moment, "1.0", "sqlite", "SQLite 3", facts, dict(writer.files))
        writer.close(manifest)
    return manifest


def test_files_come_back_in_parts_and_stand_in_the_manifest(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    big = bytes(archive.PART + 5)
    written = write_archive(file, database=big, empty=b"")
    assert archive.check(file, KEY) == written
    with archive.contents(file, KEY) as parts:
        found = list(parts)
    assert [(name, len(content)) for name, content in found] == [
        ("database", archive.PART),
        ("database", 5),
        ("empty", 0),
    ]


def test_files_that_the_manifest_does_not_name_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    with file.open("wb") as out:
        writer = archive.Writer(out, KEY, lambda _size: None)
        writer.add("database", [b"one"])
        facts = Facts({}, {}, {})
        moment = datetime(2026, 3, 1, tzinfo=UTC)
        named = {"database": {"size": 3, "sha256": "0" * 64}}
        writer.close(Manifest(moment, "1.0", "sqlite", "SQLite 3", facts, named))
    with pytest.raises(Damaged):
        archive.check(file, KEY)


def test_a_key_is_made_once_and_read_from_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BACKUP_KEY", raising=False)
    monkeypatch.setenv("BACKUP_KEY_FILE", "")
    with pytest.raises(Problem, match="need a key"):
        read_key()
    file = tmp_path / "key"
    make_key_file(file)
    with pytest.raises(Problem, match="No key was made"):
        make_key_file(file)
    assert file.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("BACKUP_KEY_FILE", str(file))
    assert len(read_key()) == 32
    file.write_text("not a key")
    with pytest.raises(Problem, match="not one that"):
        read_key()

"""A stream sealed in chunks: encrypted, and unreadable once a byte was changed, moved or lost.

    header  18 bytes "STRENGTH-BACKUP-1" and a newline, 16 random bytes, 16 bytes by which a wrong
            key is told from damage
    chunk   up to 1 MiB, AES-256-GCM: as long as the text, and 16 bytes

The key of a file is drawn (HKDF-SHA256) from the clinic's own and the random bytes, so no two
files share one. The nonce of a chunk is its number (11 bytes) and 1 for the last or 0 (1 byte);
the header is authenticated with each: a chunk left out, doubled, moved or cut off does not open.
"""

import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .problems import Damaged, WrongKey

MAGIC = b"STRENGTH-BACKUP-1\n"
CHUNK = 1024 * 1024
TAG = 16
KEY_BYTES = 32


class SealedWriter:
    """Takes bytes, writes them sealed to `out`. Only `finish` makes it whole."""

    def __init__(self, out: IO[bytes], key: bytes) -> None:
        self._out = out
        name = os.urandom(16)
        self._header = MAGIC + name + _check(key, name)
        self._cipher = AESGCM(_drawn(key, name, b"chunks"))
        self._waiting = bytearray()
        self._number = 0
        out.write(self._header)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK:  # the last chunk waits to be known as such
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Nothing to do: chunks go out as they fill."""

    def finish(self) -> None:
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, text: bytes, *, last: bool) -> None:
        nonce = _nonce(self._number, last=last)
        self._out.write(self._cipher.encrypt(nonce, text, self._header))
        self._number += 1


class SealedReader:
    """Gives back what was sealed. Raises Damaged, WrongKey."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        self._file = file
        self._header = file.read(len(MAGIC) + 32)
        if not self._header.startswith(MAGIC) or len(self._header) != len(MAGIC) + 32:
            raise Damaged("The file does not begin as a backup does.")
        name, check = self._header[-32:-16], self._header[-16:]
        if check != _check(key, name):
            raise WrongKey("The key is not the one of this backup, or its first bytes are damaged.")
        self._cipher = AESGCM(_drawn(key, name, b"chunks"))
        self._number = 0
        self._next = file.read(CHUNK + TAG)
        self._opened = memoryview(b"")
        self.is_at_end = False

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, b"" at the end. Nothing is given out unverified."""
        if not self._opened and not self.is_at_end:
            self._opened = memoryview(self._open())
        size = len(self._opened) if size < 0 else size
        given, self._opened = bytes(self._opened[:size]), self._opened[size:]
        return given

    def _open(self) -> bytes:
        sealed, self._next = self._next, self._file.read(CHUNK + TAG)
        last = not self._next
        try:
            text = self._cipher.decrypt(_nonce(self._number, last=last), sealed, self._header)
        except InvalidTag:
            raise Damaged(
                f"The backup is damaged or not whole at byte "
                f"{len(self._header) + self._number * (CHUNK + TAG)}."
            ) from None
        self._number += 1
        self.is_at_end = last
        return text


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _check(key: bytes, name: bytes) -> bytes:
    return _drawn(key, name, b"check")[:16]


def _drawn(key: bytes, name: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=name, info=MAGIC + purpose).derive(key)

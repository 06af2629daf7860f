"""The key that backups are sealed with: 32 random bytes, from a file or the environment.

Never from the command line, where every user of the machine could read it.
"""

import base64
import binascii
import os
import secrets
from pathlib import Path

from mmt import env

from .problems import Problem
from .sealed import KEY_BYTES


def read_key() -> bytes:
    """Return what BACKUP_KEY_FILE or BACKUP_KEY holds. Raises Problem."""
    file, given = env.text("BACKUP_KEY_FILE"), env.text("BACKUP_KEY")
    if file:
        try:
            given = Path(file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as problem:
            raise Problem(f"BACKUP_KEY_FILE cannot be read: {problem}.") from None
    if not given:
        raise Problem(
            "Backups need a key. Make one with `manage.py backup --make-key FILE`, keep a copy "
            "away from this machine, and set BACKUP_KEY_FILE=FILE."
        )
    try:
        key = base64.urlsafe_b64decode(given)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise Problem("The key is not one that `manage.py backup --make-key FILE` has made.")
    return key


def make_key_file(path: Path) -> None:
    """Write a new key where there is no file yet, for this user's eyes. Raises Problem."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        raise Problem(f"No key was made: {problem}.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")

"""What a kind of database does for backups: the state of one moment out, and in again."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .manifest import Facts


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`server` names the database program; `content` may be read once."""

    facts: Facts
    server: str
    content: Iterator[bytes]


class Database(Protocol):
    """What the modules `sqlite` and `postgresql` have. They write on the way into the folder."""

    def size(self) -> int: ...

    def snapshot(self, folder: Path, /) -> AbstractContextManager[Snapshot]: ...

    def check_is_empty(self) -> None: ...

    def bring_back(self, content: Iterator[bytes], folder: Path, /) -> None: ...

"""What a backup says of itself, and what a database has to show for it afterwards."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from .problems import Damaged

Query = Callable[[str], Sequence[Sequence[Any]]]
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """`counts` are the rows of each table, `chains` the head of each chain of the audit log as
    [sequence, hash], `migrations` what each app has been brought to.
    """

    counts: Mapping[str, int]
    chains: Mapping[str, Sequence[Any]]
    migrations: Mapping[str, Sequence[str]]

    def differences(self, other: "Facts") -> list[str]:
        """Say what `other` has otherwise, a line each."""
        found = []
        for title, mine, theirs in (
            ("rows in", self.counts, other.counts),
            ("head of the audit chain", self.chains, other.chains),
            ("migrations of", self.migrations, other.migrations),
        ):
            found += [
                f"{title} {name}: {mine.get(name)} in the backup, {theirs.get(name)} here"
                for name in sorted({*mine, *theirs})
                if mine.get(name) != theirs.get(name)
            ]
        return found


@dataclass(frozen=True, slots=True)
class Manifest:
    """`database` is "sqlite" or "postgresql", `made_at` the moment whose state it holds, `files`
    the size and SHA-256 of each.
    """

    made_at: datetime
    product: str
    database: str
    server: str
    facts: Facts
    files: Mapping[str, Mapping[str, Any]]

    def to_json(self) -> bytes:
        held = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(held, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Raises Damaged on what this version does not know."""
        held = json.loads(text)
        if held.pop("format", None) != FORMAT:
            raise Damaged("The backup was made by a version of the product that is newer.")
        held["made_at"] = datetime.fromisoformat(held["made_at"])
        held["facts"] = Facts(**held["facts"])
        return cls(**held)


def read_facts(query: Query, tables: Sequence[str]) -> Facts:
    """Ask a database for its facts; `query` runs SQL and returns its rows."""
    counts = {
        table: int(query(f'SELECT count(*) FROM "{table}"')[0][0])  # noqa: S608  (its own names)
        for table in sorted(tables)
    }
    chains = {
        name: [sequence, digest]
        for name, sequence, digest in query("SELECT name, sequence, hash FROM audit_chain")
    }
    migrations: dict[str, list[str]] = {}
    for app, name in query("SELECT app, name FROM django_migrations ORDER BY app, name"):
        migrations.setdefault(app, []).append(name)
    return Facts(counts, chains, migrations)

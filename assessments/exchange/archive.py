"""Several files in one zip, with a manifest by which they can be checked and made again.

Nothing in it is of the moment at which it was made: the same records give the same bytes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import instrument
from ..rules import rule_of
from ..signing import known_broken
from . import small_groups
from .dictionary import markdown_of
from .selection import Layout, Shape
from .source import Source
from .zip_stream import ZipStream

if TYPE_CHECKING:
    from .formats import Format

MANIFEST_VERSION = 1
LARGE_ROWS = 300_000  # beyond which a member may grow past what old programs read


def blocks(
    parts: Mapping[str, tuple["Format", Layout]], source: Source, shape: Shape
) -> Iterator[tuple[bytes, int]]:
    """Yield the zip piece by piece, each with the number of rows in it."""
    out, files = ZipStream(), []
    for part in shape.parts:
        kind, layout = parts[part]
        own = kind.shape(shape, layout)
        name = f"{part}.{kind.extension}"
        digest, size, rows = hashlib.sha256(), 0, 0
        large = source.count(own).rows > LARGE_ROWS
        with out.member(name, large=large) as file:
            for piece, count in kind.blocks(source, own):
                file.write(piece)
                digest.update(piece)
                size, rows = size + len(piece), rows + count
                yield out.take(), count
        files.append(
            {
                "name": name,
                "format": kind.key,
                "layout": layout.value,
                "rows": rows,
                "bytes": size,
                "sha256": digest.hexdigest(),
            }
        )
    about = markdown_of(source.selection).encode()
    out.add("data-dictionary.md", about)
    files.append(
        {
            "name": "data-dictionary.md",
            "bytes": len(about),
            "sha256": hashlib.sha256(about).hexdigest(),
        }
    )
    out.add("manifest.json", _json(_manifest(source, shape, files)))
    yield out.end(), 0


def _manifest(source: Source, shape: Shape, files: list[dict[str, Any]]) -> dict[str, Any]:
    selection = source.selection
    found: dict[str, Any] = {
        "manifest": MANIFEST_VERSION,
        "filter": selection.told(),
        "blanks": shape.blanks,
        "signatures": _signatures(source),
        "visits": source.count(Shape(Layout.WIDE)).visits,
        "versions": {
            "scales": {key: list(each.codes) for key, each in instrument.PROFILES.items()},
            "batteries": {key: each.version for key, each in instrument.BATTERIES.items()},
            "change_rule": rule_of(selection.clinic).version,
        },
        "files": files,
    }
    if selection.deidentified:
        found["warnings"] = small_groups.warnings(selection, source.connection)
    return found


def _signatures(source: Source) -> dict[str, Any]:
    """Tell which of the records are known not to match their signature: of the daily check, of
    `verify_signatures` and of pages that showed them, and still so.
    """
    broken = known_broken(source.selection.clinic.pk)
    inside = source.selection.assessments().filter(pk__in=broken).order_by("pk")
    found = [str(pk) for pk in inside.values_list("pk", flat=True)]
    hidden = source.selection.deidentified
    return {"not_matching": len(found)} | ({} if hidden or not found else {"records": found})


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()

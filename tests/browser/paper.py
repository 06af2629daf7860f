"""What stands on each page of a PDF, as far as the browser that is tested writes one."""

import re
import zlib
from unicodedata import normalize

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
SHOWN = re.compile(rb"/F(\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj")
ONE_CODE = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)>\n")
CODES = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)> <([0-9A-F]+)>\n")


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page: its runs in the order of drawing, without gaps between them,
    ligatures as letters.
    """
    objects = {int(found[1]): found[2] for found in OBJECT.finditer(pdf)}
    pages = [body for body in objects.values() if re.search(rb"/Type /Page\b", body)]
    return [_text(_stream(objects[_reference(page, b"Contents")]), objects) for page in pages]


def _text(drawing: bytes, objects: dict[int, bytes]) -> str:
    letters: dict[bytes, str] = {}
    text = []
    for font, run in SHOWN.findall(drawing):
        if font:
            letters = _letters(_stream(objects[_reference(objects[int(font)], b"ToUnicode")]))
            continue
        width = len(next(iter(letters)))
        codes = [run[at : at + width] for at in range(0, len(run), width)]
        text.append("".join(letters.get(code, "?") for code in codes))
    return normalize("NFKC", "".join(text))


def _letters(table: bytes) -> dict[bytes, str]:
    """Return the letter of each code that a font's table for copying names."""
    letters = {}
    for part in re.findall(rb"beginbfchar\n(.*?)endbfchar", table, re.DOTALL):
        for code, letter in ONE_CODE.findall(part):
            letters[code] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for part in re.findall(rb"beginbfrange\n(.*?)endbfrange", table, re.DOTALL):
        for first, last, letter in CODES.findall(part):
            for step in range(int(last, 16) - int(first, 16) + 1):
                code = b"%0*X" % (len(first), int(first, 16) + step)
                letters[code] = chr(int(letter, 16) + step)
    return letters


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % name, body)
    assert found, f"no {name.decode()} in {body[:200]!r}"
    return int(found[1])


def _stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream\n")
    raw = rest.rpartition(b"\nendstream")[0]
    return zlib.decompress(raw) if b"/FlateDecode" in head else raw

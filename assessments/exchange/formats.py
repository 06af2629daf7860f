"""The kinds of file an export can be, in one table. A new one is a row of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from ..instrument import Text
from . import archive, csv_lines, fhir_bulk, fhir_lines, json_lines, redcap, workbook
from .selection import Layout, Shape
from .source import Source

Blocks = Iterator[tuple[bytes, int]]
JOB_SECONDS = 2.0  # what is expected to take longer is done in the background


@dataclass(frozen=True, slots=True)
class Format:
    """`blocks` yields the file piece by piece, each with the number of rows in it. `a_second` is
    how many rows of each layout are written in a second, at a guess. One that `streams` is handed
    out while it is written, however long that takes. One without `blanks` never lists cells that
    were left blank.
    """

    key: str
    title: Text
    extension: str
    content_type: str
    blocks: Callable[[Source, Shape], Blocks]
    a_second: dict[Layout, int]
    streams: bool = False
    blanks: bool = True

    @property
    def layouts(self) -> list[Layout]:
        return list(self.a_second)

    def shape(self, asked: Shape, layout: Layout) -> Shape:
        """Return the shape of one such file, as a part of what was asked for."""
        blanks = asked.blanks and self.blanks
        return replace(asked, format=self.key, layout=layout, blanks=blanks, parts=())


def _csv(source: Source, shape: Shape) -> Blocks:
    yield csv_lines.beginning(source.table.columns(shape.layout), bom=shape.bom), 0
    yield from source.lines(shape, csv_lines.CsvCells())


def _json(source: Source, shape: Shape) -> Blocks:
    return source.lines(shape, json_lines.JsonCells())


FILES = {
    each.key: each
    for each in (
        Format(
            "xlsx",
            _("Workbook: for Excel and LibreOffice, with a sheet that explains the columns"),
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            workbook.blocks,
            {Layout.LONG: 40_000, Layout.WIDE: 5_000, Layout.MEASUREMENTS: 10_000},
        ),
        Format(
            "csv",
            _("CSV: for statistics programs; a spreadsheet may take 4- for a number"),
            "csv",
            "text/csv; charset=utf-8",
            _csv,
            {Layout.LONG: 300_000, Layout.WIDE: 10_000, Layout.MEASUREMENTS: 20_000},
            streams=True,
        ),
        Format(
            "jsonl",
            _("JSON lines: one object a row, for programs"),
            "jsonl",
            "application/x-ndjson",
            _json,
            {Layout.LONG: 200_000, Layout.WIDE: 10_000, Layout.MEASUREMENTS: 20_000},
            streams=True,
        ),
        Format(
            "redcap",
            _("REDCap: a data file and its data dictionary, one record a visit"),
            "zip",
            "application/zip",
            redcap.blocks,
            {Layout.WIDE: 5_000},
        ),
        Format(
            "fhir",
            _("FHIR R4, NDJSON: patients and observations, one resource a line"),
            "ndjson",
            "application/fhir+ndjson",
            fhir_lines.ndjson,
            {Layout.LONG: 150_000},
            streams=True,
            blanks=False,
        ),
        Format(
            "fhir-bundle",
            _("FHIR R4, Bundle: the same resources as one collection"),
            "json",
            "application/fhir+json",
            fhir_lines.bundle,
            {Layout.LONG: 100_000},
            streams=True,
            blanks=False,
        ),
    )
}
# The files a zip can hold, by a word for each.
PARTS = {
    f"{each.key}-{layout.value}": (each, layout)
    for each in FILES.values()
    for layout in each.layouts
}
ZIP = Format(
    "zip",
    _("Zip of several files, with a manifest: filter, counts, versions, checksums"),
    "zip",
    "application/zip",
    partial(archive.blocks, PARTS),
    {},
)
FORMATS = {**FILES, ZIP.key: ZIP}
# What programs ask for by FHIR; no choice for people, who want one file to open.
BULK = Format(
    "fhir-bulk",
    _("FHIR R4, in bulk: a file for each kind of resource"),
    "zip",
    "application/zip",
    fhir_bulk.blocks,
    {},
)
MADE = {**FORMATS, BULK.key: BULK}


def shapes_of(shape: Shape) -> list[Shape]:
    """Return the shape of each file that is written: several of a zip."""
    if shape.format != ZIP.key:
        kind = FILES[shape.format]
        return [
            kind.shape(shape, shape.layout if shape.layout in kind.layouts else kind.layouts[0])
        ]
    return [kind.shape(shape, layout) for kind, layout in map(PARTS.__getitem__, shape.parts)]


class Forecast(NamedTuple):
    """How many visits a file will tell of, how many rows are written in all, and whether that is
    one to be made in the background.
    """

    visits: int
    rows: int
    long: bool


def forecast(source: Source, shape: Shape) -> Forecast:
    if shape.format == BULK.key:
        resources = sum(fhir_bulk.count(source, kind) for kind in shape.parts)
        return Forecast(visits=source.count(Shape()).visits, rows=resources, long=True)
    shapes = shapes_of(shape)
    counts = [source.count(each) for each in shapes]
    seconds = sum(
        count.rows / FILES[each.format].a_second[each.layout]
        for each, count in zip(shapes, counts, strict=True)
    )
    return Forecast(
        visits=max(each.visits for each in counts),
        rows=sum(each.rows for each in counts),
        long=seconds > JOB_SECONDS and not FORMATS[shape.format].streams,
    )

"""Reading pictures in tests: well-formed markup in, marks and table cells out."""

from xml.etree import ElementTree as ET

from assessments.charts import heat_map
from assessments.history import Cell, History, Visit

KNEE = ("knee_extension", "left")
NECK = ("neck_flexion", "midline")


def parse(markup: str) -> ET.Element:
    """Return the markup as a tree; raises ParseError when it is not well formed."""
    return ET.fromstring(f"<div>{markup}</div>")  # noqa: S314 - our own markup


def drawn(found: History, *cells: Cell) -> ET.Element:
    """Return the heat map of these cells, of the left knee alone when none are given."""
    return parse(heat_map(found, cells or [KNEE]))


def marks(tree: ET.Element) -> list[dict[str, str]]:
    """Return the attributes of every mark with those of its side in a strip, or of its visit in a
    heat map, whose place is `at`.
    """
    found = []
    around = {child: parent for parent in tree.iter() for child in parent}
    for element in tree.iter():
        if element.tag in {"path", "rect"} and {"data-grade", "data-state"} & set(element.attrib):
            group = around[element]
            if "data-side" not in group.attrib:
                group = around[group]
            found.append({**group.attrib, **element.attrib, "at": group.attrib.get("x", "")})
    return found


def marks_of(tree: ET.Element, cell: Cell) -> list[dict[str, str]]:
    return [m for m in marks(tree) if (m["data-movement"], m["data-side"]) == cell]


def text(element: ET.Element) -> str:
    return "".join(element.itertext())


def heat_table(tree: ET.Element) -> dict[tuple[str, str, str], str]:
    """Return the table cells of a heat map by movement, side and day."""
    table = next(tree.iter("table"))
    days = [time.attrib["datetime"] for time in table.find("thead").iter("time")]
    return {
        (*row.find("th").attrib["data-cell"].split(), day): text(cell)
        for row in table.iter("tr")
        if row.find("th") is not None and "data-cell" in row.find("th").attrib
        for day, cell in zip(days, row.findall("td"), strict=True)
    }


def strip_table(figure: ET.Element) -> dict[tuple[str, str, str], str]:
    """Return the table cells of one strip by movement, side and day."""
    table = next(figure.iter("table"))
    cells = [
        th.attrib["data-cell"].split()
        for th in table.find("thead").iter("th")
        if "data-cell" in th.attrib
    ]
    found = {}
    for row in table.find("tbody").iter("tr"):
        day = next(row.iter("time")).attrib["datetime"]
        for (movement, side), cell in zip(cells, row.findall("td"), strict=False):
            found[movement, side, day] = text(cell)
    return found


def expected_state(visit: Visit, cell: Cell, codes: list[str]) -> str:
    """Return what a mark should carry: the code, the status, or nothing for not assessed."""
    result = visit.results.get(cell)
    if result is None:
        return ""
    return result.status if result.level is None else codes[result.level]

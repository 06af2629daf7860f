"""The plots of a picture taken out of its page, each element with its look written on it.

Every look becomes attributes (see `stylesheet`), so that a plot draws the same in a browser, a word
processor, resvg and typst. Captions and legends come along; tables stay behind, but for one with a
plot in each row.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple
from xml.etree import ElementTree

from . import stylesheet
from .words import escape

# The height of a row of words alone.
LINE = 20

# What XML knows no way to write.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class NothingDrawn(ValueError):
    """The picture has no plot: there is nothing to take away."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot, drawn already, with its size in pixels and the words over it.

    In a row of a table, `words` stand before the plot and `columns` after it.
    """

    words: str
    note: str
    drawn: str
    width: float
    height: float
    columns: tuple[str, ...] = ()


class Item(NamedTuple):
    """One sign of a legend with its words; a sign may be empty."""

    drawn: str
    width: float
    height: float
    words: str


@dataclass(slots=True)
class Content:
    """What a picture holds: its captions, panels, legend, and what panels refer to by its id."""

    captions: list[str]
    panels: list[Panel]
    items: list[Item]
    shared: list[str]


def content_of(markup: str) -> Content:
    """Return what of a picture can leave the page, each element with its look written on it.

    Raises NothingDrawn.
    """
    # Our own markup, in which everything typed is escaped: no entities, no document type.
    tree = ElementTree.fromstring(f"<div>{UNPRINTABLE.sub('', markup)}</div>")  # noqa: S314
    content = Content([], [], [], [])
    _read(tree, stylesheet.root(), content)
    if not content.panels:
        raise NothingDrawn
    return content


def _read(element: ElementTree.Element, parent: stylesheet.Node, content: Content) -> None:
    node = stylesheet.child(parent, element.tag, element.attrib)
    match element.tag:
        case "details" if "strip-region" not in node.classes:
            return
        case "ul" if "chart-legend" in node.classes:
            inside = stylesheet.child(node, "li", {})
            content.items += [_item(each, inside) for each in element]
        case "table":
            _read_table(element, node, content)
        case "svg":
            content.panels.append(_panel(element, parent))
        case "figure" if element.find("./div[@class='heat-paper']") is not None:
            _read_heat_map(element, node, content)
        case "figure":
            before = len(content.panels)
            _read_all(element, node, content)
            _name(content, before, element)
        case "figcaption":
            content.captions += [_words_of(line) for line in element.findall("p")]
            _read_all(element, node, content)
        case _:
            _read_all(element, node, content)


def _read_all(
    elements: Iterable[ElementTree.Element], node: stylesheet.Node, content: Content
) -> None:
    for each in elements:
        _read(each, node, content)


def _name(content: Content, place: int, figure: ElementTree.Element) -> None:
    """Give the first panel of a figure the figure's name and what was recorded last."""
    name = _words_of(figure.find(".//*[@class='strip-name']"))
    note = _words_of(figure.find(".//*[@class='strip-latest']"))
    if name and place < len(content.panels):
        content.panels[place] = replace(content.panels[place], words=name, note=note)


def _read_heat_map(figure: ElementTree.Element, node: stylesheet.Node, content: Content) -> None:
    """Take the blocks for paper; the columns they refer to stand in the picture of the screen."""
    for each in figure:
        inside = stylesheet.child(node, each.tag, each.attrib)
        if each.get("class") == "heat-paper":
            content.panels += [_panel(block, inside) for block in each]
        elif each.get("class") == "heat-screen":
            content.shared += _named_parts(each, node)
        else:
            _read(each, node, content)


def _read_table(table: ElementTree.Element, node: stylesheet.Node, content: Content) -> None:
    """Take a table with a plot in each row: the name before the plot, the other words after it."""
    inside = stylesheet.child(node, "td", {})
    for row in table.iter("tr"):
        name, plot, *others = row
        svg = plot.find("svg")
        panel = Panel("", "", "", 0, LINE) if svg is None else _panel(svg, inside)
        words = tuple(_words_of(cell) for cell in others)
        content.panels.append(replace(panel, words=_words_of(name), columns=words))


def _named_parts(element: ElementTree.Element, parent: stylesheet.Node) -> Iterator[str]:
    """Give what others refer to, wherever it stands inside an element."""
    node = stylesheet.child(parent, element.tag, element.attrib)
    for each in element:
        if "id" in each.attrib:
            yield "".join(_drawn(each, node))
        else:
            yield from _named_parts(each, node)


def _panel(svg: ElementTree.Element, parent: stylesheet.Node) -> Panel:
    width, height = _size(svg)
    return Panel("", "", _sized(svg, parent, width, height), width, height)


def _item(element: ElementTree.Element, node: stylesheet.Node) -> Item:
    words = _words_of(element)
    svg = element.find("svg")
    if svg is None:
        return Item("", 0, 0, words)
    width, height = _size(svg, shown=True)
    return Item(_sized(svg, node, width, height), width, height, words.removeprefix(_words_of(svg)))


def _size(svg: ElementTree.Element, *, shown: bool = False) -> tuple[float, float]:
    """Return the size of a plot in its own units; `shown`, in those of the page."""
    box = [float(number) for number in svg.get("viewBox", "0 0 0 0").split()]
    if (shown and "width" in svg.attrib) or not box[2]:
        return float(svg.get("width", box[2])), float(svg.get("height", box[3]))
    return box[2], box[3]


def _sized(svg: ElementTree.Element, parent: stylesheet.Node, width: float, height: float) -> str:
    kept = {name: svg.attrib.pop(name, "") for name in ("width", "height")}
    svg.attrib |= {"width": f"{width:g}", "height": f"{height:g}", "overflow": "visible"}
    drawn = "".join(_drawn(svg, parent))
    svg.attrib |= kept
    return drawn


def _words_of(element: ElementTree.Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _drawn(element: ElementTree.Element, parent: stylesheet.Node) -> Iterator[str]:
    """Give an element in parts, with its look as attributes and without what scripts read."""
    node = stylesheet.child(parent, element.tag, element.attrib)
    look = dict(node.look)
    is_upper = look.pop("text-transform", "") == "uppercase"
    attributes = {name: text for name, text in element.attrib.items() if _is_drawn(name)} | look
    text = (element.text or "").upper() if is_upper else element.text or ""
    yield f"<{element.tag}"
    for name, value in attributes.items():
        yield f' {name}="{escape(value)}"'
    if not text and not len(element):
        yield "/>"
        return
    yield f">{escape(text)}"
    for each in element:
        yield from _drawn(each, node)
        yield escape(each.tail or "")
    yield f"</{element.tag}>"


def _is_drawn(name: str) -> bool:
    return name not in ("class", "role", "tabindex") and not name.startswith(("data-", "aria-"))

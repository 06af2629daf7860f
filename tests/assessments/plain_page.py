"""A page as a browser without scripts has it: its cells, its forms, the words on it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str]


@dataclass
class Form:
    """What a form would send: names and values; of a choice, the chosen one or the first."""

    attributes: Attributes
    fields: dict[str, str] = field(default_factory=dict)


class PlainPage(HTMLParser):
    """`cells` are the inputs of the grid by key, `marked` every element with an id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: dict[str, Attributes] = {}
        self.forms: list[Form] = []
        self.marked: dict[str, Attributes] = {}
        self.links: list[str] = []
        self.tags: list[tuple[str, Attributes]] = []
        self._words: list[str] = []
        self._open: Form | None = None
        self._filling: str | None = None
        self._chosen = False
        self.feed(html)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self._words)).strip()

    def form(self, **attributes: str) -> dict[str, str]:
        """Return what the form with these attributes would send."""
        [found] = [each for each in self.forms if attributes.items() <= each.attributes.items()]
        return dict(found.fields)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.tags.append((tag, known))
        if "id" in known:
            self.marked[known["id"]] = known
        if "data-movement" in known and tag == "input":
            self.cells[known["name"]] = known
        if tag == "a" and "href" in known:
            self.links.append(known["href"])
        if tag == "form":
            self._open = Form(known)
            self.forms.append(self._open)
        elif self._open is not None:
            self._take(self._open, tag, known)

    def _take(self, form: Form, tag: str, known: Attributes) -> None:
        name = known.get("name", "")
        if tag == "input" and name and known.get("type") not in {"checkbox", "radio", "submit"}:
            form.fields[name] = known.get("value", "")
        elif tag in {"select", "textarea"} and name:
            form.fields[name] = ""
            self._filling = name
            self._chosen = False
        elif tag == "option" and self._filling and not self._chosen:
            self._chosen = "selected" in known
            if self._chosen or not form.fields[self._filling]:
                form.fields[self._filling] = known.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag in {"select", "textarea"}:
            self._filling = None

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        filled = self._filling if self.lasttag == "textarea" else None
        if self._open is not None and filled:
            self._open.fields[filled] += data.lstrip("\n").replace("\n", "\r\n")

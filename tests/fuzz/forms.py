"""The fields of a page's forms, with what a browser would send if nothing were typed."""

from html.parser import HTMLParser

EMPTY = {"date": "2024-05-02", "datetime-local": "2024-05-02T10:30", "number": "1", "text": "x"}
UNSENT = {"submit", "button", "image", "file", "reset"}


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        name, kind = said.get("name", ""), said.get("type", "text")
        match tag:
            case "input" if name and kind in {"checkbox", "radio"}:
                self.found.setdefault(name, [])
                if "checked" in said or ("required" in said and not self.found[name]):
                    before = self.found[name] if kind == "checkbox" else []
                    self.found[name] = [*before, said.get("value", "on")]
            case "input" | "button" if name and kind not in UNSENT:
                usual = EMPTY.get(kind, "x") if "required" in said else ""
                self.found[name] = [said.get("value") or usual]
            case "button" if name:
                self.found[name] = [said.get("value", "")]
            case "select" if name:
                self._select = name
                self.found.setdefault(name, [])
            case "option" if self._select:
                value = said.get("value", "")
                if "selected" in said or (value and not self.found[self._select]):
                    self.found[self._select] = [value]
            case "textarea" if name:
                self._text = name
                self.found[name] = ["x" if "required" in said else ""]

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._text = "" if tag == "textarea" else self._text

    def handle_data(self, data: str) -> None:
        if self._text and data.strip():
            self.found[self._text] = [data.strip()]


def fields_of(html: str) -> dict[str, list[str]]:
    """Return the fields of all forms in the page's main part."""
    main = html.partition("<main")[2] or html
    parser = _Fields()
    parser.feed(main)
    parser.found.pop("csrfmiddlewaretoken", None)
    return parser.found

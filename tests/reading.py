"""Reading a page as its reader meets it: what may be filled in and pressed, what is chosen, and what is folded away."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Control:
    """A field or button. `to` is where a button sends; `folded` says that it is inside something closed."""

    tag: str
    name: str
    value: str
    to: str
    chosen: bool
    folded: bool


class _Reader(HTMLParser):
    """Collects the controls of a page, but for what is hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Control] = []
        self._details: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "details":
            self._details.append("open" not in said)
        if tag not in ("input", "select", "option", "textarea", "button") or said.get("type") == "hidden":
            return
        chosen = "checked" in said or "selected" in said
        words = (said.get(key) or "" for key in ("name", "value", "formaction"))
        self.found.append(Control(tag, *words, chosen=chosen, folded=any(self._details)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._details.pop()


def read_controls(page: str) -> list[Control]:
    """Every control of the page's main part, in order."""
    reader = _Reader()
    reader.feed(page.split("<main")[1].split("</main>")[0])
    return reader.found


def fields_of(page: str, part: str) -> set[str]:
    """The names of the fields of a part of the page ("withdraw"), without the part's own; a day is one field."""
    named = (each.name for each in read_controls(page) if each.name.startswith(f"{part}."))
    return {name.removeprefix(f"{part}.").partition("-")[0] for name in named}


def options_of(page: str, name: str) -> list[str]:
    """The values that a list or its boxes let one choose from, but for the empty one."""
    boxes = [each.value for each in read_controls(page) if each.name == name and each.tag == "input"]
    if boxes:
        return boxes
    listed = re.search(rf'<select[^>]* name="{re.escape(name)}".*?</select>', page, re.S)
    return [value for value in re.findall(r'<option value="([^"]*)"', listed[0]) if value] if listed else []


def plain(markup: str) -> str:
    """What is read: no tags, and no space more than is written."""
    words = re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", markup))).strip()
    return re.sub(r" (?=[.,:;])", "", words)


def main_of(page: str) -> str:
    """The words of the page's main part."""
    return plain("<main" + page.split("<main")[1].split("</main>")[0])

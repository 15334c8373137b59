"""Passages as the reviewer's page shows them: each under its heading, its text in pieces, with fields of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from triage.services.rights.material import Material
from triage.services.rights.redacting import Shown


@dataclass(frozen=True, slots=True)
class Line:
    """A passage on the page: the heading it stands under, and its text in pieces, each masked or not."""

    heading: str
    shown: Shown
    pieces: tuple[tuple[str, bool], ...]

    @property
    def part(self) -> str:
        """How the names of its fields begin: the same each time it is gathered, so that a draft finds its passage."""
        return f"p{sha256(self.shown.passage.key.encode()).hexdigest()[:16]}"

    @property
    def file_id(self) -> str | None:
        """The letter or photograph of which this is the name."""
        table, key, column = self.shown.passage.key.split("/", 2)
        return key if (table, column) == ("files", "name") else None


def arrange(material: Material, shown: Mapping[str, Shown]) -> list[Line]:
    """Every passage in the order in which it is released."""
    pairs = ((item.heading, each.key) for part in material.sections for item in part.items for each in item.passages)
    return [Line(heading, shown[key], _cut(shown[key])) for heading, key in pairs]


def _cut(shown: Shown) -> tuple[tuple[str, bool], ...]:
    """The text in pieces: those that stay out are marked."""
    text, at, pieces = shown.passage.text, 0, []
    for start, end in shown.spans:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return tuple(each for each in (*pieces, (text[at:], False)) if each[0])

"""What was gathered of one person, whole: sections of plain facts and of passages, and whose names are to stay out."""

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property

from triage.services.rights.masking import Names, Span, find_contacts, merge


@dataclass(frozen=True, slots=True)
class Passage:
    """Something that somebody wrote: its key ("enquiries/<id>/witnessed"), what it is, and the words."""

    key: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One row of what is held: its heading, facts that name nobody else (label and value), and passages."""

    heading: str
    facts: tuple[tuple[str, str], ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Items of one kind."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be done with a passage unless a reviewer says otherwise: spans to mask, or why it is held back."""

    spans: tuple[Span, ...]
    held_back_for: str | None = None


@dataclass(frozen=True)
class Material:
    """Everything gathered. `own` are the person's names and numbers, `others` the names of those beside them.

    `anonymous` are names and email addresses of referrers who may not be named: no passage with one is released.
    """

    about: str
    own: tuple[str, ...]
    others: tuple[str, ...]
    anonymous: tuple[str, ...]
    sections: tuple[Section, ...] = field(default=())

    @cached_property
    def _others(self) -> Names:
        return Names(self.others, self.own)

    @cached_property
    def _anonymous(self) -> Names:
        """The person's own among them: a referrer may bear the same surname."""
        return Names(self.anonymous)

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(each for section in self.sections for item in section.items for each in item.passages)

    def propose(self, passage: Passage) -> Proposal:
        """Held back where it would tell who referred and may not be named; else without others' names and numbers."""
        folded = passage.text.casefold()
        emails = (each.casefold() for each in self.anonymous if "@" in each)
        if self._anonymous.find(passage.text) or any(each in folded for each in emails):
            return Proposal((), "anonymity")
        spans = (*self._others.find(passage.text), *find_contacts(passage.text, self.own))
        return Proposal(tuple(merge(passage.text, spans)))

    def to_bytes(self) -> bytes:
        """As JSON, to be sealed."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Material":
        """What to_bytes wrote."""
        data = json.loads(content)
        sections = tuple(Section(each["title"], tuple(map(_read_item, each["items"]))) for each in data.pop("sections"))
        return cls(sections=sections, **{key: _tuple(value) for key, value in data.items()})


def _read_item(data: dict) -> Item:
    facts = tuple((label, value) for label, value in data["facts"])
    return Item(data["heading"], facts, tuple(Passage(**each) for each in data["passages"]))


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value

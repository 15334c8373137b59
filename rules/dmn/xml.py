"""An XML text as elements that know their line. Nothing is fetched or expanded: a document type is refused outright."""

from typing import Any
from xml.parsers import expat  # entities are declared in a document type only, and that is refused

from rules.document import PolicyError

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"  # the standard's name for its version 1.3
OURS = "urn:triage:policy"
PREFIXES = {DMN: "", OURS: "triage:"}
LIMIT = 5_000_000  # bytes; a county's thresholds are a thirtieth of it
MAX_DEPTH = 40
ENCODINGS = ("utf-8", "utf-16")  # those that every reader of XML must know


class Element:
    """One element. Its `name` has no prefix where it is the standard's, "triage:" where ours, else "other:"."""

    __slots__ = ("attributes", "children", "column", "line", "name", "text", "where")

    def __init__(self, name: str, attributes: dict[str, str], line: int, column: int, where: str) -> None:
        self.name, self.attributes, self.line, self.column, self.where = name, attributes, line, column, where
        self.children: list[Element] = []
        self.text = ""

    def fault(self, problem: str) -> PolicyError:
        """The error to raise about this element."""
        return PolicyError(problem, self.line, self.column, self.where)

    def all(self, name: str) -> list["Element"]:
        """The children of that name."""
        return [each for each in self.children if each.name == name]

    def one(self, name: str) -> "Element":
        """The only child of that name. PolicyError where there is none, or several."""
        found = self.all(name)
        if len(found) != 1:
            raise self.fault(
                f"{self.name} wants one {name}, and has {len(found)}. Mend it, or export the policy again."
            )
        return found[0]

    def words(self, name: str) -> str:
        """The text of the only child of that name, without the space around it."""
        return self.one(name).text.strip()

    def get(self, name: str) -> str | None:
        """An attribute, or None."""
        return self.attributes.get(name)

    def want(self, name: str) -> str:
        """An attribute that must be there."""
        if name not in self.attributes:
            raise self.fault(f"{self.name} lacks {name}. Add it, or export the policy again.")
        return self.attributes[name]


def read_xml(content: bytes, where: str) -> Element:
    """The top element. PolicyError, with its place, for what is not XML, is too large or too deep, or has a DOCTYPE."""
    if len(content) > LIMIT:
        raise PolicyError(f"the file is larger than {LIMIT // 1_000_000} MB, which no policy is.", 1, 1, where)
    return _Builder(where).build(content)


class _Builder:
    """Builds elements from what the parser finds."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.top = Element("", {}, 1, 1, where)
        self.open = [self.top]
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.XmlDeclHandler, self.parser.StartDoctypeDeclHandler = self._declare, self._refuse

    def build(self, content: bytes) -> Element:
        try:
            self.parser.Parse(content, True)
        except expat.ExpatError as error:
            problem = f"this is not well-formed XML: {expat.ErrorString(error.code)}. Export the file again."
            raise PolicyError(problem, error.lineno, error.offset + 1, self.where) from error
        return self.top.children[0]  # expat refuses a text without an element

    def _place(self) -> tuple[int, int, str]:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1, self.where

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) > MAX_DEPTH:
            raise PolicyError("this is nested too deep. No policy is.", *self._place())
        named = {_shorten(each, ""): value for each, value in attributes.items()}
        element = Element(_shorten(name, "other:"), named, *self._place())
        self.open[-1].children.append(element)
        self.open.append(element)

    def _end(self, _name: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        self.open[-1].text += text

    def _declare(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ENCODINGS:
            raise PolicyError(f"the encoding {encoding} is not read. Save it as UTF-8.", *self._place())

    def _refuse(self, *_declared: Any) -> None:
        raise PolicyError("a document type (DOCTYPE) is declared, which DMN never does. Refused.", *self._place())


def _shorten(name: str, plain: str) -> str:
    """A name with its namespace, as an Element has it; `plain` stands before one without a namespace."""
    namespace, _, local = name.rpartition(" ")
    if not namespace:
        return plain + local
    return PREFIXES.get(namespace, "other:") + local

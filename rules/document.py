"""A YAML text as nodes that know their line, so that whatever is wrong is said with its place."""

import unicodedata
from collections.abc import Collection
from datetime import date
from typing import Any

import yaml

MAX_TEXT = 2000  # characters of one text: several paragraphs
MAX_DEPTH = 40  # no policy that a person can read goes as deep; a hostile one would exhaust the stack


class PolicyError(ValueError):
    """A document that is not a policy: in which text, where (line and column, from 1), what, and what to do."""

    def __init__(self, problem: str, line: int, column: int, where: str) -> None:
        super().__init__(f"{where}, line {line}, column {column}: {problem}")
        self.problem, self.line, self.column, self.where = problem, line, column, where


class Node:
    """One value of the document and its place. Each reader below returns what it asks for or raises PolicyError."""

    def __init__(self, node: yaml.Node, where: str) -> None:
        self._node, self._where = node, where

    def fault(self, problem: str) -> PolicyError:
        """The error to raise about this value."""
        return _fault(problem, self._node.start_mark, self._where)

    def value(self) -> Any:
        """The plain value, with all that is in it."""
        try:
            return _Constructor().construct_document(self._node)
        except yaml.MarkedYAMLError as error:
            raise _fault(f"{error.problem}.", error.problem_mark or self._node.start_mark, self._where) from error
        except ValueError as error:
            raise self.fault(f"this cannot be read: {error}.") from error

    def plain(self) -> Any:
        """The value as it is written: keys as words and in their order, days as text. What differs in it differs."""
        if self.is_mapping():
            return {name: value.plain() for _key, name, value in self.entries()}
        if self.is_list():
            return [each.plain() for each in self.items()]
        value = self.value()
        return value.isoformat() if isinstance(value, date) else value

    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self._node, yaml.MappingNode)

    def is_list(self) -> bool:
        """Whether it has entries without keys."""
        return isinstance(self._node, yaml.SequenceNode)

    def entries(self) -> list[tuple["Node", str, "Node"]]:
        """Each key (as a node and as text) with its value, in their order. A key stands once."""
        if not isinstance(self._node, yaml.MappingNode) or not self._node.value:
            raise self.fault("a mapping is wanted here, like {key: value}.")
        found: dict[str, tuple[Node, str, Node]] = {}
        for key_node, value_node in self._node.value:
            key = Node(key_node, self._where)
            text = key.word()
            if text in found:
                raise key.fault(f"{text!r} stands here twice. Keep one.")
            found[text] = key, text, Node(value_node, self._where)
        return list(found.values())

    def word(self) -> str:
        """A key, or a value, as the word that is written."""
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.fault("a plain word is wanted here.")
        return self._printable(str(self._node.value))

    def _printable(self, text: str) -> str:
        """The text, which goes into the database, pages and tables: neither there nor by eye is a control code text."""
        if any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in text):
            raise self.fault("there is a control character in this. Take it out.")
        if len(text) > MAX_TEXT:
            raise self.fault(f"this is longer than {MAX_TEXT:,} characters. Shorten it.")
        return text

    def children(self, allowed: Collection[str], required: Collection[str] = ()) -> dict[str, "Node"]:
        """The values by key, where no key but the allowed ones stands and all the required ones do."""
        found = {}
        for key, text, value in self.entries():
            if text not in allowed:
                raise key.fault(f"there is no key {text!r} here. Use: {', '.join(allowed)}.")
            found[text] = value
        missing = [each for each in required if each not in found]
        if missing:
            raise self.fault(f"{missing[0]} is missing. Add it.")
        return found

    def items(self) -> list["Node"]:
        """The entries of a list that has some."""
        if not isinstance(self._node, yaml.SequenceNode) or not self._node.value:
            raise self.fault("a list with at least one entry is wanted here.")
        return [Node(each, self._where) for each in self._node.value]

    def text(self) -> str:
        """Some text, without the space around it."""
        value = self.value()
        if not isinstance(value, str) or not value.strip():
            raise self.fault("some text is wanted here. Put it in quotes if it looks like a number or a date.")
        return self._printable(value.strip())

    def one_of(self, codes: Collection[str]) -> str:
        """One of these codes."""
        value = self.value()
        if not isinstance(value, str) or value not in codes:
            raise self.fault(f"there is no {value!r} here. Use one of: {', '.join(codes)}.")
        return value

    def whole(self, least: int, most: int | None = None) -> int:
        """A whole number from `least` to `most`, both included."""
        value = self.value()
        if not isinstance(value, int) or isinstance(value, bool) or value < least or (most and value > most):
            span = f"from {least} to {most}" if most else f"from {least}"
            raise self.fault(f"a whole number {span} is wanted here, not {value!r}.")
        return value

    def yes_no(self) -> bool:
        """True or false."""
        value = self.value()
        if not isinstance(value, bool):
            raise self.fault(f"true or false is wanted here, not {value!r}.")
        return value

    def day(self) -> date:
        """A day, without a time."""
        value = self.value()
        if type(value) is not date:
            raise self.fault("a date is wanted here, like 2014-06-01.")
        return value


def read_document(text: str, where: str) -> Node:
    """The top node of a YAML text. PolicyError where it is not YAML, is empty, or points back into itself."""
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _fault(f"{error.problem}.", error.problem_mark or error.context_mark, where) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        problem = "this character is not allowed. Take it out."
        raise PolicyError(problem, before.count("\n") + 1, error.position - before.rfind("\n"), where) from error
    if node is None:
        raise PolicyError("the text is empty. A policy begins with its name.", 1, 1, where)
    return Node(node, where)


def _fault(problem: str, mark: Any, where: str) -> PolicyError:
    return PolicyError(problem, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, where)


class _Loader(yaml.cyaml.CParser, yaml.composer.Composer, yaml.resolver.Resolver):
    """Composes nodes, with neither anchors, tags nor great depth: what a text says stands where it says it.

    The events come from libyaml, twenty times faster than from Python; the nodes are composed here all the same.
    """

    get_single_node, get_node = yaml.composer.Composer.get_single_node, yaml.composer.Composer.get_node
    compose_document, depth = yaml.composer.Composer.compose_document, 0

    def __init__(self, text: str) -> None:
        yaml.cyaml.CParser.__init__(self, text)
        yaml.composer.Composer.__init__(self)
        yaml.resolver.Resolver.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()
        if getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not used here", event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.composer.ComposerError(None, None, "tags like !this are not used here", event.start_mark)
        if self.depth == MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "this is nested too deep", event.start_mark)
        self.depth += 1
        node = yaml.composer.Composer.compose_node(self, parent, index)
        self.depth -= 1
        return node


class _Constructor(yaml.constructor.SafeConstructor):
    """Builds plain values from nodes that were read already."""

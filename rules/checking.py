"""The fast part of trusting a policy: that it can be read, and that nothing in it points nowhere."""

from collections.abc import Iterator

from rules.conditions import Compare, Seen, walk
from rules.document import Node, PolicyError, read_document
from rules.facts import ELSEWHERE
from rules.policy import Policy
from rules.reading import load


def check_policy(text: str, where: str) -> list[PolicyError]:
    """Every fault that can be found without proving anything, with its line and column; none is good.

    Where the text cannot be read, that one fault is all that is known.
    """
    try:
        policy = load(text, where)
    except PolicyError as fault:
        return [fault]
    node = read_document(text, where)
    return [*_unheard_indicators(policy, node), *_unused_authorities(policy, node), *_rules_without_effect(node)]


def _unheard_indicators(policy: Policy, node: Node) -> Iterator[PolicyError]:
    """Whoever ticks one of these is not heard: that is worse than not being asked."""
    heard = frozenset[str]().union(
        *(part.codes for rule in policy.rules for part in walk(rule.when) if isinstance(part, Seen))
    )
    for key, code, _value in _part(node, "indicators").entries():
        if code not in heard:
            yield key.fault(f"no rule looks at {code}, so whoever ticks it is not heard. Add a rule, or take it out.")


def _unused_authorities(policy: Policy, node: Node) -> Iterator[PolicyError]:
    """Ours, the first, need not be asked for; another one that no rule knows would be taken for ours."""
    compared = [part for rule in policy.rules for part in walk(rule.when) if isinstance(part, Compare)]
    asked = {value for part in compared if part.fact == "authority" for value in part.values}
    entries = _part(node, "authorities").entries()
    for key, code, _value in entries[1:]:
        if code not in asked:
            yield key.fault(f"no rule says what happens with an address in {code}. Add a rule, or take it out.")
    if ELSEWHERE not in asked:
        yield entries[0][0].fault(
            f"no rule says what happens with an address elsewhere. Ask for authority: {ELSEWHERE}."
        )


def _rules_without_effect(node: Node) -> Iterator[PolicyError]:
    for rule in _part(node, "rules").items():
        then = dict((name, value) for _key, name, value in rule.entries())["then"]
        if all(value.value() is False for _key, _name, value in then.entries()):
            yield then.fault("this rule does nothing: false changes nothing. Give it an effect, or take it out.")


def _part(node: Node, name: str) -> Node:
    return next(value for _key, key, value in node.entries() if key == name)

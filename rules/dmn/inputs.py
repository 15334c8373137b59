"""What has to be put into a policy's tables, and somebody put so."""

from collections.abc import Iterable
from functools import lru_cache

from rules.dmn.columns import KNOWN_SUFFIX, UNKNOWN, Column, list_columns, name_of
from rules.dmn.tables import make_tables
from rules.facts import CountFact, Facts
from rules.normal import DOMAINS, NO, SEEN, YES
from rules.policy import Policy
from rules.vocabulary import Vocabulary

Value = int | str


def put_facts(policy: Policy, facts: Facts) -> dict[str, Value]:
    """Somebody as the tables of the policy ask for them: every input by its name, and nothing else.

    An indicator is 1 where it was seen, else 0. What is true or false is "yes", "no" or "unknown". A number that is not
    known is 0, and its second input, which ends in `_known`, is "no". Days since what never was are 1,000,000.
    """
    put: dict[str, Value] = {code: int(code in facts.indicators) for code in policy.vocabulary.indicators}
    for name, fact in policy.vocabulary.facts.items():
        value = getattr(facts, name)
        if isinstance(fact, CountFact):
            put |= {name: value or 0, name + KNOWN_SUFFIX: NO if value is None else YES}
        else:
            put[name] = {True: YES, False: NO, None: UNKNOWN}.get(value, value)
    return {name: put[name] for name in inputs_of(policy)}


@lru_cache(maxsize=64)
def inputs_of(policy: Policy) -> tuple[str, ...]:
    """The inputs of the policy's tables: all indicators, and the facts that a table asks for."""
    words = policy.vocabulary
    tables = (list_columns(words, (line.row for line in table.lines)) for table in make_tables(policy))
    return list_inputs(words, tables)


def list_inputs(vocabulary: Vocabulary, tables: Iterable[list[Column]]) -> tuple[str, ...]:
    """The inputs of tables with these columns, in the order of the vocabulary and of the facts."""
    asked = {name for columns in tables for column in columns for name in names_in(vocabulary, column)}
    facts = [each for name in vocabulary.facts for each in (name + KNOWN_SUFFIX, name) if each in asked]
    return *vocabulary.indicators, *facts


def names_in(vocabulary: Vocabulary, column: Column) -> list[str]:
    """The inputs or decisions in a column's expression."""
    if column.subject.what in (SEEN, DOMAINS):
        return [code for code in vocabulary.indicators if code in column.subject.codes]
    return [name_of(column.subject)]

"""What a decision table says to people: its questions, headings and inputs, and what it cannot say at all."""

from rules.conditions import LEVEL
from rules.dmn.columns import DECISION, KNOWN_SUFFIX, name_of
from rules.dmn.kinds import say_kind
from rules.facts import NEVER, CodeFact, CountFact, YesNoFact
from rules.normal import DOMAINS, SEEN, Subject
from rules.policy import Policy
from rules.vocabulary import Vocabulary

QUESTIONS = {
    "level": "Which level of need is it, from 1 to 4?",
    "level_first": "Which level does the first rule that holds give? 0 for none.",
    "level_floor": "Which level do the floors hold up? 0 for none.",
    "level_name": "What is the level called?",
    "rag": "How pressing is it?",
    "rag_first": "How pressing is it by the first rule that holds?",
    "rag_floor": "How pressing is it by the floors?",
    "section_47": "Is significant harm suspected (Children Act 1989, section 47)?",
    "must_be_seen_today": "Must the person be seen today?",
    "route": "Which way should it go?",
    "agencies": "Which partners are asked? A partner may be named more than once.",
}


def head_column(vocabulary: Vocabulary, subject: Subject) -> str:
    """A column's heading."""
    if subject.what == SEEN and len(subject.codes) == 1:
        return vocabulary.indicators[min(subject.codes)].words
    if subject.what in (SEEN, DOMAINS):
        many = "How many" if subject.what == SEEN else "In how many domains"
        return f"{many} {say_kind(vocabulary, subject.codes)} are seen"
    name = name_of(subject)
    return name.replace("_", " ").capitalize() if subject.what in (LEVEL, DECISION) else head_fact(vocabulary, name)


def head_fact(vocabulary: Vocabulary, name: str) -> str:
    """A fact, or whether it is known, as a heading."""
    if name.endswith(KNOWN_SUFFIX):
        return f"Whether {_name(vocabulary, name.removesuffix(KNOWN_SUFFIX))} is known"
    words = _name(vocabulary, name)
    return words[0].upper() + words[1:]


def _name(vocabulary: Vocabulary, name: str) -> str:
    fact = vocabulary.facts[name]
    return fact.yes if isinstance(fact, YesNoFact) else fact.subject.removesuffix(" in").removesuffix(" is")


def describe_input(vocabulary: Vocabulary, name: str) -> str:
    """What to put in, and what each value means."""
    if name in vocabulary.indicators:
        return vocabulary.indicators[name].words
    head = head_fact(vocabulary, name)
    if name.endswith(KNOWN_SUFFIX):
        return f"{head}: yes or no."
    fact = vocabulary.facts[name]
    match fact:
        case CodeFact():
            return f"{head}: " + ", ".join(f"{code} ({words})" for code, words in fact.codes.items()) + "."
        case YesNoFact():
            return f"{head}: yes or no{', or unknown' if fact.may_be_unknown else ''}."
        case CountFact():
            also = " Put 0 where it is not known." if fact.may_be_unknown else ""
            return f"{head}, in {fact.unit}.{also}" + (f" Put {NEVER} for never." if fact.may_be_never else "")


HOW_TO_READ = (
    "Each decision is a table whose first row that fits decides; agencies are collected from all rows that fit. Put an "
    "indicator as 1 where it was seen and as 0 where not, and each other input as its description says. The tables "
    "recommend. A person decides."
)


UNSAID = (
    "Reasons: why an answer is as it is, why not higher, and which unknown facts could change it.",
    "Unknown as a value: it is the code unknown, or a second input that ends in _known.",
    "How a condition is put: each way in which it can hold is a row.",
    "Checks of what is put in: an engine may take what is no code, or a number below 0.",
    "Promises: that nothing lowers a floor, and all that was proved. Whoever changes a table has another policy.",
    "Version, first day in force, source, ranks, floors, names of domains and authorities, and what indicators usually "
    "mean: attributes and elements of our own hold them, which another tool may drop. No table needs them.",
)


def describe_export(policy: Policy) -> str:
    """What stands at the head of the document."""
    head = f"{policy.source}. Version {policy.version}, in force from {policy.effective_from.isoformat()}."
    return "\n".join((head, HOW_TO_READ, "What DMN cannot carry:", *(f"- {each}" for each in UNSAID)))

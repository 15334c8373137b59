"""What differs between two versions of a policy, in plain words: what the text says, and what that means for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rules.compiler import compile_policy
from rules.conditions import say
from rules.describing import describe
from rules.examples import list_untried, try_people
from rules.facts import NAMES, UNKNOWN, Facts
from rules.policy import NoAnswer, Policy, Rule, Verdict
from rules.vocabulary import Indicator, Vocabulary
from rules.wording import say_answer

MOST_EXAMPLES = 12
_PLAIN = Facts()


@dataclass(frozen=True, slots=True)
class Changes:
    """`text` says what is written otherwise, `examples` who gets another answer, of as many as were `tried`.

    `untried` are rules too intricate for people to be made who fit them: of those nothing is known.
    """

    text: tuple[str, ...]
    examples: tuple[str, ...]
    tried: int
    untried: tuple[str, ...]


def find_changes(old: Policy, new: Policy) -> Changes:
    """What differs from the old version to the new one, with an example of each kind of move, the gravest first."""
    text = [*_say_head(old, new), *_say_words(old, new), *_say_combination(old, new), *_say_rules(old, new)]
    moves, tried = _find_moves(old, new)
    told = replace(new, vocabulary=_join(old.vocabulary, new.vocabulary), hash=f"{old.hash} and {new.hash}")
    order = sorted(moves.items(), key=lambda each: _gravity(*each[0]), reverse=True)
    examples = (f"{describe(told, facts)} Now {_say(after)}; was {_say(before)}." for (before, after), facts in order)
    untried = dict.fromkeys((*list_untried(old), *list_untried(new)))
    return Changes(tuple(text), tuple(examples)[:MOST_EXAMPLES], tried, tuple(untried))


Answer = Verdict | None  # None: the policy has a gap there
Moves = dict[tuple[Answer, Answer], Facts]


def _find_moves(old: Policy, new: Policy) -> tuple[Moves, int]:
    """For each pair of answers that differ, the plainest person who gets the one and then the other."""
    moves: Moves = {}
    tried = 0
    for tried, facts in enumerate(try_people(old, new), 1):  # noqa: B007 - the count is what is asked for
        pair = _ask(old, facts), _ask(new, facts)
        if pair[0] != pair[1] and (pair not in moves or _length(facts) < _length(moves[pair])):
            moves[pair] = facts
    return moves, tried


def _ask(policy: Policy, facts: Facts) -> Answer:
    """The answer in the policy's own words: an authority that it does not know is not known."""
    if facts.authority not in policy.vocabulary.facts["authority"].codes:
        facts = replace(facts, authority=UNKNOWN)
    try:
        return compile_policy(policy).judge(facts)
    except NoAnswer:
        return None


def _length(facts: Facts) -> tuple[int, int]:
    unusual = sum(getattr(facts, name) != getattr(_PLAIN, name) for name in NAMES)
    return len(facts.indicators) + unusual, unusual


def _gravity(before: Answer, after: Answer) -> tuple[Any, ...]:
    """Whoever would get less comes before whoever would get more; the longest way first."""
    if before is None or after is None:
        return (2, ())
    falls = after.weight < before.weight
    return falls, abs(after.level - before.level), before.weight if falls else after.weight


def _say(answer: Answer) -> str:
    return say_answer(answer) if answer else "no answer"


def _say_head(old: Policy, new: Policy) -> Iterator[str]:
    if old.effective_from != new.effective_from:
        yield f"In force from {_day(new)}; {old.version} has been since {_day(old)}."
    for what in ("name", "authority", "source"):
        if getattr(old, what) != getattr(new, what):
            yield f"The {what} is now “{getattr(new, what)}”; it was “{getattr(old, what)}”."
    for level, name in new.level_names.items():
        if old.level_names[level] != name:
            yield f"Level {level} is now called “{name}”; it was “{old.level_names[level]}”."


def _day(policy: Policy) -> str:
    return f"{policy.effective_from.day} {policy.effective_from:%B %Y}"


def _say_words(old: Policy, new: Policy) -> Iterator[str]:
    for code, indicator in _changed(old.vocabulary.indicators, new.vocabulary.indicators):
        before = old.vocabulary.indicators.get(code)
        if indicator is None:
            yield f"“{old.vocabulary.indicators[code].words}” can no longer be observed ({code})."
        elif before is None:
            yield f"“{indicator.words}” can now be observed, and usually means level {indicator.usual_level} ({code})."
        else:
            yield f"“{indicator.words}” ({code}): {'; '.join(_say_indicator(before, indicator, new.vocabulary))}."
    for what, kind in (("domains", "domain"), ("authorities", "authority"), ("sources", "source")):
        for code, name in _changed(getattr(old.vocabulary, what), getattr(new.vocabulary, what)):
            was = getattr(old.vocabulary, what).get(code)
            yield f"The {kind} {code} is {f'now “{name}”' if name else 'gone'}{f'; it was “{was}”' if was else ''}."


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is not the same in both: by its key, as it is now, or None where it is gone."""
    for key in dict.fromkeys((*new, *old)):
        if old.get(key) != new.get(key):
            yield key, new.get(key)


def _say_indicator(old: Indicator, new: Indicator, words: Vocabulary) -> Iterator[str]:
    if old.words != new.words:
        yield f"it was put as “{old.words}”"
    if old.usual_level != new.usual_level:
        yield f"it now usually means level {new.usual_level}, and meant level {old.usual_level}"
    if old.domains != new.domains:
        yield f"it now lies in {' and '.join(sorted(words.domains[each].lower() for each in new.domains))}"
    if old.section != new.section:
        yield f"it now means {f'section {new.section[1:]}' if new.section else 'no section of the Children Act'}"
    if old.about != new.about:
        yield f"it is now about the {new.about}, and was about the {old.about}"
    if old.source != new.source:
        yield f"its source is now {new.source}, and was {old.source}"


def _say_combination(old: Policy, new: Policy) -> Iterator[str]:
    before, after = old.content["combination"], new.content["combination"]
    for part, value in _changed(before, after):
        if part == "otherwise":
            yield f"Whoever fits no rule now gets {_say_rest(value)}, and got {_say_rest(before.get(part))}."
        else:
            how = f"{value}, and was {before[part]}".replace("_", " ")
            yield f"Of several rules, the {part} that is taken is now the {how}."


def _say_rest(otherwise: Mapping[str, Any] | None) -> str:
    parts = (f"{part.replace('rag', 'RAG')} {value}".replace("_", " ") for part, value in (otherwise or {}).items())
    return " and ".join(parts) or "no answer"


def _say_rules(old: Policy, new: Policy) -> Iterator[str]:
    before = {rule.id: rule for rule in old.rules}
    after = {rule.id: rule for rule in new.rules}
    for name, rule in _changed(before, after):
        if rule is None:
            yield f"Gone is the rule {name}: {say_rule(before[name])}"
        elif name not in before:
            yield f"New is the rule {name}: {say_rule(rule)}"
        elif said := "; ".join(_say_rule_change(before[name], rule)):
            yield f"The rule {name}: {said}."


def say_rule(rule: Rule) -> str:
    """A rule in one sentence."""
    return f"when {say(rule.when)}, then {say_outcome(rule)}. {rule.because.says} ({rule.because.paragraph})"


def say_outcome(rule: Rule) -> str:
    """What a rule gives, as a list in plain words."""
    parts = [f"level {rule.level}"] if rule.level else []
    parts += [rule.rag] if rule.rag else []
    parts += [f"route {rule.route.replace('_', ' ')}"] if rule.route else []
    parts += ["section 47"] if rule.section_47 else []
    parts += ["must be seen today"] if rule.must_be_seen_today else []
    parts += [f"ask {', '.join(each.replace('_', ' ') for each in rule.agencies)}"] if rule.agencies else []
    return ", ".join(parts) + (", which nothing lowers" if rule.floor else "")


def _say_rule_change(old: Rule, new: Rule) -> Iterator[str]:
    if say(old.when) != say(new.when):  # what an indicator means was told with the indicators
        yield f"it now asks that {say(new.when)}, and asked that {say(old.when)}"
    if say_outcome(old) != say_outcome(new):
        yield f"it now gives {say_outcome(new)}, and gave {say_outcome(old)}"
    if old.rank != new.rank:
        yield f"its rank is now {new.rank}, and was {old.rank}"
    if old.because != new.because:
        yield f"its reason is now “{new.because.says}” ({new.because.paragraph})"


def _join(old: Vocabulary, new: Vocabulary) -> Vocabulary:
    """The words of both, the new ones first."""
    parts = ("indicators", "domains", "authorities", "sources")
    return Vocabulary(**{part: {**getattr(old, part), **getattr(new, part)} for part in parts})

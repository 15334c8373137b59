"""The rules of a policy in plain words, grouped as a reader looks for them: plain values, without markup."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rules.conditions import Always, facts_of, say
from rules.policy import AGENCIES, FIRST, LEVELS, RANKED, Combination, Policy, Rule, rank_of
from triage.models.codes import ROUTES

AGENCY_NAMES = {
    "police": "the police",
    "school": "the school or college",
    "cafcass": "CAFCASS",
    "voluntary": "the voluntary sector",
}
LEVEL, FLOOR, WITH, ROUTE = "sets-the-level", "nothing-lowers", "comes-with-the-level", "which-route"


@dataclass(frozen=True, slots=True)
class Statement:
    """One rule as a reader reads it: `when` begins with a capital, `then` is a clause, neither ends with a full stop.

    `rule` is its id; "" where the rule is told in full elsewhere. `rank` is None where the order means nothing.
    """

    rule: str
    when: str
    then: str
    because: str
    paragraph: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that answer one question. `ordered`: they are tried one after the other, as they stand here."""

    anchor: str
    title: str
    intro: str
    ordered: bool
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A partner, and each case in which it is asked, as a clause."""

    name: str
    when: tuple[str, ...]


def group_rules(policy: Policy) -> tuple[Group, ...]:
    """Every rule in one group, and each that gives a route among the routes too. Groups without a rule are left out."""
    how = policy.combination
    level_intro = "The first that holds gives the level." if how.level == FIRST else "Several may hold at once."
    with_intro = "These say how pressing it is and whom to ask. They leave the level as it is."
    groups = (
        Group(LEVEL, "What sets the level", level_intro, how.level == FIRST, _tell_kind(policy, LEVEL)),
        Group(FLOOR, "What nothing lowers", "These stay, whatever other rules say.", False, _tell_kind(policy, FLOOR)),
        Group(WITH, "What comes with the level", with_intro, how.rag == FIRST, _tell_kind(policy, WITH)),
        Group(ROUTE, "Which route", "They are tried in this order, and the first that holds gives the route.", True,
              tuple(_tell_route(rule) for rule in policy.routes)),
    )  # fmt: skip
    return tuple(group for group in groups if group.statements)


def _tell_kind(policy: Policy, kind: str) -> tuple[Statement, ...]:
    how = policy.combination
    rules = [rule for rule in policy.rules if _kind_of(rule) == kind]
    if FIRST in {LEVEL: {how.level}, WITH: {how.rag}}.get(kind, set()):
        rules.sort(key=rank_of)
    return tuple(_tell(how, rule) for rule in rules)


def _kind_of(rule: Rule) -> str:
    if rule.floor:
        return FLOOR
    if rule.level is not None:
        return LEVEL
    return ROUTE if rule.only_routes else WITH


def _tell(how: Combination, rule: Rule) -> Statement:
    ordered = (rule.level is not None and how.level == FIRST) or (rule.rag is not None and how.rag == FIRST)
    when = "In every case" if isinstance(rule.when, Always) else f"When {say(rule.when)}"
    because, rank = rule.because, rule.rank if ordered else None
    return Statement(rule.id, when, say_outcome(how, rule), because.says, because.paragraph, rank)


def _tell_route(rule: Rule) -> Statement:
    told_here = rule.id if _kind_of(rule) == ROUTE else ""
    because = rule.because
    return Statement(told_here, f"When {say(rule.when)}", _say_route(rule.route), because.says, because.paragraph, None)


def say_outcome(how: Combination, rule: Rule) -> str:
    """All that a rule gives, as one clause: "the level is at least 3, and it is rated at least amber"."""
    *first, last = list(_say_parts(how, rule)) or ["nothing more follows"]
    return f"{', '.join(first)}, and {last}" if first else last


def _say_parts(how: Combination, rule: Rule) -> Iterator[str]:
    if rule.level is not None:
        exact = rule.level == LEVELS[-1] or (how.level == FIRST and not rule.floor)
        yield f"the level is {'' if exact else 'at least '}{rule.level}"
    if rule.rag is not None:
        exact = rule.rag == RANKED[-1] or (how.rag == FIRST and not rule.floor)
        yield f"it is rated {'' if exact else 'at least '}{rule.rag}"
    if rule.section_47:
        yield "section 47 enquiries are recommended"
    if rule.must_be_seen_today:
        yield "the person must be seen today"
    if rule.agencies:
        yield f"{join_and(map(name_agency, rule.agencies))} {'is' if len(rule.agencies) == 1 else 'are'} asked"
    if rule.route is not None:
        yield _say_route(rule.route)


def _say_route(route: str | None) -> str:
    return f"the route is “{ROUTES[route or '']}”"


def list_asked(policy: Policy) -> tuple[Asked, ...]:
    """The partners that some rule asks, and when. A partner that no rule asks is left out."""
    cases = {code: [say_case(rule) for rule in policy.rules if code in rule.agencies] for code in AGENCIES}
    return tuple(Asked(_capitalise(name_agency(code)), tuple(when)) for code, when in cases.items() if when)


def list_about(policy: Policy, fact: str) -> tuple[Statement, ...]:
    """The rules that look at a fact."""
    return tuple(_tell(policy.combination, rule) for rule in policy.rules if fact in facts_of(rule.when))


def say_case(rule: Rule) -> str:
    """In which case a rule holds, as an entry of a list of cases."""
    return "in every case" if isinstance(rule.when, Always) else say(rule.when)


def name_agency(code: str) -> str:
    """A partner as it stands in the middle of a sentence."""
    return AGENCY_NAMES.get(code, code.replace("_", " "))


def join_and(clauses: Iterable[str], word: str = "and") -> str:
    """ "one", "one and two", "one, two and three"; with another `word`, such as "or", that one."""
    *first, last = clauses
    return f"{', '.join(first)} {word} {last}" if first else last


def _capitalise(words: str) -> str:
    return words[:1].upper() + words[1:]

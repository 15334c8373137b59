"""Facts and policies drawn at random, for what must hold of all of them."""

from collections.abc import Iterator
from importlib.resources import files
from random import Random
from typing import Any

import yaml
from hypothesis import strategies as st

from rules.facts import CONSENTS, KINDS, NEVER, SOURCES, Facts
from rules.library import get_policy, policies
from rules.policy import LADDER, RAGS, ROUTES, Policy
from rules.reading import load

V4 = get_policy("pathway_to_provision", "V4")
VERSIONS = list(policies().values())
OURS = [each for each in VERSIONS if each.name == V4.name]
INDICATORS = V4.vocabulary.indicators
AUTHORITIES = tuple(V4.vocabulary.facts["authority"].codes)
AGES = (0, 1, 182, 183, 184, 400, 1825, 1826, 1827, 6000)
NULLABLE = ("age_days", "mobile", "plan_failed", "needs_immediate_protection")
COUNTS = st.integers(0, 3)
SINCE = st.sampled_from((0, 29, 30, 31, 400, NEVER))
MAYBE = st.sampled_from((True, False, None))


def draw_facts(kinds: tuple[str, ...] = KINDS, most: int = 6, policy: Policy = V4) -> st.SearchStrategy[Facts]:
    """Anybody, with up to `most` indicators, in the words of a policy."""
    return st.builds(
        Facts,
        kind=st.sampled_from(kinds),
        age_days=st.sampled_from((*AGES, None)),
        mobile=MAYBE,
        indicators=st.frozensets(st.sampled_from(list(policy.vocabulary.indicators)), max_size=most),
        earlier_enquiries_12m=COUNTS,
        earlier_nfa_12m=COUNTS,
        days_since_last_enquiry=SINCE,
        days_since_case_closed=SINCE,
        plan_failed=MAYBE,
        consent=st.sampled_from(CONSENTS),
        open_case=st.booleans(),
        authority=st.sampled_from(list(policy.vocabulary.facts["authority"].codes)),
        out_of_hours=st.booleans(),
        source=st.sampled_from(SOURCES),
        ehc_request=st.booleans(),
        needs_immediate_protection=MAYBE,
    )


def make_people(policy: Policy, seed: int, count: int) -> Iterator[Facts]:
    """As many people as that, by dice: far faster than drawing each, where a great many are wanted."""
    dice, words = Random(seed), policy.vocabulary
    codes, authorities = list(words.indicators), list(words.facts["authority"].codes)
    for _ in range(count):
        yield Facts(
            kind=dice.choice(KINDS),
            age_days=dice.choice((*AGES, None)),
            mobile=dice.choice((True, False, None)),
            indicators=frozenset(dice.sample(codes, dice.randrange(6))),
            earlier_enquiries_12m=dice.randrange(4),
            plan_failed=dice.choice((True, False, None)),
            consent=dice.choice(CONSENTS),
            open_case=dice.random() < 0.3,
            authority=dice.choice(authorities),
            ehc_request=dice.random() < 0.3,
            needs_immediate_protection=dice.choice((True, False, False, None)),
        )


@st.composite
def draw_policy_and_facts(draw: st.DrawFn) -> tuple[Policy, Facts]:
    """A published policy, and anybody in its words."""
    policy = draw(st.sampled_from(VERSIONS))
    return policy, draw(draw_facts(policy=policy))


LEAVES = st.one_of(
    st.sampled_from(list(INDICATORS)).map(lambda code: {"indicator": code}),
    st.builds(
        lambda level, count, domains: {"indicators": {"level": level, "count": count, "domains": domains}},
        st.integers(1, 4),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    st.sampled_from(("s47", "s17")).map(lambda section: {"indicators": {"section": section}}),
    st.sampled_from(("child", "parent", "family")).map(lambda about: {"indicators": {"about": about, "count": 2}}),
    st.builds(
        lambda name, value: {name: value},
        st.sampled_from(("mobile", "plan_failed", "needs_immediate_protection", "open_case", "ehc_request")),
        st.booleans(),
    ),
    st.builds(
        lambda operator, days: {"age": {operator: days}},
        st.sampled_from(("is", "below", "at_least")),
        st.sampled_from((1, "6 months", "5 years")),
    ),
    st.lists(st.sampled_from((183, 1826)), min_size=1, unique=True).map(lambda days: {"age_days": days}),
    st.builds(
        lambda name, operator: {name: {operator: "30 days"}},
        st.sampled_from(("days_since_last_enquiry", "days_since_case_closed")),
        st.sampled_from(("below", "at_least")),
    ),
    st.just({"days_since_case_closed": "never"}),
    st.builds(
        lambda operator, count: {"earlier_enquiries_12m": {operator: count}},
        st.sampled_from(("below", "at_least")),
        st.integers(1, 3),
    ),
    st.sampled_from(CONSENTS).map(lambda code: {"consent": code}),
    st.sampled_from(KINDS).map(lambda code: {"kind": code}),
)
PLACES = st.lists(st.sampled_from(("nottinghamshire", "nottingham_city", "other")), min_size=1, unique=True).map(
    lambda codes: {"authority": codes}
)
LEVEL_LEAVES = st.one_of(
    st.builds(
        lambda operator, level: {"level": {operator: level}},
        st.sampled_from(("is", "below", "at_least")),
        st.integers(1, 4),
    ),
    st.lists(st.integers(1, 4), min_size=1, unique=True).map(lambda levels: {"level": levels}),
)


def _join(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda parts: st.builds(
            lambda join, some, count: {join: some} if count is None else {"at_least": {"count": count, "of": some}},
            st.sampled_from(("all", "any", "none")),
            st.lists(parts, min_size=2, max_size=3),
            st.sampled_from((None, None, None, 1, 2)),
        ),
        max_leaves=5,
    )


def _then(section_47: bool, level: int, rag: str, route: str | None) -> dict[str, Any]:
    if section_47:
        return {"level": 4, "rag": "red", "section_47": True, "must_be_seen_today": True}
    return {"level": level, "rag": rag} | ({"route": route} if route else {})


FREE = _join(LEAVES)
LEVELLED = _join(st.one_of(LEAVES, LEVEL_LEAVES))
MAYBE_ROUTES = st.one_of(st.none(), st.none(), st.sampled_from(ROUTES))
OUTCOMES = st.builds(
    _then, st.sampled_from((False, False, False, True)), st.integers(1, 4), st.sampled_from(RAGS), MAYBE_ROUTES
)
FIRST_RULES = st.fixed_dictionaries(
    {"when": FREE, "then": OUTCOMES, "rank": st.integers(1, 5), "floor": st.sampled_from((False, False, True))}
).map(lambda rule: rule | {"floor": rule["floor"] and "route" not in rule["then"]})
LATER_RULES = st.fixed_dictionaries(
    {
        "when": st.tuples(LEVEL_LEAVES, LEVELLED).map(lambda parts: {"all": list(parts)}),
        "then": st.sampled_from(RAGS).map(lambda rag: {"rag": rag}),
        "rank": st.integers(1, 5),
    }
)
ROUTE_RULES = st.fixed_dictionaries(
    {
        "when": _join(st.one_of(LEAVES, LEVEL_LEAVES, PLACES)),  # where a family lives may change the route alone
        "then": st.sampled_from(ROUTES).map(lambda route: {"route": route}),
        "rank": st.integers(1, 5),
    }
)
BASE = yaml.safe_load((files("rules") / "policies" / "pathway_to_provision_v4.yaml").read_text(encoding="utf-8"))


class _Dumper(yaml.CSafeDumper):
    """Writes out in full what stands twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(document: dict[str, Any]) -> str:
    """A document as YAML."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False)


@st.composite
def draw_policies(draw: st.DrawFn) -> Policy:
    """A policy that nobody would want, read from its YAML as any other."""
    rules = draw(st.lists(st.one_of(FIRST_RULES, LATER_RULES, ROUTE_RULES), min_size=1, max_size=8))
    last = {"when": "always", "then": {"route": LADDER[0]}, "rank": 6}
    for place, each in enumerate((*rules, last)):
        each |= {"id": f"rule_{place}", "because": {"paragraph": "Dice", "says": "Drawn at random."}}
    how: dict[str, Any] = {
        "otherwise": draw(st.sampled_from(({"level": 1, "rag": "green"}, {"level": 3, "rag": "amber"}))),
        "level": draw(st.sampled_from(("highest", "first"))),
        "rag": draw(st.sampled_from(("most_pressing", "first"))),
    }
    document = {**BASE, "name": "drawn", "combination": {**BASE["combination"], **how}, "rules": [*rules, last]}
    return load(write(document))

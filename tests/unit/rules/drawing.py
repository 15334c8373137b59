"""Facts and policies drawn at random, for what must hold of all of them."""

from typing import Any

import yaml
from hypothesis import strategies as st

from rules.facts import AUTHORITIES, CONSENTS, KINDS, SOURCES, Facts
from rules.indicators import INDICATORS
from rules.policy import LADDER, RAGS, ROUTES, Policy, load

AGES = (0, 1, 182, 183, 184, 400, 1825, 1826, 1827, 6000)
NULLABLE = ("age_days", "mobile", "plan_failed", "needs_immediate_protection")
COUNTS = st.integers(0, 3)
MAYBE = st.sampled_from((True, False, None))


def draw_facts(kinds: tuple[str, ...] = KINDS, most: int = 6) -> st.SearchStrategy[Facts]:
    """Anybody, with up to `most` indicators."""
    return st.builds(
        Facts,
        kind=st.sampled_from(kinds),
        age_days=st.sampled_from((*AGES, None)),
        mobile=MAYBE,
        indicators=st.frozensets(st.sampled_from(list(INDICATORS)), max_size=most),
        earlier_enquiries_12m=COUNTS,
        earlier_nfa_12m=COUNTS,
        plan_failed=MAYBE,
        consent=st.sampled_from(CONSENTS),
        open_case=st.booleans(),
        authority=st.sampled_from(AUTHORITIES),
        out_of_hours=st.booleans(),
        source=st.sampled_from(SOURCES),
        ehc_request=st.booleans(),
        needs_immediate_protection=MAYBE,
    )


LEAVES = st.one_of(
    st.sampled_from(list(INDICATORS)).map(lambda code: {"indicator": code}),
    st.builds(
        lambda level, count, domains: {"indicators": {"level": level, "count": count, "domains": domains}},
        st.integers(1, 4),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    st.sampled_from(("s47", "s17")).map(lambda section: {"indicators": {"section": section}}),
    st.builds(
        lambda name, value: {name: value},
        st.sampled_from(("mobile", "plan_failed", "needs_immediate_protection", "open_case", "ehc_request")),
        st.booleans(),
    ),
    st.builds(
        lambda operator, days: {"age_days": {operator: days}},
        st.sampled_from(("is", "below", "at_least")),
        st.sampled_from((1, 183, 1826)),
    ),
    st.lists(st.sampled_from((183, 1826)), min_size=1, unique=True).map(lambda days: {"age_days": days}),
    st.builds(
        lambda operator, count: {"earlier_enquiries_12m": {operator: count}},
        st.sampled_from(("below", "at_least")),
        st.integers(1, 3),
    ),
    st.sampled_from(CONSENTS).map(lambda code: {"consent": code}),
    st.lists(st.sampled_from(("nottinghamshire", "nottingham_city", "other")), min_size=1, unique=True).map(
        lambda codes: {"authority": codes}
    ),
    st.sampled_from(KINDS).map(lambda code: {"kind": code}),
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
            lambda join, some: {join: some},
            st.sampled_from(("all", "any", "none")),
            st.lists(parts, min_size=1, max_size=3),
        ),
        max_leaves=5,
    )


def _then(section_47: bool, level: int, rag: str) -> dict[str, Any]:
    if section_47:
        return {"level": 4, "rag": "red", "section_47": True, "must_be_seen_today": True}
    return {"level": level, "rag": rag}


FREE = _join(LEAVES)
LEVELLED = _join(st.one_of(LEAVES, LEVEL_LEAVES))
OUTCOMES = st.builds(_then, st.sampled_from((False, False, False, True)), st.integers(1, 4), st.sampled_from(RAGS))
FIRST_RULES = st.fixed_dictionaries({"when": FREE, "then": OUTCOMES})
LATER_RULES = st.fixed_dictionaries(
    {
        "when": st.tuples(LEVEL_LEAVES, LEVELLED).map(lambda parts: {"all": list(parts)}),
        "then": st.sampled_from(RAGS).map(lambda rag: {"rag": rag}),
    }
)
ROUTE_RULES = st.fixed_dictionaries({"when": LEVELLED, "route": st.sampled_from(ROUTES)})


@st.composite
def draw_policies(draw: st.DrawFn) -> Policy:
    """A policy that nobody would want, read from its YAML as any other."""
    rules = draw(st.lists(st.one_of(FIRST_RULES, LATER_RULES), min_size=1, max_size=6))
    routes = [*draw(st.lists(ROUTE_RULES, max_size=4)), {"when": "always", "route": LADDER[0]}]
    for place, each in enumerate((*rules, *routes)):
        each |= {"id": f"rule_{place}", "because": "Drawn at random."}
    document = {
        "name": "drawn",
        "version": "1",
        "effective_from": "@",
        "authority": "Nobody",
        "source": "Dice",
        "level_names": {level: f"Level {level}" for level in (1, 2, 3, 4)},
        "combination": "highest",
        "rules": rules,
        "routes": routes,
    }
    return load(yaml.safe_dump(document, sort_keys=False).replace("'@'", "2012-01-01"))

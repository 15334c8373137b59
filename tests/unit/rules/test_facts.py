"""Facts from outside: what is taken, and how each refusal names the fact and what to do."""

import json
from dataclasses import fields

import pytest
from hypothesis import given

from rules.facts import FACTS, NEVER, FactError, Facts
from tests.unit.rules.drawing import V4, draw_facts

NO_FACT = (
    "there is no such fact. Use one of: age_days, authority, consent, days_since_case_closed, days_since_last_enquiry, "
    "earlier_enquiries_12m, earlier_nfa_12m, ehc_request, indicators, kind, mobile, needs_immediate_protection, "
    "open_case, out_of_hours, plan_failed, source."
)
SOURCES = "1A, 1B, 1C, 1D, 2A, 2B, 3A, 3B, 3C, 3D, 3E, 3F, 4, 5A, 5B, 5C, 5D, 6, 7, 8, 9, 10."
REFUSED = [
    (
        {"ethnicity": "WBRI"},
        "ethnicity",
        NO_FACT,
    ),
    (
        {"sex": "F"},
        "sex",
        NO_FACT,
    ),
    (
        {"district": "E07000170"},
        "district",
        NO_FACT,
    ),
    (
        {"kind": "toddler"},
        "kind",
        "there is no code 'toddler'. Use one of: child, unborn_child, adult_at_risk, other_adult.",
    ),
    ({"kind": None}, "kind", "there is no code None. Use one of: child, unborn_child, adult_at_risk, other_adult."),
    (
        {"kind": ["child"]},
        "kind",
        "there is no code ['child']. Use one of: child, unborn_child, adult_at_risk, other_adult.",
    ),
    ({"consent": "yes"}, "consent", "there is no code 'yes'. Use one of: given, refused, not_asked, not_safe_to_ask."),
    (
        {"authority": "leicester"},
        "authority",
        "there is no code 'leicester'. Use one of: nottinghamshire, nottingham_city, other, unknown.",
    ),
    (
        {"source": "11"},
        "source",
        f"there is no code '11'. Use one of: {SOURCES}",
    ),
    (
        {"source": 6},
        "source",
        f"there is no code 6. Use one of: {SOURCES}",
    ),
    ({"mobile": "no"}, "mobile", "'no' is neither true nor false. Use true or false, or null where it is not known."),
    ({"mobile": 0}, "mobile", "0 is neither true nor false. Use true or false, or null where it is not known."),
    ({"open_case": None}, "open_case", "None is neither true nor false. Use true or false."),
    (
        {"age_days": -1},
        "age_days",
        "-1 is not a number of days. Use a whole number from 0, or null where it is not known.",
    ),
    (
        {"age_days": 3.5},
        "age_days",
        "3.5 is not a number of days. Use a whole number from 0, or null where it is not known.",
    ),
    (
        {"age_days": True},
        "age_days",
        "True is not a number of days. Use a whole number from 0, or null where it is not known.",
    ),
    (
        {"earlier_enquiries_12m": None},
        "earlier_enquiries_12m",
        "None is not a number of enquiries. Use a whole number from 0.",
    ),
    ({"indicators": "C4_NAI"}, "indicators", "give a list of indicator codes."),
    ({"indicators": None}, "indicators", "give a list of indicator codes."),
    (
        {"indicators": ["C4_NAI", "C9_NOTHING"]},
        "indicators",
        "there is no 'C9_NOTHING' in this policy's vocabulary. Correct the code.",
    ),
    ({"indicators": [["C4_NAI"]]}, "indicators", "['C4_NAI'] is no code. Write codes as text, in quotes."),
    ({"indicators": [None, "C4_NAI"]}, "indicators", "None is no code. Write codes as text, in quotes."),
]


@pytest.mark.parametrize(("values", "fact", "says"), REFUSED, ids=lambda each: str(each)[:30])
def test_from_mapping_refuses(values, fact, says) -> None:
    with pytest.raises(FactError) as refusal:
        V4.read_facts(values)
    assert refusal.value.fact == fact
    assert str(refusal.value) == f"{fact}: {says}"


def test_nothing_said_is_nothing_known() -> None:
    facts = V4.read_facts({})
    assert facts == Facts()
    assert (facts.age_days, facts.mobile, facts.plan_failed, facts.authority) == (None, None, None, "unknown")


@given(draw_facts())
def test_facts_survive_being_kept(facts) -> None:
    assert V4.read_facts(facts.to_dict()) == facts
    assert json.loads(json.dumps(facts.to_dict())) == facts.to_dict()


def test_every_field_is_described_in_order() -> None:
    assert [field.name for field in fields(Facts) if field.name != "indicators"] == list(FACTS)


@pytest.mark.parametrize("name", ["days_since_last_enquiry", "days_since_case_closed"])
def test_what_never_was_is_said_as_never(name) -> None:
    assert getattr(V4.read_facts({name: "never"}), name) == NEVER
    assert V4.read_facts({name: "never"}).to_dict()[name] == "never"
    assert V4.read_facts({name: 3}).to_dict()[name] == 3
    with pytest.raises(FactError, match='or "never"'):
        V4.read_facts({name: None})

"""The difference between two versions, in plain words: nothing is left out, and nobody is told of wrongly."""

from dataclasses import replace
from importlib.resources import files

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from rules import interpret
from rules.changes import find_changes
from rules.compiler import compile_policy
from rules.examples import fit_rules, try_people
from rules.library import get_policy
from rules.policy import NoAnswer
from rules.reading import load
from tests.unit.rules.drawing import V4, draw_policies
from tests.unit.rules.test_policy_faults import GOOD
from triage.thresholds.command import policy as command

V5 = get_policy("pathway_to_provision", "V5")
TEXT = (files("rules") / "policies" / "pathway_to_provision_v5.yaml").read_text(encoding="utf-8")
CARER = '  F2_YOUNG_CARER: {says: "Young carer with some caring role", domains: [F], level: 2'
UASC = '  C4_UASC: {says: "Unaccompanied child seeking asylum", domains: [C], level: 4, about: child, source: "B N"}\n'
LEVEL_4 = "then: {level: 4, rag: amber, agencies: [health, police, school]}"
QUICK = """\
  - id: quick
    when: {days_since_case_closed: {below: 90 days}}
    then: {rag: red}
    because: {paragraph: Ours, says: Back so soon.}
"""
ADULT = "  - id: adult\n"
# What is written otherwise, how that is told, and one who gets another answer.
EDITS = {
    "fewer needs make several": (
        ("{level: 2, count: 3, domains: 2}", "{level: 2, count: 2, domains: 2}"),
        "The rule several_level_2_in_two_domains: it now asks that 2 or more level 2 indicators are seen, in 2 or more "
        "domains, and asked that 3 or more level 2 indicators are seen, in 2 or more domains.",
        "Now level 3, early help, green; was level 2, early help, green.",
    ),
    "a young carer means more": (
        (CARER, CARER[:-1] + "3"),
        "“Young carer with some caring role” (F2_YOUNG_CARER): it now usually means level 3, and meant level 2.",
        "A child whose age is not known, with “Young carer with some caring role”. "
        "Now level 3, early help, green; was level 2, early help, green.",
    ),
    "an indicator lies elsewhere": (
        (CARER, CARER.replace("[F]", "[F, C]")),
        "“Young carer with some caring role” (F2_YOUNG_CARER): it now lies in family and environment "
        "and the child's development.",
        None,
    ),
    "an indicator is gone": (
        (UASC, ""),
        "“Unaccompanied child seeking asylum” can no longer be observed (C4_UASC).",
        "A child whose age is not known, with “Unaccompanied child seeking asylum”. "
        "Now level 1, no further action, green; was level 4, social care, amber.",
    ),
    "an indicator is new": (
        (CARER, '  F4_ARSON: {says: "Sets fire", domains: [F], level: 4, about: child, source: Made up}\n' + CARER),
        "“Sets fire” can now be observed, and usually means level 4 (F4_ARSON).",
        "A child whose age is not known, with “Sets fire”. "
        "Now level 4, social care, amber; was level 1, no further action, green.",
    ),
    "young is younger": (
        ("{age: {below: 5 years}}", "{age: {below: 4 years}}"),
        "The rule level_3_under_five: it now asks that the level is at least 3 and the age is below 4 years, and asked "
        "that the level is at least 3 and the age is below 5 years.",
        "A child 4 years old, with “Persistent absence from school, or many exclusions”. "
        "Now level 3, early help, green; was level 3, early help, amber.",
    ),
    "another outcome": (
        (LEVEL_4, "then: {level: 4, rag: red, agencies: [health]}"),
        "The rule level_4_indicator: it now gives level 4, red, ask health, and gave level 4, amber, ask health, "
        "police, school.",
        "Now level 4, social care, red; was level 4, social care, amber.",
    ),
    "another route": (
        ("then: {route: adult_safeguarding}", "then: {route: advice}"),
        "The rule adult_at_risk: it now gives route advice, and gave route adult safeguarding.",
        "Now level 1, advice, green; was level 1, adult safeguarding, green.",
    ),
    "a rule is new": (
        (ADULT, QUICK + ADULT),
        "New is the rule quick: when the time since social care last closed a case is below 90 days, then red. "
        "Back so soon. (Ours)",
        "A child whose age is not known, with nothing seen; the time since social care last closed a case is 89 days. "
        "Now level 1, no further action, red; was level 1, no further action, green.",
    ),
    "a route goes first": (
        ("  - id: open_case\n    rank: 30", "  - id: open_case\n    rank: 5"),
        "The rule open_case: its rank is now 5, and was 30.",
        "a case is open; the address is in Nottingham City. "
        "Now level 1, existing case, green; was level 1, other authority, green.",
    ),
    "a level is called otherwise": (
        ("  3: Targeted early help", "  3: Intensive early help"),
        "Level 3 is now called “Intensive early help”; it was “Targeted early help”.",
        None,
    ),
    "a reason is put otherwise": (
        ("says: Somebody is in danger now.", "says: Danger now."),
        "The rule immediate_protection: its reason is now “Danger now.” (Children Act 1989, section 47(1)).",
        None,
    ),
    "another way to combine": (
        ("  otherwise: {level: 1, rag: green}", "  otherwise: {level: 1, rag: amber}"),
        "Whoever fits no rule now gets level 1 and RAG amber, and got level 1 and RAG green.",
        "A child whose age is not known, with nothing seen. "
        "Now level 1, no further action, amber; was level 1, no further action, green.",
    ),
}  # fmt: skip


RANKED = GOOD.replace("- id: level_2\n", "- id: level_2\n    rank: 3\n")
WRITTEN = {
    "in force later": (
        ("2014-06-01", "2016-02-03"),
        "In force from 3 February 2016; 1 has been since 1 June 2014.",
    ),
    "name": (("name: small", "name: smaller"), "The name is now “smaller”; it was “small”."),
    "authority": (
        ("authority: Somewhere", "authority: Elsewhere"),
        "The authority is now “Elsewhere”; it was “Somewhere”.",
    ),
    "source": (("source: Made up\n", "source: Ours\n"), "The source is now “Ours”; it was “Made up”."),
    "domain": (("P: The parents", "P: Parents"), "The domain P is now “Parents”; it was “The parents”."),
    "place": (("there: There", "there: Yonder"), "The authority there is now “Yonder”; it was “There”."),
    "abbreviation": (("authorities:", "sources: {Z: Zed}\nauthorities:"), "The source Z is now “Zed”."),
    "words": (("says: Hungry", "says: Always hungry"), "“Always hungry” (HUNGRY): it was put as “Hungry”."),
    "section": (("section: s47", "section: s17"), "“Hurt” (HURT): it now means section 17."),
    "no section": ((", section: s47", ""), "“Hurt” (HURT): it now means no section of the Children Act."),
    "source of a sign": (
        ("s47, source: Made up", "s47, source: Ours"),
        "“Hurt” (HURT): its source is now Ours, and was Made up.",
    ),
    "level and about": (
        ("domains: [C], level: 2, about: child", "domains: [C], level: 3, about: parent"),
        "“Hungry” (HUNGRY): it now usually means level 3, and meant level 2; "
        "it is now about the parent, and was about the child.",
    ),
    "way of combining": (
        ("level: highest", "level: first"),
        "Of several rules, the level that is taken is now the first, and was highest.",
    ),
    "none for the rest": (
        ("  otherwise: {level: 1, rag: green}\n", ""),
        "Whoever fits no rule now gets no answer, and got level 1 and RAG green.",
    ),
    "a route for the rest": (
        ("rag: green}", "rag: green, route: early_help}"),
        "Whoever fits no rule now gets level 1 and RAG green and route early help, and got level 1 and RAG green.",
    ),
    "a floor": (
        ("    rank: 3\n", "    rank: 3\n    floor: true\n"),
        "The rule level_2: it now gives level 2, which nothing lowers, and gave level 2.",
    ),
    "danger": (
        ("then: {level: 2}", "then: {level: 4, rag: red, section_47: true, must_be_seen_today: true}"),
        "The rule level_2: it now gives level 4, red, section 47, must be seen today, and gave level 2.",
    ),
    "whom to ask": (
        ("[health]", "[health, youth_offending]"),
        "The rule under_five: it now gives amber, ask health, youth offending, and gave amber, ask health.",
    ),
    "paragraph": (("Page 1", "Page 9"), "The rule level_2: its reason is now “Seen.” (Page 9)."),
    "rank and reason": (
        ("    rank: 2\n    when: always\n    then: {route: advice}\n    because: {paragraph: Page 4",
         "    rank: 9\n    when: always\n    then: {route: advice}\n    because: {paragraph: Page 5"),
        "The rule rest: its rank is now 9, and was 2; its reason is now “The rest.” (Page 5).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("part", WRITTEN)
def test_every_part_of_a_policy_that_is_written_otherwise_is_told(part) -> None:
    (old, new), told = WRITTEN[part]
    assert old in RANKED
    assert find_changes(load(RANKED), load(RANKED.replace(old, new, 1))).text == (told,)


def test_what_is_gone_is_told_with_what_it_said() -> None:
    with_more = RANKED.replace("authorities:", "sources: {Z: Zed}\nauthorities:")
    with_more += "  - id: nobody\n    when: {open_case: true}\n    then: {rag: red}\n"
    with_more += "    because: {paragraph: Page 6, says: It is open.}\n"
    assert find_changes(load(with_more), load(RANKED)).text == (
        "The source Z is gone; it was “Zed”.",
        "Gone is the rule nobody: when a case is open, then red. It is open. (Page 6)",
    )


def test_who_gets_no_answer_any_more_comes_first_and_who_gets_less_before_all_others() -> None:
    other = RANKED.replace("then: {level: 2}", "then: {level: 1}").replace("{route: advice}", "{route: early_help}")
    gap = other.replace("otherwise: {level: 1, rag: green}", "otherwise: {rag: green}")
    less = [
        "Now level 1, early help, green; was level 2, advice, amber.",
        "Now level 1, early help, green; was level 2, advice, green.",
        "Now level 1, other authority, green; was level 2, other authority, green.",
    ]
    assert answers_told(other) == [*less, "Now level 1, early help, green; was level 1, advice, green."]
    none = ["Now no answer; was level 1, advice, green.", "Now no answer; was level 1, other authority, green."]
    told = answers_told(gap)
    assert (set(told[:2]), told[2:]) == (set(none), less)


def answers_told(text: str) -> list[str]:
    return [each[each.index("Now ") :] for each in find_changes(load(RANKED), load(text)).examples]


def test_rule_too_intricate_for_anybody_to_be_made_who_fits_it_is_named_once() -> None:
    parts = (f"{{{name}: {{below: {below}}}}}" for name in ("age", "earlier_nfa_12m") for below in range(1, 9))
    intricate = f"{{at_least: {{count: 8, of: [{', '.join(parts)}]}}}}"
    policy = load(RANKED.replace("when: {indicators: {level: 2}}", f"when: {intricate}"))
    assert find_changes(policy, policy).untried == ("level_2",)
    assert find_changes(load(RANKED), policy).untried == ("level_2",)
    assert find_changes(load(RANKED), load(RANKED)).untried == ()


@pytest.mark.parametrize("edit", EDITS)
def test_edit_is_told_with_what_it_means_for_somebody(edit) -> None:
    (old, new), told, somebody = EDITS[edit]
    assert old in TEXT
    changes = find_changes(V5, load(TEXT.replace(old, new, 1)))
    assert changes.text == (told,)
    assert any(somebody in example for example in changes.examples) if somebody else changes.examples == ()


def test_versions_that_are_the_same_have_no_difference() -> None:
    changes = find_changes(V5, load(TEXT))
    assert (changes.text, changes.examples) == ((), ())
    assert changes.tried > 1000


def test_command_tells_both_halves() -> None:
    done = CliRunner().invoke(command, ["diff", "pathway_to_provision@2013", "pathway_to_provision@V4"])
    assert done.exit_code == 0
    assert "New is the rule third_enquiry_in_a_year: when the level is at least 2 and" in done.output
    assert "twelve months before is 2. Now level 2, early help, amber; was level 2, early help, green." in done.output
    same = CliRunner().invoke(command, ["diff", "pathway_to_provision@V4", "pathway_to_provision@V4"])
    assert "  Nothing.\n" in same.output
    assert "  Nobody.\n" in same.output


@pytest.mark.parametrize("dropped", [rule.id for rule in V4.rules if not rule.floor and rule.id != "nothing_seen"])
def test_people_who_are_tried_notice_each_rule_that_is_gone(dropped) -> None:
    rules = tuple(rule for rule in V4.rules if rule.id != dropped)
    changes = find_changes(V4, replace(V4, rules=rules, hash=f"without {dropped}"))
    agencies_alone = next(rule for rule in V4.rules if rule.id == dropped)
    assert changes.text[0].startswith(f"Gone is the rule {dropped}: when ")
    assert changes.examples, agencies_alone


@settings(max_examples=40, deadline=None)
@given(draw_policies())
def test_people_who_are_made_for_a_rule_fit_it(policy) -> None:
    """Each that can be met without regard to the level is met by somebody."""
    met = set()
    for facts in fit_rules(policy):
        for level in (1, 2, 3, 4):
            met |= {rule.id for rule in interpret.find_fired(policy, facts, level)}
    never = [rule for rule in policy.rules if rule.id not in met]
    for rule in never:
        for facts in try_people(V4):
            truths = {interpret.truth(policy.vocabulary, rule.when, facts, level) for level in (1, 2, 3, 4)}
            assert truths <= {False, None}, rule


@settings(max_examples=20, deadline=None)
@given(draw_policies(), draw_policies())
def test_examples_are_of_those_who_differ_indeed(one, other) -> None:
    told = find_changes(one, other).examples
    differ = any(_ask(one, facts) != _ask(other, facts) for facts in try_people(one, other))
    assert bool(told) == differ


def _ask(policy, facts):
    try:
        return compile_policy(policy).decide(facts)
    except NoAnswer:
        return None

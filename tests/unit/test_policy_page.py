"""The thresholds as a page to give to partners: all that a policy says is on it, and anybody can read it."""

import copy
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from rules.library import get_policy, policies
from rules.policy import Policy
from rules.reading import load
from tests.unit.rules.drawing import BASE, V4, write
from triage.models.codes import CLOCK_KINDS, ROLES, ROUTES
from triage.thresholds.page import compose_page, list_versions
from triage.thresholds.page_clocks import say_span
from triage.thresholds.render_command import render_page
from workflows.clocks import timescales

VERSIONS = list(policies().values())
V5 = get_policy("pathway_to_provision", "V5")
FIRST_PATHWAY = get_policy("pathway_to_provision", "2013")
STYLE = re.search(r"<style>(.*)</style>", render_page(V5), re.DOTALL)[1]


INLINE = ("strong", "code", "a")


class Reader(HTMLParser):
    """What a page is made of: its tags in order, its text, and the cells of each table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)
        self.text += "" if tag in INLINE else " "
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self, start: str = "") -> list[str]:
        return [value for _tag, attributes in self.tags if (value := attributes.get("id") or "").startswith(start)]


def read(policy: Policy) -> Reader:
    return Reader(render_page(policy))


def squeeze(text: str) -> str:
    return " ".join(text.split())


def change(**changes: Any) -> Policy:
    """V4 with some of its parts exchanged."""
    return load(write({**BASE, **changes}))


def combine(**how: Any) -> Policy:
    """V4 with another way of combining, and a rank for every rule, the last first."""
    rules = [{"rank": 500 - place, **rule} for place, rule in enumerate(copy.deepcopy(BASE["rules"]))]
    return change(combination={**BASE["combination"], **how}, rules=rules)


FIRST = combine(level="first", rag="first")


@pytest.fixture(params=[*VERSIONS, FIRST], ids=[*(each.title for each in VERSIONS), "first"])
def policy(request: pytest.FixtureRequest) -> Policy:
    return request.param


def test_head_says_whose_it_is_since_when_and_exactly_which(policy: Policy) -> None:
    text = squeeze(read(policy).text)
    day = f"{policy.effective_from.day} {policy.effective_from:%B %Y}"
    for each in (policy.authority, f"Version {policy.version}", day, policy.source, policy.hash):
        assert each in text


def test_each_level_is_named_with_each_indicator_in_each_of_its_domains(policy: Policy) -> None:
    page = read(policy)
    assert [f"Level {level}: {name}" in page.text for level, name in policy.level_names.items()] == [True] * 4
    shown = [row[0] for table in page.tables if table[0][0] == "What is seen" for row in table[1:]]
    for each in policy.vocabulary.indicators.values():
        assert len([words for words in shown if words.startswith(each.words)]) == len(each.domains)
    assert len(shown) == sum(len(each.domains) for each in policy.vocabulary.indicators.values())


def test_indicator_says_whom_it_is_about_whose_guidance_it_is_and_where_else_it_lies() -> None:
    rows = [row for table in read(V5).tables for row in table]
    assert ["Any bruise, burn or mark on a baby who is not mobile (section 47)", "The child",
            "Leicester, Leicestershire and Rutland"] in rows  # fmt: skip
    assert ["Persistent absence from school, or many exclusions", "The child", "Common practice †"] in rows
    assert ["Bullied for being different (also in: Family and environment)", "The child", "Hampshire; Wirral"] in rows
    assert ["Bullied for being different (also in: The child's development)", "The child", "Hampshire; Wirral"] in rows


def test_note_on_the_source_in_other_words_is_shown_as_it_stands() -> None:
    indicators = copy.deepcopy(BASE["indicators"])
    indicators["C4_NAI"]["source"] = "H and our own board, 2016"
    assert "H and our own board, 2016" in read(change(indicators=indicators)).text


def test_each_rule_is_told_once_with_its_reason_and_its_paragraph(policy: Policy) -> None:
    page = read(policy)
    assert sorted(page.ids("rule-")) == sorted(f"rule-{rule.id}" for rule in policy.rules)
    text = squeeze(page.text)
    for rule in policy.rules:
        assert f"Because: {rule.because.says} ({rule.because.paragraph})" in text


def test_routes_stand_in_the_order_in_which_they_are_tried(policy: Policy) -> None:
    text = read(policy).text
    told = text[text.rindex("Which route") : text.rindex("Whom to ask")]
    assert re.findall(r"the route is “(.*?)”", told) == [ROUTES[rule.route or ""] for rule in policy.routes]


def test_rule_that_also_gives_a_level_stands_among_the_routes_too() -> None:
    rules = copy.deepcopy(BASE["rules"])
    rules[0] |= {"rank": 5, "then": {"level": 2, "route": "advice"}}
    groups = {group.title: group for group in compose_page(change(rules=rules)).groups}
    first = groups["What sets the level"].statements[0]
    assert (first.rule, first.then) == (
        "level_2_indicator", "the level is at least 2, and the route is “Advice and universal services”"
    )  # fmt: skip
    again = groups["Which route"].statements[0]
    assert (again.rule, again.then) == ("", "the route is “Advice and universal services”")


def test_rules_read_as_a_person_would_say_them() -> None:
    text = squeeze(read(V5).text)
    assert (
        "When the level is at least 3 and the age is below 5 years, then it is rated at least amber, and health is "
        "asked. Because: A child under five cannot tell or get away, so a concern at level 3 or 4 is looked at sooner. "
        "(Common practice †)"
    ) in text
    assert (
        "When (“Any bruise, burn or mark on a baby who is not mobile” is seen or “Injury that is unexplained or not an "
        "accident” is seen) and (the child does not move about alone or the age is below 6 months), then the level is "
        "4, it is rated red, section 47 enquiries are recommended, the person must be seen today, and health and the "
        "police are asked."
    ) in text
    assert "When nothing earlier holds, then the route is “No further action”." in text


def test_floors_stand_apart(policy: Policy) -> None:
    (group,) = (each for each in compose_page(policy).groups if each.title == "What nothing lowers")
    assert [each.rule for each in group.statements] == [rule.id for rule in policy.rules if rule.floor]


def test_group_without_a_rule_is_left_out() -> None:
    rules = [{key: rule[key] for key in rule if key != "floor"} for rule in BASE["rules"]]
    assert "What nothing lowers" not in read(change(rules=rules)).text


def test_partners_are_listed_with_each_case_in_which_they_are_asked(policy: Policy) -> None:
    asked = {each.name: each.when for each in compose_page(policy).asked}
    assert list(asked) == ["The police", "Health", "The school or college"]
    assert len(asked["Health"]) == sum("health" in rule.agencies for rule in policy.rules)
    (table,) = (table for table in read(policy).tables if table[0] == ["Partner", "Asked when"])
    assert [row[0] for row in table[1:]] == list(asked)
    assert all(case in row[1] for row in table[1:] for case in asked[row[0]])


def test_policy_that_asks_nobody_has_no_list_of_partners() -> None:
    rules = copy.deepcopy(BASE["rules"])
    for rule in rules:
        rule["then"].pop("agencies", None)
    page = read(change(rules=rules))
    assert "Whom to ask" not in page.text
    assert "whom-to-ask" not in page.ids()


def test_combining_is_told_as_the_policy_has_it() -> None:
    highest, first = compose_page(V5).combining, compose_page(FIRST).combining
    assert highest[0] == "The level is the highest that any rule gives. No rule lowers what another has reached."
    assert highest[1].startswith("The rating is the most pressing that any rule gives")
    assert first[0].startswith("The level is that of the first rule that holds, by rank.")
    assert first[1].startswith("The rating is that of the first rule that holds, by rank.")
    assert highest[-2:] == (
        "Where no rule gives a level, it is 1 (Universal).",
        "Where no rule gives a rating, it is green.",
    )


def test_gap_that_the_policy_leaves_is_told() -> None:
    rules = [rule for rule in BASE["rules"] if rule["id"] != "nothing_seen"]
    combination = {key: BASE["combination"][key] for key in BASE["combination"] if key != "otherwise"}
    told = compose_page(change(combination=combination, rules=rules)).combining[-3:]
    assert told == tuple(
        f"Where no rule gives a {part}, these thresholds give no answer." for part in ("level", "rating", "route")
    )
    filled = compose_page(change(combination={**combination, "otherwise": {"route": "advice"}}, rules=rules))
    assert filled.combining[-1] == "Where no rule gives a route, it is “Advice and universal services”."


def test_rules_of_which_the_first_counts_stand_by_rank_and_say_it() -> None:
    (group,) = (each for each in compose_page(FIRST).groups if each.title == "What sets the level")
    ranks = [each.rank for each in group.statements]
    assert group.ordered
    assert len(ranks) > 1
    assert ranks == sorted(ranks)
    assert f"then the level is 2 (rank {ranks[-1]})." in squeeze(read(FIRST).text)
    assert [each.rank for group in compose_page(V5).groups for each in group.statements if each.rank is not None] == []


def test_rule_that_always_holds_is_said_so_where_order_means_nothing() -> None:
    because = {"paragraph": "Dice", "says": "So it is."}
    always = {"id": "everybody", "when": "always", "then": {"level": 2}, "because": because}
    page = read(change(rules=[always, *BASE["rules"]]))
    assert "In every case, the level is at least 2." in squeeze(page.text)
    assert "in every case" in compose_page(change(rules=[always, *BASE["rules"]])).levels[1].given_when


def test_rule_that_gives_nothing_says_so() -> None:
    because = {"paragraph": "Dice", "says": "So it is."}
    rule = {"id": "nothing", "when": {"open_case": True}, "then": {"section_47": False}, "because": because}
    assert "When a case is open, then nothing more follows." in squeeze(read(change(rules=[rule, *BASE["rules"]])).text)


def test_page_says_who_decides_what_is_not_known_and_what_the_dagger_means(policy: Policy) -> None:
    text = squeeze(read(policy).text)
    for sentence in (
        "A person decides.",
        "What is not known does not count as “no”.",
        "No rule may look at ethnicity, sex, religion or district.",
        "† marks common practice that no published source confirmed.",
        "If somebody is in danger now, ring 999.",
    ):
        assert sentence in text


def test_consent_says_its_answers_and_where_it_matters() -> None:
    text = squeeze(read(V5).text)
    told = text[text.rindex("Whoever tells us of a concern") : text.rindex("How long each step may take A working")]
    for words in ("given", "refused", "not asked for yet", "not safe to ask for"):
        assert words in told
    assert told.count("consent is refused or not safe to ask for, then") == 3
    assert "Consent never changes the level" in told


def test_consent_that_gives_a_level_is_not_said_to_leave_it_alone() -> None:
    rules = copy.deepcopy(BASE["rules"])
    rules[0]["when"] = {"all": [rules[0]["when"], {"consent": "refused"}]}
    assert "Consent never changes the level" not in read(change(rules=rules)).text


def test_clocks_in_force_on_the_first_day_or_later_are_listed(policy: Policy) -> None:
    (table,) = (table for table in read(policy).tables if table[0][0] == "Clock")
    scales = [each for versions in timescales().values() for each in versions]
    wanted = [each for each in scales if each.valid_until is None or each.valid_until > policy.effective_from]
    assert len(table) - 1 == len(wanted) > 0
    for row, scale in zip(table[1:], wanted, strict=True):
        assert row[0].startswith(CLOCK_KINDS[scale.kind])
        assert (row[1], row[5], row[6]) == (scale.text, ROLES[scale.escalate_to], scale.authority)
        said = [tuple(words.lower().replace(" ", "_").split(",_")) for words in row[2:4]]
        assert said == [scale.begins, scale.ends]


def test_clock_says_from_when_until_when_it_holds() -> None:
    held = {row.name: row.holds for row in compose_page(FIRST_PATHWAY).clocks}
    assert held["Assessment, initial"] == "Until 14 April 2013"
    assert held["Assessment, single"] == "From 15 April 2013"
    assert held["Screening, rated red"] == "On any day"
    assert "Assessment, initial" not in {row.name for row in compose_page(V4).clocks}
    assert say_span(date(2013, 4, 15), date(2014, 5, 31)) == "from 15 April 2013 to 31 May 2014"


def test_versions_are_listed_with_their_days() -> None:
    versions = (V5, V4, FIRST_PATHWAY)
    assert [(each.version, each.in_force, each.today) for each in list_versions(versions, V4)] == [
        ("V5", "from 1 November 2015", False),
        ("V4", "from 1 June 2014 to 31 October 2015", True),
        ("2013", "from 10 December 2012 to 31 May 2014", False),
    ]


def taint(value: Any, words: frozenset[object], mark: str) -> Any:
    """A document with a mark after each text that stands under one of these keys."""
    if isinstance(value, list):
        return [taint(each, words, mark) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"{each}{mark}" if key in words and isinstance(each, str) else taint(each, words, mark)
        for key, each in value.items()
        if key != "when"
    } | ({"when": value["when"]} if "when" in value else {})


def test_words_of_a_policy_are_shown_inert() -> None:
    mark = "<b onclick='x'>&amp;{{ 7*7 }}</b></style>"
    words = frozenset({"says", "paragraph", "source", "authority", *BASE["domains"], *BASE["level_names"]})
    tainted = load(write(taint(BASE, words, mark)))
    text = render_page(tainted)
    assert "<b " not in text
    assert text.count("</style>") == 1
    assert unescape(text).count(mark) > 2 * len(tainted.rules) + 2 * len(tainted.vocabulary.indicators)
    assert Reader(text).ids("rule-") == read(V4).ids("rule-")


def test_page_needs_nothing_from_elsewhere_and_runs_nothing(policy: Policy) -> None:
    text = render_page(policy)
    page = Reader(text)
    assert {"script", "img", "iframe", "object", "form"} & {tag for tag, _ in page.tags} == set()
    assert [each["href"] for each in page.named("link")] == ["data:,"]
    assert [attributes for _, attributes in page.tags if "src" in attributes or "style" in attributes] == []
    assert not re.search(r"url\(|@import|https?:", text)


def test_links_lead_to_a_place_on_the_page_and_no_place_is_named_twice(policy: Policy) -> None:
    page = read(policy)
    ids = page.ids()
    assert [each for each in page.ids("") if each and ids.count(each) > 1] == []
    targets = [each["href"] or "" for each in page.named("a")]
    assert len(targets) > 10
    assert [each for each in targets if each.removeprefix("#") not in ids] == []
    named = [each["aria-labelledby"] for _, each in page.tags if "aria-labelledby" in each]
    assert [each for each in named if each not in ids] == []


def test_page_can_be_found_through_by_ear(policy: Policy) -> None:
    page = read(policy)
    assert page.named("html")[0]["lang"] == "en-GB"
    assert len(page.named("main")) == len(page.named("h1")) == 1
    assert page.tags[[tag for tag, _ in page.tags].index("body") + 1] == (
        "a",
        {"href": "#main-content", "class": "skip"},
    )
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= before + 1 for before, later in pairwise(levels))
    assert len(page.named("caption")) == len(page.named("table")) > 5
    assert {each.get("scope") for each in page.named("th")} == {"col", "row"}


def test_every_colour_of_text_stands_out_from_white() -> None:
    colours = dict(re.findall(r"--(\w+): #([0-9a-f]{6})", STYLE))
    used = set(re.findall(r"[ {;]color: ([^;]+);", STYLE))
    assert used == {"var(--ink)", "var(--quiet)", "var(--link)", "inherit"}
    assert min(contrast_with_white(colours[name]) for name in ("ink", "quiet", "link")) >= 4.5


def contrast_with_white(colour: str) -> float:
    """The ratio of WCAG 2: 1 for white itself, 21 for black."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_paper_is_a4_and_a_table_keeps_its_head_on_each_sheet(policy: Policy) -> None:
    printed = STYLE[STYLE.index("@page") :]
    assert "size: A4" in printed
    assert "thead { display: table-header-group; }" in printed
    assert re.search(r"h1, h2, h3, .*break-after: avoid", printed)
    assert len(read(policy).named("thead")) == len(read(policy).named("table"))

"""The pages in docs/workflows are the tables."""

import re
from pathlib import Path

import pytest

from workflows.clocks import timescales
from workflows.definition import Table, Transition
from workflows.diagram import main, mermaid, page, pages
from workflows.early_help import EARLY_HELP
from workflows.enquiry import ENQUIRY
from workflows.guards import has_reason, is_unclaimed
from workflows.registry import tables
from workflows.social_care import SOCIAL_CARE

FOLDER = Path(__file__).parents[3] / "docs" / "workflows"
GUIDE = frozenset({"guide", "party_leader"})
WALK = Table(
    name="Walk",
    begins="set_out",
    states=("at_home", "away", "back"),
    initial="at_home",
    final=("back",),
    about_a_child=False,
    version=2,
    moves={1: {"lost": "away", "fast_asleep": "at_home"}},
    opens=("allocation",),
    transitions=(
        Transition("go", "Set off", ("at_home",), "away", GUIDE, "gone", (is_unclaimed, has_reason),
                   takes=("map_sheet",), starts=("review",), stops=("allocation",)),
        Transition("wander", "Wander", ("away",), None, GUIDE, "wandered", stops=("review",), starts=("review",)),
        Transition("sing", "Sing", ("at_home", "away"), None, GUIDE, "sung"),
        Transition("come_home", "Come home", ("away",), "back", GUIDE, "returned", cancels=("review",)),
        Transition("run", "Run home", ("away",), "back", GUIDE, "returned", section_47=True),
    ),
)  # fmt: skip


def lines_of(table: Table) -> list[str]:
    return [line.strip() for line in mermaid(table).splitlines()]


def cells_of(text: str, action: str) -> list[str]:
    (row,) = (line for line in text.splitlines() if f"(`{action}`)" in line)
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_pages_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md") if path.name != "README.md"}
    assert written == pages(), "Run: python -m workflows.diagram docs/workflows"


def test_every_page_is_linked_from_the_guide() -> None:
    guide = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert {name for name in re.findall(r"\]\((\w+\.md)\)", guide)} == set(pages())


def test_a_diagram_joins_the_actions_of_one_arrow_and_leaves_out_what_stays_in_several_states() -> None:
    assert lines_of(WALK) == [
        "stateDiagram-v2",
        'state "at home" as at_home',
        "[*] --> at_home",
        "at_home --> away: go",
        "away --> away: wander",
        "away --> back: come home, run",
        "back --> [*]",
    ]


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_every_action_that_moves_a_case_is_on_an_arrow(table: Table) -> None:
    arrows = [re.fullmatch(r"(\w+) --> (\w+): (.*)", line) for line in lines_of(table)]
    drawn = {(arrow[1], action, arrow[2]) for arrow in arrows if arrow for action in arrow[3].split(", ")}
    moves = {
        (state, action.replace("_", " "), row.target) for (state, action), row in table.from_state.items() if row.target
    }
    assert moves <= drawn
    assert all(state == target for state, _, target in drawn - moves), "what is drawn besides stays where it is"


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_a_diagram_holds_nothing_that_mermaid_reads_otherwise(table: Table) -> None:
    reserved = {"state", "note", "end", "class", "classdef", "style", "direction", "default", "as", "scale", "click"}
    assert not reserved & {state.lower() for state in table.states}
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", state) for state in table.states)
    for line in lines_of(table)[1:]:
        assert re.fullmatch(r'state "[\w ]+" as \w+|(\[\*\]|\w+) --> (\[\*\]|\w+)(: [\w ,]+)?', line), line


def test_a_page_says_what_an_action_asks_for_what_refuses_it_and_what_it_does_to_clocks() -> None:
    text = page("walk", WALK)
    assert cells_of(text, "go") == [
        "Set off (`go`)",
        "at home",
        "away",
        "guide, party leader",
        "`map_sheet`, `reason`",
        "is unclaimed (`claimed`: *owner* has it. Ask them to hand it over, or ask a manager.)"
        "<br>has reason (`no_reason`: Give a reason.)",
        "stops allocation<br>starts review",
        "`gone`",
    ]
    assert cells_of(text, "come_home")[6] == "cancels review"
    assert cells_of(text, "sing")[1:3] == ["every open state", "stays"]
    assert cells_of(text, "run")[2] == "back; social care, red, with section 47"


def test_a_page_says_what_is_not_drawn_and_where_earlier_cases_went() -> None:
    text = page("walk", WALK)
    assert "Not drawn, because the case stays where it is: sing.\n" in text
    assert "This is version 2.\n\nCases of version 1 are moved from lost to away, fast asleep to at home.\n" in text
    assert "section 47" not in text.split("| Action")[0], "it is about no child"


def test_a_page_about_a_child_says_where_immediate_danger_leads() -> None:
    sentence = "From every open state “immediate danger” leads in one step to social care, with section 47."
    assert sentence in page("enquiry", ENQUIRY)


@pytest.mark.parametrize(
    ("table", "clocks"),
    [
        (ENQUIRY, "screening (red), screening (amber), screening (green), decision, decision (reopened)"),
        (
            EARLY_HELP,
            "allocation, acceptance, reallocation, first contact (early help), assessment (early help), review",
        ),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_a_page_shows_the_limits_of_its_own_clocks(table: Table, clocks: str) -> None:
    rows = page("table", table).split("| Clock |")[1].split("\n\n")[0].splitlines()[2:]
    assert ", ".join(row.split(" | ")[0].removeprefix("| ") for row in rows) == clocks


def test_a_limit_that_has_changed_is_shown_with_its_time() -> None:
    text = page("social_care", SOCIAL_CARE)
    (initial,) = (line for line in text.splitlines() if line.startswith("| assessment (initial)"))
    limit = "| 10 working days | `referral_requested` | `assessment_completed` | before 15 April 2013 |"
    assert limit in initial
    assert timescales()["assessment", "initial"][0].authority in initial


def test_main_writes_every_page(tmp_path: Path) -> None:
    main(tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(pages())

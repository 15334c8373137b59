"""docs/workflows/README.md teaches what is so: its workflow is added, checked, broken, amended and drawn."""

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from tests.unit.workflows.copying import Copy
from tests.unit.workflows.firing import refusals, states_without_danger
from triage.models.codes import TABLES
from triage.services.opening_referral import ONE_CASE
from triage.web.inbox import WAITING
from workflows import refusals as every_refusal
from workflows.referral import ANYBODY

GUIDE = (Path(__file__).parents[3] / "docs" / "workflows" / "README.md").read_text(encoding="utf-8")
NAME = "return_interview.py"


def blocks(language: str) -> list[str]:
    """What stands in the guide in that language, in order, without the indent of a list."""
    return [dedent(text) for text in re.findall(rf"```{language}\n(.*?) *```", GUIDE, re.DOTALL)]


TABLE, WORDS = blocks("python")
(TIMESCALE,) = blocks("yaml")
SOUND, UNTIMED, NO_DANGER, VERSION, NOWHERE = blocks("text")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The workflows with the guide's own, all steps taken."""
    made = Copy.make(tmp_path)
    made.write(NAME, TABLE)
    made.change("refusals.py", "OF_REFERRALS = {\n", f"OF_REFERRALS = {{\n{WORDS}")
    made.append("timescales.yaml", TIMESCALE)
    return made


def test_the_guides_workflow_is_sound(copy: Copy) -> None:
    code, said = copy.check()
    assert code == 0
    assert SOUND in said


def test_a_forgotten_timescale_is_told_as_the_guide_tells_it(copy: Copy) -> None:
    copy.change("timescales.yaml", TIMESCALE, "")
    code, said = copy.check()
    assert code == 1
    assert UNTIMED in said


def test_forgotten_words_are_told(copy: Copy) -> None:
    copy.change("refusals.py", WORDS, "")
    code, said = copy.check()
    assert code == 1
    assert "Return interview: record_interview: not_seen_alone has no plain words" in said


def test_a_state_without_immediate_danger_is_told_as_the_guide_tells_it(copy: Copy) -> None:
    copy.change(NAME, 'social care", OPEN', 'social care", ("requested",)')
    code, said = copy.check()
    assert code == 1
    assert NO_DANGER in said


def test_a_renamed_state_needs_a_version_and_a_move(copy: Copy) -> None:
    copy.change(NAME, '"arranged"', '"booked"')
    version, moves = VERSION.splitlines(keepends=True)
    copy.change(NAME, "    about_a_child=True,\n", f"    about_a_child=True,\n    {version.strip()}\n")
    code, said = copy.check()
    assert code == 1
    assert NOWHERE.strip() in said
    copy.change(NAME, "    version=2,\n", f"    version=2,\n    {moves.strip()}\n")
    code, said = copy.check()
    assert code == 0
    assert SOUND in said


def test_the_new_page_is_drawn(copy: Copy) -> None:
    code, said = copy.run("-m", "workflows.diagram", "pages")
    assert (code, said) == (0, "")
    page = (copy.folder / "pages" / "return_interview.md").read_text(encoding="utf-8")
    assert "requested --> arranged: arrange" in page
    assert "| return interview | 72 hours |" in page


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The guide's file, read here."""
    code, sentence = re.fullmatch(r'"(\w+)": "(.*)",', WORDS.strip()).groups()
    monkeypatch.setitem(every_refusal.WORDS, code, sentence)
    path = tmp_path / NAME
    path.write_text(TABLE, encoding="utf-8")
    spec = spec_from_file_location("return_interview", path)
    made = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "return_interview", made)
    spec.loader.exec_module(made)
    return made


def test_the_guides_table_works_as_the_guide_says(module: ModuleType) -> None:
    table, nothing = module.RETURN_INTERVIEW, module.ReturnInterviewContext()
    assert refusals(table, "arranged", "record_interview", "locality_worker", nothing) == ["not_seen_alone"]
    for brought in ({"seen_alone": True}, {"reason": "Asked for his sister to stay"}):
        context = module.ReturnInterviewContext(**brought)
        assert refusals(table, "arranged", "record_interview", "locality_worker", context) == []
    assert table.from_state["arranged", "record_interview"].asks == ("seen_alone", "reason")
    assert states_without_danger(table, ANYBODY, module.ReturnInterviewContext(reason="Found hurt")) == []


def test_what_the_guide_names_is_there() -> None:
    root = Path(__file__).parents[3]
    named = set(re.findall(r"`((?:workflows|triage|tests|migrations)/[\w/.]+)`", GUIDE))
    ahead = {"workflows/return_interview.py", "tests/unit/workflows/test_return_interview.py"}
    assert {name for name in named - ahead if not (root / name).exists()} == set()
    codes = (root / "triage/models/codes.py").read_text(encoding="utf-8")
    for name in ("SERVICES", "TABLES", "CLOCK_KINDS", "CLOSURES", "CLOSURES_OF", "ROUTES", "SERVICE_OF_ROUTE"):
        assert f"`{name}`" in GUIDE
        assert re.search(rf"^{name} = ", codes, re.MULTILINE)


def test_what_the_guide_says_that_pages_must_be_told_is_told_in_those_files() -> None:
    root = Path(__file__).parents[3]
    for name, path in re.findall(r"`(KINDS|CHOICES|WAITING)` in `([\w/.]+)`", GUIDE):
        assert re.search(rf"(^|set ){name}\b", (root / path).read_text(encoding="utf-8"), re.MULTILINE), name


def fields_known() -> set[str]:
    """The fields that the page of a referral knows how to ask for."""
    page = Path(__file__).parents[3] / "triage/web/templates/locality/actions.html"
    kinds = page.read_text(encoding="utf-8").partition("set KINDS = {")[2].partition("} %}")[0]
    return set(re.findall(r'^  "([^"]+)": \(', kinds, re.MULTILINE))


@pytest.mark.parametrize("service", TABLES)
def test_page_of_a_referral_knows_how_to_ask_for_all_that_its_table_asks(service: str) -> None:
    asked = {name for row in TABLES[service].transitions for name in row.asks}
    assert asked - fields_known() == set()


@pytest.mark.parametrize("service", TABLES)
def test_whatever_a_team_has_is_under_a_heading_of_its_inbox(service: str) -> None:
    table = TABLES[service]
    of_the_hub = {"returned"} | ({"requested"} if service in ONE_CASE else set())  # no team has it then
    assert set(table.states) - set(table.final) - of_the_hub - set(WAITING) == set()

"""The pages in docs/workflows are the tables."""

from pathlib import Path

from workflows.diagram import main, mermaid, pages
from workflows.enquiry import ENQUIRY
from workflows.registry import tables

FOLDER = Path(__file__).parents[3] / "docs" / "workflows"


def test_the_pages_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md") if path.name != "README.md"}
    assert written == pages(), "Run: python -m workflows.diagram docs/workflows"


def test_every_page_is_linked_from_the_guide() -> None:
    guide = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"]({name})" in guide for name in pages())


def test_every_table_is_found() -> None:
    assert {"agency_check", "enquiry", "referral"} <= set(tables())


def test_the_diagram_has_an_arrow_for_every_action_from_every_state() -> None:
    lines = [line.strip() for line in mermaid(ENQUIRY).splitlines()]
    arrows = {
        f"{state} --> {row.target or state}: {name.replace('_', ' ')}"
        for (state, name), row in ENQUIRY.from_state.items()
    }
    assert lines[0] == "stateDiagram-v2"
    assert set(lines[1:]) == arrows | {"[*] --> received", "closed --> [*]"}


def test_main_writes_every_page(tmp_path: Path) -> None:
    main(tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(pages())

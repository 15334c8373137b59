"""`triage policy render`: one file, whole or not at all, or a refusal that says what to do."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rules.library import get_policy
from tests.unit.rules.drawing import BASE, V4, write
from triage.cli import main
from triage.thresholds.render_command import render_page

V5 = get_policy("pathway_to_provision", "V5")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["policy", "render", *arguments])


def test_command_writes_the_page_and_says_where(tmp_path: Path) -> None:
    out = tmp_path / "v4.html"
    done = run("pathway_to_provision@V4", "--out", str(out))
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"pathway_to_provision@V4 is in {out}.\n"
    assert out.read_text(encoding="utf-8") == render_page(V4)
    assert list(tmp_path.iterdir()) == [out]


def test_command_prints_the_page_where_no_file_is_named() -> None:
    done = run("pathway_to_provision@V4")
    assert (done.exit_code, done.stdout) == (0, render_page(V4))


def test_name_alone_is_the_newest_and_no_name_is_the_packs() -> None:
    assert run("pathway_to_provision").stdout == run().stdout == render_page(V5)


def test_file_can_be_rendered_before_it_is_published(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(write({**BASE, "version": "V6 draft"}), encoding="utf-8")
    assert '<h1 class="govuk-heading-xl">Pathway to provision V6 draft</h1>' in run(str(draft)).stdout


def test_unknown_name_is_told_with_those_there_are_and_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    for chosen in ("pathway_to_nowhere", "pathway_to_provision@V9"):
        done = run(chosen, "--out", str(out))
        assert done.exit_code == 1
        assert "pathway_to_provision" in done.stderr
        assert "Or give a file that ends in .yaml" in done.stderr
    assert not out.exists()


def test_file_that_is_no_policy_is_told_with_its_place(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text("name: 7\n", encoding="utf-8")
    done = run(str(draft))
    assert done.exit_code == 1
    assert "draft.yaml, line 1, column 1" in done.stderr


def test_page_that_cannot_be_written_leaves_the_old_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "page.html"
    out.write_text("the old page", encoding="utf-8")
    whole = Path.write_text

    def fill_up(path: Path, text: str, **how: Any) -> int:
        whole(path, text[:100], **how)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fill_up)
    done = run("pathway_to_provision@V4", "--out", str(out))
    assert done.exit_code == 1
    assert done.stderr == f"Error: {out} cannot be written: No space left on device. Choose another --out.\n"
    assert out.read_text(encoding="utf-8") == "the old page"
    assert list(tmp_path.iterdir()) == [out]


def test_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run("pathway_to_provision@V4", "--out", str(tmp_path / "nowhere" / "page.html"))
    assert done.exit_code == 1
    assert "cannot be written: No such file or directory. Choose another --out." in done.stderr

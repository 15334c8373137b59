"""A stranger's file is read in a process that has nothing of ours."""

import pytest

from tests import samples
from triage.errors import Invalid
from triage.uploads import apart
from triage.uploads.apart import look_apart
from triage.uploads.looking import look_at


def test_what_is_kept_and_why_not_come_back_from_the_other_process():
    photograph = samples.photograph()
    assert look_apart("jpeg", photograph) == look_at("jpeg", photograph)
    with pytest.raises(Invalid) as refusal:
        look_apart("pdf", b"%PDF-1.7 made up")
    assert [(each.code, each.field) for each in refusal.value.problems] == [("broken", "content")]


def test_file_that_ends_its_reader_is_refused(monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 0.001)
    with pytest.raises(Invalid, match="takes too long"):
        look_apart("txt", b"made up")
    monkeypatch.undo()
    with pytest.raises(Invalid, match="takes too long"):
        look_apart("no such kind", b"made up")


def test_reader_has_none_of_our_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("TRIAGE_SECRET_KEY", "not-a-secret-but-long-enough-for-a-test")
    spy = tmp_path / "triage" / "uploads"
    spy.mkdir(parents=True)
    (spy / "__main__.py").write_text("import os; print(sorted(os.environ), end='')")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    seen = look_apart("txt", b"made up")
    assert b"PYTHONPATH" in seen
    assert b"TRIAGE" not in seen

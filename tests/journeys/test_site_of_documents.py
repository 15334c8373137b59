"""The documents as a site: nothing in it leads nowhere, and it is read and searched from a folder, asking nobody."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

DOCS = Path(__file__).parents[2] / "docs"
SERIOUS = {"serious", "critical"}


def build(docs: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """As `make docs` does."""
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", *more, docs, out]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    done = build(DOCS, out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def page(browser: Browser) -> Page:
    """A window that notes what was asked for, and what went wrong."""
    context = browser.new_context()
    page = context.new_page()
    page.asked, page.faults = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    context.close()


def test_site_is_searched_from_a_folder_and_asks_nobody(built, page):
    page.goto((built / "search.html").as_uri() + "?q=restricted")
    found = page.locator("#search-results")
    expect(found.get_by_role("link", name="Who may see and do what")).to_be_visible()
    found.get_by_role("link", name="Who may see and do what").click()
    expect(page.locator("h1")).to_contain_text("Who may see and do what")
    assert [each for each in page.asked if not each.startswith("file:")] == []
    assert page.faults == []


def test_workflow_is_drawn_by_what_the_site_brings_along(built, page):
    page.goto((built / "workflows" / "enquiry.html").as_uri())
    expect(page.locator("pre.mermaid svg")).to_contain_text("awaiting approval")
    assert [each for each in page.asked if not each.startswith("file:")] == []
    assert page.faults == []


def test_page_without_a_diagram_does_not_bring_what_draws_one(built):
    assert "mermaid" not in (built / "index.html").read_text(encoding="utf-8")


def test_no_page_names_a_script_style_or_font_elsewhere(built):
    loads = re.compile(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["'](?:https?:)?//|url\(["']?(?:https?:)?//""")
    pages = [each for each in built.rglob("*") if each.suffix in (".html", ".css")]
    assert len(pages) > 50
    assert [each.name for each in pages if loads.search(each.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("name", ["index", "guides/mash-staff", "workflows/enquiry", "decisions/README", "search"])
def test_page_can_be_read_by_everybody(built, page, name):
    page.goto((built / f"{name}.html").as_uri())
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS] == []


def test_broken_links_and_pages_that_nothing_leads_to_fail(tmp_path):
    docs = shutil.copytree(DOCS, tmp_path / "docs")
    (docs / "alone.md").write_text("# Alone\n\n[gone](gone.md), [no such part](index.md#gone)\n", encoding="utf-8")
    done = build(docs, tmp_path / "out", "--keep-going")
    assert done.returncode != 0
    assert "'gone.md'" in done.stderr
    assert "'gone'" in done.stderr
    assert "alone.md: WARNING: document isn't included in any toctree" in done.stderr

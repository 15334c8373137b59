"""The pictures that the guides show are of the pages as they are: `make pictures` takes them anew.

Each is taken in every run, of a site of its own with made-up people in it; where TRIAGE_PICTURES names a folder they
are kept there.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import REFUSALS, a_site, visits
from tests.journeys.steps import MISUSE, log_enquiry, press, screen, unfold
from tests.journeys.test_call_to_closed_referral import approve, propose
from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.database import Database
from triage.insight.counting import refresh
from triage.pack import load_pack
from triage.services.desk import Desk
from triage.thresholds.runs import begin_run, make_run

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("mash-staff.md", "localities-and-early-help.md", "managers.md")
NAMED = re.compile(r"\(\.\./images/([a-z-]+)\.png\)")
OF_V5 = ('version: "V5"', "effective_from: 2015-11-01", "when: {indicators: {level: 3}}\n    then: {level: 3}")
WIDE = {"width": 1280, "height": 1000}


@dataclass(frozen=True, slots=True)
class Camera:
    """Takes pictures of a window on a page, from its top or from what is named, and knows which it took."""

    folder: Path
    taken: set[str] = field(default_factory=set)

    def __call__(self, page: Page, name: str, begins: str = "body") -> None:
        page.set_viewport_size(WIDE)
        page.locator(begins).last.evaluate("each => each.scrollIntoView()")
        page.screenshot(path=self.folder / f"{name}.png", animations="disabled", caret="hide")
        self.taken.add(name)


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with a_site(tmp_path_factory.mktemp("pictures")) as both:
        yield both


@pytest.fixture
def visit(browser: Browser, own_site: tuple[str, str]) -> Iterator:
    yield from visits(browser, own_site[0], True, REFUSALS)


@pytest.fixture
def count_measures(own_site: tuple[str, str]) -> Callable[[], None]:
    """What the worker does every few minutes."""

    def count() -> None:
        with Database(own_site[1]) as database, database.transaction(SYSTEM) as session:
            refresh(session)

    return count


@pytest.fixture
def take(tmp_path: Path) -> Camera:
    return Camera(Path(os.environ.get("TRIAGE_PICTURES", tmp_path)))


def test_every_picture_of_the_guides_is_taken(visit, take, count_measures, own_site):
    officer, worker, manager = visit("officer"), visit("social.worker"), visit("manager")
    case = log_and_look(officer, take)
    decide(worker, manager, case, take)
    refer(visit, worker, case, take)
    count_measures()
    manage(manager, take)
    try_on_the_past(manager, own_site[1], take)
    shown = {name for guide in GUIDES for name in NAMED.findall((DOCS / "guides" / guide).read_text("utf-8"))}
    assert take.taken == shown
    assert {each.stem for each in (DOCS / "images").glob("*.png")} == shown


def log_and_look(page: Page, take: Camera) -> str:
    """A call is logged, of a child who is told of again in another spelling. The page of the graver enquiry."""
    log_enquiry(page, "Ivo", level=3, seen=MISUSE)
    case = log_enquiry(page, "Ava", level=4)
    page.goto("/enquiries/new")
    page.get_by_role("textbox", name="Given name").fill("Ava")
    page.get_by_role("textbox", name="Family name").fill("Kirkburn")
    page.get_by_role("textbox", name="Postcode").fill("ng15 7aa")
    page.get_by_role("textbox", name="Postcode").blur()
    expect(page.get_by_text("who are known already?").first).to_be_visible()
    take(page, "log-an-enquiry", "label:has-text('Given name')")
    page.goto("/enquiries")
    take(page, "my-worktray")
    page.goto("/search")
    page.get_by_label("Who or what are you looking for?").fill("Eva Kirkburn ng15 7aa")
    press(page, "Search")
    take(page, "search")
    page.goto(case)
    take(page, "enquiry")
    return case


def decide(worker: Page, manager: Page, case: str, take: Camera) -> None:
    """A social worker proposes, and a manager approves."""
    screen(worker, case)
    propose(worker, "Ava")
    worker.goto(case)
    take(worker, "proposed")
    manager.goto("/enquiries")
    approve(manager, case, "Ava")


def refer(visit: Callable[[str], Page], worker: Page, case: str, take: Camera) -> None:
    """It is allocated to a locality, which accepts it."""
    worker.goto(case)
    worker.get_by_role("link", name="REF-").first.click()
    referral = worker.url
    unfold(worker, "Allocate").get_by_label("Team").select_option("social_care_west")
    press(worker, "Allocate")
    locality = visit("west.social.care")
    take(locality, "referrals")
    locality.goto(referral)
    press(locality, "Accept")
    take(locality, "referral")


def manage(manager: Page, take: Camera) -> None:
    """What a manager sees of it."""
    manager.goto("/measures")
    expect(manager.get_by_role("row", name="Enquiries 2")).to_be_visible()
    take(manager, "measures")
    manager.goto("/duty")
    take(manager, "duty")
    manager.emulate_media(media="print")
    take(manager, "duty-printed")


def try_on_the_past(manager: Page, url: str, take: Camera) -> None:
    """A version is drafted from the one in force, and the worker tries it on what was told of."""
    manager.goto("/policies/new")
    text = manager.get_by_label("The text, as YAML")
    ahead = f"effective_from: {SystemClock().now().date() + timedelta(days=60)}"
    new = ('version: "V6"', ahead, "when: {indicators: {level: 3}}\n    then: {level: 4}")
    changed = text.input_value()
    for old, said in zip(OF_V5, new, strict=True):
        assert old in changed
        changed = changed.replace(old, said)
    text.fill(changed)
    press(manager, "Keep the draft")
    press(manager, "Try it on the past")
    with Database(url) as database, database.transaction(SYSTEM) as session:
        desk = Desk(session, SYSTEM, SystemClock(), load_pack("nottinghamshire"))
        key = begin_run(desk)
        assert key
        make_run(desk, key)
    manager.reload()
    expect(manager.get_by_role("heading", name="Who goes where")).to_be_visible()
    take(manager, "thresholds-tried", "h1")

"""What was typed is never lost: on another computer, when the session ends in the middle, and without JavaScript."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.steps import press

SAVED = re.compile(r"^Saved on the server at \d\d:\d\d$")
BEGUN = re.compile(r"You began this at \d\d:\d\d today and did not send it\.")
HEARD = "What they saw or heard themselves"
OPINION = "What they think about it"


def begin_enquiry(page: Page, name: str) -> None:
    """Type an enquiry as far as its first child, and press nothing that sends it."""
    page.goto("/enquiries/new")
    page.get_by_label("How", exact=True).select_option("telephone")
    page.get_by_label("Who told us").select_option("2A")
    page.get_by_label("A child", exact=True).check()
    page.get_by_label("Given name").fill(name)
    page.get_by_label("Family name").fill("Kirkbourne")
    page.get_by_label(HEARD).fill(f"Made up: {name} has a bruise.\nOn the arm.")


def expect_all(page: Page, name: str) -> None:
    """All of that stands in the form."""
    expect(page.get_by_label("How", exact=True)).to_have_value("telephone")
    expect(page.get_by_label("A child", exact=True)).to_be_checked()
    expect(page.get_by_label("Given name")).to_have_value(name)
    expect(page.get_by_label(HEARD)).to_have_value(f"Made up: {name} has a bruise.\nOn the arm.")


def send(page: Page) -> None:
    press(page, "Log the enquiry")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ENQ-")


def expect_nothing_kept(page: Page) -> None:
    page.goto("/drafts")
    expect(page.get_by_text("There is nothing.")).to_be_visible()


def test_what_is_typed_is_carried_on_with_on_another_computer(visit_with_script):
    here = visit_with_script("officer")
    begin_enquiry(here, "Uma")
    expect(here.locator("[data-keep]")).to_have_text(SAVED)
    here.get_by_label(OPINION).fill("Made up: a fall")
    there = visit_with_script("officer")
    there.goto("/enquiries/new")
    expect(there.get_by_text(BEGUN)).to_be_visible()
    expect(there.get_by_label("Given name")).to_have_value("")
    expect(there.get_by_label("A child", exact=True)).not_to_be_checked()
    press(there, "Carry on with it")
    expect_all(there, "Uma")
    send(there)
    expect_nothing_kept(there)


def test_what_is_typed_last_is_kept_as_its_page_is_left(visit_with_script):
    page = visit_with_script("officer2")
    begin_enquiry(page, "Vic")
    page.goto("/enquiries")
    page.goto("/enquiries/new")
    press(page, "Carry on with it")
    expect_all(page, "Vic")
    send(page)
    expect_nothing_kept(page)


def test_what_is_sent_while_it_is_being_kept_is_not_there_again(visit_with_script):
    page = visit_with_script("officer2")
    page.route("**/drafts", lambda route: (page.wait_for_timeout(400), route.continue_()))
    begin_enquiry(page, "Wyn")
    with page.expect_request("**/drafts"):
        pass
    send(page)
    expect_nothing_kept(page)


def test_session_that_ends_in_the_middle_loses_nothing(visit_with_script):
    page = visit_with_script("social.worker2")
    begin_enquiry(page, "Xan")
    expect(page.locator("[data-keep]")).to_have_text(SAVED)
    page.context.clear_cookies()
    page.get_by_label(OPINION).fill("Made up: a fall")
    expect(page.locator("[data-keep]")).to_contain_text("Not saved: you are signed out.")
    page.goto("/enquiries/new")
    page.get_by_label("Username").fill("social.worker2")
    page.get_by_label("Password", exact=True).fill("made-up-people")
    press(page, "Sign in")
    press(page, "Carry on with it")
    expect_all(page, "Xan")
    send(page)
    expect_nothing_kept(page)


def test_what_is_refused_is_kept_until_it_is_sent(visit, request):
    name = "Yan" if "with JavaScript" in request.node.name else "Zed"
    page = visit("early.help")
    begin_enquiry(page, name)
    page.get_by_label("How", exact=True).select_option("")
    press(page, "Log the enquiry")
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto("/enquiries/new")
    press(page, "Carry on with it")
    page.get_by_label("How", exact=True).select_option("telephone")
    expect_all(page, name)
    send(page)
    expect_nothing_kept(page)


def test_service_that_is_away_is_said_and_the_form_still_works(visit_with_script):
    page = visit_with_script("officer2")
    page.route("**/drafts", lambda route: route.abort())
    begin_enquiry(page, "Ian")
    expect(page.locator("[data-keep]")).to_contain_text("Not saved: the service cannot be reached.")
    send(page)
    page.unroute("**/drafts")
    expect_nothing_kept(page)


def test_draft_is_thrown_away(visit, request):
    page = visit("edt")
    begin_enquiry(page, "Jon")
    page.get_by_label("How", exact=True).select_option("")
    press(page, "Log the enquiry")
    page.goto("/enquiries/new")
    press(page, "Throw it away")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log an enquiry")
    expect(page.get_by_text(BEGUN)).to_have_count(0)
    expect_nothing_kept(page)

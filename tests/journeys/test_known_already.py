"""Somebody who is known already is met while they are typed in, and on the enquiry's page; a person says so."""

from playwright.sync_api import Page, expect

from tests.journeys.steps import press

CHILD = "Ivy Thornwick"


def log_ivy(page: Page, family_name: str, choose: str = "") -> None:
    """Log an enquiry about a child of that surname, and say who it is, if somebody of that name is shown."""
    page.get_by_role("link", name="Log an enquiry").first.click()
    page.get_by_label("How", exact=True).select_option("telephone")
    page.get_by_label("Who told us").select_option("2A")
    page.get_by_label("A child", exact=True).check()
    page.get_by_label("Given name").fill("Ivy")
    page.get_by_label("Family name").fill(family_name)
    for part, said in (("Day", "4"), ("Month", "3"), ("Year", "2006")):
        page.get_by_role("group", name="Date of birth").get_by_label(part).fill(said)
    if choose:
        page.get_by_role("radio", name=choose).check()
    page.get_by_label("What they saw or heard themselves").fill("Made up: often alone.")
    press(page, "Log the enquiry")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ENQ-")


def test_known_child_is_met_while_they_are_typed_in(visit_with_script):
    page = visit_with_script("officer")
    log_ivy(page, "Thornwick")
    log_ivy(page, "Thornwik", choose=CHILD)
    expect(page.get_by_text("Person recognised")).to_be_visible()
    expect(page.get_by_role("region", name="What was known before")).to_contain_text(CHILD)


def test_two_records_are_said_to_be_one_childs_and_two_again(visit):
    page = visit("officer")
    log_ivy(page, "Fenholme")
    log_ivy(page, "Fenholme-Marr")
    page.get_by_role("link", name="who may be the same person").first.click()
    page.get_by_role("link", name="Compare the two").first.click()
    page.get_by_label("How do you know that they are one person?").fill("Made up: their mother rang")
    press(page, "They are one person")
    expect(page.get_by_role("heading", name="2 records, which count as one person")).to_be_visible()
    page.get_by_text("They are two people after all").click()
    page.get_by_label("How do you know?").fill("Made up: the school has two pupils of this name")
    press(page, "Make them two people again")
    expect(page.get_by_role("heading", name="One record")).to_be_visible()
    expect(page.get_by_role("heading", name="Said before, and taken back")).to_be_visible()

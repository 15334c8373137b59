"""A mother asks for her child's record: who she is, what is held, what stays out, and the copy that she is given."""

import re

from playwright.sync_api import expect

from tests.journeys.steps import log_enquiry, press


def test_from_a_correction_to_the_copy_of_a_record(visit, request):
    name = "Noor" if "with JavaScript" in request.node.name else "Priya"
    officer, manager, governs = visit("officer"), visit("manager"), visit("governance")
    url = log_enquiry(officer, name, "Ben")
    correct_birth_date(officer, manager, url)
    tell_shared(officer, f"{url}/shared")
    ask_for_record(governs, name)
    hold_back_and_approve(manager, governs.url)
    governs.reload()
    press(governs, "Release")
    with governs.expect_download() as copy:
        press(governs, "Download as PDF")
    assert re.fullmatch(r"SAR-20\d\d-\d{6}\.pdf", copy.value.suggested_filename)
    governs.reload()
    expect(governs.get_by_text("Access downloaded")).to_be_visible()


def correct_birth_date(officer, manager, url):
    officer.goto(url)
    officer.get_by_role("link", name="Correct what is recorded").first.click()
    officer.get_by_label("What is wrong").select_option("birth_date")
    press(officer, "Go on")
    for part, value in (("Day", "3"), ("Month", "2"), ("Year", "2020")):
        officer.get_by_label(part, exact=True).fill(value)
    officer.get_by_label("Who says so").fill("The mother")
    press(officer, "Write it down")
    manager.goto(officer.url)
    manager.get_by_label("Yes: correct it").check()
    manager.get_by_label("Why", exact=True).fill("Made up: certificate seen")
    press(manager, "Decide")
    expect(manager.get_by_text("Date of birth: corrected.")).to_be_visible()


def tell_shared(officer, at):
    officer.goto(at)
    officer.get_by_label("What you shared").fill("That the child is safe")
    officer.get_by_label("With whom").fill("Made-up head teacher")
    officer.get_by_label("How", exact=True).select_option("telephone")
    officer.get_by_label("Lawful basis").select_option("public_task")
    officer.get_by_label("Given", exact=True).check()
    press(officer, "Record it")
    expect(officer.get_by_role("cell", name="Made-up head teacher")).to_be_visible()


def ask_for_record(governs, name):
    press(governs, "Record a request")
    governs.get_by_label("Given name").fill(name)
    governs.get_by_label("Family name").fill("Kirkbourne")
    for part, value in (("Day", "3"), ("Month", "2"), ("Year", "2020")):
        governs.get_by_label(part, exact=True).first.fill(value)
    governs.get_by_label("Their name").fill("Made-up Mother")
    governs.get_by_label("Somebody with parental responsibility").check()
    governs.get_by_label("How they showed who they are").fill("Passport")
    press(governs, "Record the request")
    expect(governs.get_by_role("heading", level=1)).to_contain_text("SAR-")
    governs.get_by_label("By what right they ask for somebody else").fill("Birth certificate")
    for step in ("Record who asks, and by what right", "Gather what is held", "Send to be reviewed"):
        press(governs, step)
    expect(governs.get_by_role("heading", level=1)).to_contain_text("Under review")


def hold_back_and_approve(manager, url):
    manager.goto(f"{url}/review")
    card = manager.locator("section").filter(has=manager.get_by_role("heading", name=re.compile("seen or heard")))
    for stands in manager.get_by_label("Let it stand").all():
        stands.check()
    card.get_by_label("Hold it back").check()
    card.get_by_text("Why, which words").click()
    card.get_by_label("If it is held back, why").select_option("serious_harm")
    press(manager, "Record what you have looked at")
    expect(manager.get_by_text("It could cause serious harm.")).to_be_visible()
    expect(manager.get_by_text("Every passage is looked at.")).to_be_visible()
    manager.goto(url)
    press(manager, "Approve the release")

"""A letter and a photograph come with an enquiry: added, opened, taken away, with and without JavaScript."""

from playwright.sync_api import expect

from tests import samples
from tests.journeys.steps import log_enquiry, press, unfold


def add(page, name, content, described):
    unfold(page, "Add this file")
    page.get_by_label("File", exact=True).set_input_files({"name": name, "mimeType": "text/html", "buffer": content})
    page.get_by_label("What it is").fill(described)
    press(page, "Add this file")


def test_letter_is_added_opened_and_taken_away(visit, request):
    page = visit("officer")
    url = log_enquiry(page, "Uma" if "with JavaScript" in request.node.name else "Ula", level=2)
    add(page, "letter.pdf", samples.pdf(), "what the head teacher wrote")
    expect(page).to_have_url(url)
    expect(page.get_by_text("what the head teacher wrote")).to_be_visible()
    with page.expect_download() as opened:
        page.get_by_role("link", name="letter.pdf").click()
    assert opened.value.suggested_filename == "letter.pdf"
    assert opened.value.path().read_bytes() == samples.pdf()
    page.get_by_label("What the danger is").fill("Typed before the photograph")
    add(page, "bruise.jpg", samples.photograph(), "photograph of the arm")
    expect(page.get_by_label("What the danger is")).to_have_value("Typed before the photograph")
    unfold(page, "Take it away for letter.pdf")
    page.get_by_label("Why it does not belong here for letter.pdf").fill("Made up: another family's")
    press(page, "Take it away for letter.pdf")
    expect(page.get_by_text("Taken away")).to_be_visible()
    expect(page.get_by_role("link", name="letter.pdf")).to_have_count(0)
    expect(page.get_by_role("link", name="bruise.jpg")).to_be_visible()


def test_page_says_why_a_file_is_not_taken_and_keeps_what_was_said_of_it(visit, request):
    page = visit("officer")
    log_enquiry(page, "Eda" if "with JavaScript" in request.node.name else "Edi", level=2)
    add(page, "film.pdf", b"x" * 12_000_000, "film of the garden")
    expect(page.get_by_role("alert")).to_contain_text("This file is too large: the most is 10 MB.")
    expect(page.get_by_label("What it is")).to_have_value("film of the garden")

"""Letters and photographs on the pages of a case, without JavaScript."""

from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from tests import samples
from tests.acting import accepted
from tests.calling import post_form
from tests.making import an_enquiry
from tests.reading import main_of, read_controls
from triage.models import File

LETTER = b"Made up: the letter of the school."


def send(client, at, name="letter.txt", content=LETTER, **typed):
    sent = {"file.content": FileStorage(BytesIO(content), name)} if name is not None else {}
    return post_form(client, f"{at}/files", sent | typed)


@pytest.fixture
def enquiry(office):
    made = an_enquiry(office)
    office.session.flush()
    return made


@pytest.fixture
def at(enquiry):
    return f"/enquiries/{enquiry.id}"


def the_file(office):
    return office.session.query(File).one()


def test_letter_is_added_and_listed_with_who_and_when(sign_in, at):
    client = sign_in("mash_officer")
    assert "None yet." in main_of(client.get(at).text)
    assert send(client, at, **{"file.described": "letter from the school"}).location == at
    page = main_of(client.get(at).text)
    assert "letter.txt (Plain text, 34 bytes) letter from the school Added 10:00 today by Made-up mash_officer" in page
    assert "File added (letter.txt)" in page


def test_opened_file_is_saved_and_nothing_in_it_runs(sign_in, office, at):
    client = sign_in("mash_officer")
    send(client, at, name="Zoë’s letter.txt")
    answer = client.get(f"/files/{the_file(office).id}")
    assert (answer.data, answer.content_type) == (LETTER, "text/plain; charset=utf-8")
    told = answer.headers
    assert (
        told["Content-Disposition"]
        == "attachment; filename=\"Zoes letter.txt\"; filename*=UTF-8''Zo%C3%AB%E2%80%99s%20letter.txt"
    )
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Cache-Control"] == "no-store"
    assert "sandbox" in told["Content-Security-Policy"]
    assert "default-src 'none'" in told["Content-Security-Policy"]
    assert "ETag" not in told


def test_photograph_is_served_as_a_picture_whatever_the_browser_said_it_was(sign_in, office, at):
    client = sign_in("mash_officer")
    sent = FileStorage(BytesIO(samples.photograph()), "bruise.jpg", content_type="text/html")
    post_form(client, f"{at}/files", {"file.content": sent})
    assert client.get(f"/files/{the_file(office).id}").content_type == "image/jpeg"


@pytest.mark.parametrize("name", ["a%0d%0aSet-Cookie: x=1.txt", 'a"; filename="b.txt', "../../a.txt", "a\u202ex.txt"])
def test_no_name_reaches_a_header_but_as_a_name(sign_in, office, at, name):
    client = sign_in("mash_officer")
    send(client, at, name=name)
    answer = client.get(f"/files/{the_file(office).id}")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Disposition"].count("filename=") == answer.headers["Content-Disposition"].count(
        "; filename="
    )
    assert not set(the_file(office).name) & set('\r\n"/\u202e')


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (None, b"", "Choose a file."),
        ("", LETTER, "Choose a file."),
        ("letter.txt", b"", "This file is empty."),
        ("letter.pdf", LETTER, "This file is called letter.pdf, but is not what that name says"),
        ("page.html", b"<html><script>alert(1)</script>", "This file is called page.html"),
        ("letter.txt", b"x" * 10_000_001, "This file is too large: the most is 10 MB."),
    ],
)
def test_what_is_wrong_with_a_file_is_said_beside_it_and_nothing_typed_is_lost(
    sign_in, office, at, name, content, words
):
    answer = send(
        sign_in("mash_officer"),
        at,
        name,
        content,
        **{"file.described": "the school’s", "immediate_danger.reason": "typed"},
    )
    assert answer.status_code == 422
    assert words in main_of(answer.text)
    assert 'href="#file.content"' in answer.text
    assert 'value="the school’s"' in answer.text
    assert "typed</textarea>" in answer.text
    assert office.session.query(File).count() == 0


def test_what_was_typed_elsewhere_stays_when_a_file_is_added(sign_in, office, at):
    answer = send(sign_in("mash_officer"), at, **{"immediate_danger.reason": "typed"})
    assert answer.status_code == 200
    assert "typed</textarea>" in answer.text
    assert the_file(office).name == "letter.txt"


def test_request_far_beyond_the_limit_is_refused_in_words(sign_in, at):
    answer = send(sign_in("mash_officer"), at, content=b"x" * 31_000_001)
    assert answer.status_code == 413
    assert "This file is too large: the most is 10 MB. Scan it" in main_of(answer.text)


def test_every_other_form_keeps_its_small_limit(sign_in, at):
    answer = sign_in("mash_officer").post(f"{at}/actions/claim", data={"reason": "x" * 1_000_001})
    assert answer.status_code == 413
    assert "the most is 1 MB. Shorten it." in main_of(answer.text)
    sent = post_form(sign_in("social_worker"), f"{at}/files", {"file.described": "x" * 1_000_001})
    assert sent.status_code == 413


def test_wrong_file_is_taken_away_with_a_reason(sign_in, office, at):
    client = sign_in("mash_officer")
    send(client, at)
    file = the_file(office)
    part, to = f"file_{file.id.hex}", f"{at}/files/{file.id}/take-away"
    refused = client.post(to, data={f"{part}.reason": ""})
    assert (refused.status_code, f'href="#{part}.reason"' in refused.text) == (422, True)
    assert client.post(to, data={f"{part}.reason": "Another child's"}).location == at
    page = main_of(client.get(at).text)
    assert "letter.txt Taken away 10:00 today by Made-up mash_officer: Another child's" in page
    assert client.get(f"/files/{file.id}").status_code == 404


def test_addresses_of_what_was_sent_lead_back_to_the_case(sign_in, office, at):
    client = sign_in("mash_officer")
    assert client.get(f"{at}/files").location == at
    assert client.get(f"{at}/files/{office.actor('mash_officer').id}/take-away").location == at


def test_locality_adds_to_its_referral_and_reads_what_came_with_the_enquiry(sign_in, office):
    case = accepted(office)
    office.session.flush()
    send(sign_in("mash_officer"), f"/enquiries/{case.enquiry_id}", name="first.txt")
    west, here = sign_in("locality_worker:west"), f"/referrals/{case.id}"
    assert send(west, here, name="second.txt").location == here
    page = west.get(here).text
    assert main_of(page).index("first.txt") < main_of(page).index("second.txt")
    assert [each.to for each in read_controls(page) if "take-away" in each.to] == [
        f"{here}/files/{office.session.query(File).filter_by(name='second.txt').one().id}/take-away"
    ]
    assert send(west, f"/enquiries/{case.enquiry_id}").status_code == 409
    assert "Add a letter" not in west.get(f"/enquiries/{case.enquiry_id}").text


def test_referral_keeps_what_was_typed_of_a_file_while_something_else_is_done(sign_in, office):
    case = accepted(office)
    office.session.flush()
    client, here = sign_in("locality_worker:west"), f"/referrals/{case.id}"
    answer = client.post(f"{here}/actions/claim", data={"version": str(case.version), "file.described": "a letter"})
    assert 'value="a letter"' in answer.text
    assert "can no longer be sent" not in answer.text


def test_another_locality_finds_no_file(sign_in, office):
    case = accepted(office)
    office.session.flush()
    send(sign_in("locality_worker:west"), f"/referrals/{case.id}")
    north = sign_in("locality_worker:north")
    assert north.get(f"/files/{the_file(office).id}").status_code == 404
    assert send(north, f"/referrals/{case.id}").status_code == 404
    assert sign_in("analyst").get(f"/files/{the_file(office).id}").status_code == 403

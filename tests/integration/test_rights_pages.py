"""The pages of information governance and of reviewers, the log of what was shared, and corrections."""

import json

import pytest

from tests.acting import a_referral, act
from tests.asking_for_records import as_, ask, choices_on, do
from tests.making import a_subject, an_enquiry
from tests.reading import main_of, plain
from triage.models import AccessRequest, Rectification

IG = "information_governance"
NEW = {
    "given_name": "Ava",
    "family_name": "Testley",
    "birth_date-day": "2",
    "birth_date-month": "1",
    "birth_date-year": "2008",
    "asked_by": "Made-up Asker",
    "relation": "parent",
    "received_on-day": "7",
    "received_on-month": "5",
    "received_on-year": "2013",
    "identity": "Passport",
    "authority": "Birth certificate",
}


@pytest.fixture
def enquiry(office):
    subjects = (a_subject(), a_subject(given_name="Benjamin"))
    enquiry = an_enquiry(office, subjects=subjects, reported="Ava and Benny were cold.")
    office.session.flush()
    return enquiry


def test_a_request_from_the_form_to_both_copies(sign_in, office, enquiry):
    governs, reviews = sign_in(IG), sign_in("social_worker")
    here = governs.post("/rights/new", data=NEW).location
    assert "Wednesday 7 May" not in main_of(governs.get(here).text)
    assert "Due Friday 7 June 2013" in main_of(governs.get(here).text)
    for action in ("prepare", "send_to_review"):
        assert governs.post(f"{here}/actions/{action}", data={}).status_code == 302
    page = main_of(reviews.get(f"{here}/review").text)
    assert "Ava and Taken out: Benny were cold" in page
    assert reviews.post(f"{here}/review", data=dict.fromkeys(choices_on(reviews, here), "stand")).status_code == 302
    assert reviews.post(f"{here}/actions/approve", data={}).status_code == 302
    assert governs.post(f"{here}/actions/release", data={}).status_code == 302
    copy = governs.post(f"{here}/copies/json")
    assert copy.headers["Content-Disposition"].startswith('attachment; filename="SAR-2013-')
    assert "Benny" not in copy.text
    assert "Ava and [removed] were cold." in json.dumps(json.loads(copy.text))
    assert governs.post(f"{here}/copies/pdf").data.startswith(b"%PDF")
    assert governs.post(f"{here}/copies/material").status_code == 404
    assert "Access downloaded" in governs.get(here).text


def test_every_mistake_is_named_and_nothing_typed_is_lost(sign_in, enquiry):
    answer = sign_in(IG).post("/rights/new", data=NEW | {"birth_date-year": "2009", "asked_by": "Zoë"})
    assert answer.status_code == 422
    assert "Nobody of that name and date of birth" in answer.text
    assert 'value="Zoë"' in answer.text


@pytest.mark.parametrize("who", ["mash_officer", "analyst", "locality_worker:west", "early_help_unit"])
def test_the_pages_are_for_those_who_govern_and_review(sign_in, office, enquiry, who):
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    client = sign_in(who)
    for at in ("/rights", f"/rights/{request.id}", f"/rights/{request.id}/review", "/rights/new"):
        assert client.get(at).status_code == 403, at


def test_reviewer_sees_no_request_that_is_not_theirs_to_look_at_yet(sign_in, office, enquiry):
    request = ask(office)
    client = sign_in("social_worker")
    assert request.reference not in client.get("/rights").text
    assert client.get(f"/rights/{request.id}").status_code == 404
    assert client.post(f"/rights/{request.id}/copies/pdf").status_code == 403


def test_refused_request_is_told_why(sign_in, office, enquiry):
    client, request = sign_in(IG), ask(office)
    refused = client.post(f"/rights/{request.id}/actions/refuse", data={})
    assert (refused.status_code, "Give a reason" in refused.text) == (409, True)
    said = {"refuse.reason": "No right to ask", "version": str(office.session.get(AccessRequest, request.id).version)}
    assert client.post(f"/rights/{request.id}/actions/refuse", data=said).status_code == 302
    assert "Refused because No right to ask" in main_of(client.get(f"/rights/{request.id}").text)


SHARED = {
    "what": "That Ava is safe",
    "to_whom": "The school's lead",
    "how": "telephone",
    "shared_at-day": "7",
    "shared_at-month": "5",
    "shared_at-year": "2013",
    "shared_at-time": "9:30",
    "lawful_basis": "public_task",
    "consent": "given",
}


def test_what_was_told_by_telephone_stands_on_the_page_of_the_enquiry(sign_in, office, enquiry):
    client, at = sign_in("mash_officer"), f"/enquiries/{enquiry.id}"
    wrong = client.post(f"{at}/shared", data=SHARED | {"consent": "refused"})
    assert wrong.status_code == 422
    assert "why without consent" in wrong.text
    assert "That Ava is safe" in wrong.text
    assert client.post(f"{at}/shared", data=SHARED).status_code == 302
    page = main_of(client.get(at).text)
    assert "That Ava is safe Telephone The school's lead Public task. Consent: given" in page
    assert "Information shared to The school's lead" in page


def test_locality_tells_what_it_shared_about_its_own_case(sign_in, office):
    referral = act(office, "mash_manager", a_referral(office), "allocate", team_code="social_care_west")
    client, at = sign_in("locality_worker:west"), f"/referrals/{referral.id}/shared"
    assert client.post(at, data=SHARED).status_code == 302
    assert "The school's lead" in plain(client.get(f"/referrals/{referral.id}").text)
    assert sign_in("locality_worker:north").post(at, data=SHARED).status_code == 404


def test_correction_is_written_down_decided_by_another_and_shown_beside(sign_in, office, enquiry):
    person = enquiry.subjects[0].person_id
    officer, manager, at = sign_in("mash_officer"), sign_in("mash_manager"), f"/people/{person}/corrections"
    said = {"what": f"reported/{enquiry.id}", "recorded": "were cold", "asserted": "Were warm", "asked_by": "Mother"}
    assert officer.post(at, data=said | {"recorded": "were hot"}).status_code == 422
    assert officer.post(at, data=said).status_code == 302
    row = office.session.query(Rectification).one()
    part = f"r{row.id.hex}"
    assert officer.post(f"{at}/{row.id}", data={}).status_code == 403
    assert manager.post(f"{at}/{row.id}", data={}).status_code == 422
    sent = {f"{part}.accept": "false", f"{part}.reason": "Seen", f"{part}.statement": "We had a heater."}
    assert manager.post(f"{at}/{row.id}", data=sent).status_code == 302
    page = main_of(officer.get(f"/enquiries/{enquiry.id}").text)
    assert "Told by others: said to be wrong, and left as it was. Recorded: were cold. Mother says: Were warm" in page
    assert "We had a heater." in page


def test_information_governance_writes_down_a_correction(sign_in, office, enquiry):
    with as_(office, IG):
        person = ask(office).person_id
    client, at = sign_in(IG), f"/people/{person}/corrections"
    said = {"what": "given_name", "asserted": "Eva", "asked_by": "Mother"}
    assert client.post(at, data=said).status_code == 302
    assert "Given name: said to be wrong, not decided yet" in main_of(client.get(at).text)


def test_each_printed_page_says_who_printed_it_and_when(sign_in, office, enquiry):
    page = sign_in("mash_officer").get(f"/enquiries/{enquiry.id}").text
    line = "Printed by Made-up mash_officer (MASH officer) at 10:00 on Tuesday 7 May 2013"
    assert line in plain(page)


def test_hostile_words_are_inert_on_every_page(sign_in, office):
    words = "<script>alert(1)</script>{{ 7*7 }}"
    enquiry = an_enquiry(office, reported=words, referrer_name=words)
    request = do(office, IG, ask(office, asked_by=words), "prepare", "send_to_review")
    client = sign_in("mash_manager")
    with as_(office, "mash_manager"):
        client.post(f"/enquiries/{enquiry.id}/shared", data=SHARED | {"what": words, "to_whom": words})
    for at in ("/rights", f"/rights/{request.id}", f"/rights/{request.id}/review", f"/enquiries/{enquiry.id}/shared"):
        page = client.get(at).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page, at

"""What pages say to whoever reads them: facts by their names, drafts by their case, and what is theirs no more."""

from lxml import html

from tests.acting import accepted, act
from tests.disposing import LATER, at_desk, closed_enquiry, weigh
from tests.making import an_enquiry, screen
from tests.reading import main_of, plain
from triage.models import Rectification
from triage.services.disposing import prepare
from triage.web.retention import GOES

SAID = "Made up: a long word of mine"


def corrections(office):
    enquiry = an_enquiry(office)
    office.session.flush()
    return f"/people/{enquiry.subjects[0].person_id}/corrections"


def test_correction_asks_for_a_date_a_code_or_words_as_each_is_given(sign_in, office):
    client, at = sign_in("mash_officer"), corrections(office)
    page = client.get(at, query_string={"what": "ethnicity"}).text
    assert '<option value="WBRI">White British</option>' in page.replace(" >", ">")
    assert 'name="asserted-day"' in client.get(at, query_string={"what": "birth_date"}).text
    day = {"asserted-day": "27", "asserted-month": "3", "asserted-year": "2010"}
    assert client.post(at, data={"what": "birth_date", "asked_by": "Mother"} | day).status_code == 302
    assert client.post(at, data={"what": "sex", "asked_by": "Mother", "asserted": "F"}).status_code == 302
    assert [each.asserted for each in office.session.query(Rectification)] == ["2010-03-27", "F"]
    page = main_of(client.get(at).text)
    assert "Mother says: Saturday 27 March 2010" in page
    assert "Mother says: Female" in page


def test_date_that_is_none_is_refused_in_the_words_of_the_page_and_stays_typed(sign_in, office):
    client, at = sign_in("mash_officer"), corrections(office)
    sent = {"what": "birth_date", "asked_by": "Mother", "asserted-day": "31", "asserted-month": "2"}
    refused = client.post(at, data=sent | {"asserted-year": "2010", "draft.page": f"{at}#new"})
    assert (refused.status_code, "2010-03-27" in refused.text) == (422, False)
    assert 'href="#asserted-day"' in refused.text
    assert html.fromstring(refused.text).xpath("//input[@name='asserted-day']/@value") == ["31"]


def begin(client, at, **typed):
    page = html.fromstring(client.get(at).text)
    draft = {each.get("name"): each.get("value") for each in page.xpath("//input[starts-with(@name, 'draft.')]")[:2]}
    client.post("/drafts", data=draft | typed)
    return draft["draft.id"]


def test_drafts_say_which_case_and_which_form(sign_in, office):
    enquiry = an_enquiry(office)
    office.session.flush()
    client = sign_in("mash_manager")
    begin(client, f"/enquiries/{enquiry.id}", **{"immediate_danger.reason": SAID})
    begin(client, f"/enquiries/{enquiry.id}/shared", what=SAID)
    page = main_of(client.get("/drafts").text)
    assert f"An enquiry, {enquiry.reference}, begun at 10:00 today" in page
    assert f"Something that you shared, {enquiry.reference}, begun at 10:00 today" in page


def test_what_was_typed_for_a_case_that_is_theirs_no_more_is_shown_and_not_gone_on_with(sign_in, office):
    case = accepted(office)
    office.session.flush()
    client, at = sign_in("locality_worker:west"), f"/referrals/{case.id}"
    key = begin(client, at, **{"close.reason": SAID})
    act(office, "locality_worker:west", case, "offer_transfer", transfer_to="social_care_north", reason="Moved")
    act(office, "locality_worker:north", case.transfers[0], "accept_transfer")
    office.session.flush()
    assert client.get(at).status_code == 404
    led = client.get(at, query_string={"draft": key})
    assert (led.status_code, led.location) == (302, f"/drafts?lost={key}")
    page = client.get(led.location).text
    assert "This page is not yours to open any more." in plain(page)
    assert f">{SAID}</dd>" in page
    assert (case.reference in page, "Carry on with it" in page) == (False, False)


def test_partner_is_told_why_nothing_known_does_not_go_with_words(sign_in, office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, finish=False)
    told = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}
    act(office, "social_worker", enquiry, "request_check", **told)
    office.session.flush()
    client, check = sign_in("partner_contributor"), enquiry.checks[0]
    at = f"/partners/checks/{check.id}"
    refused = client.post(
        f"{at}/nothing_known", data={"answer": SAID, "draft.page": f"/partners/checks#check-{check.id}"}
    )
    assert (refused.status_code, check.state) == (422, "requested")
    assert "You typed something here, and this button does not send it." in plain(refused.text)
    assert f"{SAID}</textarea>" in refused.text
    assert "If nothing is, choose Nothing known instead." in plain(client.post(f"{at}/answer", data={}).text)
    assert client.post(f"{at}/nothing_known", data={}).status_code == 302


def test_disposal_says_what_goes_in_words_and_leads_whoever_agrees_to_each_case(sign_in, office):
    file = closed_enquiry(office)
    office.session.flush()
    office.clock.at = LATER
    weigh(office)
    with at_desk(office, "information_governance") as desk:
        disposal = prepare(desk)
    assert set(disposal.counts) <= set(GOES)
    at = f"/retention/disposals/{disposal.id}"
    page = sign_in("mash_manager").get(at).text
    assert f'href="/enquiries/{file.id}">{file.reference}' in page
    assert "Letters and notices that the service sent" not in main_of(page)
    assert "Questions to partners" not in main_of(page)
    assert "Enquiries: 1" in main_of(page)
    assert "Disposal of 1 file" in main_of(page)
    assert f'href="/enquiries/{file.id}"' not in sign_in("information_governance").get(at).text


def test_what_is_done_is_said_once(sign_in, office):
    closed_enquiry(office)
    office.session.flush()
    office.clock.at = LATER
    weigh(office)
    page = sign_in("information_governance").post("/retention", data={}, follow_redirects=True).text
    assert page.count("Nothing goes until somebody else has agreed.") == 1


def test_lengths_of_time_are_said_in_the_right_number(sign_in):
    page = main_of(sign_in("information_governance").get("/retention").text)
    assert "1 day " in page
    assert "1 days" not in page
    assert "once they can no longer be opened: 30 days after their release" in page

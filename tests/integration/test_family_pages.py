"""The page and the API on which somebody says who belongs to a child, until when, or that it is not so."""

from datetime import date

import pytest

from tests.acting import accepted
from tests.making import a_subject, an_enquiry
from tests.merging import told_of
from tests.reading import main_of
from tests.relating import KNOWN_BY, NOT_SO, an_adult, say_related
from triage.models import Person, Relationship

MOTHER = {
    "kind": "parent",
    "relative.given_name": "Mary",
    "relative.family_name": "Testley",
    "relative.kind": "other_adult",
    "known_by": KNOWN_BY,
}
BORN = {"relative.birth_date-day": "6", "relative.birth_date-month": "5", "relative.birth_date-year": "1980"}


@pytest.fixture
def enquiry(office):
    return told_of(office, "Holm", given_name="Ava", postcode="NG15 7AA")


@pytest.fixture
def here(enquiry):
    return f"/people/{enquiry.subjects[0].person_id}/family"


def test_mother_is_described_ended_and_taken_back_on_the_page(sign_in, office, enquiry, here):
    page = sign_in("social_worker")
    assert here in page.get(f"/enquiries/{enquiry.id}").text
    assert "Nobody whom you may see is on record as belonging to them" in main_of(page.get(here).text)
    lives = MOTHER | {"kind": "lives_with", "relative.same_address": "yes"}
    lives |= {"since-day": "1", "since-month": "2", "since-year": "2012"}
    assert page.post(here, data=lives).location == here
    shown = main_of(page.get(here).text)
    assert "Mary Testley and Ava Holm live together, from Wednesday 1 February 2012" in shown
    assert KNOWN_BY in shown
    said = office.session.query(Relationship).one()
    assert (said.relative.kind, said.relative.postcode) == ("other_adult", "NG15 7AA")
    assert "Lives with Mary Testley" in main_of(page.get(f"/enquiries/{enquiry.id}").text)
    part = f"e{said.id.hex}.until"
    too_soon = {f"{part}-day": "1", f"{part}-month": "2", f"{part}-year": "2011"}
    refused = page.post(f"{here}/{said.id}/end", data=too_soon)
    assert refused.status_code == 422
    assert "It cannot have ended before" in main_of(refused.text)
    page.post(f"{here}/{said.id}/end", data=too_soon | {f"{part}-year": "2013"})
    assert "to Friday 1 February 2013" in main_of(page.get(here).text)
    assert page.post(f"{here}/{said.id}/withdraw", data={f"w{said.id.hex}.reason": ""}).status_code == 422
    page.post(f"{here}/{said.id}/withdraw", data={f"w{said.id.hex}.reason": NOT_SO})
    shown = main_of(page.get(here).text)
    assert "Said before, and taken back" in shown
    assert NOT_SO in shown


def test_whoever_is_like_somebody_known_is_asked_about_first(sign_in, office, here):
    page = sign_in("mash_officer")
    page.post(here, data=MOTHER | BORN)
    mother = office.session.query(Person).filter_by(given_name="Mary").one()
    ben = told_of(office, "Ashby", given_name="Ben").subjects[0].person
    theirs = f"/people/{ben.id}/family"
    asked = page.post(theirs, data=MOTHER | BORN)
    assert asked.status_code == 422
    assert "Somebody like that is known already" in main_of(asked.text)
    assert f'value="{mother.id}"' in asked.text
    assert page.post(theirs, data=MOTHER | BORN | {"relative.known": str(mother.id)}).location == theirs
    assert "Ava Holm, born 2 January 2008: brother or sister" in main_of(page.get(theirs).text)
    other = told_of(office, "Lund", given_name="Cia").subjects[0].person
    none_of_these = page.post(f"/people/{other.id}/family", data=MOTHER | BORN | {"relative.known": ""})
    assert none_of_these.status_code == 302
    assert office.session.query(Person).filter_by(given_name="Mary").count() == 2


def test_whoever_lives_at_the_address_of_somebody_known_may_be_nobody_of_these(sign_in, office, here):
    page = sign_in("mash_officer")
    page.post(here, data=MOTHER | BORN | {"relative.same_address": "yes"})
    other = MOTHER | BORN | {"relative.family_name": "Holm", "relative.same_address": "yes"}
    asked = page.post(here, data=other)
    assert asked.status_code == 422
    assert "None of these" in main_of(asked.text)
    assert page.post(here, data=other | {"relative.known": ""}).status_code == 302
    assert office.session.query(Person).filter_by(given_name="Mary").count() == 2


def test_what_was_said_of_others_is_not_taken_back_from_here(sign_in, office, here):
    ben = told_of(office, "Ashby", given_name="Ben").subjects[0].person
    said = say_related(office, ben, "parent", an_adult())
    sent = {f"w{said.id.hex}.reason": NOT_SO}
    assert sign_in("mash_officer").post(f"{here}/{said.id}/withdraw", data=sent).status_code == 404


def test_brother_who_was_told_of_together_is_chosen_from_a_list(sign_in, office):
    both = an_enquiry(office, subjects=(a_subject(given_name="Ava"), a_subject(given_name="Ben")))
    ava, ben = (each.person for each in both.subjects)
    page, here = sign_in("mash_officer"), f"/people/{ava.id}/family"
    assert f'<option value="{ben.id}"' in page.get(here).text
    sent = {"kind": "half_sibling", "relative_id": str(ben.id), "known_by": KNOWN_BY}
    assert page.post(here, data=sent).location == here
    assert "half-brother or half-sister of Ava" in main_of(page.get(here).text)


@pytest.mark.parametrize("left_out", ["kind", "known_by", "relative.kind"])
def test_what_is_left_out_is_asked_for_and_nothing_typed_is_lost(sign_in, here, left_out):
    says = {
        "kind": "Choose how they are related",
        "known_by": "Say how this is known",
        "relative.kind": "Say whether this is an adult or a child",
    }[left_out]
    answer = sign_in("mash_officer").post(here, data={name: MOTHER[name] for name in MOTHER if name != left_out})
    assert answer.status_code == 422
    assert says in main_of(answer.text)
    assert 'value="Mary"' in answer.text


@pytest.mark.parametrize("who", ["early_help_unit", "locality_worker:west", "analyst"])
def test_it_is_no_page_of_theirs(sign_in, here, who):
    assert sign_in(who).get(here).status_code == 403


def test_worker_of_the_case_sees_the_family_on_it(sign_in, office):
    case = accepted(office, given_name="Wes")
    say_related(office, case.person, "parent", an_adult())
    shown = main_of(sign_in("locality_worker:west").get(f"/referrals/{case.id}").text)
    assert "Mary Testley: parent" in shown


def test_api_says_who_belongs_to_whom(caller, office, enquiry):
    hub, key = caller("mash_manager"), enquiry.subjects[0].person_id
    told = {"kind": "parent", "known_by": KNOWN_BY, "relative": {"kind": "other_adult", "given_name": "Mary"}}
    said = hub.post(f"/people/{key}/family", told)
    assert said.status_code == 201
    family = hub.get(f"/people/{key}/family").get_json()
    assert [(each["person"]["given_name"], each["relations"]) for each in family["relatives"]] == [("Mary", ["parent"])]
    lives = {"kind": "lives_with", "known_by": KNOWN_BY, "relative_id": said.get_json()["relative_id"]}
    lives = hub.post(f"/people/{key}/family", lives | {"since": "2012-02-01"}).get_json()
    assert [each["given_name"] for each in hub.get(f"/people/{key}/family").get_json()["household"]] == ["Mary"]
    ended = hub.post(f"/relationships/{lives['id']}/end", {"until": "2013-02-01"})
    assert ended.get_json()["until"] == "2013-02-01"
    assert hub.get(f"/people/{key}/family").get_json()["household"] == []
    again = hub.post(f"/relationships/{lives['id']}/end", {"until": "2013-02-01"})
    assert again.status_code == 409
    gone = hub.post(f"/relationships/{lives['id']}/withdraw", {"reason": NOT_SO}).get_json()
    assert (gone["withdrawn_reason"], date.fromisoformat(gone["since"])) == (NOT_SO, date(2012, 2, 1))

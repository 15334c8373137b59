"""The directory's pages: looking for a service, saying what room it has, and noting that nobody can meet a need."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from tests.acting import a_referral, accepted, act, last_event
from tests.listing import ABSENT, ASHFIELD, in_directory, key
from triage.models import Capacity, UnmetNeed

UNIT, WEST, NORTH = "early_help_unit", "locality_worker:west", "locality_worker:north"
FULL = "None of these is known to have room now."


@pytest.fixture
def listed(office):
    return in_directory(office)


@pytest.fixture
def case(office, listed):
    """A child of five in Ashfield who misses school, whose early help the west has accepted."""
    found = accepted(office, "early_help", indicators=(ABSENT,))
    office.session.flush()
    return found


def names_in(page):
    return [each.text_content().strip() for each in html.fromstring(page.text).xpath("//tbody//th")]


def fits_in(page):
    """The services that fit, and those that nearly do."""
    lists = html.fromstring(page.text).xpath("//ul[preceding-sibling::h2[@id='services'] or ancestor::details[1]]")
    named = [(each, each.xpath("./li/strong/a/text()")) for each in lists]
    folded = [names for each, names in named if names and each.xpath("./ancestor::details")]
    return [names for each, names in named if names and not each.xpath("./ancestor::details")][0:1], folded


def test_list_has_those_with_room_first_and_what_is_asked_for_alone(sign_in, listed):
    client = sign_in("analyst")
    everything = names_in(client.get("/directory"))
    assert everything[:3] == ["Stay and play, Worksop", "Youth club", "Breakfast club"]
    assert everything[3] == "Back to school"  # six weeks; of the others nobody knows
    asked = {"need": ABSENT, "age": "5", "district": ASHFIELD}
    assert names_in(client.get("/directory", query_string=asked)) == [
        "Breakfast club",
        "Back to school",
        "School nursing",
    ]
    assert names_in(client.get("/directory", query_string=asked | {"room": "true"})) == ["Breakfast club"]
    assert names_in(client.get("/directory", query_string=asked | {"kind": "school_nurses"})) == ["School nursing"]
    assert "No service is like that" in client.get("/directory?age=24&kind=school&room=true").text
    wrong = client.get("/directory?age=x&kind=bakery").text
    assert "Enter an age in whole years, like 7." in wrong
    assert "There is no code" in wrong


def test_room_that_was_said_long_ago_is_told_as_not_confirmed_and_never_as_room(sign_in, office, listed):
    client = sign_in(UNIT)
    page = client.get(f"/directory/{key('School nursing')}").text
    assert "Not confirmed since 6 February 2013" in page
    assert "Room now" not in page
    assert "Room now" in client.get(f"/directory/{key('Breakfast club')}").text
    office.clock.at += timedelta(days=31)
    assert "Room now" not in sign_in(UNIT).get("/directory").text


def test_room_is_said_in_one_step_and_said_again_in_one(sign_in, office, listed):
    client, at = sign_in(WEST), f"/directory/{key('School nursing')}"
    assert client.post(f"{at}/capacity", data={"free": "2", "places": "", "waiting_weeks": "0"}).status_code == 302
    assert "Room now" in client.get(at).text
    office.clock.at += timedelta(days=40)
    client = sign_in(WEST)
    page = html.fromstring(client.get(at).text)
    assert "Not confirmed since 7 May 2013" in page.text_content()
    still = {
        each.get("name"): each.get("value")
        for each in page.xpath("//form[contains(@action, 'capacity')]//input[@type='hidden']")
    }
    assert client.post(f"{at}/capacity", data=still).status_code == 302
    assert "Room now" in client.get(at).text
    assert client.get(f"{at}/capacity").location == at


def test_what_a_colleague_said_since_is_not_said_over(sign_in, office, listed):
    client, at = sign_in(WEST), f"/directory/{key('Breakfast club')}"
    page = html.fromstring(client.get(at).text)
    still = {
        each.get("name"): each.get("value")
        for each in page.xpath("//form[contains(@action, 'capacity')]//input[@type='hidden']")
    }
    office.clock.at += timedelta(minutes=1)
    assert sign_in(UNIT).post(f"{at}/capacity", data={"free": "0"}).status_code == 302
    refused = client.post(f"{at}/capacity", data=still)
    assert refused.status_code == 422
    assert f"{office.actor(UNIT).name} has said something else since." in html.fromstring(refused.text).text_content()
    said = select(Capacity.free).where(Capacity.service_id == key("Breakfast club")).order_by(Capacity.said_at.desc())
    assert office.session.scalar(said.limit(1)) == 0


def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_is_kept(sign_in, office, listed):
    client, at = sign_in(UNIT), f"/directory/{key('Breakfast club')}"
    before = office.session.query(Capacity).count()
    refused = client.post(f"{at}/capacity", data={"free": "many", "places": "4"})
    assert (refused.status_code, "Enter a whole number from 0 to 100,000." in refused.text) == (422, True)
    assert 'value="many"' in refused.text
    assert "If there are none, enter 0." in client.post(f"{at}/capacity", data={}).text
    assert office.session.query(Capacity).count() == before


def test_whoever_may_not_say_what_room_there_is_has_no_form_for_it(sign_in, listed):
    at = f"/directory/{key('Breakfast club')}"
    for who in ("analyst", NORTH):
        client = sign_in(who)
        assert "Say what room there is today" not in client.get(at).text
        assert client.post(f"{at}/capacity", data={"free": "1"}).status_code == 403


def test_services_that_fit_a_child_stand_on_its_request_for_early_help_with_why_not(sign_in, case):
    page = sign_in(WEST).get(f"/referrals/{case.id}")
    fitting, nearly = fits_in(page)
    assert fitting == [["Breakfast club", "Back to school", "School nursing"]]
    assert nearly == [["Stay and play, Worksop", "Youth club"]]
    assert "It is for Bassetlaw, and the child lives in Ashfield." in page.text
    assert "It is for ages 11 to 17, and the child is 5 years old." in page.text
    assert FULL not in page.text


def test_others_than_what_was_seen_are_looked_for_by_the_address(sign_in, case):
    client = sign_in(WEST)
    form = html.fromstring(client.get(f"/referrals/{case.id}/needs").text)
    assert [each.get("value") for each in form.xpath("//input[@checked]")] == [ABSENT]
    page = client.get(f"/referrals/{case.id}?need=F2_BEREAVEMENT")
    assert fits_in(page)[0] == [["Grief"]]
    assert FULL in page.text
    none = client.get(f"/referrals/{case.id}?need=C2_SPEECH")
    assert "No service of the directory is for a child of this age" in none.text


def test_case_of_another_service_says_nothing_of_the_directory(sign_in, office, listed):
    case = accepted(office)
    office.session.flush()
    client = sign_in(WEST)
    assert "Services that fit" not in client.get(f"/referrals/{case.id}").text
    assert client.get(f"/referrals/{case.id}/needs").location == f"/referrals/{case.id}"
    assert client.post(f"/referrals/{case.id}/unmet-needs", data={"unmet.need": ABSENT}).status_code == 404


def test_need_that_nobody_can_meet_is_noted_by_one_press(sign_in, office, case):
    client, at = sign_in(WEST), f"/referrals/{case.id}"
    button = html.fromstring(client.get(f"{at}?need=C2_SPEECH").text).xpath("//button[@name='unmet.need']")[0]
    sent = {button.get("name"): button.get("value"), "unmet.words": "Made up: a year to wait in the city"}
    assert client.post(button.get("formaction"), data=sent).location == at
    (noted,) = office.session.query(UnmetNeed)
    assert (noted.need, noted.found, noted.district_code, noted.months_old) == ("C2_SPEECH", "nothing", ASHFIELD, 64)
    assert last_event(office, case, "unmet_need_noted").data == {
        "unmet_need": str(noted.id),
        "need": "C2_SPEECH",
        "found": "nothing",
    }
    page = client.get(at).text
    assert "Difficulty with speech, language or communication, on 7 May 2013" in page
    assert "Made up: a year to wait in the city" in page
    again = client.post(f"{at}/unmet-needs", data=sent)
    assert (again.status_code, "was noted as not met today already" in again.text) == (409, True)
    assert client.get(f"{at}/unmet-needs").location == at


@pytest.mark.parametrize(("need", "found"), [(ABSENT, "room"), ("F2_BEREAVEMENT", "no_room"), ("F2_DEBT", "nothing")])
def test_what_the_directory_had_is_noted_with_it(sign_in, office, case, need, found):
    sign_in(WEST).post(f"/referrals/{case.id}/unmet-needs", data={"unmet.need": need})
    assert [each.found for each in office.session.query(UnmetNeed)] == [found]


def test_what_is_no_need_is_refused_and_what_was_typed_is_kept(sign_in, office, case):
    client, at = sign_in(WEST), f"/referrals/{case.id}/unmet-needs"
    for need in ("", "C1_WELLBEING", "x"):
        refused = client.post(at, data={"unmet.need": need, "unmet.words": "Made up: kept"})
        assert (refused.status_code, "Choose the need that is not met." in refused.text) == (422, True)
        assert "Made up: kept" in refused.text
    assert office.session.query(UnmetNeed).count() == 0


def test_nothing_is_noted_on_a_case_that_is_closed(sign_in, office, listed):
    case = a_referral(office, "early_help")
    act(office, "mash_manager", case, "allocate", team_code="early_help_west")
    act(office, WEST, case, "accept")
    act(office, WEST, case, "close", closure="disengaged", rating_reason="Made up")
    office.session.flush()
    client = sign_in(WEST)
    assert "Note an unmet need" not in client.get(f"/referrals/{case.id}").text
    assert client.post(f"/referrals/{case.id}/unmet-needs", data={"unmet.need": ABSENT}).status_code == 409

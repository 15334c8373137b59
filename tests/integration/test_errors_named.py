"""What is wrong with a form is said of each field by its name, and never twice in the same words."""

import pytest
from lxml import html

from tests.asking_for_records import ask, do
from tests.making import an_enquiry

IG, MANAGER = "information_governance", "mash_manager"


@pytest.fixture
def places(office):
    """The pages whose forms are sent empty, by what is said of each."""
    enquiry = an_enquiry(office)
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    office.session.flush()
    person = enquiry.subjects[0].person_id
    return {
        "/enquiries/new": "mash_officer",
        "/rights/new": IG,
        "/retention/holds": IG,
        f"/people/{person}/corrections": IG,
        f"/enquiries/{enquiry.id}/shared": MANAGER,
        f"/rights/{request.id}/actions/send_back": MANAGER,
        "/account/interests": MANAGER,
    }


def said_on(page):
    return [each.text_content().strip() for each in html.fromstring(page).find_class("govuk-error-summary__list")[0]]


def test_each_line_of_a_summary_names_its_field(sign_in, places):
    clients = {who: sign_in(who) for who in set(places.values())}
    for path, who in places.items():
        answer = clients[who].post(path, data={"subjects.1.person.birth_date-day": "x"})
        assert answer.status_code in (409, 422), path
        said = said_on(answer.text)
        assert len(said) == len(set(said)), path
        assert not [each for each in said if each.startswith(("Fill", "Enter a real", "Missing"))], (path, said)


def test_a_field_of_one_of_several_people_says_whose_it_is(sign_in):
    sent = {"subjects.0.person.given_name": "Ava", "subjects.1.person.birth_date-day": "x"}
    said = said_on(sign_in("mash_officer").post("/enquiries/new", data=sent).text)
    assert "Person 2, date of birth: enter a real date, like 27 3 2010." in said
    assert "Choose who told us." in said

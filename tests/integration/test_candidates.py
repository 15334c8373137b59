"""Who is known already is shown while somebody is typed in, and whoever is chosen is recognised as it is logged."""

import pytest

from tests.acting import last_event
from tests.asking_for_records import as_
from tests.making import an_enquiry
from tests.reading import main_of
from triage.models import Enquiry
from triage.services.restricting import Restrict, restrict

AT = "subjects.0"
TYPED = {"at": AT, "given_name": "Ava", "family_name": "Testly", "day": "2", "month": "1", "year": "2008"}
LOGGED = {
    "received_at-day": "7",
    "received_at-month": "5",
    "received_at-year": "2013",
    "received_at-time": "09:30",
    "channel": "telephone",
    "source": "2A",
    "reported": "Made up: often not at school.",
    f"{AT}.person.given_name": "Ava",
    f"{AT}.person.family_name": "Testly",
    f"{AT}.person.birth_date-day": "2",
    f"{AT}.person.birth_date-month": "1",
    f"{AT}.person.birth_date-year": "2008",
    f"{AT}.indicators": "C2_ABSENCE_PATTERN",
}


@pytest.fixture
def known(office):
    person = an_enquiry(office).subjects[0].person
    office.session.flush()
    return person


def ask(page, **typed):
    return page.post("/people/candidates", data=TYPED | typed)


def test_known_child_is_shown_with_the_evidence_and_none_is_chosen(sign_in, known):
    shown = ask(sign_in("mash_officer")).text
    assert "Ava Testley" in shown
    assert "date of birth the same" in shown
    assert f'value="{known.id}"' in shown
    assert "checked" not in shown


@pytest.mark.parametrize(
    "typed",
    [
        {"given_name": "A", "family_name": ""},
        {"at": "elsewhere"},
        {"given_name": "Omar", "family_name": "Holt", "year": "2001"},
    ],
)
def test_too_little_or_nobody_alike_shows_nothing(sign_in, known, typed):
    assert ask(sign_in("mash_officer"), **typed).text.strip() == ""


def test_dates_that_are_none_are_left_out(sign_in, known):
    page = sign_in("mash_officer")
    for typed in ({"day": "31", "month": "2"}, {"year": ""}, {"day": "x"}, {"year": "99999999999"}):
        assert "Ava Testley" in ask(page, **typed, family_name="Testley", postcode="NG15 7AA").text


def test_early_help_sees_who_is_known_and_does_not_say_who_it_is(sign_in, known):
    shown = ask(sign_in("early_help_unit")).text
    assert "Ava Testley" in shown
    assert "radio" not in shown


@pytest.mark.parametrize("who", ["referrer", "locality_worker:west", "analyst"])
def test_nobody_else_looks_people_up(sign_in, known, who):
    assert ask(sign_in(who)).status_code == 403


def test_whoever_is_chosen_is_recognised_as_it_is_logged(sign_in, office, known):
    page = sign_in("mash_officer")
    answer = page.post("/enquiries/new", data=LOGGED | {f"{AT}.known": str(known.id)})
    assert answer.status_code == 302
    enquiry = office.session.get(Enquiry, answer.location.rpartition("/")[2])
    assert enquiry.subjects[0].person_id == known.id
    assert enquiry.subjects[0].name_as_given == "Ava Testly"
    assert last_event(office, enquiry, "person_recognised").data["known"] == str(known.id)
    assert "Ava Testley, 5 years old" in main_of(page.get(answer.location).text)


def test_call_is_logged_whether_or_not_the_one_chosen_is_like_it(sign_in, office, known):
    """As it is typed on, the one who was chosen may be no likely one any more."""
    other = an_enquiry(office, given_name="Zed", family_name="Other", birth_date=None, postcode=None).subjects[0].person
    office.session.flush()
    page, chosen = sign_in("mash_officer"), str(other.id)
    answer = page.post("/enquiries/new", data=LOGGED | {f"{AT}.known": chosen})
    assert answer.status_code == 302
    shown = main_of(page.get(answer.location).text)
    assert "who this is was not recorded" in shown
    assert str(office.session.get(Enquiry, answer.location.rpartition("/")[2]).subjects[0].person_id) != chosen


def test_nothing_is_said_of_restricted_records_while_one_types(sign_in, office, known):
    """Or one name and place after another could be tried, and nobody would see."""
    with as_(office, "mash_manager"):
        told = office.session.query(Enquiry).first()
        restrict(office.desk("mash_manager"), Restrict(enquiry_id=told.id, ordinal=1, reason="Placed for adoption"))
    assert ask(sign_in("social_worker"), family_name="Testley").text.strip() == ""


def test_what_is_no_choice_is_refused_and_nothing_typed_is_lost(sign_in, office, known):
    page = sign_in("mash_officer")
    before = office.session.query(Enquiry).count()
    for choice in ("nobody", "00000000-0000-7000-8000-00000000ffff"):
        refused = page.post("/enquiries/new", data=LOGGED | {f"{AT}.known": choice})
        assert refused.status_code in (404, 422)
        assert "often not at school" in refused.text
    assert office.session.query(Enquiry).count() == before

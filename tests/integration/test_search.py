"""Search finds whatever one may see by whatever is known of it, and nothing else."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.acting import accepted
from tests.making import an_enquiry
from tests.reading import plain
from tests.restricting import few_see
from triage.models import Reading

BORN = date(2008, 1, 2)
HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")


def found(client, text):
    """The page's answer as it is read, and its status."""
    answer = client.post("/search", data={"q": text})
    return answer.status_code, plain(answer.text.split("<main")[1])


@pytest.mark.parametrize("who", HUB)
@pytest.mark.parametrize("text", ["Ava Testley", "Testley, Ava", "Eva Testly 2 January 2008", "Testley"])
def test_child_is_found_with_their_cases_however_they_are_spelt(sign_in, office, who, text):
    enquiry = an_enquiry(office, given_name="Ava", family_name="Testley", birth_date=BORN)
    office.session.flush()
    status, page = found(sign_in(who), text)
    assert status == 200
    assert "1 person, the likeliest first" in page
    assert "Ava Testley Born 2 January 2008" in page
    assert enquiry.reference in page


def test_likeliest_comes_first_with_what_speaks_for_and_against(sign_in, office):
    for given, born in (("Eva", date(2009, 1, 2)), ("Ava", BORN)):
        an_enquiry(office, given_name=given, family_name="Testley", birth_date=born)
    _, page = found(sign_in("mash_officer"), "Ava Testley 2/1/2008")
    assert page.index("Ava Testley Born") < page.index("Eva Testley Born")
    assert "date of birth the same" in page
    assert "date of birth but for one digit (2 January 2008 / 2 January 2009)" in page


@pytest.mark.parametrize("text", ["NG15 7AA", "2.1.2008", "ng157aa 2008-01-02"])
def test_postcode_or_date_of_birth_finds_whoever_has_it(sign_in, office, text):
    an_enquiry(office, given_name="Ava", birth_date=BORN, postcode="NG15 7AA")
    an_enquiry(office, given_name="Leo", birth_date=date(2012, 3, 4), postcode="NG17 4AA")
    _, page = found(sign_in("social_worker"), text)
    assert "1 person" in page
    assert "Ava" in page


def test_case_is_found_by_its_reference_with_or_without_its_beginning(sign_in, office):
    case = accepted(office, given_name="Wes")
    number = case.reference.removeprefix("REF-")
    client = sign_in("locality_worker:west")
    for text in (case.reference, case.reference.lower(), number, number.rpartition("-")[0]):
        _, page = found(client, text)
        assert case.reference in page.split("By reference")[1], text
        assert "Wes" in page


def test_cases_are_told_the_latest_first_whatever_they_are(sign_in, office, clock):
    case = accepted(office, given_name="Wes", family_name="Testley")
    clock.at += timedelta(days=3)
    later = an_enquiry(office, person_id=case.person_id)
    office.session.flush()
    _, page = found(sign_in("mash_officer"), "Wes Testley")
    first = case.reference.replace("REF", "ENQ").rpartition("-")[0]
    told = [reference for reference in re.findall(r"(?:ENQ|REF)-[\d-]+\d", page)]
    assert told == [later.reference, case.reference, first]


def test_locality_finds_its_own_and_nobody_else(sign_in, office):
    accepted(office, given_name="Wes", nhs_number="9434765919")
    an_enquiry(office, given_name="Ava")
    office.session.flush()
    client = sign_in("locality_worker:west")
    for text in ("Wess Testley", "943 476 5919"):
        assert "Wes Testley" in found(client, text)[1], text
    assert "Nobody is found" in found(client, "Ava")[1]
    assert "Nobody is found" in found(sign_in("locality_worker:north"), "Wes Testley")[1]


@pytest.mark.parametrize("text", ["Ava Testley", "NG15 7AA", "2/1/2008", "{reference}"])
def test_of_what_is_restricted_nothing_is_said(sign_in, office, text):
    enquiry = an_enquiry(office, given_name="Ava", family_name="Testley", birth_date=BORN, postcode="NG15 7AA")
    few_see(office, enquiry.id)
    text = text.format(reference=enquiry.reference)
    hidden, nothing = (found(sign_in("social_worker"), each)[1] for each in (text, "Zanetti"))
    assert "Nobody is found" in hidden
    assert hidden == nothing
    assert enquiry.reference in found(sign_in("mash_manager"), text)[1]


@pytest.mark.parametrize("text", ["", "   ", "31/2/2008", "x" * 201])
def test_what_says_nothing_is_refused_in_words_and_kept_in_its_field(sign_in, text):
    answer = sign_in("mash_officer").post("/search", data={"q": text})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert f'value="{text}"' in answer.text or not text.strip()


def test_who_was_found_is_on_record(sign_in, office):
    child = an_enquiry(office, given_name="Ava", family_name="Testley").subjects[0].person
    found(sign_in("mash_officer"), "Ava Testley")
    reading = office.session.scalars(select(Reading).where(Reading.what == "search.find")).one()
    assert child.id in reading.people

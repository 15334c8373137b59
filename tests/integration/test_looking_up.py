"""A child who is known is found by whoever types them in, however they were written before."""

from datetime import date

import pytest
from sqlalchemy import update

from tests.making import an_enquiry
from triage.models import Person
from triage.services.linking import LinkPerson, link_person
from triage.services.people import NewPerson, find_matches, index_names
from triage.store.people import find_candidates
from workflows.people import LIKELY, Identity

CHILD = {"given_name": "Jayden", "family_name": "Kirkholme", "birth_date": date(2009, 3, 4), "postcode": "NG15 7AA"}
# What is typed in, of which one thing or two are wrong.
TYPED = {
    "as it was": {},
    "no date": {"birth_date": None},
    "no postcode": {"postcode": None},
    "sounds so": {"given_name": "Jaydun", "postcode": None},
    "names exchanged": {"given_name": "Kirkholme", "family_name": "Jayden", "postcode": None},
    "wrong day and wrong name": {"family_name": "Kirkhlm", "birth_date": date(2009, 3, 14), "postcode": None},
    "wrong month and both names": {
        "given_name": "Jadyen",
        "family_name": "Kirkhlome",
        "birth_date": date(2009, 8, 4),
        "postcode": None,
    },
    "wrong year and wrong name": {"given_name": "Jadyen", "birth_date": date(2008, 3, 4), "postcode": None},
    "mother's new name, moved": {"family_name": "Zanetti", "postcode": None},
    "half typed": {"family_name": "Kirk", "postcode": None},
    "no given name": {"given_name": "", "postcode": "NG15 7AA"},
}


@pytest.fixture
def child(office):
    """Among others, some of whom are rather like."""
    for given, family, born in (("Jason", "Kirk", date(2009, 3, 5)), ("Hayden", "Holme", date(2010, 4, 3))):
        an_enquiry(office, **CHILD | {"given_name": given, "family_name": family, "birth_date": born, "postcode": None})
    return an_enquiry(office, **CHILD).subjects[0].person


def look(office, **typed):
    return find_matches(office.desk("mash_officer"), NewPerson(**CHILD | typed))


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_child_comes_first_among_the_candidates(office, child, typed):
    found = look(office, **typed)
    assert found[0].person is child
    assert found[0].weight >= LIKELY
    assert all(each.says for each in found[0].evidence)


def test_somebody_else_altogether_is_not_found(office, child):
    other = {"given_name": "Omar", "family_name": "Holt", "birth_date": date(2001, 1, 30), "postcode": "NG1 1AA"}
    assert look(office, **other) == []


def test_brother_is_not_taken_for_the_child(office, child):
    brother = look(office, given_name="Leo", birth_date=date(2012, 11, 30))
    assert child not in [each.person for each in brother]


def test_unborn_child_is_found_again_by_name_and_address_when_it_is_born(office):
    expected = {"kind": "unborn_child", "given_name": "", "birth_date": None, "expected_date": date(2013, 7, 1)}
    unborn = an_enquiry(office, **CHILD | expected).subjects[0].person
    office.clock.at = office.clock.at.replace(month=8)
    found = look(office, birth_date=date(2013, 6, 24))
    assert [each.person for each in found] == [unborn]


def test_whoever_was_recorded_before_is_found_by_sound_once_the_schema_is_brought_up_to_date(office, child):
    typed = Identity("Jaydun", "Kirkholme", date(1999, 9, 9))
    office.session.execute(update(Person.__table__).values(name_keys=[]))
    office.session.expire_all()
    assert find_candidates(office.session, typed) == {}
    before = child.version
    assert index_names(office.session) == 3
    assert index_names(office.session) == 0
    office.session.expire_all()
    assert child in find_candidates(office.session, typed)
    assert child.version == before


def test_description_that_was_recognised_stands_in_nobodys_way(office, child):
    """It is left in no case, and sounds more like what is typed than the child does."""
    new = an_enquiry(office, **CHILD | {"given_name": "Xayden", "family_name": "Kirkhome", "birth_date": None})
    link_person(office.desk("social_worker"), LinkPerson(enquiry_id=new.id, ordinal=1, person_id=child.id))
    office.session.flush()
    typed = Identity("Xayden", "Kirkhome")
    assert list(find_candidates(office.session, typed)) == [child]

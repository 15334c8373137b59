"""Relatives who are in no case: hidden with a restricted child, and gone with the last file of whom they belong to."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.acting import accepted
from tests.asking_for_records import as_
from tests.disposing import LATER, agreed, closed_enquiry, dispose_all, service_desk
from tests.making import a_subject, an_enquiry
from tests.merging import say_one, told_of
from tests.relating import an_adult, family_of, say_related, take_back
from tests.restricting import few_see
from triage.errors import NotFound
from triage.models import DisposalItem, Person, Relationship, Subject
from triage.services.breaking_glass import BreakGlass, break_glass, is_like_hidden
from triage.services.rights.rectifying import AskRectification, ask_rectification


@pytest.fixture
def hidden(office):
    """A restricted child with a mother and her partner, who are in no case."""
    enquiry = told_of(office, "Holm", given_name="Ava")
    mother = say_related(office, enquiry.subjects[0].person, "parent", an_adult(address="7 Made-up Lane")).relative
    partner = say_related(office, mother, "significant_other", an_adult(given_name="Pat")).relative
    few_see(office, enquiry.id)
    return enquiry.subjects[0].person, mother, partner


def seen_people(office, who, *keys):
    with as_(office, who):
        office.session.expire_all()
        found = set(office.session.scalars(select(Person.id).where(Person.id.in_(keys))))
    office.session.expire_all()
    return found


def test_family_of_a_restricted_child_is_hidden_with_them_by_whatever_steps(office, hidden):
    keys = [each.id for each in hidden]
    assert seen_people(office, "social_worker", *keys) == set()
    assert seen_people(office, "mash_manager", *keys) == set(keys)
    ben = told_of(office, "Ashby", given_name="Ben").subjects[0].person
    with pytest.raises(NotFound):
        say_related(office, ben, "sibling", hidden[0], who="social_worker")


def test_mother_who_has_another_child_is_seen_as_that_ones_and_the_restricted_child_is_not(office, hidden):
    ava, mother, partner = (each.id for each in hidden)
    ben = told_of(office, "Ashby", given_name="Ben").subjects[0].person
    say_related(office, ben, "parent", hidden[1], who="mash_manager")
    assert seen_people(office, "social_worker", ava, mother, partner) == {mother, partner}
    assert family_of(office, ben, "social_worker")[0] == {"Mary": ["parent"]}
    assert family_of(office, ben, "mash_manager")[0] == {"Mary": ["parent"], "Ava": ["sibling"]}


def test_word_that_was_taken_back_shows_nobody(office, hidden):
    _ava, mother, partner = (each.id for each in hidden)
    ben = told_of(office, "Ashby", given_name="Ben").subjects[0].person
    take_back(office, say_related(office, ben, "parent", hidden[1], who="mash_manager").id, who="mash_manager")
    assert seen_people(office, "social_worker", mother, partner) == set()


def test_sister_of_the_same_hidden_enquiry_shows_nobody_either(office):
    both = an_enquiry(office, subjects=(a_subject(given_name="Ava"), a_subject(given_name="Zoe")))
    ava, zoe = (each.person for each in both.subjects)
    mother = say_related(office, ava, "parent", an_adult(address="7 Made-up Lane")).relative
    say_related(office, zoe, "parent", mother)
    few_see(office, both.id)
    assert seen_people(office, "social_worker", mother.id) == set()


def test_somebody_like_a_hidden_relative_is_not_hinted_at(office, hidden):
    like = told_of(office, "Testley", given_name="Mary", kind="adult_at_risk", birth_date=None)
    with as_(office, "social_worker"):
        assert not is_like_hidden(office.desk("social_worker"), like.subjects[0].person)
        with pytest.raises(NotFound):
            break_glass(office.desk("social_worker"), BreakGlass(reason="Made up", enquiry_id=like.id, ordinal=1))


def dispose_of_all(office, at):
    office.clock.at = at
    agreed(office)
    dispose_all(service_desk(office))


def test_relative_who_is_held_holds_the_file(office):
    ava = closed_enquiry(office, given_name="Ava").subjects[0].person
    mother = say_related(office, ava, "parent", an_adult()).relative
    told = {"field": "family_name", "asserted": "Voss", "asked_by": "Made-up", "evidence": "None"}
    with as_(office, "mash_officer"):
        ask_rectification(office.desk("mash_officer"), AskRectification(person_id=mother.id, **told))
    dispose_of_all(office, LATER)
    assert office.session.query(Person).filter(Person.id.in_([ava.id, mother.id])).count() == 2
    assert office.session.scalars(select(DisposalItem.skipped)).all() == ["is held"]


def test_mother_whose_own_file_goes_stays_for_the_child_who_has_one(office):
    hers = closed_enquiry(office, given_name="Mary", birth_date=date(1995, 6, 1)).subjects[0].person
    ben = accepted(office, given_name="Ben").person
    say_related(office, ben, "parent", hers)
    key = hers.id
    dispose_of_all(office, LATER)
    assert office.session.query(Subject).filter_by(person_id=key).count() == 0
    assert family_of(office, ben)[0] == {"Mary": ["parent"]}


def test_mother_of_two_records_stays_or_goes_whole(office):
    born = {"birth_date": date(1995, 6, 1)}
    mary, maria = (closed_enquiry(office, given_name=name, **born).subjects[0].person for name in ("Mary", "Maria"))
    say_one(office, "mash_officer", mary, maria)
    ben = accepted(office, given_name="Ben").person
    said = say_related(office, ben, "parent", maria)
    dispose_of_all(office, LATER)
    assert office.session.query(Person).filter(Person.given_name.in_(["Mary", "Maria"])).count() == 2
    take_back(office, said.id)
    assert office.session.scalars(select(DisposalItem.skipped)).all() == [None, None]


def test_whoever_is_in_no_case_goes_with_the_last_file_of_whoever_they_belong_to(office):
    first, later = (closed_enquiry(office, given_name=name, family_name="Holm") for name in ("Ava", "Ben"))
    ava, ben = (each.subjects[0].person for each in (first, later))
    mother = say_related(office, ava, "parent", relative=an_adult()).relative
    say_related(office, ben, "parent", mother)
    partner = say_related(office, mother, "significant_other", relative=an_adult(given_name="Pat")).relative
    alone = say_related(office, ava, "parent", relative=an_adult(given_name="Tom")).relative
    later.closed_at = LATER  # whose file is kept the longer
    office.session.flush()
    kept = {mother.id, partner.id, ben.id}
    everybody = {*kept, ava.id, alone.id}
    office.clock.at = LATER
    agreed(office)
    dispose_all(service_desk(office))
    assert office.session.query(Person.id).filter(Person.id.in_(everybody)).count() == len(kept)
    assert {key for (key,) in office.session.query(Person.id)} & everybody == kept
    assert {(each.person_id, each.relative_id) for each in office.session.query(Relationship)} == {
        (ben.id, mother.id),
        (mother.id, partner.id),
    }
    office.clock.at = LATER.replace(year=2026, month=6)
    agreed(office)
    dispose_all(service_desk(office))
    assert {key for (key,) in office.session.query(Person.id)} & everybody == set()
    assert office.session.query(Relationship).count() == 0

"""How people are related, by somebody's word: who belongs to a child, and who sees that."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import ProgrammingError

from tests.acting import a_referral, accepted, act, events_of, last_event
from tests.asking_for_records import as_
from tests.making import a_subject, an_enquiry
from tests.merging import part, say_one, told_of
from tests.relating import KNOWN_BY, NOT_SO, an_adult, end, family_of, history_of, say_related, take_back
from triage.errors import Conflict, Invalid
from triage.models import Person, Relationship
from triage.services.linking import LinkPerson, link_person
from triage.services.merging import weigh
from triage.services.people import NewPerson, find_matches
from triage.services.relating import RECOGNISED
from triage.services.rights.gathering_held import gather_material
from triage.store.relationships import list_family, list_relationships

MOVED = date(2013, 4, 1)


@pytest.fixture
def ava(office):
    return told_of(office, "Holm", given_name="Ava").subjects[0].person


@pytest.fixture
def mother(office, ava):
    return say_related(office, ava, "parent", relative=an_adult()).relative


def test_mother_who_is_in_no_case_is_described_and_belongs_to_her_child(office, ava, mother):
    assert family_of(office, ava)[0] == {"Mary": ["parent"]}
    assert family_of(office, mother)[0] == {"Ava": ["child"]}
    for one in (ava, mother):
        told = last_event(office, one, "relationship_said").data
        said = {"kind": "parent", "since": None, "until": None}
        assert told == said | {"relationship": str(list_relationships(office.session, [ava.id])[0].id)}


def test_children_of_one_mother_are_siblings_though_nobody_said_so(office, ava, mother):
    ben = told_of(office, "Ashby", given_name="Ben").subjects[0].person
    say_related(office, ben, "parent", mother)
    assert family_of(office, ava)[0] == {"Mary": ["parent"], "Ben": ["sibling"]}
    for child, name in ((ava, "Tom"), (ben, "Sam")):
        say_related(office, child, "parent", relative=an_adult(given_name=name, sex="M"))
    assert family_of(office, ava)[0] == {"Mary": ["parent"], "Tom": ["parent"], "Ben": ["half_sibling"]}


def test_unborn_childs_mother_is_a_parent_once_it_is_born(office):
    born = told_of(office, "Holm", kind="unborn_child", given_name="", birth_date=None, expected_date=date(2013, 7, 1))
    child = born.subjects[0].person
    say_related(office, child, "unborn_to", relative=an_adult())
    assert family_of(office, child)[0] == {"Mary": ["unborn_to"]}
    child.expected_date, child.birth_date, child.given_name = None, office.clock.at.date(), "Ivy"
    office.session.flush()
    assert family_of(office, child)[0] == {"Mary": ["parent"]}


def test_household_is_of_a_day_and_whoever_lives_with_one_lives_with_all(office, ava, mother):
    say_related(office, ava, "lives_with", mother)
    lodger = say_related(office, mother, "lives_with", relative=an_adult(given_name="Lou"), since=MOVED)
    assert family_of(office, ava)[1] == {"Mary", "Lou"}
    assert family_of(office, ava, day=MOVED - timedelta(days=1))[1] == {"Mary"}
    end(office, lodger.id, MOVED + timedelta(days=9))
    assert family_of(office, ava)[1] == {"Mary"}
    assert family_of(office, ava, day=MOVED + timedelta(days=9))[1] == {"Mary", "Lou"}
    say_related(office, mother, "lives_with", lodger.relative, since=MOVED + timedelta(days=20))
    assert family_of(office, ava)[1] == {"Mary", "Lou"}


def test_what_is_taken_back_stays_on_record_and_holds_no_more(office, ava):
    said = say_related(office, ava, "carer", relative=an_adult(given_name="Gran"))
    take_back(office, said.id)
    assert family_of(office, ava) == ({}, set())
    (kept,) = list_relationships(office.session, [ava.id])
    assert (kept.known_by, kept.withdrawn_reason) == (KNOWN_BY, NOT_SO)
    with pytest.raises(Conflict, match="taken back already"):
        take_back(office, said.id)
    with pytest.raises(Conflict, match="taken back already"):
        end(office, said.id, MOVED)
    say_related(office, ava, "carer", said.relative)


WRONG = {
    "by nobody's word": ({"known_by": " "}, "known_by"),
    "of nobody": ({"relative_id": None}, "relative_id"),
    "to come": ({"until": date(2099, 1, 1)}, "until"),
    "ended before it began": ({"since": MOVED, "until": MOVED - timedelta(days=1)}, "until"),
    "of one described without a name": ({"relative_id": None, "relative": NewPerson()}, "relative.given_name"),
    "of two at once": ({"relative": an_adult()}, "relative_id"),
}


@pytest.mark.parametrize(("told", "field"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_right_is_refused_and_leaves_nothing(office, ava, told, field):
    ben = told_of(office, "Ashby", given_name="Ben").subjects[0].person
    before = office.session.query(Person).count()
    with pytest.raises(Invalid) as refusal:
        say_related(office, ava, "lives_with", **({"relative_id": ben.id} | told))
    assert [each.field for each in refusal.value.problems] == [field]
    assert office.session.query(Relationship).count() == 0
    assert office.session.query(Person).count() == before


def test_parent_is_older_and_a_mother_before_the_birth_is_of_the_unborn(office, ava):
    for kind, born in (("parent", ava.birth_date), ("step_parent", ava.birth_date + timedelta(days=1))):
        with pytest.raises(Invalid, match="older than the child"):
            say_related(office, ava, kind, relative=an_adult(kind="child", birth_date=born))
    with pytest.raises(Invalid, match="not recorded as unborn"):
        say_related(office, ava, "unborn_to", relative=an_adult())


def test_two_records_of_one_child_have_one_family_and_none_to_themselves(office, ava, mother):
    eva = told_of(office, "Ashby", given_name="Eva").subjects[0].person
    ben = told_of(office, "Lund", given_name="Ben").subjects[0].person
    say_related(office, eva, "sibling", ben)
    merge = say_one(office, "mash_officer", ava, eva)
    assert family_of(office, ava)[0] == family_of(office, eva)[0] == {"Mary": ["parent"], "Ben": ["sibling"]}
    with pytest.raises(Invalid, match="the same person"):
        say_related(office, ava, "sibling", eva)
    with pytest.raises(Invalid, match="said already"):
        say_related(office, eva, "parent", mother)
    part(office, "mash_officer", merge.id)
    assert family_of(office, ava)[0] == {"Mary": ["parent"]}
    assert family_of(office, eva)[0] == {"Ben": ["sibling"]}


def test_parents_and_siblings_speak_for_two_records_being_one_childs(office, ava, mother):
    ashby = told_of(office, "Ashby", given_name="Ava").subjects[0].person
    apart = {each.field for each in weigh(office.desk("mash_officer"), ava, ashby)}
    say_related(office, ashby, "parent", relative=an_adult())
    beside = {each.field: each for each in weigh(office.desk("mash_officer"), ava, ashby)}
    assert "parents" not in apart
    assert beside["parents"].weight > 0
    assert beside["parents"].says == "parents one of them the same"
    (match,) = (each for each in find_matches(office.desk("mash_officer"), ava) if each.person is ashby)
    assert "parents" in {each.field for each in match.evidence}


def test_mother_is_found_when_somebody_types_her_in(office, ava, mother):
    typed = NewPerson(kind="adult_at_risk", given_name="Mary", family_name="Testly", birth_date=date(1980, 5, 6))
    mother.birth_date = date(1980, 5, 6)
    office.session.flush()
    with as_(office, "mash_officer"):
        found = find_matches(office.desk("mash_officer"), typed)
    assert [each.person for each in found] == [mother]


def test_what_was_told_of_family_and_household_is_known_before(office, ava, mother):
    ben = told_of(office, "Ashby", given_name="Ben", postcode=None)
    say_related(office, ben.subjects[0].person, "parent", mother)
    lodger = told_of(office, "Zanetti", given_name="Lou", postcode=None)
    say_related(office, lodger.subjects[0].person, "lives_with", ava)
    office.clock.at += timedelta(hours=1)
    new = an_enquiry(office, subjects=(a_subject(person_id=ava.id),))
    entries = history_of(office, new).entries
    told = {each.reference: each.relation for each in entries}
    assert told[ben.reference] == "sibling"
    assert told[lodger.reference] == "lives_with"


def test_locality_sees_the_whole_family_of_its_own_children_and_of_no_others(office):
    case = accepted(office, given_name="Wes")
    north = act(office, "mash_manager", a_referral(office), "allocate", team_code="social_care_north")
    mother = say_related(office, case.person, "parent", an_adult()).relative
    say_related(office, told_of(office, "Ashby", given_name="Ben").subjects[0].person, "parent", mother)
    say_related(office, case.person, "lives_with", mother)
    say_related(office, mother, "lives_with", an_adult(given_name="Lou"))
    assert family_of(office, case.person, "locality_worker:west") == (
        {"Mary": ["parent"], "Ben": ["sibling"]},
        {"Mary", "Lou"},
    )
    assert family_of(office, north.person, "locality_worker:north") == ({}, set())
    for who in ("locality_worker:west", "locality_worker:north", "analyst"):
        with as_(office, who):
            office.session.expire_all()
            assert office.session.query(Relationship).count() == 0, who
            assert office.session.query(Person).filter(Person.given_name.in_(["Mary", "Lou", "Ben"])).count() == 0, who
        office.session.expire_all()


def test_locality_may_not_say_so(office):
    case = accepted(office, given_name="Wes")
    with pytest.raises(Conflict, match="Your role may not"):
        say_related(office, case.person, "parent", relative=an_adult(), who="locality_worker:west")


def test_copy_of_the_record_tells_what_others_are_and_not_who(office, ava, mother):
    said = say_related(office, ava, "lives_with", mother, known_by="Mary told the school")
    material = gather_material(office.desk("information_governance"), ava)
    (section,) = (each for each in material.sections if each.title == "Your family and household")
    assert [each.heading for each in section.items] == ["Parent", "Lives with them"]
    assert "Mary" in material.others
    (passage,) = section.items[1].passages
    assert (passage.text, passage.key) == ("Mary told the school", f"relationships/{said.id}/known_by")
    hers = gather_material(office.desk("information_governance"), mother)
    (section,) = (each for each in hers.sections if each.title == "Your family and household")
    assert [each.heading for each in section.items] == ["Child", "Lives with them"]


def test_who_belongs_to_whom_is_said_once_and_one_way_round(office, ava, mother):
    ben = told_of(office, "Ashby", given_name="Ben").subjects[0].person
    with pytest.raises(Invalid, match="the other way round"):
        say_related(office, mother, "parent", ava)
    say_related(office, ava, "lives_with", ben, since=MOVED)
    with pytest.raises(Invalid, match="said already"):
        say_related(office, ben, "lives_with", ava)
    say_related(office, ben, "lives_with", ava, until=MOVED - timedelta(days=1))
    with pytest.raises(Invalid, match="said already"):
        say_related(office, ava, "lives_with", ben, until=MOVED)


def test_child_born_by_another_record_is_no_longer_unborn(office):
    told = told_of(office, "Holm", kind="unborn_child", given_name="", birth_date=None, expected_date=date(2013, 7, 1))
    unborn = told.subjects[0].person
    say_related(office, unborn, "unborn_to", an_adult())
    ivy = told_of(office, "Holm", given_name="Ivy", birth_date=office.clock.at.date()).subjects[0].person
    say_one(office, "mash_officer", unborn, ivy)
    assert family_of(office, unborn)[0] == family_of(office, ivy)[0] == {"Mary": ["parent"]}


def test_whoever_left_long_ago_brings_nobody(office, ava):
    person, gone = ava, date(2006, 1, 1)
    for name in ("Lou", "Max", "Nat"):
        person = say_related(office, person, "lives_with", an_adult(given_name=name), until=gone).relative
    office.session.flush()
    assert list_family(office.session, [ava.id], office.clock.at.date(), ()) == []
    assert len(list_family(office.session, [ava.id], gone, ())) == 3
    assert len(list_family(office.session, [ava.id], gone, [person.id])) == 2


def test_family_that_was_said_of_a_description_is_that_of_whoever_it_is(office, ava, mother):
    new = told_of(office, "Holm", given_name="Ava")
    described = new.subjects[0].person
    say_related(office, described, "sibling", an_adult(given_name="Cia", kind="child"))
    with as_(office, "social_worker"):
        office.session.expire_all()
        link_person(office.desk("social_worker"), LinkPerson(enquiry_id=new.id, ordinal=1, person_id=ava.id))
    assert family_of(office, ava)[0] == {"Mary": ["parent"], "Cia": ["sibling"]}
    assert {each.withdrawn_reason for each in list_relationships(office.session, [described.id])} == {RECOGNISED}
    with as_(office, "social_worker"):
        typed = NewPerson(given_name="Ava", family_name="Holm", birth_date=ava.birth_date)
        assert [each.person for each in find_matches(office.desk("social_worker"), typed)] == [ava]


def test_who_was_recognised_before_keeps_their_family_when_it_was_somebody_else(office, ava, mother):
    eva, new = told_of(office, "Ashby", given_name="Eva").subjects[0].person, told_of(office, "Holm")
    for person in (ava, eva):
        with as_(office, "social_worker"):
            command = LinkPerson(enquiry_id=new.id, ordinal=1, person_id=person.id, reason="Made up")
            link_person(office.desk("social_worker"), command)
    assert family_of(office, ava)[0] == {"Mary": ["parent"]}
    assert family_of(office, eva)[0] == {}


def test_what_is_said_of_other_days_is_said_again_too(office, ava, mother):
    say_related(office, ava, "lives_with", mother, until=date(2011, 6, 1))
    new = told_of(office, "Holm", given_name="Ava")
    say_related(office, new.subjects[0].person, "lives_with", mother)
    with as_(office, "social_worker"):
        link_person(office.desk("social_worker"), LinkPerson(enquiry_id=new.id, ordinal=1, person_id=ava.id))
    assert family_of(office, ava)[1] == {"Mary"}


def test_mother_of_a_description_that_was_unborn_is_the_parent_of_the_child_that_it_is(office, ava):
    told = told_of(office, "Holm", kind="unborn_child", given_name="", birth_date=None, expected_date=date(2013, 7, 1))
    mother = say_related(office, told.subjects[0].person, "unborn_to", an_adult()).relative
    command = LinkPerson(enquiry_id=told.id, ordinal=1, person_id=ava.id, reason="Made up")
    with as_(office, "social_worker"):
        link_person(office.desk("social_worker"), command)
    assert family_of(office, ava)[0] == {"Mary": ["parent"]}
    assert [each.type for each in events_of(office, mother)][-2:] == ["relationship_withdrawn", "relationship_said"]


@pytest.mark.parametrize("who", ["early_help_unit", "locality_worker:west", "analyst"])
def test_database_lets_nobody_say_so_whose_word_it_is_not(office, ava, mother, who):
    said, me = list_relationships(office.session, [ava.id])[0], office.actor(who)
    new = {"person_id": ava.id, "relative_id": mother.id, "kind": "carer", "known_by": "Made up", "id": uuid4()}
    new |= {"said_at": office.clock.at, "said_by_id": me.id, "withdrawn_reason": ""}
    table = Relationship.__table__
    ended = update(table).where(table.c.id == said.id).values(until=MOVED)
    with as_(office, who):
        with pytest.raises(ProgrammingError, match="row-level security"), office.session.begin_nested():
            office.session.execute(insert(table).values(**new))
        assert office.session.execute(ended).rowcount == 0

"""How people are related, by somebody's word: who belongs to a child, who sees that, and what goes with whom."""

from datetime import date, timedelta

import pytest

from tests.acting import accepted, last_event
from tests.asking_for_records import as_
from tests.disposing import LATER, agreed, closed_enquiry, dispose_all, service_desk
from tests.making import a_subject, an_enquiry
from tests.merging import part, say_one, told_of
from tests.relating import KNOWN_BY, NOT_SO, an_adult, end, say_related, take_back
from tests.restricting import few_see
from triage.errors import Conflict, Invalid, NotFound
from triage.models import Person, Relationship
from triage.services.family import gather_families
from triage.services.history import gather_history
from triage.services.merging import weigh
from triage.services.people import NewPerson, find_matches
from triage.services.rights.gathering_held import gather_material
from triage.store.relationships import list_relationships

MOVED = date(2013, 4, 1)


@pytest.fixture
def ava(office):
    return told_of(office, "Holm", given_name="Ava").subjects[0].person


@pytest.fixture
def mother(office, ava):
    return say_related(office, ava, "parent", relative=an_adult()).relative


def family_of(office, person, who="mash_officer", day=None):
    """Each relative by given name, with what they are; and the given names of the household."""
    with as_(office, who):
        office.session.expire_all()
        desk = office.desk(who)
        family = gather_families(desk, [person], day or desk.today)[person.identity_id]
        found = {each.person.given_name: list(each.relations) for each in family.relatives}
        lives = {each.given_name for each in family.household}
    office.session.expire_all()
    return found, lives


def test_mother_who_is_in_no_case_is_described_and_belongs_to_her_child(office, ava, mother):
    assert family_of(office, ava)[0] == {"Mary": ["parent"]}
    assert family_of(office, mother)[0] == {"Ava": ["child"]}
    for one, other in ((ava, mother), (mother, ava)):
        told = last_event(office, one, "relationship_said").data
        assert (told["kind"], told["other"]) == ("parent", str(other.id))


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
    entries = gather_history(office.desk("mash_officer"), new).entries
    told = {each.reference: each.relation for each in entries}
    assert told[ben.reference] == "sibling"
    assert told[lodger.reference] == "lives_with"


def test_locality_sees_the_family_of_its_own_children(office):
    case = accepted(office, given_name="Wes")
    say_related(office, case.person, "parent", relative=an_adult())
    assert family_of(office, case.person, "locality_worker:west")[0] == {"Mary": ["parent"]}
    for who, sees in (("locality_worker:west", 1), ("locality_worker:north", 0), ("analyst", 0)):
        with as_(office, who):
            office.session.expire_all()
            assert office.session.query(Relationship).count() == sees, who
            assert office.session.query(Person).filter_by(given_name="Mary").count() == sees, who
        office.session.expire_all()


def test_locality_may_not_say_so(office):
    case = accepted(office, given_name="Wes")
    with pytest.raises(Conflict, match="Your role may not"):
        say_related(office, case.person, "parent", relative=an_adult(), who="locality_worker:west")


def test_family_of_a_restricted_child_is_hidden_with_them(office):
    enquiry = told_of(office, "Holm", given_name="Ava")
    ava = enquiry.subjects[0].person
    mother = say_related(office, ava, "parent", relative=an_adult()).relative
    ben = told_of(office, "Ashby", given_name="Ben").subjects[0].person
    say_related(office, ben, "parent", mother)
    few_see(office, enquiry.id)
    hers = mother.id
    assert family_of(office, ben, "social_worker") == ({}, set())
    with as_(office, "social_worker"):
        office.session.expire_all()
        assert office.session.query(Person).filter_by(id=hers).count() == 0
    office.session.expire_all()
    with pytest.raises(NotFound):
        say_related(office, ben, "sibling", ava, who="social_worker")
    assert family_of(office, ben, "mash_manager")[0] == {"Mary": ["parent"], "Ava": ["sibling"]}


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

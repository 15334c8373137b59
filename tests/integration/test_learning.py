"""The service learns from everybody's records how one person's agree, and weighs whoever is typed in by that."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.asking_for_records import as_
from tests.families import County
from tests.making import an_enquiry
from triage.models import CommonValue, LearnedWeights, Person
from triage.services.learning import LEAST, learn_from_people, what_was_learned
from triage.services.people import NewPerson, find_matches, index_name
from workflows.people import Identity
from workflows.people.weights import of_numbers, shipped

BORN = date(2008, 1, 2)


@pytest.fixture
def county(office):
    """Made-up families, each of whom is recorded, and some again after a move."""
    families = County(2013, LEAST, date(2013, 1, 1))
    for who in list(families.everybody())[: LEAST + 500]:
        person = Person(
            kind="child",
            given_name=who.given_name,
            family_name=who.family_name,
            birth_date=who.birth_date,
            sex=who.sex,
            address=who.address,
            postcode=who.postcode,
        )
        index_name(person)
        office.session.add(person)
    office.session.flush()


def learn(office):
    learned = learn_from_people(office.desk("system"))
    office.session.flush()
    return learned


def test_of_few_people_nothing_is_learned(office):
    an_enquiry(office)
    assert learn(office) == 0
    assert what_was_learned(office.desk("mash_officer"), Identity("Ava", "Testley", BORN)) == (None, {})


def test_what_is_learned_is_kept_and_replaced(office, county):
    assert learn(office) > LEAST
    (first,) = office.session.scalars(select(LearnedWeights)).all()
    weights = of_numbers(first.weights)
    assert set(weights.of_one) == set(shipped().of_one)
    assert any(abs(weights.of_two[code] - shipped().of_two[code]).max() > 0.001 for code in weights.of_two)
    office.session.expire_all()
    learn(office)
    assert len(office.session.scalars(select(LearnedWeights)).all()) == 1


def test_rare_surname_says_more_than_a_common_one(office, county):
    learn(office)
    names = select(CommonValue.value).where(CommonValue.field == "family_name").order_by(CommonValue.share.desc())
    common = office.session.scalars(names.limit(1)).one()
    desk = office.desk("mash_officer")
    weighed = {}
    for name in (common, "Quillfeather"):
        an_enquiry(office, family_name=name, birth_date=BORN)
        described = NewPerson(given_name="Ava", family_name=name, birth_date=BORN)
        weighed[name] = {each.field: each.weight for each in find_matches(desk, described)[0].evidence}
    assert weighed["Quillfeather"]["family_name"] > weighed[common]["family_name"] + 2
    assert weighed["Quillfeather"]["birth_date"] == weighed[common]["birth_date"]


def test_nothing_is_kept_of_what_one_alone_has(office, county):
    an_enquiry(office, family_name="Quillfeather")
    learn(office)
    kept = office.session.scalars(select(CommonValue.value).where(CommonValue.field == "family_name")).all()
    assert kept
    assert "quillfeather" not in kept


def test_only_the_service_keeps_it_and_only_who_looks_people_up_reads_it(office, county):
    learn(office)
    for who, sees in (("mash_officer", True), ("locality_worker:west", False), ("analyst", False)):
        with as_(office, who):
            assert bool(office.session.scalars(select(LearnedWeights.people)).all()) is sees, who
            with pytest.raises(DBAPIError, match="by the service alone"), office.session.begin_nested():
                office.session.execute(text("SELECT keep_learned(now(), 1, '{}', '{}')"))

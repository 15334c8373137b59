"""What a person says is wrong is put beside what is recorded, and nothing that was recorded is lost."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.asking_for_records import as_, ask
from tests.correcting import say, settle
from tests.making import an_enquiry
from triage.errors import Conflict, Forbidden, Invalid, Stale
from triage.models import Event, Rectification
from triage.services.people import NewPerson, find_matches


@pytest.fixture
def enquiry(office):
    enquiry = an_enquiry(office, reported="Made up: he was drunk at the gate.")
    office.session.flush()
    return enquiry


def test_accepted_fact_is_the_current_one_and_the_old_one_stays(office, enquiry):
    row = settle(office, say(office, enquiry, field="given_name"))
    person = enquiry.subjects[0].person
    assert (person.given_name, person.search_name) == ("Eva", "eva testley")
    assert (row.recorded, row.asserted, row.search_name) == ("Ava", "Eva", "ava testley")
    told = office.session.query(Event).filter_by(case_id=person.id, type="person_corrected").one()
    assert (told.data["before"], told.data["after"], told.data["what"]) == ("Ava", "Eva", "given_name")


def test_nothing_changes_until_somebody_else_has_decided(office, enquiry):
    row = say(office, enquiry, "social_worker", field="given_name")
    assert enquiry.subjects[0].person.given_name == "Ava"
    with pytest.raises(Conflict, match="Somebody else decides"):
        settle(office, row)
    with pytest.raises(Forbidden):
        settle(office, row, "mash_officer")
    settle(office, row, "mash_manager")
    with pytest.raises(Conflict, match="has been decided"):
        settle(office, row, "mash_manager")


def test_refused_it_keeps_the_persons_own_statement(office, enquiry):
    row = settle(office, say(office, enquiry, field="given_name"), accept=False, statement="My name is Eva.")
    assert enquiry.subjects[0].person.given_name == "Ava"
    assert (row.state, row.statement) == ("refused", "My name is Eva.")


def test_passage_is_never_rewritten(office, enquiry):
    about = {"enquiry_id": enquiry.id, "passage": "reported", "recorded": "he was drunk"}
    row = settle(office, say(office, enquiry, asserted="He was ill.", **about))
    assert enquiry.reported == "Made up: he was drunk at the gate."
    assert (row.state, row.asserted) == ("accepted", "He was ill.")
    with pytest.raises(Invalid, match="Quote what is wrong"):
        say(office, enquiry, asserted="x", **(about | {"recorded": "he was sober"}))


@pytest.mark.parametrize("described", [("Ava", "Testley"), ("Eva", "Quaife"), ("Ava", "Quaife")])
def test_search_by_an_old_name_still_finds(office, enquiry, described):
    settle(office, say(office, enquiry, field="given_name"))
    settle(office, say(office, enquiry, field="family_name", asserted="Quaife"))
    office.session.flush()
    given, family = described
    new = NewPerson(given_name=given, family_name=family, birth_date=date(2008, 1, 2))
    found = find_matches(office.desk("mash_officer"), new)
    assert [each.person.id for each in found] == [enquiry.subjects[0].person_id]
    assert found[0].evidence[0].says in ("date of birth the same", "family name the same", "given name the same")


def test_search_by_an_old_date_of_birth_still_finds(office, enquiry):
    settle(office, say(office, enquiry, field="birth_date", asserted="2009-06-07"))
    assert enquiry.subjects[0].person.birth_date == date(2009, 6, 7)
    new = NewPerson(given_name="Ava", family_name="Unlike", birth_date=date(2008, 1, 2), postcode="NG15 7AA")
    assert [each.person.id for each in find_matches(office.desk("mash_officer"), new)] == [
        enquiry.subjects[0].person_id
    ]


def test_address_that_is_corrected_lies_where_it_lies(office, enquiry):
    settle(office, say(office, enquiry, field="postcode", asserted="s80 1aa"))
    person = enquiry.subjects[0].person
    assert person.postcode == "S80 1AA"
    assert office.pack.districts[person.district_code]["locality"] == "north"


@pytest.mark.parametrize(
    ("field", "asserted"),
    [("birth_date", "2199-01-01"), ("birth_date", "soon"), ("sex", "X"), ("postcode", "nowhere"), ("given_name", " ")],
)
def test_what_cannot_be_right_is_refused(office, enquiry, field, asserted):
    with pytest.raises(Invalid):
        say(office, enquiry, field=field, asserted=asserted)


def test_two_who_decide_at_once(office, enquiry):
    row = say(office, enquiry, field="given_name")
    with pytest.raises(Stale):
        settle(office, row, version=row.version + 1)


def test_information_governance_writes_down_what_it_is_told_and_decides_nothing(office, enquiry):
    ask(office)
    row = say(office, enquiry, "information_governance", field="given_name")
    with pytest.raises(Forbidden):
        settle(office, row, "information_governance")
    statement = text("UPDATE rectifications SET state = 'accepted', decided_at = now(), decided_by_id = made_by_id")
    with as_(office, "information_governance"):
        assert office.session.execute(statement).rowcount == 0


@pytest.mark.parametrize("who", ["analyst", "locality_worker:north"])
def test_nobody_sees_a_correction_of_a_person_that_they_do_not_see(office, enquiry, who):
    say(office, enquiry, field="given_name")
    with as_(office, who):
        assert office.session.query(Rectification).count() == 0


def test_nobody_decides_in_anothers_name(office, enquiry):
    say(office, enquiry, field="given_name")
    forged = office.actor("mash_manager").id
    statement = text("UPDATE rectifications SET state = 'refused', decided_at = now(), decided_by_id = :who")
    with (
        as_(office, "social_worker"),
        pytest.raises(DBAPIError, match="row-level security"),
        office.session.begin_nested(),
    ):
        office.session.execute(statement, {"who": forged})

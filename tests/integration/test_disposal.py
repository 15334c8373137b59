"""Files that nobody has a reason to keep go, all of them and nothing else, once two people have agreed."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.acting import act, events_of
from tests.asking_for_records import ask, give_out
from tests.correcting import settle
from tests.disposing import LATER, agreed, at_desk, close_unheeded, closed_enquiry, dispose_all, find_word, service_desk
from tests.making import a_subject, an_enquiry
from triage.access.ledger import is_disposed, seal
from triage.database import acting_as
from triage.insight.counting import refresh
from triage.models import (
    AccessExport,
    AccessRequest,
    DeclaredInterest,
    Disclosure,
    Disposal,
    Draft,
    Enquiry,
    Event,
    File,
    OpeningReason,
    Person,
    Rectification,
    Restriction,
    Subject,
)
from triage.services.linking import LinkPerson, link_person
from triage.services.people import find_matches

PECULIAR = "Quistelwyn"


@pytest.fixture
def two_files(office):
    """A sister's closed file, which is due, and one of hers and her brother's, who has an open case."""
    hers = closed_enquiry(office, given_name=PECULIAR, family_name="Testley", reported=f"Made up: {PECULIAR} is tired.")
    office.session.flush()
    sister = hers.subjects[0].person
    both = an_enquiry(office, subjects=(a_subject(person_id=sister.id), a_subject(given_name="Brambleby")))
    close_unheeded(office, both)
    brother = both.subjects[1].person
    his = an_enquiry(office, subjects=(a_subject(person_id=brother.id),))
    office.session.flush()
    office.clock.at = LATER
    return hers, both, his


def test_whole_life_ends_with_nothing_of_the_person_left(office):
    enquiry = closed_enquiry(office, given_name=PECULIAR, nhs_number="9434765919", reported=f"{PECULIAR} is tired")
    office.session.flush()
    key, person = enquiry.id, enquiry.subjects[0].person_id
    office.clock.at = LATER
    before = find_word(office.session, PECULIAR)
    assert {"people", "enquiries", "subjects"} <= set(before)
    disposal = agreed(office)
    assert dispose_all(service_desk(office)) == 1
    refresh(office.session)
    assert find_word(office.session, PECULIAR) == find_word(office.session, "9434765919") == {}
    assert set(find_word(office.session, str(person))) <= {"events"}
    assert set(find_word(office.session, str(key))) <= {"events", "disposal_items"}
    assert disposal.state == "executed"


def test_log_of_what_is_gone_keeps_its_links_and_says_by_which_disposal_it_went(office):
    enquiry = closed_enquiry(office, given_name=PECULIAR)
    before = [(each.number, each.type, each.hash) for each in events_of(office, enquiry)]
    key = enquiry.id
    office.clock.at = LATER
    disposal = agreed(office)
    dispose_all(service_desk(office))
    office.session.expunge_all()
    *events, last = office.session.query(Event).filter_by(case_id=key).order_by(Event.number).all()
    assert [(each.number, each.type, each.hash) for each in events] == before
    assert all(is_disposed(each) and each.data == {} for each in events)
    assert not any(each.hash == seal(each) for each in events if each.type == "enquiry_received")
    assert (last.type, last.data["disposal"], is_disposed(last)) == ("disposed", str(disposal.id), False)
    assert last.previous_hash == events[-1].hash
    assert last.hash == seal(last)


def keep_more(office, enquiry, person):
    """What else may be kept with a case: a letter, a correction, what somebody began to type, why it was opened."""
    who, now = office.actor("mash_officer").id, office.clock.now()
    told = {"name": f"{PECULIAR}.txt", "kind": "txt", "size": 1, "sha256": b"", "sent_sha256": b"", "content": b"x"}
    wrong = {"field": "given_name", "recorded": PECULIAR, "asserted": "Ava", "asked_by": PECULIAR}
    near = {"reference": enquiry.reference, "relation": "other", "words": PECULIAR}
    why = {"case_kind": "enquiry", "case_id": enquiry.id, "reason": "other", "words": PECULIAR}
    typed = {"page": f"/enquiries/{enquiry.id}/decide", "content": PECULIAR.encode()}
    rows = (
        File(enquiry_id=enquiry.id, added_at=now, added_by_id=who, **told),
        Rectification(person=person, made_at=now, made_by_id=who, **wrong),
        OpeningReason(user_id=who, stated_at=now, ends_at=now + timedelta(hours=12), **why),
        DeclaredInterest(user_id=who, declared_at=now, **near),
        Draft(user_id=who, id=uuid4(), begun_at=now, saved_at=now, expires_at=now + timedelta(days=1), **typed),
    )
    with at_desk(office, "mash_officer") as desk:
        desk.session.add_all(rows)
    settle(office, rows[1], accept=False)
    with at_desk(office, "mash_manager") as desk:
        made = {"made_at": now, "made_by_id": desk.actor.id}
        desk.session.add(Restriction(person_id=person.id, reference="x", reason=PECULIAR, **made))


def test_all_that_is_kept_beside_a_case_goes_with_it(office):
    enquiry = closed_enquiry(office, given_name=PECULIAR, reported=f"Made up: {PECULIAR} is tired")
    request = give_out(office, ask(office, given_name=PECULIAR)).id
    keep_more(office, enquiry, enquiry.subjects[0].person)
    office.clock.at = LATER
    disposal = agreed(office)
    dispose_all(service_desk(office))
    with acting_as(office.session, office.actor("mash_officer")):
        assert office.session.query(Draft).count() == 0
    assert find_word(office.session, PECULIAR) == {}
    for model in (
        AccessRequest,
        AccessExport,
        Disclosure,
        Rectification,
        File,
        OpeningReason,
        Restriction,
        DeclaredInterest,
    ):
        assert disposal.items[0].counts[model.__tablename__] > 0
        assert office.session.query(model).count() == 0
    *events, last = office.session.query(Event).filter_by(case_id=request).order_by(Event.number)
    assert (last.type, {each.disposed_at for each in events}) == ("disposed", {LATER})


def test_sibling_with_an_open_case_keeps_everything(office, two_files):
    hers, both, his = (each.id for each in two_files)
    disposal = agreed(office)
    dispose_all(service_desk(office))
    office.session.expunge_all()
    left = {each.id for each in office.session.query(Enquiry)}
    assert left == {both, his}
    assert [item.cases for item in office.session.get(Disposal, disposal.id).items] == [[hers]]
    assert office.session.query(Subject).filter_by(enquiry_id=both).count() == 2
    assert {each.given_name for each in office.session.query(Person)} == {PECULIAR, "Brambleby"}
    assert all(event.data for event in office.session.query(Event).filter_by(case_id=both, type="enquiry_received"))


def test_search_finds_nobody_afterwards(office):
    closed_enquiry(office, given_name=PECULIAR)
    office.session.flush()
    described = Person(kind="child", given_name=PECULIAR, family_name="Testley", birth_date=date(2008, 1, 2))
    assert find_matches(service_desk(office), described)
    office.clock.at = LATER
    agreed(office)
    dispose_all(service_desk(office))
    assert find_matches(service_desk(office), described) == []


def test_who_was_described_and_then_recognised_goes_with_the_file(office):
    known = closed_enquiry(office, given_name=PECULIAR)
    again = an_enquiry(office, given_name=f"{PECULIAR}a")
    office.session.flush()
    described, person = again.subjects[0].person_id, known.subjects[0].person_id
    link_person(
        office.desk("mash_officer"), LinkPerson(enquiry_id=again.id, ordinal=1, person_id=person, reason="Said")
    )
    close_unheeded(office, again)
    office.clock.at = LATER
    assert office.session.get(Person, described)
    agreed(office)
    dispose_all(service_desk(office))
    assert find_word(office.session, PECULIAR) == {}


def test_enquiry_that_was_joined_into_another_goes_with_it(office):
    earlier = an_enquiry(office, given_name=PECULIAR)
    office.clock.at += timedelta(hours=1)
    later = an_enquiry(office, given_name="Ben", reported=f"Made up: {PECULIAR} too")
    office.session.flush()
    act(office, "social_worker", later, "join", into_reference=earlier.reference, reason="The same family")
    close_unheeded(office, earlier)
    office.clock.at = LATER
    agreed(office)
    assert dispose_all(service_desk(office)) == 1
    assert office.session.query(Enquiry).count() == 0
    assert find_word(office.session, PECULIAR) == {}

"""A restriction goes with the child: to what was split off or joined, and to whoever has the case by then."""

from email.message import EmailMessage
from uuid import uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from tests.acting import a_referral, accepted, act, two_children, walk
from tests.making import an_enquiry
from tests.reading import main_of
from tests.restricting import MAKER, at_desk_of, few_see
from triage.access.actor import SYSTEM
from triage.errors import Conflict, Invalid, NotFound
from triage.models import Enquiry, OutboxMessage, Person, Referral, RestrictionReader, User
from triage.services.linking import LinkPerson, link_person
from triage.services.notices import deliver
from triage.services.people import find_matches
from triage.services.restricting import add_reader, lift, remove_reader

OFFICER, OTHER = "mash_officer", "mash_manager 2"


def name_of(office, who):
    return office.session.get_one(User, office.actor(who).id).username


def seen_by(office, who, model=Enquiry):
    with at_desk_of(office, who):
        return set(office.session.scalars(select(model.id)))


def test_what_was_split_off_is_hidden_with_what_it_came_from(office):
    enquiry, bystander = two_children(office), an_enquiry(office, given_name="Nell")
    walk(office, "social_worker", enquiry, "start_screening")
    moved = (enquiry.subjects[1].id,)
    act(office, "social_worker", enquiry, "split", subject_ids=moved, reason="They live apart")
    other = office.session.query(Enquiry).filter_by(split_from_id=enquiry.id).one()
    few_see(office, other.id)
    assert seen_by(office, OFFICER) == {bystander.id}
    assert seen_by(office, MAKER) == {enquiry.id, other.id, bystander.id}


def test_what_was_joined_is_hidden_with_what_it_is_part_of(office):
    first, later = an_enquiry(office), an_enquiry(office, given_name="Nell")
    act(office, "mash_manager", later, "join", into_reference=first.reference, reason="Made up: the same family")
    few_see(office, first.id)
    assert seen_by(office, OFFICER) == set()


def test_whoever_was_described_and_recognised_is_hidden_and_nobody_else_to_be_found(office):
    first, second = an_enquiry(office), an_enquiry(office)
    known, described = first.subjects[0].person, second.subjects[0].person
    with at_desk_of(office, "social_worker") as desk:
        link_person(desk, LinkPerson(enquiry_id=second.id, ordinal=1, person_id=known.id))
    asked = an_enquiry(office).subjects[0].person
    with at_desk_of(office, OFFICER) as desk:
        assert {match.person.id for match in find_matches(desk, asked)} == {known.id}
    few_see(office, first.id)
    with at_desk_of(office, OFFICER) as desk:
        assert find_matches(desk, asked) == []
    assert not {known.id, described.id} & seen_by(office, OFFICER, Person)


def test_whoever_is_given_the_case_sees_it(office):
    case = a_referral(office)
    few_see(office, case.enquiry_id)
    act(office, MAKER, case, "allocate", team_code="social_care_west")
    assert seen_by(office, "locality_manager:west", Referral) == {case.id}
    assert seen_by(office, "locality_worker:west", Referral) == set()
    act(office, "locality_manager:west", case, "accept")
    case.worker_id = office.actor("locality_worker:west").id
    assert seen_by(office, "locality_worker:west", Referral) == {case.id}
    for who in ("locality_worker 2:west", "locality_manager:north"):
        assert seen_by(office, who, Referral) == set()
    case.worker_id = office.actor("locality_worker 2:west").id
    assert seen_by(office, "locality_worker 2:west", Referral) == {case.id}
    act(office, "locality_manager:west", case, "close", closure="RC1")
    assert seen_by(office, "locality_manager:west", Referral) == set()


def test_whoever_is_handed_the_enquiry_sees_it_and_so_does_the_night(office):
    enquiry = an_enquiry(office)
    few_see(office, enquiry.id)
    enquiry.owner_id = office.actor(OFFICER).id
    assert seen_by(office, OFFICER) == {enquiry.id}
    assert seen_by(office, "emergency_duty_team") == set()
    enquiry.with_edt = True
    assert seen_by(office, "emergency_duty_team") == {enquiry.id}


def test_nobody_is_taken_off_who_has_the_case(office):
    case = accepted(office)
    act(office, "locality_worker:west", case, "claim")
    restriction = few_see(office, case.enquiry_id)
    with at_desk_of(office, MAKER) as desk, pytest.raises(Conflict, match="has the case"):
        remove_reader(desk, restriction.id, office.actor("locality_worker:west").id)


@pytest.fixture
def restriction(office):
    return few_see(office, an_enquiry(office).id)


@pytest.mark.parametrize("do", [add_reader, remove_reader, lift])
def test_manager_who_is_not_on_the_list_does_not_find_it(office, restriction, do):
    office.actor(OTHER)
    with at_desk_of(office, OTHER) as desk, pytest.raises(NotFound):
        do(desk, restriction.id, name_of(office, OTHER))


def test_nobody_puts_themselves_or_whoever_works_on_no_cases_on_a_list(office, restriction):
    names = {who: name_of(office, who) for who in (MAKER, "administrator")}
    with at_desk_of(office, MAKER) as desk:
        for who, match in ((MAKER, "Nobody puts themselves"), ("administrator", "works on no cases")):
            with pytest.raises(Invalid, match=match):
                add_reader(desk, restriction.id, names[who])


@pytest.mark.parametrize("who", [OTHER, "information_governance"])
def test_nobody_puts_themselves_on_a_list_in_sql(office, restriction, who):
    me = office.actor(who).id
    added = insert(RestrictionReader).values(
        id=uuid4(), restriction_id=restriction.id, user_id=me, added_at=office.clock.now(), added_by_id=me
    )
    with (
        at_desk_of(office, who),
        pytest.raises(DBAPIError, match="row-level security"),
        office.session.begin_nested(),
    ):
        office.session.execute(added)


def test_governance_and_the_list_read_of_every_change(office, restriction):
    with at_desk_of(office, MAKER) as desk:
        add_reader(desk, restriction.id, name_of(office, OFFICER))
        remove_reader(desk, restriction.id, office.actor(OFFICER).id)
        lift(desk, restriction.id, "Made up: they have left")
    promised = select(OutboxMessage).where(OutboxMessage.task == "tell_restriction").order_by(OutboxMessage.id)
    letters: list[EmailMessage] = []
    for each in office.session.scalars(promised):
        deliver(office.desk(MAKER).with_actor(SYSTEM), each, "mash@triage.example", letters.append)
    assert [OFFICER in str(letter["To"]) for letter in letters] == [False, True, True, False]
    for letter in letters:
        assert "information_governance@" in str(letter["To"])
        assert name_of(office, MAKER) in str(letter["To"])
    assert [each.get_content().split(". ")[0].partition(f"{restriction.reference} ")[2] for each in letters] == [
        "was made",
        "has a new name on its list, Made-up mash_officer",
        "has a name less on its list, Made-up mash_officer",
        "was lifted",
    ]


def test_page_says_that_few_see_a_record_and_who_put_whom_on_its_list(sign_in, office, restriction):
    enquiry = office.session.query(Enquiry).filter_by(reference=restriction.reference).one()
    page = main_of(sign_in(MAKER).get(f"/enquiries/{enquiry.id}").text)
    assert ("Few may see these records" in page, "Restrict these records" in page) == (True, False)
    client, at = sign_in(MAKER), f"/restricted/{restriction.id}/readers"
    client.post(at, data={"username": name_of(office, OFFICER)})
    client.post(f"{at}/{office.actor(OFFICER).id}/remove")
    said = main_of(client.get("/restricted").text)
    assert "No longer: Made-up mash_officer, put on by Made-up mash_manager" in said
    assert restriction.reference not in main_of(sign_in(OTHER).get("/restricted").text)
    assert restriction.reference in main_of(sign_in("information_governance").get("/restricted").text)

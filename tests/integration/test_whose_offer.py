"""Whatever SQL reaches the database: an offer is made by who has the case, answered by who is asked, and kept."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tests.acting import a_referral, accepted, act, walk
from triage.access.actor import NOBODY, SYSTEM
from triage.database import act_as
from triage.models.codes import ROLES

WEST, NORTH, SOUTH = "locality_worker:west", "locality_worker:north", "locality_worker:south"
COLLEAGUE = "locality_worker 2:west"
LOCAL = ("locality_worker", "locality_manager")
BLIND = ("analyst", None, *LOCAL)  # nobody, and whoever works in no locality
SEES = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team", "system")
DO_NOT_ANSWER = tuple(role for role in SEES if role not in ("mash_manager", "early_help_unit", "system"))
OFFER = text(
    "INSERT INTO transfers (id, referral_id, state, to_team_code, to_authority, from_locality_code, to_locality_code,"
    " reason, offered_at, offered_by_id, ended_at, ended_by_id, answer_reason, workflow_version, version)"
    " VALUES (:id, :referral_id, :state, :to_team_code, :to_authority, :from_locality_code, :to_locality_code, 'x',"
    " '2013-05-07', :offered_by_id, :ended_at, :ended_by_id, '', 1, 1)"
)
ANSWER = text("UPDATE transfers SET state = :state, ended_at = '2013-05-08', ended_by_id = :ended_by_id, version = 2")
ENDED = {"ended_at": "2013-05-08"}


@pytest.fixture
def case(office):
    """A case of the west."""
    for who in (WEST, COLLEAGUE, NORTH, SOUTH, *ROLES):
        office.actor(who)
    return walk(office, WEST, accepted(office), "claim", "start_assessment")


@pytest.fixture
def offered(office, case):
    """It is on offer to the north."""
    act(office, WEST, case, "offer_transfer", transfer_to="social_care_north", reason="They moved")
    return case.offer


@pytest.fixture
def abroad(office, case):
    """It is on offer to another authority."""
    act(office, WEST, case, "offer_transfer", transfer_to="Derbyshire", reason="They moved")
    return case.offer


def run_as(office, who, statement, **values):
    """What the database answers to whoever signs in as that, and how many rows it was about."""
    office.session.flush()
    act_as(office.session, office.actor(who) if who else NOBODY)
    try:
        with office.session.begin_nested():
            return office.session.execute(statement, values)
    finally:
        act_as(office.session, SYSTEM)


def key_of(office, who):
    return office.actor(who).id if who else NOBODY.id


def insert(office, who, case, **differently):
    about = {"id": uuid4(), "referral_id": case.id, "state": "offered", "offered_by_id": key_of(office, who)}
    sides = {"from_locality_code": "west", "to_locality_code": "north", "to_team_code": "social_care_north"}
    empty = dict.fromkeys(("to_authority", "ended_at", "ended_by_id"))
    return run_as(office, who, OFFER, **(about | sides | empty | differently)).rowcount


def answer(office, who, state, **differently):
    return run_as(office, who, ANSWER, **({"state": state, "ended_by_id": key_of(office, who)} | differently)).rowcount


def seen_by(office, who):
    return run_as(office, who, text("SELECT count(*) FROM transfers")).scalar()


def test_offer_is_read_by_both_sides_and_the_hub_and_nobody_else(office, offered):
    told = {who: seen_by(office, who) for who in (WEST, NORTH, SOUTH, *SEES, *BLIND)}
    assert told == {WEST: 1, NORTH: 1, SOUTH: 0, **dict.fromkeys(SEES, 1), **dict.fromkeys(BLIND, 0)}


def test_whoever_gets_the_case_later_reads_how_it_came_to_them(office, case, offered):
    act(office, NORTH, offered, "accept_transfer")
    act(office, NORTH, case, "offer_transfer", transfer_to="social_care_south", reason="They moved on")
    assert {who: seen_by(office, who) for who in (WEST, NORTH, SOUTH)} == {WEST: 1, NORTH: 2, SOUTH: 1}
    act(office, SOUTH, case.offer, "accept_transfer")
    assert {who: seen_by(office, who) for who in (WEST, NORTH, SOUTH)} == {WEST: 1, NORTH: 2, SOUTH: 2}


@pytest.mark.parametrize("who", [WEST, COLLEAGUE, "mash_manager", "early_help_unit"])
def test_case_is_offered_by_those_who_have_it_and_by_the_hub(office, case, who):
    assert insert(office, who, case) == 1


@pytest.mark.parametrize("state", ["offered", "accepted"])
@pytest.mark.parametrize("from_", ["west", "north", "south", None])
@pytest.mark.parametrize("who", [NORTH, SOUTH])
def test_nobody_offers_themselves_another_localitys_case(office, case, who, from_, state):
    place = who.partition(":")[2]
    mine = {"to_locality_code": place, "to_team_code": f"social_care_{place}", "from_locality_code": from_}
    ended = {**ENDED, "ended_by_id": key_of(office, who)} if state == "accepted" else {}
    with pytest.raises(ProgrammingError, match="row-level security"):
        insert(office, who, case, state=state, **mine, **ended)


@pytest.mark.parametrize("who", [*DO_NOT_ANSWER, *BLIND])
def test_nobody_else_offers_a_case(office, case, who):
    with pytest.raises(ProgrammingError, match="row-level security"):
        insert(office, who, case)


@pytest.mark.parametrize("who", [WEST, "mash_manager"])
@pytest.mark.parametrize(
    "differently",
    [
        {"state": "accepted", **ENDED},
        {"state": "rejected", **ENDED},
        {"state": "revoked", **ENDED},
        {"from_locality_code": "north"},
        {"from_locality_code": None},
        {"to_locality_code": "south"},  # whose team it is not
        {"to_locality_code": None},
        {"to_team_code": None, "to_authority": "Derbyshire"},  # which is in no locality of ours
        {"offered_by_id": SYSTEM.id},
    ],
)
def test_offer_begins_as_one_from_who_has_it_to_that_teams_place_in_ones_own_name(office, case, who, differently):
    with pytest.raises(ProgrammingError, match="row-level security"):
        insert(office, who, case, **differently)


def test_case_that_has_no_locality_yet_is_offered_by_no_locality(office, case):
    waits = a_referral(office, postcode=None)
    waits.locality_code = None
    for from_ in (None, "west"):
        with pytest.raises(ProgrammingError, match="row-level security"):
            insert(office, WEST, waits, from_locality_code=from_)


@pytest.mark.parametrize(
    ("who", "state"),
    [
        *((NORTH, state) for state in ("accepted", "rejected")),
        (WEST, "revoked"),
        (COLLEAGUE, "revoked"),
        *((who, state) for who in ("mash_manager", "early_help_unit") for state in ("accepted", "rejected", "revoked")),
    ],
)
def test_each_side_ends_an_offer_for_itself_and_the_hub_for_either(office, case, offered, who, state):
    assert answer(office, who, state) == 1
    office.session.refresh(case)
    assert case.locality_code == "west"  # saying so is not taking it: that the service does


@pytest.mark.parametrize(
    ("who", "state"),
    [
        *((COLLEAGUE, state) for state in ("accepted", "rejected", "offered")),
        *((NORTH, state) for state in ("revoked", "offered")),
        *((who, "accepted") for who in DO_NOT_ANSWER),
        *((who, "revoked") for who in DO_NOT_ANSWER),
    ],
)
def test_nobody_answers_for_the_other_side(office, offered, who, state):
    with pytest.raises(ProgrammingError, match="row-level security"):
        answer(office, who, state)


@pytest.mark.parametrize("who", [SOUTH, *BLIND])
def test_whoever_an_offer_does_not_concern_finds_nothing_to_answer(office, offered, who):
    assert [answer(office, who, state) for state in ("accepted", "rejected", "revoked")] == [0, 0, 0]


@pytest.mark.parametrize("who", [NORTH, "mash_manager"])
def test_nobody_answers_in_anothers_name(office, offered, who):
    for other in (COLLEAGUE, "system"):
        with pytest.raises(ProgrammingError, match="row-level security"):
            answer(office, who, "accepted", ended_by_id=key_of(office, other))
    with pytest.raises(IntegrityError, match="says who answered it"):
        answer(office, who, "accepted", ended_by_id=None)


def test_what_another_authority_said_is_recorded_by_a_second_person_of_those_who_have_the_case(office, abroad):
    for state in ("accepted", "rejected"):
        with pytest.raises(IntegrityError, match="is answered by another than who offered it"):
            answer(office, WEST, state)
    assert answer(office, NORTH, "accepted") == 0
    assert answer(office, COLLEAGUE, "accepted") == 1


@pytest.mark.parametrize("who", [WEST, "system"])
@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_not_even_the_service_records_an_answer_of_who_offered(office, offered, who, state):
    with pytest.raises(IntegrityError, match="is answered by another than who offered it"):
        answer(office, who, state, ended_by_id=key_of(office, WEST))


@pytest.mark.parametrize("who", [WEST, NORTH, "mash_manager", "system"])
@pytest.mark.parametrize(
    "change",
    [
        "referral_id = id",
        *("to_team_code = 'social_care_south'", "to_locality_code = 'south'", "from_locality_code = 'north'"),
        *("to_authority = 'Derbyshire'", "reason = 'y'", "offered_by_id = ended_by_id", "offered_at = ended_at"),
        *("workflow_version = 0", "id = referral_id"),
    ],
)
def test_what_was_offered_is_never_rewritten(office, offered, who, change):
    with pytest.raises(ProgrammingError, match="permission denied"):
        run_as(office, who, text(f"UPDATE transfers SET {change}"))  # noqa: S608


@pytest.mark.parametrize("who", [WEST, NORTH, "mash_manager", "system"])
def test_offer_is_answered_once_and_kept(office, offered, who):
    act(office, NORTH, offered, "reject_transfer", reason="No room")
    for state in ("accepted", "rejected", "revoked"):
        with pytest.raises(IntegrityError, match="has been answered, and stays as it is"):
            answer(office, who, state)
    with pytest.raises(IntegrityError, match="has been answered, and stays as it is"):
        run_as(office, who, text("UPDATE transfers SET answer_reason = 'Room after all'"))
    with pytest.raises(ProgrammingError, match="permission denied"):
        run_as(office, who, text("DELETE FROM transfers"))


@pytest.mark.parametrize("who", [NORTH, SOUTH, *BLIND])
def test_nobody_learns_by_asking_where_a_case_is_that_they_do_not_have(office, case, who):
    ask = text("SELECT holds_case(:id, place) FROM unnest(ARRAY['west', 'north', 'south', '', NULL]) place")
    assert set(run_as(office, who, ask, id=case.id).scalars()) == {False}
    assert set(run_as(office, WEST, ask, id=case.id).scalars()) == {True, False}

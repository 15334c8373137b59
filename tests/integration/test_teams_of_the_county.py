"""Those who work for the whole county in one service, with no locality: they see their team's cases, and no other."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError

from tests.acting import a_referral, accepted, act, clock_of, walk
from tests.making import a_subject, an_enquiry
from tests.reading import main_of, plain
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.access.command import add_user
from triage.database import act_as, acting_as
from triage.models import Clock, Decision, Enquiry, Event, Person, Recommendation, Referral, Subject, User

ADULTS, SEND, WEST = "locality_worker@adult_social_care", "locality_worker@send", "locality_worker:west"
NOWHERE = "locality_worker"
ADULT = {"given_name": "Edith", "kind": "adult_at_risk", "birth_date": None, "indicators": ()}
WHY = {"reason": "Made up"}


@pytest.fixture
def cases(office):
    """One case of each team of the county, and social care cases of two localities; some are of one family."""
    family = an_enquiry(office, subjects=(a_subject(**ADULT), a_subject(given_name="Ava", indicators=())))
    act(office, "mash_officer", family, "immediate_danger", reason="Made up")
    adult, child = sorted(family.referrals, key=lambda each: each.service)
    act(office, "mash_manager", child, "allocate", team_code="social_care_west")
    pupil = a_referral(office, "ehc_pathway", given_name="Fay")
    north = a_referral(office, postcode="S80 1AA", given_name="Gil")
    act(office, "mash_manager", north, "allocate", team_code="social_care_north")
    for who in (ADULTS, SEND, WEST, NOWHERE, "locality_worker:south"):
        office.actor(who)
    office.session.flush()
    return {"adult": adult, "child": child, "pupil": pupil, "north": north}


def seen_by(office, who):
    """The names of the people whose referrals the database lets them see."""
    act_as(office.session, office.actor(who))
    office.session.expunge_all()
    query = select(Person.given_name).join(Referral, Referral.person_id == Person.id)
    found = sorted(office.session.scalars(query))
    everybody = sorted(office.session.scalars(select(Person.given_name)))
    act_as(office.session, SYSTEM)
    assert found == everybody
    return found


def test_each_sees_its_own_teams_cases_or_its_own_places_and_nothing_else(office, cases):
    assert seen_by(office, ADULTS) == ["Edith"]
    assert seen_by(office, SEND) == ["Fay"]
    assert seen_by(office, WEST) == ["Ava", "Edith", "Fay"]  # what is in the west, as ever
    assert seen_by(office, "locality_worker:north") == ["Gil"]
    assert seen_by(office, "locality_worker:south") == []
    assert seen_by(office, NOWHERE) == []


def test_what_belongs_to_the_case_is_seen_with_it_and_what_belongs_to_others_of_the_family_is_not(office, cases):
    mine, enquiry = cases["adult"].id, cases["adult"].enquiry_id
    act_as(office.session, office.actor(ADULTS))
    office.session.expunge_all()
    for model in (Enquiry, Subject, Recommendation, Decision):
        assert office.session.scalar(select(func.count()).select_from(model)) == 1, model
    assert set(office.session.scalars(select(Event.case_id))) == {mine, enquiry}
    of = {clock.referral_id or clock.enquiry_id for clock in office.session.scalars(select(Clock))}
    assert of == {mine, enquiry}


def test_locality_that_is_set_outweighs_the_team(office, cases):
    user = office.session.get(User, office.actor(WEST).id)
    act_as(office.session, SYSTEM)
    office.session.execute(update(User).where(User.id == user.id).values(team_code="adult_social_care"))
    office.session.execute(text("SELECT set_config('triage.role', 'locality_worker', true)"))
    office.session.execute(text("SELECT set_config('triage.team', 'adult_social_care', true)"))
    count = text("SELECT count(*) FROM referrals")
    for place, expected in (("west", 3), ("south", 0), ("", 1)):
        office.session.execute(text("SELECT set_config('triage.locality', :place, true)"), {"place": place})
        assert office.session.scalar(count) == expected, place


@pytest.mark.parametrize("role", ["analyst", "nobody"])
def test_team_alone_opens_nothing_to_whoever_works_no_case(office, cases, role):
    office.session.execute(
        text("SELECT set_config('triage.role', :role, true), set_config('triage.team', 'adult_social_care', true)"),
        {"role": role},
    )
    assert office.session.scalar(text("SELECT count(*) FROM referrals")) == 0


def test_case_may_not_be_written_out_of_the_team(office, cases):
    act_as(office.session, office.actor(ADULTS))
    moved = text("UPDATE referrals SET team_code = 'send' WHERE id = :id")
    with pytest.raises(ProgrammingError, match="row-level security"), office.session.begin_nested():
        office.session.execute(moved, {"id": cases["adult"].id})
    assert office.session.execute(moved, {"id": cases["child"].id}).rowcount == 0


def test_whoever_acted_before_has_their_team_back_when_another_has_done(office, cases):
    act_as(office.session, office.actor(ADULTS))
    count = select(func.count()).select_from(Referral)
    with acting_as(office.session, office.actor(SEND)):
        assert office.session.scalars(select(Referral.id)).all() == [cases["pupil"].id]
    assert (office.session.scalar(count), office.session.scalars(select(Referral.id)).all()) == (
        1,
        [cases["adult"].id],
    )


def test_adult_social_care_finds_its_case_in_the_inbox_acknowledges_it_and_records_the_outcome(sign_in, office, cases):
    case, client = cases["adult"], sign_in(ADULTS)
    inbox = client.get("/").location
    whole = client.get(inbox).text
    page = plain(main_of(whole))
    assert "Made-up locality_worker@adult_social_care, Adult social care" in plain(whole)
    assert (inbox, "waiting for adult social care to acknowledge it (1)" in page) == ("/referrals", True)
    assert [name for name in ("Ava", "Fay", "Gil", "to be accepted") if name in page] == []
    at = f"/referrals/{case.id}"
    assert "Edith" in client.get(at).text
    assert client.get(f"/enquiries/{case.enquiry_id}").status_code == 200
    assert client.post(f"{at}/actions/claim", data={"version": case.version}).status_code == 302
    assert client.post(f"{at}/actions/acknowledge", data={"version": case.version}).status_code == 302
    assert (case.state, case.worker_id) == ("acknowledged", office.actor(ADULTS).id)
    assert clock_of(case, "adult_acknowledgement").state == "met"
    assert "Mine 1" in plain(client.get("/referrals?whose=mine").text)
    ended = {"record_outcome.closure": "safeguarding_enquiry", "record_outcome.reason": "Section 42 began"}
    assert client.post(f"{at}/actions/record_outcome", data={"version": case.version} | ended).status_code == 302
    assert (case.state, case.closure) == ("closed", "safeguarding_enquiry")
    page = plain(main_of(client.get(inbox).text))
    assert "waiting for adult social care to acknowledge it (0) Nothing here." in page


def test_case_of_another_team_or_place_is_not_found_whatever_the_way(sign_in, office, cases):
    client = sign_in(ADULTS)
    for case in (cases["child"], cases["pupil"], cases["north"]):
        assert client.get(f"/referrals/{case.id}").status_code == 404
        assert client.post(f"/referrals/{case.id}/actions/claim", data={}).status_code == 404
    assert client.get(f"/enquiries/{cases['pupil'].enquiry_id}").status_code == 404


def test_special_needs_worker_decides_and_declares_danger_of_what_is_theirs(sign_in, office, cases):
    case, client = cases["pupil"], sign_in(SEND)
    page = plain(main_of(client.get("/referrals").text))
    assert "Waiting for a decision to assess (education, health and care) (1)" in page
    at = f"/referrals/{case.id}"
    assert client.post(f"{at}/actions/agree", data={"version": case.version}).status_code == 302
    danger = {"version": 1, "immediate_danger.reason": "Bruises on both arms"}
    assert client.post(f"{at}/actions/immediate_danger", data=danger).status_code == 302
    act_as(office.session, SYSTEM)
    opened = office.session.scalars(select(Referral).where(Referral.stepped_from_id == case.id)).one()
    assert (case.state, opened.service, opened.section_47) == ("assessment", "social_care", True)
    assert client.get(f"/referrals/{opened.id}").status_code == 404


def test_manager_of_such_a_team_hands_its_cases_to_its_workers(sign_in, office, cases):
    case, client = cases["adult"], sign_in("locality_manager@adult_social_care")
    given = {"reassign.worker_id": str(office.actor(ADULTS).id), "reassign.reason": "She knows her"}
    answer = client.post(f"/referrals/{case.id}/actions/reassign", data={"version": case.version} | given)
    assert (answer.status_code, case.worker_id, case.team_code) == (302, office.actor(ADULTS).id, "adult_social_care")
    assert client.get("/duty").status_code == 200


def test_whoever_changed_team_sees_nothing_more_of_the_old_ones_cases(sign_in, office, cases):
    client = sign_in(ADULTS)
    assert client.get(f"/referrals/{cases['adult'].id}").status_code == 200
    office.session.get(User, office.actor(ADULTS).id).team_code = "send"
    office.session.flush()
    assert client.get(f"/referrals/{cases['adult'].id}").status_code == 404
    assert "Edith" not in client.get("/referrals").text


def test_referral_of_a_locality_is_still_worked_there_alone(office, cases):
    case = walk(office, WEST, accepted(office, given_name="Hal"), "start_assessment")
    act(office, WEST, case, "offer_transfer", transfer_to="social_care_north", **WHY)
    assert seen_by(office, "locality_worker:north") == ["Gil", "Hal"]
    assert seen_by(office, ADULTS) == ["Edith"]


@pytest.mark.parametrize(
    ("given", "is_refused"),
    [
        ((), True),
        (("--team", "social_care_west"), True),
        (("--team", "mash"), True),
        (("--team", "adult_social_care"), False),
        (("--team", "social_care_west", "--locality", "west"), False),
    ],
)
def test_worker_without_a_place_is_added_to_a_team_of_the_county_alone(given, is_refused):
    named = ("made.up", "--name", "Made Up", "--role", "locality_worker", "--password", "long enough to be one")
    with own_database() as name:
        added = CliRunner().invoke(add_user, [*named, *given, "--url", role_url("triage_app", name)])
    told = "Give a locality, or a team of a service for the whole county."
    assert (added.exit_code, told in added.output) == (int(is_refused), is_refused)

"""Restricted records: those on the list see them, others learn what they must; opened in an emergency, and told."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, table, text
from sqlalchemy.exc import DBAPIError

from tests.acting import accepted, act, two_children
from tests.clocks import TickingClock
from tests.conftest import MORNING
from tests.making import PERSON, an_enquiry, decide_as, screen
from tests.restricting import few_see
from triage.database import act_as, acting_as
from triage.models import Enquiry, Event, GlassBreak, OutboxMessage, Person, Referral, Restriction
from triage.services.people import NewPerson, identity_of
from triage.services.restricting import Restrict, restrict
from triage.store.restrictions import find_hidden_like

MAKER, OWNER, OTHER = "mash_manager", "social_worker", "social_worker 2"
TABLES = (
    *("people", "enquiries", "subjects", "first_views", "recommendations", "decisions", "agency_checks", "referrals"),
    *("assignments", "strategy_discussions", "clocks", "events"),
)


@pytest.fixture
def clock():
    """As the real one, which never tells the same time twice."""
    return TickingClock(MORNING, timedelta(microseconds=1))


@pytest.fixture
def case(office):
    """A case of the west's, which has its worker and its manager."""
    office.actor("locality_manager:west")
    return act(office, "locality_worker:west", accepted(office), "claim")


@pytest.fixture
def restriction(office, case):
    """Its child's records, restricted by a manager of the hub."""
    for who in (MAKER, OTHER, "information_governance", "mash_officer"):
        office.actor(who)
    office.session.flush()
    with acting_as(office.session, office.actor(MAKER)):
        made = restrict(office.desk(MAKER), Restrict(enquiry_id=case.enquiry_id, ordinal=1, reason="A colleague's"))
        office.session.flush()
    return made


def counted(office, who, now=None):
    """How many rows of each table somebody sees, asked in SQL."""
    act_as(office.session, office.actor(who), now)
    return {each: office.session.scalar(select(func.count()).select_from(table(each))) for each in TABLES}


def test_on_the_list_are_whoever_made_it_and_whoever_has_the_case(office, restriction):
    assert {reader.user_id for reader in restriction.readers} == {
        office.actor(who).id for who in (MAKER, OWNER, "locality_worker:west", "locality_manager:west")
    }


@pytest.mark.parametrize("who", ["mash_officer", OTHER, "early_help_unit", "emergency_duty_team", "mash_manager 2"])
def test_nothing_of_it_is_found_in_sql_by_who_is_not_on_the_list(office, case, restriction, who):
    an_enquiry(office, given_name="Nell")
    act_as(office.session, office.actor(who))
    told = "SELECT count(*) FROM {} WHERE {}::text LIKE '%' || :key || '%'"
    for each in TABLES:
        for key in (case.person_id, case.enquiry_id, case.id, case.subject_id):
            found = office.session.scalar(text(told.format(each, each)), {"key": str(key)})
            assert found == 0, (each, key)
    assert office.session.scalars(select(Person.given_name)).all() == ["Nell"]


def seen(office, case):
    return office.session.scalar(select(func.count()).select_from(Enquiry).where(Enquiry.id == case.enquiry_id))


def test_what_was_noted_as_hidden_is_forgotten_when_the_glass_is_broken(office, case, restriction):
    who, now = office.actor(OTHER), office.clock.now()
    act_as(office.session, who, now)
    assert seen(office, case) == 0
    about = {"restriction_id": restriction.id, "person_id": case.person_id, "user_id": who.id, "reason": "Made up"}
    office.session.add(GlassBreak(**about, broken_at=now, ends_at=now + timedelta(hours=1)))
    office.session.flush()
    assert seen(office, case) == 1


def test_what_was_noted_for_one_is_nothing_to_another(office, case, restriction):
    act_as(office.session, office.actor(MAKER))
    assert seen(office, case) == 1
    office.session.execute(
        text("SELECT set_config('triage.user_id', :id, true), set_config('triage.role', 'social_worker', true)"),
        {"id": str(office.actor(OTHER).id)},
    )
    assert seen(office, case) == 0


@pytest.mark.parametrize("who", [MAKER, "locality_worker:west", "locality_manager:west"])
def test_whoever_is_on_the_list_sees_all_of_it(office, case, restriction, who):
    assert all(counted(office, who)[table] for table in ("people", "enquiries", "referrals", "events", "clocks"))


def test_what_is_hidden_cannot_be_written_to_either(office, case, restriction):
    act_as(office.session, office.actor(OTHER))
    changed = office.session.execute(text("UPDATE referrals SET rag = 'green'"))
    assert changed.rowcount == 0


def test_pages_answers_and_counts_are_as_if_it_were_not_there(sign_in, caller, office, case, restriction):
    client, system = sign_in(OTHER), caller(OTHER)
    for at in (f"/enquiries/{case.enquiry_id}", f"/referrals/{case.id}"):
        nowhere = at.replace(at[-12:], "000000000009")
        assert [client.get(each).status_code for each in (at, nowhere)] == [404, 404]
        shown, other = (client.get(each).text for each in (at, nowhere))
        assert without_ids(shown) == without_ids(other)
        told = [system.get(each).get_json() | {"request_id": ""} for each in (at, nowhere)]
        assert told[0] == told[1]
    for at in ("/enquiries", "/referrals", "/duty"):
        assert "Testley" not in client.get(at).text
    assert all(queue["count"] == 0 for queue in system.get("/queues").get_json()["items"])


def without_ids(page):
    return [line for line in page.splitlines() if "csrf" not in line and "-0000-" not in line]


def test_who_describes_the_child_is_told_that_a_restricted_record_may_be_theirs_and_no_more(
    sign_in, office, case, restriction
):
    same = an_enquiry(office)
    other = an_enquiry(office, given_name="Nell", family_name="Otherwise", birth_date=PERSON["birth_date"])
    office.session.flush()
    client = sign_in("mash_officer")
    page = client.get(f"/enquiries/{same.id}").text
    assert "A restricted record may be about Ava Testley" in page
    assert str(case.person_id) not in page
    assert case.reference not in page
    assert "restricted record" not in client.get(f"/enquiries/{other.id}").text
    assert "restricted record" not in sign_in(MAKER).get(f"/enquiries/{same.id}").text


@pytest.mark.parametrize(
    ("described", "hinted"),
    [
        ({"birth_date": date(2008, 2, 1)}, True),
        ({"family_name": "Testly", "birth_date": date(2008, 1, 12)}, True),
        ({"given_name": "Eva", "birth_date": date(2007, 1, 2)}, True),
        ({"birth_date": None, "given_name": "Avah"}, True),
        ({"birth_date": date(2001, 12, 25)}, True),
        ({"given_name": "Leo", "birth_date": date(2012, 11, 30)}, False),
        ({"family_name": "Otherwise"}, False),
    ],
)
def test_slips_in_describing_the_child_hide_no_hint(office, case, restriction, described, hinted):
    who = office.desk("mash_officer")
    act_as(office.session, who.actor)
    assert bool(find_hidden_like(office.session, identity_of(NewPerson(**PERSON | described)))) is hinted


def broken(client, **about):
    return client.post("/restricted/open", data={"reason": "The school says that he is on his way to her"} | about)


def test_glass_is_broken_for_two_hours_told_at_once_and_kept_in_the_ledger(sign_in, office, case, restriction):
    client = sign_in(OTHER)
    assert broken(client, reference=case.reference).location == f"/referrals/{case.id}"
    said = client.post(f"/reasons/referral/{case.id}", data={"to": "/", "reason": "was_told"})
    assert (said.status_code, client.get(f"/referrals/{case.id}").status_code) == (302, 200)
    assert client.get(f"/enquiries/{case.enquiry_id}").status_code == 200
    promised = office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "tell_glass_broken")).one()
    assert promised.available_at <= office.clock.now()
    events = select(Event).where(Event.case_id == case.person_id, Event.type == "glass_broken")
    assert office.session.scalars(events).one().actor_id == office.actor(OTHER).id
    office.clock.at += timedelta(hours=2, seconds=1)
    assert client.get(f"/enquiries/{case.enquiry_id}").status_code == 404
    assert sign_in("mash_officer").get(f"/enquiries/{case.enquiry_id}").status_code == 404


def test_glass_is_broken_from_the_enquiry_that_describes_the_child(sign_in, office, case, restriction):
    same = an_enquiry(office)
    office.session.flush()
    client = sign_in("mash_officer")
    ask = client.get(f"/restricted/open?enquiry_id={same.id}&ordinal=1").text
    assert f'name="enquiry_id" value="{same.id}"' in ask
    assert broken(client, enquiry_id=same.id, ordinal=1).location == f"/enquiries/{same.id}"
    assert str(case.person_id) in client.get(f"/enquiries/{same.id}").text  # who it may be is shown now


@pytest.mark.parametrize("reference", ["ENQ-2013-999999", "", "no such thing"])
def test_glass_of_nothing_is_not_broken_and_of_what_one_sees_neither(sign_in, office, restriction, reference):
    seen = an_enquiry(office, given_name="Nell")
    office.session.flush()
    client = sign_in(OTHER)
    answers = [broken(client, reference=each) for each in (reference, seen.reference)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert office.session.scalars(select(GlassBreak)).all() == []


def test_glass_is_not_broken_without_a_reason(sign_in, office, case, restriction):
    answer = sign_in(OTHER).post("/restricted/open", data={"reference": case.reference, "reason": " "})
    assert (answer.status_code, "Say what the emergency is" in answer.text) == (422, True)


def test_information_governance_looks_again_and_sees_no_case(sign_in, office, case, restriction):
    broken(sign_in(OTHER), reference=case.reference)
    opened = office.session.scalars(select(GlassBreak)).one()
    client = sign_in("information_governance")
    page = client.get("/restricted").text
    assert ("on his way to her" in page, "Ava" in page, "Testley" in page) == (True, False, False)
    at = f"/restricted/openings/{opened.id}/review"
    assert client.post(at, data={}).status_code == 422
    assert client.post(at, data={"verdict": "not_justified"}).status_code == 422
    assert client.post(at, data={"verdict": "justified"}).status_code == 302
    assert client.post(at, data={"verdict": "justified"}).status_code == 409
    assert (opened.verdict, opened.reviewed_by_id) == ("justified", office.actor("information_governance").id)
    assert client.get(f"/referrals/{case.id}").status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO glass_breaks (id, restriction_id, person_id, user_id, reason, broken_at, ends_at, note) SELECT"
        " gen_random_uuid(), r.id, r.person_id, CAST(:me AS uuid), 'x', :now, :now + interval '3 hours', ''"
        " FROM (SELECT CAST(:restriction AS uuid) AS id, CAST(:person AS uuid) AS person_id) r",
        "INSERT INTO glass_breaks (id, restriction_id, person_id, user_id, reason, broken_at, ends_at, note) SELECT"
        " gen_random_uuid(), CAST(:restriction AS uuid), CAST(:person AS uuid), CAST(:me AS uuid), 'x',"
        " :now + interval '9 hours', :now + interval '10 hours', ''",
        "INSERT INTO restriction_readers (id, restriction_id, user_id, added_at, added_by_id) VALUES"
        " (gen_random_uuid(), CAST(:restriction AS uuid), CAST(:me AS uuid), :now, CAST(:me AS uuid))",
        "UPDATE restrictions SET lifted_at = :now, lifted_by_id = CAST(:me AS uuid)",
        "DELETE FROM restrictions",
    ],
)
@pytest.mark.parametrize("who", [OTHER, "mash_manager 2"])
def test_nobody_lets_themselves_in_by_sql(office, case, restriction, change, who):
    said = {
        "me": str(office.actor(who).id),
        "restriction": str(restriction.id),
        "person": str(case.person_id),
        "now": office.clock.now(),
    }
    act_as(office.session, office.actor(who), office.clock.now())
    needed = {name: value for name, value in said.items() if f":{name}" in change}
    with suppress(DBAPIError), office.session.begin_nested():
        assert office.session.execute(text(change), needed).rowcount == 0
    assert counted(office, who, office.clock.now())["referrals"] == 0


def test_who_broke_the_glass_does_not_review_it_themselves(office, case, restriction):
    me, now = office.actor("information_governance"), office.clock.now()
    opened = GlassBreak(
        restriction_id=restriction.id,
        person_id=case.person_id,
        user_id=office.actor(OTHER).id,
        reason="Made up",
        broken_at=now,
        ends_at=now + timedelta(hours=1),
    )
    act_as(office.session, office.actor(OTHER), now)
    office.session.add(opened)
    office.session.flush()
    own = text("UPDATE glass_breaks SET verdict = 'justified', reviewed_by_id = user_id")
    act_as(office.session, me)
    with pytest.raises(DBAPIError, match=r"row-level security|reviewed_by_another"), office.session.begin_nested():
        office.session.execute(own)


def test_the_list_is_kept_and_the_restriction_lifted(sign_in, office, case, restriction):
    client, officer = sign_in(MAKER), office.actor("mash_officer")
    username = office.session.scalar(text("SELECT username FROM users WHERE id = :id"), {"id": officer.id})
    at = f"/restricted/{restriction.id}"
    assert client.post(f"{at}/readers", data={"username": "nobody.here"}).status_code == 422
    assert client.post(f"{at}/readers", data={"username": username}).status_code == 302
    assert counted(office, "mash_officer")["referrals"] == 1
    assert client.post(f"{at}/readers/{officer.id}/remove").status_code == 302
    assert counted(office, "mash_officer")["referrals"] == 0
    assert client.post(f"{at}/lift", data={}).status_code == 422
    assert client.post(f"{at}/lift", data={"reason": "They have left"}).status_code == 302
    assert counted(office, "mash_officer")["referrals"] == 1
    act_as(office.session, office.actor(MAKER))
    kept = office.session.scalars(select(Event.type).where(Event.case_id == case.person_id).order_by(Event.number))
    assert list(kept)[-4:] == [
        "record_restricted",
        "restriction_reader_added",
        "restriction_reader_removed",
        "restriction_lifted",
    ]


def test_last_on_the_list_stays_and_what_is_lifted_is_not_lifted_again(sign_in, office):
    client = sign_in(MAKER)
    at = f"/restricted/{few_see(office, an_enquiry(office).id).id}"
    last = client.post(f"{at}/readers/{office.actor(MAKER).id}/remove")
    assert (last.status_code, "Nobody would see these records" in last.text) == (409, True)
    client.post(f"{at}/lift", data={"reason": "Made up"})
    again = sign_in("information_governance").post(f"{at}/lift", data={"reason": "Made up"})
    assert again.status_code == 409


def test_only_managers_restrict(sign_in, office, case):
    at = f"/restricted/enquiries/{case.enquiry_id}/subjects/1"
    assert sign_in(OTHER).post(at, data={"reason": "x"}).status_code == 403
    client = sign_in(MAKER)
    assert client.post(at, data={"reason": " "}).status_code == 422
    assert client.post(at, data={"reason": "A colleague's"}).status_code == 302
    assert client.post(at, data={"reason": "A colleague's"}).status_code == 409
    assert office.session.scalars(select(Restriction)).one().reference == case.enquiry.reference


def test_danger_is_heard_from_a_page_that_was_open_before(sign_in, office, case, restriction):
    answer = sign_in(OTHER).post(
        f"/referrals/{case.id}/actions/immediate_danger", data={"immediate_danger.reason": "He has a knife"}
    )
    assert answer.status_code in (200, 302)
    act_as(office.session, office.actor(MAKER))
    office.session.expire_all()
    assert office.session.get(Referral, case.id).section_47


def test_partner_answers_what_it_was_asked_about_a_restricted_child(office, sign_in):
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="police", finish=False)
    office.actor(MAKER)
    office.session.flush()
    with acting_as(office.session, office.actor(MAKER)):
        restrict(office.desk(MAKER), Restrict(enquiry_id=enquiry.id, ordinal=1, reason="A colleague's"))
        office.session.flush()
    client, check = sign_in("partner_contributor"), enquiry.checks[0]
    assert enquiry.reference in client.get("/partners/checks").text
    sent = {"version": check.version, "answer": "Called out twice"}
    assert client.post(f"/partners/checks/{check.id}/answer", data=sent).status_code == 302
    assert (check.state, check.answer) == ("answered", "Called out twice")
    assert office.session.scalars(select(Enquiry.id)).all() == [enquiry.id]


@pytest.fixture
def siblings(office):
    """A brother's and a sister's case, each with a worker of its own; of the sister's records few see."""
    enquiry = two_children(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    office.session.flush()
    for case, who in zip(enquiry.referrals, ("locality_worker:west", "locality_worker 2:west"), strict=True):
        act(office, "mash_manager", case, "allocate", team_code="social_care_west")
        act(office, who, case, "accept")
        act(office, who, case, "claim")
    office.actor("locality_manager:west")
    office.session.flush()
    with acting_as(office.session, office.actor(MAKER)):
        restrict(office.desk(MAKER), Restrict(enquiry_id=enquiry.id, ordinal=1, reason="A colleague's"))
        office.session.flush()
    return enquiry.referrals


def test_brothers_worker_goes_on_with_his_case_and_sees_nothing_of_the_sister(sign_in, office, siblings):
    ava, ben = siblings
    client = sign_in("locality_worker 2:west")
    page = client.get(f"/referrals/{ben.id}")
    assert page.status_code == 200
    assert ("Ben" in page.text, "Ava" in page.text) == (True, False)
    assert client.get(f"/referrals/{ava.id}").status_code == 404
    assert client.get("/referrals").status_code == 200
    started = client.post(f"/referrals/{ben.id}/actions/start_assessment", data={"version": ben.version})
    assert started.status_code == 302
    danger = client.post(
        f"/referrals/{ben.id}/actions/immediate_danger", data={"immediate_danger.reason": "He has a knife"}
    )
    assert danger.status_code == 302
    act_as(office.session, office.actor(MAKER))
    office.session.expire_all()
    assert office.session.get(Referral, ben.id).section_47

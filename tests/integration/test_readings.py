"""Whoever is shown a person is on record as having read of them, or is shown nothing."""

from uuid import uuid4

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from tests.acting import act
from tests.integration.test_access import routes_of
from tests.making import an_enquiry, decide_as, screen
from triage.access.ledger import seal_reading
from triage.database import act_as
from triage.models import Event, Reading, ReadingHead
from triage.services.reading import note_reading

TRAY, CASE, KNOWN = "Zyxwvine", "Quorbelle", "Zyxwvinne"
HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
PARTNERS = ("partner_contributor", "referrer", "information_governance", "administrator")
OTHERS = ("locality_worker:west", "locality_manager:west", "locality_worker:north", "locality_worker@send", "analyst")
SHOWN_NOBODY = ("analyst", "locality_worker:north", "locality_worker@send", *PARTNERS[1:])
SYSTEMS = ("partner_system", "social_worker", "locality_worker:west")


@pytest.fixture
def people(office):
    """Each person's key by a name that nobody else has: known, told of again, and at work in the west."""
    known = an_enquiry(office, given_name=KNOWN, indicators=("P4_UNSAFE",))
    tray = an_enquiry(office, given_name=TRAY, indicators=("C4_NAI",))
    screen(office, tray, ask="police")
    case = an_enquiry(office, given_name=CASE, postcode="NG15 7AA", indicators=("P4_UNSAFE",))
    screen(office, case)
    decide_as(office, "social_worker", case, route="social_care", level=4)
    (referral,) = case.referrals
    act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
    low = an_enquiry(office, given_name="Wexolind", consent="given")
    screen(office, low)
    decide_as(office, "social_worker", low, route="no_further_action", level=2, why_not={"early_help": "Made up"})
    office.session.flush()
    shown = {
        enquiry.subjects[0].person.given_name: enquiry.subjects[0].person_id for enquiry in (known, tray, case, low)
    }
    return {"names": shown, "enquiries": [known, tray, case, low], "referral": referral}


def addresses(app, people, *, api):
    """Every page that is read, of every case that there is."""
    for rule, _view in routes_of(app):
        if "GET" not in rule.methods or str(rule).startswith("/api") is not api:
            continue
        for enquiry in people["enquiries"] if "enquiry_id" in rule.arguments else people["enquiries"][:1]:
            values = {"enquiry_id": enquiry.id, "referral_id": people["referral"].id, "ordinal": 1, "_rest": "x"}
            for name in (
                ("social_care_west", "awaiting_decision", "received") if str(rule).endswith("queues/<name>") else ("x",)
            ):
                yield rule.endpoint, rule.build(values | dict.fromkeys(rule.arguments - set(values), name))[1]


def newest(office, who):
    mine = select(Reading).where(Reading.reader_id == office.actor(who).id).order_by(Reading.number.desc()).limit(1)
    return office.session.scalar(mine.execution_options(populate_existing=True))


def unrecorded(office, who, people, endpoint, response):
    """The names in an answer whose people are not on the reading that it left."""
    shown = {name for name in people["names"] if name in response.text}
    reading = newest(office, who) if shown else None
    if not shown or response.status_code >= 400:
        return shown if response.status_code >= 400 else set()
    if reading is None or (reading.what, reading.request_id) != (endpoint, response.headers["X-Request-ID"]):
        return shown
    return {name for name in shown if people["names"][name] not in reading.people}


@pytest.mark.parametrize("who", [*HUB, *OTHERS, *PARTNERS])
def test_every_page_that_names_somebody_is_on_record_with_them(app, sign_in, office, people, who):
    client, named = sign_in(who), 0
    for endpoint, address in addresses(app, people, api=False):
        response = client.get(address)
        assert unrecorded(office, who, people, endpoint, response) == set(), (endpoint, address)
        named += any(name in response.text for name in people["names"])
    assert bool(named) is (who not in SHOWN_NOBODY)


@pytest.mark.parametrize("who", SYSTEMS)
def test_every_answer_that_tells_of_somebody_is_on_record_with_them(app, caller, office, people, who):
    """A system is told keys where it is told no name."""
    system, told = caller(who), 0
    keyed = people | {"names": {str(key): key for key in people["names"].values()} | people["names"]}
    for endpoint, address in addresses(app, people, api=True):
        response = system.client.get(address, headers=system._headers())
        assert unrecorded(office, who, keyed, endpoint, response) == set(), (endpoint, address)
        told += any(name in response.text for name in keyed["names"])
    assert told


def test_readings_of_a_person_are_a_chain_without_gaps_and_say_what_was_opened(sign_in, office, people):
    client, enquiry = sign_in("social_worker"), people["enquiries"][1]
    for _ in range(3):
        assert client.get(f"/enquiries/{enquiry.id}").status_code == 200
    mine = Reading.reader_id == office.actor("social_worker").id
    readings = office.session.scalars(select(Reading).where(mine).order_by(Reading.number)).all()
    assert [each.number for each in readings] == [1, 2, 3]
    assert [each.previous_hash for each in readings] == [b"", *(each.hash for each in readings[:-1])]
    assert [seal_reading(each) for each in readings] == [each.hash for each in readings]
    assert {(each.what, each.case_kind, each.case_id, each.reader_role) for each in readings} == {
        ("enquiries.show", "enquiry", enquiry.id, "social_worker")
    }
    assert set(readings[0].people) >= {people["names"][TRAY], people["names"][KNOWN]}
    version = enquiry.version
    office.session.refresh(enquiry)
    assert enquiry.version == version


@pytest.mark.parametrize("address", ["/enquiries", "/enquiries/{}", "/enquiries/{}/decide", "/duty"])
def test_page_that_cannot_be_put_on_record_is_not_shown(sign_in, office, people, session, address):
    client = sign_in("social_worker")

    def full(_connection, _cursor, statement, *_more):
        if "INSERT INTO readings" in statement:
            raise OperationalError(statement, {}, Exception("the disk is full"))

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", full)
    try:
        answer = client.get(address.format(people["enquiries"][1].id))
    finally:
        event.remove(engine, "before_cursor_execute", full)
    assert answer.status_code == 503
    assert not any(name in answer.text for name in people["names"])
    assert newest(office, "social_worker") is None


def test_answer_that_is_given_again_is_on_record_again(caller, office, people):
    system, enquiry = caller("social_worker"), people["enquiries"][0]
    sent = {"Idempotency_Key": uuid4().hex, "If_Match": f'"{enquiry.version}"'}
    for n in (1, 2):
        answer = system.post(f"/enquiries/{enquiry.id}/actions/start_screening", {}, **sent)
        assert answer.status_code == 200, answer.text
        reading = newest(office, "social_worker")
        assert (reading.number, reading.people) == (n, [people["names"][KNOWN]])
        assert reading.request_id == answer.headers["X-Request-ID"]


def test_nobody_reads_in_anothers_name(office, people):
    desk = office.desk("social_worker")
    act_as(office.session, office.actor("mash_officer"))
    with pytest.raises(ProgrammingError, match="row-level security"):
        note_reading(desk, "enquiries.show", people["names"].values())


@pytest.mark.parametrize(("who", "sees"), [("mash_manager", 1), ("social_worker", 0), ("locality_manager:west", 0)])
def test_readings_are_seen_by_those_who_look_after_them(office, people, who, sees):
    reader, _ = office.actor("mash_officer"), office.actor(who)
    act_as(office.session, reader)
    note_reading(office.desk("mash_officer"), "enquiries.show", people["names"].values())
    act_as(office.session, office.actor(who))
    assert office.session.scalar(text("SELECT count(*) FROM readings")) == sees
    assert office.session.query(ReadingHead).count() == 0


def test_who_is_shown_nobody_leaves_no_reading(sign_in, office):
    assert sign_in("social_worker").get("/enquiries").status_code == 200
    assert newest(office, "social_worker") is None


@pytest.mark.parametrize("given", ["request-1234", "A" * 64])
def test_request_keeps_the_id_that_it_came_with_and_its_events_bear_it(sign_in, office, people, given):
    client, enquiry = sign_in("social_worker"), people["enquiries"][0]
    answer = client.post(
        f"/enquiries/{enquiry.id}/actions/start_screening",
        data={"version": enquiry.version},
        headers={"X-Request-ID": given},
    )
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (302, given)
    last = select(Event).where(Event.case_id == enquiry.id).order_by(Event.number.desc()).limit(1)
    assert office.session.scalar(last).request_id == given


@pytest.mark.parametrize("given", ["", "short", "A" * 65, "with space in it", "<script>alert(1)", "ä" * 10])
def test_id_that_is_none_is_replaced_and_told_with_what_went_wrong(app, given):
    answer = app.test_client().get("/api/v1/enquiries", headers={"X-Request-ID": given})
    assert answer.status_code == 401
    assert answer.headers["X-Request-ID"] == answer.json["request_id"] != given
    assert len(answer.json["request_id"]) == 36

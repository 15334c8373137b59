"""What the database refuses, whatever our code says: nothing goes that is not due, not agreed to, or held."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.asking_for_records import ask, give_out
from tests.correcting import say, settle
from tests.disposing import LATER, agreed, at_desk, closed_enquiry, dispose_all, service_desk, weigh
from triage.clock import SystemClock
from triage.database import acting_as
from triage.models import Disposal, DisposalItem, Enquiry, Event
from triage.services.disposing import approve, prepare
from triage.services.holding import PlaceHold, place_hold
from triage.store.retention import find_fault
from workflows.retention import anniversary


@pytest.fixture
def disposal(office):
    """One file that is due, prepared by information governance and agreed to by a manager."""
    closed_enquiry(office)
    office.session.flush()
    office.clock.at = LATER
    return agreed(office)


def refuses(office, statement, match, as_who=None, **parameters):
    """Whether the database refuses it, to the service itself or to a role."""
    session = office.session
    session.flush()
    actor = office.actor(as_who) if as_who else service_desk(office).actor
    with pytest.raises(DBAPIError, match=match), session.begin_nested(), acting_as(session, actor):
        session.execute(text(statement), parameters)


ALL_TABLES = (
    *("people", "enquiries", "subjects", "first_views", "recommendations", "decisions", "referrals", "assignments"),
    *("clocks", "clock_pauses", "agency_checks", "strategy_discussions", "transfers", "events", "outbox", "holds"),
    *("idempotency_keys", "disposals", "disposal_items", "disposed_enquiries", "disposed_referrals", "disposal_reach"),
    *("retention_classes", "daily_notices", "files", "disclosures", "rectifications", "access_requests"),
    *("access_exports", "access_judgements", "restrictions", "restriction_readers", "glass_breaks"),
    *("opening_reasons", "readings", "reading_heads", "checkpoints", "ledger_leaves", "second_looks"),
    *("disagreements", "policy_runs", "counting_due", "assessments", "section_47s", "plans"),
    *("partner_figures", "report_comments", "quarterly_reports", "outages"),
    *("enquiry_facts", "decision_facts", "check_facts", "referral_facts"),
    *("assessment_facts", "second_look_facts", "unmet_need_facts", "standing_facts"),
    "weighings",
)


@pytest.mark.parametrize("table", ALL_TABLES)
def test_service_deletes_nothing_by_itself(office, table):
    refuses(office, f"DELETE FROM {table}", "permission denied")  # noqa: S608


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        ("UPDATE events SET data = '{}'", None),
        ("UPDATE disposal_items SET cases = '{}'", "information_governance"),
        ("UPDATE disposal_items SET disposed_at = NULL", None),
        ("UPDATE disposals SET executed_at = now()", None),
        ("UPDATE disposals SET certificate = ''", None),
        ("UPDATE disposals SET prepared_by_id = approved_by_id", None),
        ("UPDATE retention_classes SET since_closing = 0", None),
        ("INSERT INTO disposal_reach VALUES (1, 'file', 'users', 'true')", None),
        ("UPDATE holds SET words = 'x'", "information_governance"),
        ("SELECT FROM disposal_reach", None),
        ("SELECT FROM disposed_referrals", None),
    ],
)
def test_service_rewrites_nothing_of_what_was_agreed_to_or_done(office, disposal, statement, who):
    refuses(office, statement, "permission denied", who)


@pytest.mark.parametrize("who", ["information_governance", "mash_manager", "analyst"])
def test_what_goes_with_a_file_is_told_to_the_service_alone(office, who):
    refuses(office, "SELECT file_of(ARRAY[:key])", "found by the service alone", who, key=uuid4())


def test_file_that_stands_in_no_disposal_does_not_go(office):
    refuses(office, "SELECT dispose_item(:key, :at)", "is in no disposal that was agreed to", key=uuid4(), at=LATER)


def test_file_does_not_go_before_another_agreed(office):
    closed_enquiry(office)
    office.clock.at = LATER
    weigh(office)
    with at_desk(office, "information_governance") as desk:
        (item,) = prepare(desk).items
    refuses(office, "SELECT dispose_item(:key, :at)", "in no disposal that was agreed to", key=item.id, at=LATER)


APPROVE = "UPDATE disposals SET approved_at = :at, approved_by_id = :who WHERE id = :key"


@pytest.mark.parametrize(
    ("who", "named", "match"),
    [
        ("information_governance", "information_governance", "approved_by_another"),
        ("mash_manager", "information_governance 2", "by whoever agrees"),
        ("information_governance", "mash_manager", "by whoever agrees"),
    ],
)
def test_nobody_agrees_to_their_own_nor_in_anothers_name(office, who, named, match):
    closed_enquiry(office)
    office.clock.at = LATER
    weigh(office)
    with at_desk(office, "information_governance") as desk:
        key = prepare(desk).id
    refuses(office, APPROVE, match, who, key=key, who=office.actor(named).id, at=LATER)


def test_system_agrees_to_nothing(office):
    closed_enquiry(office)
    office.clock.at = LATER
    weigh(office)
    with at_desk(office, "information_governance") as desk:
        key = prepare(desk).id
    refuses(office, APPROVE, "by whoever agrees", key=key, who=service_desk(office).actor.id, at=LATER)


@pytest.mark.parametrize("who", ["mash_officer", "locality_worker:west", "analyst", "partner_system"])
def test_others_see_no_disposal_and_no_hold(office, disposal, who):
    with at_desk(office, "information_governance") as desk:
        place_hold(desk, PlaceHold(reference=disposal.items[0].references[0], reason="inquiry", words="Made up"))
    with acting_as(office.session, office.actor(who)):
        for table in ("disposals", "disposal_items", "holds"):
            assert office.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608


def test_what_was_agreed_to_gets_no_other_file_and_loses_none(office, disposal):
    add = (
        'INSERT INTO disposal_items (id, disposal_id, cases, "references", code, due_on, people, excluded_reason,'
        " counts) VALUES (gen_random_uuid(), :key, ARRAY[gen_random_uuid()], '{}', 'x', '2019-01-01', 1, '', '{}')"
    )
    refuses(office, add, "put together by whoever prepares", "information_governance", key=disposal.id)
    leave_out = "UPDATE disposal_items SET excluded_at = :at, excluded_by_id = :who, excluded_reason = 'x'"
    manager = office.actor("mash_manager").id
    refuses(office, leave_out, "left as it was agreed to", "mash_manager", at=LATER, who=manager)
    withdraw = "UPDATE disposals SET withdrawn_at = :at, withdrawn_by_id = :who"
    refuses(office, withdraw, "stays as it is|one_end", "mash_manager", at=LATER, who=manager)


@pytest.mark.parametrize("who", ["information_governance", "mash_manager", "mash_officer"])
def test_only_the_service_lets_go(office, disposal, who):
    key = disposal.items[0].id
    refuses(office, "SELECT dispose_item(:key, :at)", "by the service alone", who, key=key, at=LATER)
    refuses(office, "SELECT finish_disposal(:key, :at)", "not at its end", who, key=disposal.id, at=LATER)
    refuses(office, "SELECT count_file('{}')", "by the service alone", who)
    refuses(office, "SELECT forget_routine('letters', :at)", "goes by its age", who, at=LATER)


def test_log_must_say_where_its_case_went(office, disposal):
    key = disposal.items[0].id
    refuses(office, "SELECT dispose_item(:key, :at)", "a log that does not say so", key=key, at=LATER)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE enquiries SET state = 'screening', closed_at = NULL", "is open"),
        ("UPDATE enquiries SET closed_at = '2015-01-01'", "is not due"),
        ("UPDATE people SET birth_date = NULL", None),
        ("UPDATE decisions SET route = 'social_care'", "is not due"),
        ("UPDATE decisions SET section_47 = true", "is not due"),
    ],
)
def test_database_finds_for_itself_that_a_file_is_kept(office, disposal, change, fault):
    office.session.execute(text(change))
    (item,) = disposal.items
    assert find_fault(office.session, item.id, LATER.date()) == fault
    dispose_all(service_desk(office))
    office.session.expire_all()
    assert (office.session.get(DisposalItem, item.id).skipped, disposal.state) == (fault, "executed")
    assert office.session.query(Enquiry).count() == (1 if fault else 0)


def test_day_that_has_not_come_is_no_day_to_let_go(office, disposal):
    (item,), tomorrow = disposal.items, SystemClock().now().date() + timedelta(days=2)
    assert "a day that has come" in find_fault(office.session, item.id, tomorrow)


def test_hold_after_the_agreement_keeps_the_file(office, disposal):
    (item,) = disposal.items
    with at_desk(office, "information_governance") as desk:
        place_hold(desk, PlaceHold(reference=item.references[0], reason="litigation", words="A claim", people=True))
    dispose_all(service_desk(office))
    office.session.refresh(item)
    assert (item.skipped, item.disposed_at) == ("is held", None)
    assert [each.type for each in events_of_disposal(office, disposal)] == [
        *("disposal_prepared", "disposal_approved", "file_passed_over", "disposal_executed")
    ]


def test_file_that_went_in_another_disposal_holds_nothing_up(office, disposal):
    (item,) = disposal.items
    same = {name: getattr(item, name) for name in ("cases", "references", "code", "since", "due_on", "people")}
    twice = DisposalItem(**same, disposal=None)
    with at_desk(office, "information_governance") as desk:
        second = Disposal(
            on_day=disposal.on_day,
            schedule_hash=disposal.schedule_hash,
            counts={},
            prepared_at=desk.now,
            prepared_by_id=desk.actor.id,
        )
        second.items = [twice]
        desk.session.add(second)
    with at_desk(office, "mash_manager") as desk:
        approve(desk, second.id)
    assert dispose_all(service_desk(office)) == 2
    assert {each.skipped for each in (item, twice)} == {None, "went in another disposal"}
    assert {disposal.state, second.state} == {"executed"}


def test_request_that_runs_keeps_the_file_until_it_is_over(office, disposal):
    (item,) = disposal.items
    request = ask(office, received_on=LATER.date())
    assert find_fault(office.session, item.id, LATER.date()) == "is held"
    give_out(office, request)
    assert find_fault(office.session, item.id, LATER.date()) is None


def test_correction_that_nobody_has_decided_on_keeps_the_file(office, disposal):
    (item,) = disposal.items
    row = say(office, office.session.get(Enquiry, item.cases[0]), field="given_name")
    assert find_fault(office.session, item.id, LATER.date()) == "is held"
    settle(office, row)
    assert find_fault(office.session, item.id, LATER.date()) is None


def events_of_disposal(office, disposal):
    return office.session.query(Event).filter_by(case_id=disposal.id).order_by(Event.number).all()


def test_case_that_belongs_to_another_by_now_is_kept_with_it(office, disposal):
    (item,) = disposal.items
    other = closed_enquiry(office, given_name="Ben")
    other.split_from_id = item.cases[0]
    office.session.flush()
    assert find_fault(office.session, item.id, LATER.date()) == "belongs with another case by now"


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)) | st.just(date(1996, 2, 29)), st.integers(1, 150))
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_database_counts_years_as_we_do(session, day, years):
    assert session.scalar(text("SELECT anniversary(:day, :years)"), {"day": day, "years": years}) == anniversary(
        day, years
    )

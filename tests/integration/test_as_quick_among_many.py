"""What is asked all day finds its rows by an index that leaves out what is done with: among many it is as quick."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from tests.acting import act
from tests.making import an_enquiry, decide_as, screen
from triage.database import acting_as
from triage.services.partners import show_asked, show_sent
from triage.store.duty import find_due
from triage.store.enquiries import list_checks_beside
from triage.store.operations import count_clocks, count_messages
from triage.store.partners import list_asked
from triage.store.relationships import list_relationships
from triage.store.why_nots import sample_why_nots


def look(office, who, ask):
    """How PostgreSQL would answer each statement of theirs, were every table too long to be read whole.

    Nor by walking the whole of an index, which it does where the table was counted while it was nearly empty: a bitmap
    is made of what is looked for alone.
    """
    asked = []

    def note(_connection, _cursor, statement, parameters, *_more):
        asked.append((statement, parameters))

    connection = office.session.connection()
    with acting_as(office.session, office.actor(who)):
        event.listen(connection, "before_cursor_execute", note)
        ask(office.desk(who))
        event.remove(connection, "before_cursor_execute", note)
        connection.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"))
        told = [connection.exec_driver_sql(f"EXPLAIN {one}", given).scalars().all() for one, given in asked]
        connection.execute(text("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on"))
    return "\n".join(line for plan in told for line in plan)


def due_today(desk):
    return find_due(desk.session, desk.now, desk.now + timedelta(hours=8), locality=None, limit=50)


def what_was_weighed(desk):
    return sample_why_nots(desk.session, desk.now - timedelta(days=90), desk.now, rung=None, seed=1, size=20)


ASKED = {
    "what is due": ("social_worker", due_today, ["ix_clocks_unstopped"]),
    "clocks that are watched": (
        "social_worker",
        lambda desk: count_clocks(desk.session, desk.now),
        ["ix_clocks_unstopped"],
    ),
    "why-nots": ("mash_manager", what_was_weighed, ["ix_decisions_decided_at"]),
    "what somebody sent": ("referrer", show_sent, ["ix_enquiries_logged_by_id"]),
    "what a partner is asked": ("partner_contributor", show_asked, ["ix_agency_checks_enquiry_id"]),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_all_day_is_found_by_an_index_of_those_few(office, name):
    who, ask, indexes = ASKED[name]
    plan = look(office, who, ask)
    assert [each for each in indexes if each not in plan] == []


def test_messages_that_wait_are_counted_without_those_that_are_done(office):
    plan = look(office, "social_worker", lambda desk: count_messages(desk.session, desk.now))
    assert "ix_outbox_due" in plan
    assert "ix_outbox_failed" in plan
    assert "on outbox_1" not in plan


def test_a_family_is_found_from_either_side(office):
    enquiry = an_enquiry(office)
    plan = look(office, "social_worker", lambda desk: list_relationships(desk.session, [enquiry.subjects[0].person_id]))
    for side in ("person_id", "relative_id"):
        assert re.search(rf"Bitmap Index Scan on ix_relationships_{side} .*\n\s+Index Cond: \({side} = ANY", plan)


def test_checks_of_what_was_joined_or_split_are_found_by_their_enquiry(office):
    enquiry = an_enquiry(office)
    plan = look(office, "social_worker", lambda desk: list_checks_beside(desk.session, enquiry))
    assert "Index Scan on ix_enquiries_joined_into_id" in plan
    assert re.search(r"Index Scan on ix_agency_checks_enquiry_id .*\n\s+Index Cond: \(enquiry_id = ANY", plan)


def test_a_partner_is_shown_what_their_agency_was_asked_while_the_enquiry_is_open(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="health")
    waits = an_enquiry(office)
    screen(office, waits, ask="police", finish=False)
    closed = an_enquiry(office)
    screen(office, closed, ask="police")
    decide_as(office, "social_worker", closed, route="no_further_action", level=1, why_not={"early_help": "Made up"})
    act(office, "mash_officer", closed, "close")
    office.session.flush()
    with acting_as(office.session, office.actor("partner_contributor")):
        assert [each.enquiry_id for each in list_asked(office.session)] == [waits.id]
    with acting_as(office.session, office.actor("partner_contributor/health")):
        assert [each.enquiry_id for each in list_asked(office.session)] == [enquiry.id]
    with acting_as(office.session, office.actor("social_worker")):
        assert list_asked(office.session) == []

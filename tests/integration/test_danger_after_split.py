"""Danger that is told on an enquiry reaches whoever was split off from it: whatever was asked or read before."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.acting import act, events_of, last_event, two_children, walk
from tests.integration.test_danger_never_stale import declare
from tests.making import a_subject, an_enquiry, view_first
from triage.models import Enquiry, Referral

ASKED = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}
DANGER = {"reason": "Ben was hit"}


def split_off(office, enquiry, subject):
    office.clock.at += timedelta(minutes=1)
    act(office, "social_worker", enquiry, "split", subject_ids=(subject.id,), reason="They live apart")
    return office.session.scalars(
        select(Enquiry).where(Enquiry.split_from_id == enquiry.id).order_by(Enquiry.reference.desc())
    ).first()


def protected(office):
    """The names of those whose case is red with section 47, in order."""
    office.session.flush()
    cases = office.session.scalars(select(Referral).where(Referral.section_47, Referral.rag == "red"))
    return sorted(case.person.given_name for case in cases)


@pytest.fixture
def both(office):
    return two_children(office, indicators=())


@pytest.mark.parametrize("asked_before", [True, False])
def test_danger_on_a_check_reaches_whoever_was_split_off_since_it_was_asked(office, both, asked_before):
    walk(office, "social_worker", both, "start_screening")
    ben = both.subjects[1]
    if not asked_before:
        split_off(office, both, ben)
        office.clock.at += timedelta(minutes=1)
    act(office, "social_worker", both, "request_check", **ASKED)
    if asked_before:
        split_off(office, both, ben)
    act(office, "partner_system", both.checks[0], "immediate_danger", **DANGER)
    assert protected(office) == (["Ava", "Ben"] if asked_before else ["Ava"])


def test_danger_from_a_page_that_was_read_before_the_split_reaches_both(office, both, sign_in):
    read = both.version
    other = split_off(office, both, both.subjects[1])
    assert declare(sign_in("mash_officer"), f"/enquiries/{both.id}", read).status_code == 302
    assert protected(office) == ["Ava", "Ben"]
    assert {(each.state, each.rag) for each in (both, other)} == {("decided", "red")}
    assert last_event(office, both, "immediate_danger_passed_on").data == {"to": other.reference, "reason": "Now"}
    assert last_event(office, other, "immediate_danger_declared").actor_id == office.actor("mash_officer").id


def test_danger_on_a_joined_enquiry_reaches_whoever_was_split_off_where_it_went(office, both):
    office.clock.at += timedelta(minutes=5)
    later = an_enquiry(office, person_id=both.subjects[1].person_id, indicators=())
    act(office, "social_worker", later, "join", into_reference=both.reference, reason="The same")
    split_off(office, both, both.subjects[1])
    done = act(office, "mash_officer", later, "immediate_danger", **DANGER)
    assert (done, later.state, protected(office)) == (both, "closed", ["Ava", "Ben"])


def test_danger_reaches_what_was_split_off_and_then_joined_elsewhere_or_closed(office, both):
    elsewhere = an_enquiry(office, given_name="Cat", indicators=())
    elsewhere.received_at -= timedelta(hours=1)
    office.session.flush()
    other = split_off(office, both, both.subjects[1])
    act(office, "social_worker", other, "join", into_reference=elsewhere.reference, reason="His cousin")
    act(office, "social_worker", view_first(office, "social_worker", elsewhere), "withdraw", reason="Moved")
    act(office, "mash_officer", both, "immediate_danger", **DANGER)
    assert (elsewhere.state, protected(office)) == ("closed", ["Ava", "Ben", "Cat"])
    assert last_event(office, other, "immediate_danger_passed_on").data["to"] == elsewhere.reference


def test_danger_reaches_what_was_split_off_from_what_was_split_off(office):
    named = (a_subject(given_name=name, indicators=()) for name in ("Ava", "Ben", "Cat"))
    three = an_enquiry(office, subjects=tuple(named))
    office.clock.at += timedelta(minutes=1)
    act(
        office,
        "social_worker",
        three,
        "split",
        subject_ids=tuple(each.id for each in three.subjects[1:]),
        reason="Apart",
    )
    other = office.session.scalar(select(Enquiry).where(Enquiry.split_from_id == three.id))
    split_off(office, other, other.subjects[1])
    act(office, "mash_officer", three, "immediate_danger", **DANGER)
    assert protected(office) == ["Ava", "Ben", "Cat"]


def test_danger_to_whoever_was_split_off_leaves_the_first_as_it_is(office, both):
    other = split_off(office, both, both.subjects[1])
    act(office, "mash_officer", other, "immediate_danger", **DANGER)
    assert (protected(office), both.state) == (["Ben"], "received")
    assert "immediate_danger_passed_on" not in {event.type for event in events_of(office, both)}

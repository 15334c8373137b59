"""What the database itself refuses of first views: nobody writes one for another, and none is changed."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.making import an_enquiry
from triage.access.actor import SYSTEM
from triage.database import act_as

HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
WRITE = """
INSERT INTO first_views (id, subject_id, user_id, level, reason, recorded_at)
VALUES (gen_random_uuid(), :subject, :user, 1, 'Made up', '2013-05-07')
"""


@pytest.fixture
def subject(office):
    enquiry = an_enquiry(office)
    office.session.flush()
    return enquiry.subjects[0].id


def write(office, actor, subject, user):
    """One first view written as `actor` in the name of `user`: DBAPIError where it is refused, else how many rows."""
    office.session.flush()
    try:
        with office.session.begin_nested():
            act_as(office.session, actor)
            return office.session.execute(text(WRITE), {"subject": subject, "user": user.id}).rowcount
    finally:
        act_as(office.session, SYSTEM)


@pytest.mark.parametrize("who", HUB)
def test_whoever_weighs_enquiries_writes_their_own(office, subject, who):
    assert write(office, office.actor(who), subject, office.actor(who)) == 1


@pytest.mark.parametrize("who", [*HUB, "partner_system", "locality_worker:west", "analyst"])
def test_nobody_writes_anothers(office, subject, who):
    victim = office.actor("social_worker" if who != "social_worker" else "mash_manager")
    with pytest.raises(DBAPIError, match="row-level security"):
        write(office, office.actor(who), subject, victim)


@pytest.mark.parametrize("who", ["partner_system", "locality_worker:west", "analyst"])
def test_whoever_weighs_none_writes_none(office, subject, who):
    with pytest.raises(DBAPIError, match="row-level security"):
        write(office, office.actor(who), subject, office.actor(who))


def test_service_itself_writes_anybodys_when_it_replays_the_past(office, subject):
    assert write(office, SYSTEM, subject, office.actor("mash_officer")) == 1


def test_whoever_says_no_role_writes_none(office, subject):
    with pytest.raises(DBAPIError, match="row-level security"):
        write(office, replace(office.actor("mash_officer"), role=""), subject, office.actor("mash_officer"))


@pytest.mark.parametrize("statement", ["UPDATE first_views SET level = 2", "DELETE FROM first_views"])
def test_none_is_changed_or_taken_away(office, statement):
    with pytest.raises(DBAPIError, match="permission denied"), office.session.begin_nested():
        office.session.execute(text(statement))

"""Several at once on the thresholds: one wins, the others are told, and there is one version for each day."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from uuid import uuid4

import pytest

from tests.drafting import a_text, proved
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.access.signin import actor_of
from triage.clock import SettableClock
from triage.database import Database
from triage.errors import DomainError
from triage.models import Event, PolicyVersion, User
from triage.pack import load_pack
from triage.services.desk import Desk
from triage.services.drafting_policy import draft_policy
from triage.services.policies import policy_for
from triage.services.policy_actions import PolicyAction, act_on_policy
from triage.services.publishing_policy import PublishPolicy, publish_policy

CLOCK = SettableClock(datetime(2016, 1, 4, 9, tzinfo=UTC))
PACK = load_pack("nottinghamshire")
AT_ONCE = 6


@pytest.fixture
def database():
    with own_database() as name, Database(role_url("triage_app", name), pool_size=AT_ONCE + 2) as database:
        yield database


@pytest.fixture
def people(database):
    """Two managers and an author, who are in the database."""
    with database.transaction(SYSTEM) as session:
        roles = {"author": "early_help_unit", "one": "mash_manager", "other": "mash_manager"}
        users = {who: User(username=f"{who}-{uuid4().hex}", name=who.title(), role=role) for who, role in roles.items()}
        session.add_all(users.values())
        session.flush()
        return {who: actor_of(user) for who, user in users.items()}


def at_desk(database, actor, do):
    """What `do` gives in a transaction of its own, or the status of its refusal."""
    try:
        with database.transaction(actor) as session:
            return do(Desk(session, actor, CLOCK, PACK))
    except DomainError as refusal:
        return refusal.status


def all_at_once(*tasks):
    """What each of the tasks gave, all let go at the same instant."""
    ready = Barrier(len(tasks))

    def run(task):
        ready.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def reviewed(database, people, **changes):
    """The key of a version that is ready to be published, and its row's version."""

    def review(desk):
        policy = act_on_policy(desk, PolicyAction(policy_id=key, action="review"))
        desk.session.flush()
        return policy.id, policy.version

    key = at_desk(database, people["author"], lambda desk: draft_policy(desk, a_text(**changes)).id)
    return at_desk(database, people["one"], review)


def publishing(database, actor, key, read=None):
    def publish(desk):
        return publish_policy(desk, PublishPolicy(policy_id=key, version=read), proved).state

    return lambda: at_desk(database, actor, publish)


def test_one_of_several_managers_publishes_and_the_rest_are_told(database, people):
    key, read = reviewed(database, people)
    tasks = [publishing(database, people[who], key, read) for who in ("one", "other") * (AT_ONCE // 2)]
    assert Counter(all_at_once(*tasks)) == {"published": 1, 412: AT_ONCE - 1}
    with database.transaction(SYSTEM) as session:
        events = session.query(Event).filter_by(case_id=key).order_by(Event.number).all()
    assert [event.type for event in events] == ["policy_drafted", "policy_reviewed", "policy_published"]


def test_publishing_and_sending_back_at_once_end_in_one_of_the_two(database, people):
    key, read = reviewed(database, people)
    back = PolicyAction(policy_id=key, action="send_back", reason="Page 12", version=read)
    said = all_at_once(
        publishing(database, people["one"], key, read),
        lambda: at_desk(database, people["other"], lambda desk: act_on_policy(desk, back).state),
    )
    assert sorted(map(str, said)) in (["412", "published"], ["412", "draft"])


def test_author_who_revises_twice_at_once_loses_nothing_unseen(database, people):
    key = at_desk(database, people["author"], lambda desk: draft_policy(desk, a_text()).id)

    def revising(level):
        command = PolicyAction(policy_id=key, action="revise", text=a_text(absence=level), version=1)
        return lambda: at_desk(database, people["author"], lambda desk: act_on_policy(desk, command).state)

    assert Counter(all_at_once(revising(2), revising(4))) == {"draft": 1, 412: 1}


def test_two_successors_published_at_once_follow_one_another_or_one_is_told(database, people):
    six, _read = reviewed(database, people)
    seven, _read = reviewed(database, people, version="V7", effective_from=date(2016, 3, 1))
    said = all_at_once(publishing(database, people["one"], six), publishing(database, people["other"], seven))
    assert said in (["published", "published"], [409, "published"])
    with database.transaction(SYSTEM) as session:
        found = session.query(PolicyVersion).filter_by(state="published").all()
    assert [each.policy_version for each in found] == ["V7"]


def test_one_of_several_drafts_of_a_version_is_kept(database, people):
    tasks = [
        lambda: at_desk(database, people["author"], lambda desk: draft_policy(desk, a_text()).state)
        for _ in range(AT_ONCE)
    ]
    assert Counter(all_at_once(*tasks)) == {"draft": 1, 422: AT_ONCE - 1}


def test_other_process_judges_by_the_successor_without_a_restart(database, people):
    key, _read = reviewed(database, people)
    received = datetime(2016, 2, 3, 9, tzinfo=UTC)
    with Database(database.engine.url) as other:  # as another process would, over connections of its own
        before = at_desk(other, SYSTEM, lambda desk: policy_for(desk, received).version)
        publishing(database, people["one"], key)()
        after = at_desk(other, SYSTEM, lambda desk: policy_for(desk, received).version)
    assert (before, after) == ("V5", "V6")


def test_withdrawing_the_newest_and_publishing_its_successor_at_once_leave_one_that_nothing_follows(database, people):
    six, _read = reviewed(database, people)
    seven, _read = reviewed(database, people, version="V7", effective_from=date(2016, 3, 1))
    publishing(database, people["one"], six)()
    away = PolicyAction(policy_id=six, action="withdraw", reason="The month is wrong")
    withdrawn, published = all_at_once(
        lambda: at_desk(database, people["other"], lambda desk: act_on_policy(desk, away).state),
        publishing(database, people["one"], seven),
    )
    assert (withdrawn, published) in (("withdrawn", "published"), (409, "published"))
    with database.transaction(SYSTEM) as session:
        line = session.query(PolicyVersion).order_by(PolicyVersion.effective_from.desc()).limit(3)
        states = [(each.policy_version, each.state) for each in line]
    six_and_five = {"withdrawn": ("withdrawn", "superseded"), 409: ("superseded", "superseded")}[withdrawn]
    assert states == [("V7", "published"), *zip(("V6", "V5"), six_and_five, strict=True)]

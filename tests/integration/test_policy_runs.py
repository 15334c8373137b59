"""A version of the thresholds is proved and tried on the past by the worker, one at a time, and what comes is kept."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from tests.asking_for_records import as_
from tests.drafting import AUTHOR, REVIEWER, a_draft, a_reviewed, a_text, act, ask, done_as, make_all
from tests.making import an_enquiry
from triage.database import acting_as
from triage.errors import Conflict, Forbidden, Invalid
from triage.models import PolicyRun
from triage.services.policy_runs import GIVEN_UP, AskRun, ask_for_run, has_given_up, proved_already
from triage.services.publishing_policy import PublishPolicy, publish_policy
from triage.thresholds.runs import CHANGED, begin_run

pytestmark = pytest.mark.usefixtures("january")
ABSENT = ("C2_ABSENCE_PATTERN",)


def test_proof_is_kept_theorem_by_theorem_with_the_hash_of_the_text(office):
    policy = a_draft(office)
    run = ask(office, policy)
    assert (run.finished_at, run.result) == (None, None)
    make_all(office)
    assert (run.hash, run.finished_at) == (policy.hash, office.clock.now())
    assert len(run.result["proofs"]) == 9
    assert {(each["holds"], each["counter_example"]) for each in run.result["proofs"]} == {(True, None)}


def test_theorem_that_fails_tells_of_somebody(office):
    run = ask(office, a_draft(office, harm="4, rag: amber"))
    make_all(office)
    (fails,) = (each for each in run.result["proofs"] if not each["holds"])
    assert fails["name"] == "section 47 duty"
    assert "A child whose age is not known" in fails["counter_example"]


def test_replay_counts_who_would_move_and_names_nobody(office):
    one, other = an_enquiry(office, indicators=ABSENT), an_enquiry(office, indicators=("C4_NAI",))
    run = ask(office, a_draft(office), "replay")
    make_all(office)
    assert (run.result["people"], run.result["moved"]) == (2, 1)
    assert [each["subject_id"] for each in run.result["who"]] == [str(one.subjects[0].id)]
    assert run.result["who"][0]["before"].startswith("Level 2")
    assert run.result["who"][0]["after"].startswith("Level 3")
    assert len(run.result["sankey"]["bands"]) == 2
    assert not any(each.reference in str(run.result) for each in (one, other))
    assert one.subjects[0].person.family_name not in str(run.result)


def test_replay_is_of_the_days_asked_for_both_included(office):
    for day in (4, 5, 6):
        an_enquiry(office, indicators=ABSENT, received_at=datetime(2015, 11, day, 9, tzinfo=UTC))
    policy = a_draft(office)
    days = date(2015, 11, 5), date(2015, 11, 6)
    runs = [ask(office, policy, "replay", first=days[0], last=last) for last in (days[0], days[1], None)]
    make_all(office)
    assert [each.result["people"] for each in runs] == [1, 2, 2]


def test_days_turned_round_are_refused_at_the_field(office):
    with pytest.raises(Invalid) as refusal:
        ask(office, a_draft(office), "replay", first=date(2015, 11, 6), last=date(2015, 11, 5))
    assert [(each.code, each.field) for each in refusal.value.problems] == [("turned_round", "last")]


def test_same_asked_twice_is_one_until_it_is_made(office):
    policy = a_draft(office)
    first = ask(office, policy)
    assert ask(office, policy, who=REVIEWER) is first
    assert ask(office, policy, "replay") is not first
    make_all(office)
    assert ask(office, policy) is not first


def test_text_that_changed_meanwhile_is_not_told_of(office):
    policy = a_draft(office)
    run = ask(office, policy)
    act(office, AUTHOR, policy, "revise", text=a_text(absence=4))
    make_all(office)
    assert run.result == {"fault": CHANGED}


def test_one_is_made_at_a_time_and_what_never_ended_keeps_nobody_waiting_for_ever(office):
    policy = a_draft(office)
    first, second = ask(office, policy), ask(office, policy, "replay")
    office.session.flush()
    assert begin_run(office.desk("system")) == first.id
    office.session.flush()
    assert begin_run(office.desk("system")) is None
    office.clock.at += GIVEN_UP + timedelta(seconds=1)
    assert (has_given_up(first, office.clock.now()), has_given_up(second, office.clock.now())) == (True, False)
    assert begin_run(office.desk("system")) == second.id
    assert ask(office, policy) is not first


# Who asks, who reads, who writes


def test_only_those_who_draft_ask(office):
    policy = a_draft(office)
    with pytest.raises(Forbidden):
        ask_for_run(office.desk("social_worker"), AskRun(policy_id=policy.id, kind="proof"))


@pytest.mark.parametrize(("who", "sees"), [(AUTHOR, 1), (REVIEWER, 1), ("social_worker", 0), ("analyst", 0)])
def test_only_those_who_draft_read_what_came_of_it(office, who, sees):
    ask(office, a_draft(office))
    office.actor(who)
    with as_(office, who):
        assert len(office.session.execute(text("SELECT id FROM policy_runs")).all()) == sees


@pytest.mark.parametrize("who", [AUTHOR, REVIEWER])
def test_nobody_but_the_service_says_that_a_text_was_proved(office, who):
    run = ask(office, a_draft(office))
    office.session.flush()
    change = text("UPDATE policy_runs SET begun_at = now(), finished_at = now(), result = '{}' RETURNING id")
    with as_(office, who):
        assert office.session.execute(change).all() == []
    made = insert(PolicyRun).values(
        {"id": uuid4(), "policy_id": run.policy_id, "kind": "proof", "hash": run.hash, "asked_at": office.clock.now()}
        | {"asked_by_id": office.actor(who).id, "begun_at": office.clock.now()}
    )
    refused = pytest.raises(DBAPIError, match="row-level security")
    with refused, office.session.begin_nested(), acting_as(office.session, office.actor(who)):
        office.session.execute(made)


def test_what_was_made_stays_as_it_is(office):
    run = ask(office, a_draft(office))
    make_all(office)
    change = text("UPDATE policy_runs SET result = '{}' WHERE id = :id RETURNING id")
    assert office.session.execute(change, {"id": run.id}).all() == []
    assert office.session.scalar(select(PolicyRun.result).where(PolicyRun.id == run.id))["proofs"]


# Publishing by what the worker proved


def publish(office, policy, who=REVIEWER):
    return done_as(
        office,
        who,
        lambda desk: publish_policy(desk, PublishPolicy(policy_id=policy.id), proved_already(desk, policy.id)),
    )


def test_what_the_worker_proved_is_published_with_its_proofs(office):
    policy = a_reviewed(office)
    ask(office, policy)
    make_all(office)
    publish(office, policy)
    assert (policy.state, policy.proof["hash"]) == ("published", policy.hash)
    assert {tuple(each) for each in policy.proof["proofs"]} == {("name", "says", "seconds")}


@pytest.mark.parametrize(("harm", "code"), [(None, "not_proved_yet"), ("4, rag: amber", "not_proved")])
def test_what_is_not_proved_is_not_published(office, harm, code):
    policy = a_reviewed(office, **({"harm": harm} if harm else {}))
    if harm:
        ask(office, policy)
        make_all(office)
    with pytest.raises(Conflict) as refusal:
        publish(office, policy)
    assert [each.code for each in refusal.value.problems] == [code]
    assert policy.state == "reviewed"

"""A version of the thresholds from draft to published, and by which version an enquiry is judged."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from rules.document import PolicyError
from rules.library import versions_of
from rules.policy import Policy
from tests.drafting import (
    AUTHOR,
    FIRST_DAY,
    REVIEWER,
    a_draft,
    a_published,
    a_reviewed,
    a_text,
    act,
    done_as,
    proved,
    publish,
)
from tests.making import an_enquiry
from triage.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from triage.models import Event, PolicyVersion
from triage.services.drafting_policy import draft_policy
from triage.services.events import seal
from triage.services.policies import policy_at_hand, policy_for, read_policies
from triage.services.proving import prove_policy
from triage.services.publishing_policy import PublishPolicy, publish_policy
from triage.store.policies import find_policy

NAME = "pathway_to_provision"
JANUARY = datetime(2016, 1, 4, 9, tzinfo=UTC)


pytestmark = pytest.mark.usefixtures("january")


def codes(refusal):
    return [problem.code for problem in refusal.value.problems]


def no_proof(policy):
    """What stands for the proofs where they are not what a test is about."""
    assert isinstance(policy, Policy)
    return proved(policy)


def events_of(office, policy):
    office.session.flush()
    found = select(Event).where(Event.case_id == policy.id).order_by(Event.number)
    return office.session.scalars(found).all()


# What came with the service


def test_versions_that_came_with_the_service_are_published_and_the_newest_is_not_superseded(session):
    found = session.scalars(select(PolicyVersion).order_by(PolicyVersion.effective_from.desc())).all()
    assert [(each.policy_version, each.hash) for each in found] == [
        (each.version, each.hash) for each in versions_of(NAME)
    ]
    assert [each.state for each in found] == ["published", "superseded", "superseded"]
    assert {each.drafted_by_id for each in found} == {None}


# From draft to published


def test_version_is_drafted_reviewed_proved_published_and_supersedes_the_one_before(office):
    policy = publish(office, a_reviewed(office))
    author, reviewer = office.actor(AUTHOR).id, office.actor(REVIEWER).id
    assert (policy.state, policy.effective_from, policy.text) == ("published", FIRST_DAY, a_text())
    assert (policy.drafted_by_id, policy.reviewed_by_id, policy.published_by_id) == (author, reviewer, reviewer)
    assert [each["name"] for each in policy.proof["proofs"]][:2] == ["complete", "no conflict"]
    before = office.session.scalar(select(PolicyVersion).where(PolicyVersion.policy_version == "V5"))
    assert before.state == "superseded"
    (superseded,) = events_of(office, before)
    assert (superseded.type, superseded.actor_role, superseded.data["followed_by"]) == (
        "policy_superseded",
        "system",
        "V6",
    )


def test_its_life_is_in_the_log_numbered_and_chained(office):
    policy = a_draft(office)
    act(office, AUTHOR, policy, "revise", text=a_text(absence=2))
    act(office, REVIEWER, policy, "review")
    act(office, REVIEWER, policy, "send_back", reason="Absence is level 3")
    act(office, AUTHOR, policy, "revise", text=a_text())
    act(office, REVIEWER, policy, "review")
    publish(office, policy, prove=no_proof)
    events = events_of(office, policy)
    assert [(event.number, event.type) for event in events] == [
        (1, "policy_drafted"),
        (2, "policy_revised"),
        (3, "policy_reviewed"),
        (4, "policy_sent_back"),
        (5, "policy_revised"),
        (6, "policy_reviewed"),
        (7, "policy_published"),
    ]
    assert all(seal(event) == event.hash for event in events)
    assert events[3].data["reason"] == "Absence is level 3"
    assert (events[4].data["hash"], events[4].data["hash_before"]) == (policy.hash, events[1].data["hash"])
    assert (events[6].data["policy"], events[6].data["follows"]) == (f"{NAME}@V6", "V5")


def test_withdrawn_version_leaves_its_name_free(office):
    first = act(office, AUTHOR, a_draft(office), "withdraw", reason="Begun too soon")
    second = a_draft(office)
    assert (first.state, second.state, first.policy_version) == ("withdrawn", "draft", second.policy_version)


# What is refused


@pytest.mark.parametrize(
    ("text_", "says"),
    [
        (a_text(harm="5"), r"policy, line \d+, column \d+: a whole number from 1 to 4 is wanted here"),
        ("name: [", "policy, line 2, column 1: did not find"),
        (a_text(home="rutland"), "The policy's authorities lack 'nottinghamshire'"),
        (a_text(name="hampshire_thresholds"), "called 'hampshire_thresholds'; the authority's is"),
        (a_text(version="V5"), "There is a pathway_to_provision@V5 already"),
    ],
)
def test_text_that_cannot_be_a_draft_is_refused_in_words_and_nothing_is_kept(office, text_, says):
    with pytest.raises(Invalid, match=says) as refusal:
        done_as(office, AUTHOR, lambda desk: draft_policy(desk, text_))
    assert {problem.field for problem in refusal.value.problems} == {"text"}
    assert office.session.scalars(select(PolicyVersion).where(PolicyVersion.state == "draft")).all() == []


def test_every_fault_that_can_be_seen_is_told_at_once(office):
    unheard = a_text().replace("{indicator: C2_ABSENCE_PATTERN}", "{plan_failed: true}")
    deaf = unheard.replace("authority: other", "authority: nottinghamshire")
    with pytest.raises(Invalid) as refusal:
        done_as(office, AUTHOR, lambda desk: draft_policy(desk, deaf))
    assert len(refusal.value.problems) == 2


@pytest.mark.parametrize("who", ["mash_officer", "social_worker", "locality_manager:west", "analyst", "partner_system"])
def test_whoever_has_no_part_in_it_is_told_whose_it_is(office, who):
    with pytest.raises(Forbidden, match="It is for: early help unit, mash manager"):
        done_as(office, who, lambda desk: draft_policy(desk, a_text()))
    policy = a_draft(office)
    with pytest.raises(Forbidden, match="It is for: early help unit, mash manager"):
        act(office, who, policy, "review")


def test_author_who_is_a_manager_needs_another_one(office):
    policy = a_draft(office, REVIEWER)
    with pytest.raises(Conflict, match="Somebody else must review and publish it"):
        act(office, REVIEWER, policy, "review")
    act(office, "mash_manager:west", policy, "review")
    with pytest.raises(Conflict) as refusal:
        publish(office, policy, prove=no_proof)
    assert codes(refusal) == ["own_draft"]
    assert publish(office, policy, "mash_manager:west", prove=no_proof).state == "published"


def test_policy_for_which_a_proof_fails_is_not_published_and_the_child_is_described(office):
    policy = a_reviewed(office, harm="4, rag: amber")
    with pytest.raises(
        Conflict, match=r"Suspected significant harm \(1 indicator\), or danger now, is level 4"
    ) as refusal:
        publish(office, policy, prove=prove_policy)
    assert set(codes(refusal)) == {"not_proved"}
    assert "The answer: level 4, social care, amber." in str(refusal.value)
    assert (policy.state, policy.proof, policy.published_at) == ("reviewed", None, None)


def test_proofs_are_not_tried_where_something_else_forbids_it(office, clock):
    policy = a_reviewed(office)
    clock.at = datetime(2016, 2, 1, 0, 30, tzinfo=UTC)
    tried = []
    with pytest.raises(Conflict, match="Its first day must be tomorrow or later"):
        publish(office, policy, prove=tried.append)
    assert tried == []


def test_first_day_is_reckoned_in_the_county(office, clock):
    policy = a_reviewed(office, effective_from=date(2016, 7, 1))
    clock.at = datetime(2016, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on 1 July there
    with pytest.raises(Conflict) as refusal:
        publish(office, policy, prove=no_proof)
    assert codes(refusal) == ["not_ahead"]


def test_version_may_not_begin_before_the_newest(office):
    a_published(office)
    early = a_reviewed(office, version="V5.1", effective_from=date(2016, 1, 15))
    with pytest.raises(Conflict) as refusal:
        publish(office, early, prove=no_proof)
    assert codes(refusal) == ["not_after_newest"]


def test_version_read_before_a_change_is_stale_and_told_whose_change(office):
    policy = a_draft(office)
    read = policy.version
    act(office, AUTHOR, policy, "revise", text=a_text(absence=2))
    with pytest.raises(Stale, match=r"What changed: .*policy revised by Made-up early_help_unit"):
        act(office, REVIEWER, policy, "review", version=read)


def test_unknown_action_is_told_those_there_are(office):
    with pytest.raises(NotFound, match="revise, review, send_back, withdraw, publish"):
        act(office, REVIEWER, a_draft(office), "supersede")


# A slip in the first day


def test_first_day_a_century_ahead_is_refused(office):
    policy = a_reviewed(office, effective_from=date(2106, 2, 1))
    with pytest.raises(Conflict, match=r"more than two years ahead\. Is the year right"):
        publish(office, policy, prove=no_proof)


def test_published_version_is_withdrawn_before_its_first_day_and_the_one_before_is_the_newest_again(office, clock):
    policy = a_published(office, effective_from=date(2017, 2, 1))
    act(office, REVIEWER, policy, "withdraw", reason="The year is wrong")
    before = find_policy(office.session, NAME, "V5")
    assert (policy.state, policy.withdrawn_by_id) == ("withdrawn", office.actor(REVIEWER).id)
    assert before.state == "published"
    (event,) = [each for each in events_of(office, policy) if each.type == "policy_withdrawn"]
    assert (event.data["reason"], event.data["restored"]) == ("The year is wrong", "V5")
    assert [each.type for each in events_of(office, before)] == ["policy_superseded", "policy_restored"]
    assert policy_for(office.desk("mash_officer"), datetime(2017, 3, 1, tzinfo=UTC)).version == "V5"
    assert a_published(office).state == "published"  # of the same name, a year sooner
    office.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    clock.at = datetime(2016, 2, 2, 9, tzinfo=UTC)
    assert judged_by(office, clock.at) == "V6"


def test_published_version_is_not_withdrawn_by_its_author_nor_once_it_has_begun(office, clock):
    policy = act(office, "mash_manager:west", a_draft(office, REVIEWER), "review")
    publish(office, policy, "mash_manager:west", prove=no_proof)
    with pytest.raises(Conflict, match="somebody else must withdraw it"):
        act(office, REVIEWER, policy, "withdraw", reason="Wrong")
    clock.at = datetime(2016, 2, 1, 0, 30, tzinfo=UTC)
    with pytest.raises(Conflict, match="Its first day has come"):
        act(office, "mash_manager:west", policy, "withdraw", reason="Wrong")


def test_what_came_with_the_service_is_not_withdrawn(office):
    with pytest.raises(Conflict, match="came with the service and cannot be withdrawn"):
        act(office, REVIEWER, find_policy(office.session, NAME, "V5"), "withdraw", reason="Wrong")


def test_early_help_unit_withdraws_its_own_and_nobody_elses(office):
    managers = act(office, REVIEWER, a_draft(office, "mash_manager:west"), "review")
    with pytest.raises(Conflict, match="Only its author or a MASH manager may withdraw it"):
        act(office, AUTHOR, managers, "withdraw", reason="Not ours")
    assert act(office, AUTHOR, a_draft(office, version="V7"), "withdraw", reason="Too soon").state == "withdrawn"


# What may answer to a hash


def test_draft_that_says_it_has_the_hash_of_what_is_published_answers_to_nothing(office, monkeypatch):
    honest = a_draft(office)
    forged = a_draft(office, version="V7", absence=1)
    office.session.execute(
        text("SELECT set_config('triage.user_id', :me, true), set_config('triage.role', 'early_help_unit', true)"),
        {"me": str(office.actor(AUTHOR).id)},
    )
    office.session.execute(
        text("UPDATE policies SET hash = :hash WHERE id = :id"), {"hash": honest.hash, "id": forged.id}
    )
    act(office, REVIEWER, honest, "review")
    publish(office, honest, prove=no_proof)
    monkeypatch.setattr("triage.services.policies._known", {})  # as in a process that has just begun
    assert read_policies(office.session, [honest.hash])[honest.hash].title == f"{NAME}@V6"


def test_text_that_is_not_the_one_of_its_hash_is_refused_and_logged(office, monkeypatch, caplog):
    monkeypatch.setattr("triage.services.policies._known", {})
    monkeypatch.setattr("triage.services.policies.read_texts", lambda _session, hashes: {hashes[0]: a_text()})
    with pytest.raises(PolicyError, match="this text has another hash"):
        read_policies(office.session, ["f" * 64])
    assert f"the text kept as policy {'f' * 64} is that of {NAME}@V6" in caplog.text


# By which version an enquiry is judged


def judged_by(office, received_at):
    enquiry = an_enquiry(office, received_at=received_at)
    return enquiry.subjects[0].recommendation.policy_version


def test_enquiry_is_judged_by_the_version_in_force_when_it_was_received(office, clock):
    a_published(office)
    last_minute = datetime(2016, 1, 31, 23, 59, tzinfo=UTC)
    clock.at = datetime(2016, 2, 2, 9, tzinfo=UTC)
    assert judged_by(office, last_minute) == "V5"
    assert judged_by(office, last_minute + timedelta(minutes=1)) == "V6"


def test_days_are_the_countys_not_utcs(office, clock):
    a_published(office, effective_from=date(2016, 7, 1))
    clock.at = datetime(2016, 7, 2, 9, tzinfo=UTC)
    midnight = datetime(2016, 6, 30, 23, 0, tzinfo=UTC)
    assert judged_by(office, midnight - timedelta(minutes=1)) == "V5"
    assert judged_by(office, midnight) == "V6"


def test_each_superseded_version_keeps_its_own_days(office, clock):
    a_published(office)
    a_published(office, version="V7", effective_from=date(2016, 3, 1))
    clock.at = datetime(2016, 4, 1, 9, tzinfo=UTC)
    received = [
        datetime(year, month, 15, 12, tzinfo=UTC) for year, month in ((1999, 1), (2014, 7), (2016, 2), (2016, 3))
    ]
    assert [judged_by(office, at) for at in received] == ["2013", "V4", "V6", "V7"]


def test_successor_takes_over_in_a_process_that_is_running(office, clock):
    clock.at = datetime(2016, 2, 2, 9, tzinfo=UTC)
    assert judged_by(office, clock.at) == "V5"
    clock.at = JANUARY
    a_published(office)
    clock.at = datetime(2016, 2, 2, 9, tzinfo=UTC)
    enquiry = an_enquiry(office)
    assert enquiry.subjects[0].recommendation.answer["policy"]["version"] == "V6"
    assert enquiry.subjects[0].recommendation.level == 3  # the old one says 2
    assert policy_at_hand(NAME, clock.at).version == "V6"


def test_draft_judges_nobody(office, clock):
    a_reviewed(office)
    clock.at = datetime(2016, 2, 2, 9, tzinfo=UTC)
    assert judged_by(office, clock.at) == "V5"


def test_publishing_that_is_undone_judges_nobody(office):
    desk, february = office.desk("mash_officer"), datetime(2016, 2, 2, 9, tzinfo=UTC)
    with office.session.begin_nested() as step:
        a_published(office)
        assert policy_for(desk, february).version == "V6"
        step.rollback()
    assert policy_for(desk, february).version == "V5"


def test_version_is_known_to_the_very_transaction_that_publishes_it(office):
    policy, february = a_reviewed(office), datetime(2016, 2, 2, 9, tzinfo=UTC)

    def judge_publish_judge(desk):
        before = policy_for(desk, february).version
        published = publish_policy(desk, PublishPolicy(policy_id=policy.id), no_proof)
        assert (before, policy_for(desk, february).version) == ("V5", "V6")
        return published

    assert done_as(office, REVIEWER, judge_publish_judge).state == "published"

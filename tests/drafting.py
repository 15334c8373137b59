"""Made-up versions of the county's policy, small enough to be proved in no time, carried as far as a test needs."""

from collections.abc import Callable
from datetime import date
from typing import Any

from rules.policy import Policy
from tests.asking_for_records import as_
from triage.access.actor import SYSTEM
from triage.database import act_as
from triage.models import PolicyRun, PolicyVersion
from triage.services.desk import Desk
from triage.services.drafting_policy import draft_policy
from triage.services.policy_actions import PolicyAction, act_on_policy
from triage.services.policy_runs import AskRun, ask_for_run
from triage.services.publishing_policy import PublishPolicy, publish_policy
from triage.thresholds.runs import begin_run, make_run

FIRST_DAY = date(2016, 2, 1)  # the versions that come with the service begin before
AUTHOR, REVIEWER = "early_help_unit", "mash_manager"

TEXT = """
name: {name}
version: "{version}"
effective_from: {effective_from}
authority: A made-up county
source: Made up
level_names: {{1: Universal, 2: Some help, 3: More help, 4: Most help}}
domains: {{C: The child}}
authorities: {{{home}: Ours}}
indicators:
  C2_ABSENCE_PATTERN: {{says: "Often not at school", domains: [C], level: 2, about: child, source: Made up}}
  C4_NAI: {{says: "Injury that is no accident", domains: [C], level: 4, about: child, section: s47, source: Made up}}
combination:
  {{level: highest, rag: most_pressing, route: first, section_47: any, must_be_seen_today: any, agencies: all,
   otherwise: {{level: 1, rag: green, route: advice}}}}
rules:
  - id: absence
    when: {{indicator: C2_ABSENCE_PATTERN}}
    then: {{level: {absence}}}
    because: {{paragraph: Made up, says: The child is often not at school.}}
  - id: harm
    floor: true
    when: {{any: [{{indicators: {{section: s47}}}}, {{needs_immediate_protection: true}}]}}
    then: {{level: {harm}}}
    because: {{paragraph: "Children Act 1989, section 47(1)", says: Significant harm is suspected.}}
  - id: elsewhere
    rank: 1
    when: {{authority: other}}
    then: {{route: other_authority}}
    because: {{paragraph: Made up, says: The address is in another authority.}}
  - id: to_social_care
    rank: 2
    when: {{any: [{{indicators: {{section: s47}}}}, {{needs_immediate_protection: true}}]}}
    then: {{route: social_care}}
    because: {{paragraph: "Children Act 1989, section 47(1)", says: They make the enquiries.}}
"""
DUTY = "4, rag: red, section_47: true"


def a_text(**changes: Any) -> str:
    """A policy that passes every proof, but for `changes`: version, effective_from, absence (its level), harm …"""
    usual = {"name": "pathway_to_provision", "version": "V6", "effective_from": FIRST_DAY, "absence": 3}
    return TEXT.format(**({"home": "nottinghamshire", "harm": DUTY} | usual | changes))


def done_as(office: Any, who: str, do: Callable[[Desk], PolicyVersion]) -> PolicyVersion:
    """What `do` does at the desk of a role, which the database knows too: nothing of it stays where it is refused."""
    desk = office.desk(who)
    try:
        with office.session.begin_nested():
            act_as(office.session, desk.actor)
            policy = do(desk)
            office.session.flush()
            return policy
    finally:
        act_as(office.session, SYSTEM)


def act(office: Any, who: str, policy: PolicyVersion, action: str, **details: Any) -> PolicyVersion:
    """Do an action as a role."""
    command = PolicyAction(policy_id=policy.id, action=action, **details)
    return done_as(office, who, lambda desk: act_on_policy(desk, command))


def publish(office: Any, policy: PolicyVersion, who: str = REVIEWER, **details: Any) -> PolicyVersion:
    """Publish what was reviewed, as a role."""
    return done_as(office, who, lambda desk: publish_policy(desk, PublishPolicy(policy_id=policy.id), **details))


def a_draft(office: Any, who: str = AUTHOR, **changes: Any) -> PolicyVersion:
    """A draft of the Early Help Unit's, or of another role's."""
    return done_as(office, who, lambda desk: draft_policy(desk, a_text(**changes)))


def a_reviewed(office: Any, **changes: Any) -> PolicyVersion:
    """One that a MASH manager has reviewed."""
    return act(office, REVIEWER, a_draft(office, **changes), "review")


def a_published(office: Any, **changes: Any) -> PolicyVersion:
    """One that is published too, without trying its proofs."""
    return publish(office, a_reviewed(office, **changes), prove=proved)


def proved(policy: Policy) -> dict[str, Any]:
    """What stands for the proofs where they are not what a test is about."""
    return {"hash": policy.hash, "proofs": [{"name": "made up", "says": "Made up.", "seconds": 0.0}]}


def ask(office: Any, policy: PolicyVersion, kind: str = "proof", who: str = AUTHOR, **days: date) -> PolicyRun:
    """A proof or a replay that a role asked for."""
    with as_(office, who):
        run = ask_for_run(office.desk(who), AskRun(policy_id=policy.id, kind=kind, **days))
        office.session.flush()
    return run


def make_all(office: Any) -> None:
    """What the worker does until nothing waits."""
    office.session.flush()
    while key := begin_run(office.desk("system")):
        office.session.flush()
        make_run(office.desk("system"), key)
        office.session.flush()
        office.session.expire_all()

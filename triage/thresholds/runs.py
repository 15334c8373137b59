"""Proofs and replays that were asked for, made one after the other by the worker and kept."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rules.document import PolicyError
from rules.policy import Policy
from rules.reading import load
from rules.replay import Move
from rules.replay import replay as replay_cases
from triage.errors import DomainError
from triage.models import PolicyRun
from triage.services.desk import Desk
from triage.services.policy_runs import GIVEN_UP
from triage.services.proving import try_proofs
from triage.store.policy_runs import find_subjects, take_next
from triage.thresholds.replay_cases import GROUPINGS, Words
from triage.thresholds.replay_page import tell_report
from triage.thresholds.replay_past import OF_THE_TIME, Period, RecordedPast
from triage.thresholds.replay_report import compose_report, place_of
from triage.thresholds.replay_tables import say_place

MOST_WHO = 200  # of those who move, as many as anybody reads
CHANGED = "Its text was changed after this was asked for. Ask for it again."
Made = dict[str, Any]


def begin_run(desk: Desk) -> UUID | None:
    """Say that the next one is begun; None where none waits, or one is being made. For the service itself."""
    run = take_next(desk.session, desk.now - GIVEN_UP)
    if run is None:
        return None
    run.begun_at = desk.now
    return run.id


def make_run(desk: Desk, key: UUID) -> PolicyRun:
    """Make one that was begun, and keep what comes of it: or why nothing does, in plain words, as `fault`."""
    run = desk.session.get_one(PolicyRun, key)
    try:
        run.result = _make(desk, run)
    except (DomainError, PolicyError) as error:
        run.result = {"fault": str(error)}
    run.finished_at = desk.now
    return run


def _make(desk: Desk, run: PolicyRun) -> Made:
    policy = load(run.policy.text, f"{run.policy.name}@{run.policy.policy_version}")
    return MAKERS[run.kind](desk, run, policy) if policy.hash == run.hash else {"fault": CHANGED}


def _prove(desk: Desk, run: PolicyRun, policy: Policy) -> Made:
    return {"proofs": try_proofs(policy)}


def _replay(desk: Desk, run: PolicyRun, policy: Policy) -> Made:
    period = Period(run.first, run.last)
    past = RecordedPast(desk.session, period, None)
    replayed = replay_cases(past, policy, len(GROUPINGS))
    kept = {"kept_answers": past.kept_answers, "faults": past.faults}
    report = compose_report(replayed, Words(desk.pack), against=OF_THE_TIME, period=period.says, **kept)
    moved = [each for each in report.who if place_of(each.before) != place_of(each.after)]
    return tell_report(report) | {"people": report.people, "moved": len(moved), "who": _tell_who(desk, moved)}


def _tell_who(desk: Desk, moves: list[Move]) -> list[dict[str, Any]]:
    """The first of those who get another level or route, by keys that lead nowhere once a case is disposed of."""
    told = {_place(each.key): each for each in moves[:MOST_WHO]}
    return [
        {"subject_id": str(subject), "before": _say(told[place].before), "after": _say(told[place].after)}
        for place, subject in find_subjects(desk.session, told).items()
    ]


def _say(answer: Any) -> str:
    return say_place(place_of(answer))


def _place(key: str) -> tuple[str, int]:
    reference, _, ordinal = key.rpartition("/")
    return reference, int(ordinal)


MAKERS: dict[str, Callable[[Desk, PolicyRun, Policy], Made]] = {"proof": _prove, "replay": _replay}

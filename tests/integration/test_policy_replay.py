"""The recorded past under a draft: exactly those move whom the draft's change is about."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest

from rules.library import get_policy
from rules.reading import load
from rules.replay import replay
from tests.conftest import OneConnection
from tests.drafting import a_draft, a_published
from tests.making import a_command, a_subject, an_enquiry
from triage.access.actor import NOBODY, SYSTEM
from triage.database import act_as
from triage.models import Recommendation
from triage.services.logging_enquiry import log_enquiry
from triage.thresholds.replay_cases import GROUPINGS, Words
from triage.thresholds.replay_command import _replay_past
from triage.thresholds.replay_past import Period, RecordedPast
from triage.thresholds.replay_report import compose_report

V4_TEXT = (files("rules") / "policies" / "pathway_to_provision_v4.yaml").read_text(encoding="utf-8")
CHANGE = "{level: 2, count: 3, domains: 2}", "{level: 2, count: 2, domains: 2}"
TWO = ("C2_ABSENCE_PATTERN", "F2_DEBT")


@pytest.fixture
def draft():
    assert CHANGE[0] in V4_TEXT
    return load(V4_TEXT.replace(*CHANGE).replace('version: "V4"', 'version: "draft"'))


@pytest.fixture
def in_2014(office):
    office.clock.at = datetime(2014, 7, 2, 9, 0, tzinfo=UTC)
    return office


ALWAYS = Period()


def try_on(office, draft, period=ALWAYS, against=None):
    office.session.flush()
    past = RecordedPast(office.session, period, against)
    replayed = replay(past, draft, len(GROUPINGS))
    told = {"against": "x", "period": "y", "kept_answers": past.kept_answers, "faults": past.faults}
    return compose_report(replayed, Words(office.pack), **told)


def test_exactly_those_move_whom_the_change_is_about(in_2014, draft):
    one = an_enquiry(in_2014)
    two = an_enquiry(in_2014, indicators=TWO, given_name="Bea")
    children = a_subject(given_name="Cai"), a_subject(given_name="Dee", indicators=TWO)
    both = log_enquiry(in_2014.desk("mash_officer"), a_command(in_2014, subjects=children))
    report = try_on(in_2014, draft)
    assert (report.people, report.moved) == (4, 2)
    assert {move.key for move in report.who} == {f"{two.reference}/1", f"{both.reference}/2"}
    assert f"{one.reference}/1" not in {move.key for move in report.who}
    for move in report.who:
        assert (move.before.level, move.after.level) == (2, 3)
        assert (move.rules_before, move.rules_after) == (("level_2_indicator",), ("several_level_2_in_two_domains",))
    assert [(row.month, row.team, row.before, row.after) for row in report.teams] == [
        ("2014-07", "Early help West", 4, 4)
    ]
    (ashfield,) = report.groups["district"]
    assert (ashfield.name, ashfield.people, dict(ashfield.ways)) == ("Ashfield", 4, {"same": 2, "up": 2})


def test_nothing_is_written(in_2014, draft):
    enquiry = an_enquiry(in_2014, indicators=TWO)
    try_on(in_2014, draft)
    assert not in_2014.session.dirty
    assert not in_2014.session.new
    in_2014.session.refresh(enquiry.subjects[0].recommendation)
    assert enquiry.subjects[0].recommendation.level == 2
    assert len(enquiry.subjects[0].recommendations) == 1


def test_days_are_local_and_both_included(in_2014, draft):
    """Just before midnight in summer it is still the day before in universal time."""
    for at in ("2014-06-30T22:59", "2014-06-30T23:00", "2014-07-01T22:59", "2014-07-01T23:00"):
        an_enquiry(in_2014, indicators=TWO, received_at=datetime.fromisoformat(at).replace(tzinfo=UTC))
    day = date(2014, 7, 1)
    assert try_on(in_2014, draft, Period(day, day)).people == 2
    assert try_on(in_2014, draft, Period(first=day)).people == 3
    assert try_on(in_2014, draft, Period(last=day)).people == 3
    assert {row.month for row in try_on(in_2014, draft, Period(day, day)).teams} == {"2014-07"}


def test_each_is_judged_by_the_version_it_was_judged_by_then(office, draft):
    an_enquiry(office, indicators=TWO)
    old = try_on(office, draft)
    assert [move.rules_before for move in old.who] == [("level_2_indicator",)]
    assert office.session.query(Recommendation).one().policy_version == "2013"
    against = try_on(office, draft, against=draft)
    assert (against.people, against.who) == (1, ())


def test_last_recommendation_of_a_subject_counts(in_2014, draft):
    enquiry = an_enquiry(in_2014, indicators=TWO)
    first = enquiry.subjects[0].recommendation
    add_recommendation(in_2014, enquiry, facts=first.facts | {"indicators": []}, minutes=5)
    assert (try_on(in_2014, draft).people, try_on(in_2014, draft).who) == (1, ())
    add_recommendation(in_2014, enquiry, facts=first.facts, minutes=9)
    assert (try_on(in_2014, draft).people, try_on(in_2014, draft).moved) == (1, 1)


def add_recommendation(office, enquiry, *, minutes, **other):
    """Another recommendation for the first subject, like the one before but for `other`."""
    last = enquiry.subjects[0].recommendation
    columns = ("level", "route", "rag", "section_47", "answer", "facts", "policy_name", "policy_version", "policy_hash")
    kept = {name: getattr(last, name) for name in columns} | other
    made_at = last.made_at + timedelta(minutes=minutes)
    office.session.add(Recommendation(subject=enquiry.subjects[0], made_at=made_at, **kept))
    office.session.flush()


def test_recorded_answer_stands_where_nobody_has_its_thresholds(in_2014):
    enquiry = an_enquiry(in_2014, indicators=TWO)
    answer = enquiry.subjects[0].recommendation.answer | {"must_be_seen_today": True}
    lost = {"policy_hash": "0" * 64, "level": 4, "rag": "red", "section_47": True, "answer": answer}
    add_recommendation(in_2014, enquiry, minutes=1, **lost)
    report = try_on(in_2014, get_policy("pathway_to_provision", "V4"))
    (move,) = report.who
    assert move.before == (4, "early_help", "red", True, True)
    assert (move.after.level, move.rules_before) == (2, ())
    assert report.kept_answers == {"0" * 64: 1}


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"indicators": [], "mood": "low"}, "there is no fact mood"),
        ({"indicators": None}, "'NoneType' object is not iterable"),
    ],
)
def test_record_that_cannot_be_read_is_named_and_left_out(in_2014, draft, facts, says):
    enquiry = an_enquiry(in_2014)
    add_recommendation(in_2014, enquiry, minutes=1, facts=facts)
    an_enquiry(in_2014, indicators=TWO, given_name="Bea")
    report = try_on(in_2014, draft)
    assert (report.people, report.moved) == (1, 1)
    (fault,) = report.faults
    assert fault.startswith(f"{enquiry.reference}/1: its recorded facts cannot be read, so it is left out")
    assert says in fault


def test_fairness_is_by_the_persons_own_record(in_2014, draft):
    for number, sex in enumerate("F" * 7 + "M" * 7):
        an_enquiry(in_2014, indicators=TWO, given_name=f"Eli{number}", sex=sex)
    report = try_on(in_2014, draft)
    # That nobody's sex is unknown is itself a small number, and where all go one way the total would give it away.
    assert [(row.name, row.up, row.down, row.neither, row.people) for row in report.fairness["sex"]] == [
        ("Female", None, None, None, None),
        ("Male", None, None, None, None),
        ("Not known", None, None, None, None),
    ]
    assert report.fairness["ethnicity"] == ()


def test_thresholds_that_only_the_database_holds_are_asked_again(in_2014, draft):
    enquiry = an_enquiry(in_2014, indicators=TWO)
    kept = a_published(in_2014)
    add_recommendation(in_2014, enquiry, minutes=1, policy_hash=kept.hash, level=4)
    report = try_on(in_2014, load(kept.text))
    assert (report.people, report.who, report.kept_answers) == (1, (), {})


def test_draft_that_the_database_holds_does_not_stand_for_the_thresholds_of_the_time(in_2014):
    enquiry = an_enquiry(in_2014, indicators=TWO)
    kept = a_draft(in_2014)
    answer = enquiry.subjects[0].recommendation.answer | {"must_be_seen_today": True}
    add_recommendation(in_2014, enquiry, minutes=1, policy_hash=kept.hash, level=4, answer=answer)
    report = try_on(in_2014, load(kept.text))
    assert [(move.before.level, move.before.must_be_seen_today) for move in report.who] == [(4, True)]
    assert report.kept_answers == {kept.hash: 1}


def test_command_asks_as_the_service_itself(in_2014, draft):
    an_enquiry(in_2014, indicators=TWO)
    database = OneConnection(in_2014.session)
    report = _replay_past(database, Period(date(2014, 7, 1), date(2014, 7, 31)), in_2014.pack, draft, None)
    assert (report.people, report.moved) == (1, 1)
    assert report.period == "received from 1 July 2014 to 31 July 2014"
    empty = _replay_past(database, Period(date(2012, 1, 1), date(2012, 1, 31)), in_2014.pack, draft, None)
    assert (empty.people, empty.who) == (0, ())


def test_nobody_sees_the_past_without_saying_who_they_are(in_2014, draft):
    an_enquiry(in_2014, indicators=TWO)
    in_2014.session.flush()
    act_as(in_2014.session, NOBODY)
    assert try_on(in_2014, draft).people == 0
    act_as(in_2014.session, SYSTEM)
    assert try_on(in_2014, draft).people == 1

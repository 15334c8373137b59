"""A quarter's report: every indicator of the plan, counted or sent, made by the worker and kept as it was."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.acting import a_referral
from tests.asking_for_records import as_
from tests.conftest import MORNING
from tests.making import an_enquiry, screen
from tests.on_paper import BACK, HOUR, decide_late, declare, screen_late
from tests.reporting import FIRST, JULY, LAST, MANAGER, a_figure, ask, line_of, made, make_all, say, send
from triage.database import acting_as
from triage.errors import Forbidden, Invalid
from triage.insight.measures import Figure, measure
from triage.insight.quarterly.indicators import read_groups, read_indicators
from triage.insight.quarterly.making import begin_report
from triage.insight.quarterly.report import Late, read_kept
from triage.insight.small import SMALL, hide_figure
from triage.models import Checkpoint
from triage.services.reports import GIVEN_UP, has_given_up
from triage.store.reports import get_report, list_comments

READERS = ("mash_manager", "early_help_unit", "locality_manager:west", "analyst")
OTHERS = ("social_worker", "mash_officer", "locality_worker:west", "administrator", "partner_contributor")


@pytest.fixture
def county(office):
    """It is July 2013: the quarter is over, and nothing came in it."""
    office.clock.at = JULY
    return office


def with_cases(office):
    """Of May: eight enquiries that nobody decided, and one that came to early help."""
    office.clock.at = MORNING
    for _ in range(8):
        an_enquiry(office)
    a_referral(office, "early_help")
    office.clock.at = JULY


def test_every_indicator_of_the_plan_stands_in_its_priority(county):
    report = made(county)
    assert [(part.title, [line.name for line in part.lines]) for part in report.parts] == [
        (group.title, [each.name for each in group.indicators]) for group in read_groups()
    ]
    assert len(report.lines) == 32


def test_how_much_was_entered_afterwards_is_told_of_what_was_timed(county):
    county.clock.at = MORNING
    before = [an_enquiry(county) for _ in range(8)]
    for each in before:
        screen(county, each)  # in the service: eight clocks of screening
    county.clock.at = BACK
    declare(county)
    late = [an_enquiry(county, received_at=MORNING) for _ in range(7)]
    for each in late:
        screen_late(county, each)
    for each in late[:6]:
        decide_late(county, each, MORNING + 3 * HOUR)
    county.session.flush()
    county.clock.at = JULY
    first, second = made(county), made(county)
    told = first.late
    assert told.whole == Figure(13 / 21, 13, 21)
    assert {each.key: each.figure for each in told.kinds} == {
        "screening": Figure(7 / 15, 7, 15),
        "decision": Figure(1.0, 6, 6),
    }
    assert second.fingerprint == first.fingerprint
    assert made(county, "2013-Q1").late == Late(Figure(None, 0, 0), ())


def test_too_few_that_were_entered_afterwards_are_not_told(county):
    county.clock.at = BACK
    declare(county)
    screen_late(county, an_enquiry(county, received_at=MORNING))
    county.session.flush()
    county.clock.at = JULY
    told = made(county).late
    assert (told.whole, [(each.key, each.figure) for each in told.kinds]) == (SMALL, [("screening", SMALL)])


def test_what_is_counted_here_is_what_its_measure_says(county):
    with_cases(county)
    report = made(county)
    counted = [each for each in read_indicators().values() if each.measure]
    assert len(counted) >= 6
    for each in counted:
        answer = measure(county.session, county.pack, each.measure, FIRST, LAST, "district")
        line = line_of(report, each.name)
        assert line.figure == hide_figure(answer.measure, answer.whole)
        assert {group.key for group in line.districts} == {key for key, _label, _figure in answer.groups}
    assert line_of(report, "contacts").figure == Figure(9, 9, None)
    assert [past.label for past in line_of(report, "contacts").trend] == ["Apr–Jun 2013"]


def test_small_numbers_are_told_to_nobody(county):
    with_cases(county)
    assert line_of(made(county), "appropriate_action").figure == SMALL  # of the one that was decided
    send(county, a_figure(counted=5, value=0.005), a_figure(district_code="E07000170", counted=3, value=0.003))
    line = line_of(made(county), "smoking_at_delivery")
    assert (line.figure, [each.figure for each in line.districts]) == (SMALL, [SMALL])


def test_what_partners_did_not_send_is_missing_and_what_they_sent_is_told_with_who_and_when(county):
    assert line_of(made(county), "smoking_at_delivery").figure is None
    send(county, a_figure(), a_figure(district_code="E07000170", counted=20, of=100, value=0.2))
    line = line_of(made(county), "smoking_at_delivery")
    assert (line.figure, line.supplied_by, line.supplied_on) == (
        Figure(0.15, 150, 1000),
        "Made-up hospitals",
        "2013-07-01",
    )
    assert [(each.label, each.figure.value) for each in line.districts] == [("Ashfield", 0.2)]


def test_latest_that_was_sent_stands_and_what_was_sent_before_stays(county):
    send(county, a_figure())
    assert len(send(county, a_figure())) == 1  # the same again is nothing new
    county.clock.at += timedelta(hours=1)
    assert len(send(county, a_figure(counted=160, value=0.16))) == 2
    assert line_of(made(county), "smoking_at_delivery").figure.counted == 160


def test_figure_of_another_quarter_is_of_the_trend_alone_and_a_yearly_one_stands_for_two_years(county):
    spring = {"first": date(2013, 1, 1), "last": date(2013, 3, 31)}
    send(county, a_figure(**spring))
    assert line_of(made(county), "smoking_at_delivery").figure is None
    send(county, a_figure())
    assert [past.label for past in line_of(made(county), "smoking_at_delivery").trend] == [
        "Jan–Mar 2013",
        "Apr–Jun 2013",
    ]
    school = {"indicator": "five_good_gcses", "first": date(2011, 9, 1), "last": date(2012, 8, 31)}
    send(county, a_figure(**school))
    line = line_of(made(county), "five_good_gcses")
    assert (line.figure.value, line.last, line.trend[0].label) == (0.15, "2012-08-31", "Year to Aug 2012")
    old = {"indicator": "level_3_by_19", "first": date(2009, 9, 1), "last": date(2010, 8, 31)}
    send(county, a_figure(**old))
    assert line_of(made(county), "level_3_by_19").figure is None


# Asked for, made, kept


def test_same_quarter_of_the_same_data_has_the_same_numbers_and_a_report_keeps_its_own(county):
    send(county, a_figure())
    first, second = made(county), made(county)
    assert first == second
    assert first.fingerprint == second.fingerprint
    kept = get_report(county.session, "2013-Q2")
    county.clock.at += timedelta(hours=1)
    send(county, a_figure(counted=160, value=0.16))
    third = made(county)
    assert third.fingerprint != first.fingerprint
    assert read_kept(get_report(county.session, "2013-Q2", kept.id))[0] == first
    assert read_kept(get_report(county.session, "2013-Q2"))[0] == third


def test_report_bears_the_last_checkpoint_of_the_ledger(county):
    sealed = {"tree_size": 1, "frontier": [b"x"], "previous": b"", "horizon": 1, "key_id": "x", "signature": b""}
    county.session.add(Checkpoint(number=7, made_at=JULY, root=b"\xab", **sealed))
    made(county)
    report = get_report(county.session, "2013-Q2")
    stamp = read_kept(report)[1]
    assert (report.checkpoint, stamp.checkpoint, stamp.root, stamp.made_up) == (7, 7, "ab", True)
    assert stamp.read_at == JULY.isoformat()


def test_asked_twice_is_one_until_it_is_made_and_one_is_made_at_a_time(county):
    first = ask(county)
    assert ask(county, who="early_help_unit") is first
    second = ask(county, "2013-Q1")
    assert begin_report(county.desk("system")) == first.id
    county.session.flush()
    assert begin_report(county.desk("system")) is None
    county.clock.at += GIVEN_UP + timedelta(seconds=1)
    assert (has_given_up(first, county.clock.now()), has_given_up(second, county.clock.now())) == (True, False)
    assert begin_report(county.desk("system")) == second.id


@pytest.mark.parametrize(
    ("quarter", "code"), [("2013-Q3", "not_over"), ("2013-14-Q2", "not_over"), ("x", "unknown_quarter")]
)
def test_quarter_that_is_none_or_not_over_is_refused_at_its_field(county, quarter, code):
    with pytest.raises(Invalid) as refusal:
        ask(county, quarter)
    assert [(each.code, each.field) for each in refusal.value.problems] == [(code, "quarter")]


def test_what_a_manager_says_stands_until_they_say_otherwise_and_what_was_said_stays(county):
    say(county, "Made up: fewer")
    county.clock.at += timedelta(minutes=1)
    say(county, "Made up: far fewer")
    assert list_comments(county.session, "2013-Q2")["re_referrals"].words == "Made up: far fewer"
    county.clock.at += timedelta(minutes=1)
    say(county, "")
    assert list_comments(county.session, "2013-Q2") == {}
    assert county.session.scalar(text("SELECT count(*) FROM report_comments")) == 3


# Who may


@pytest.mark.parametrize("who", [*OTHERS, "analyst", "locality_manager:west"])
def test_who_makes_no_reports_asks_for_none_says_nothing_and_sends_nothing(county, who):
    county.actor(who)
    for attempt in (
        lambda: ask(county, who=who),
        lambda: say(county, "x", who=who),
        lambda: send(county, a_figure(), who=who),
    ):
        with pytest.raises(Forbidden):
            attempt()


@pytest.mark.parametrize("who", [*READERS, *OTHERS])
def test_database_shows_it_to_those_who_read_reports_alone(county, who):
    send(county, a_figure())
    say(county, "Made up")
    made(county)
    county.actor(who)
    with as_(county, who):
        for table in ("partner_figures", "report_comments", "quarterly_reports"):
            found = county.session.execute(text(f"SELECT id FROM {table}")).all()  # noqa: S608
            assert bool(found) == (who in READERS)


def test_nobody_but_the_service_says_what_a_report_says_and_nobody_changes_it_afterwards(county):
    ask(county)
    county.session.flush()
    change = text("UPDATE quarterly_reports SET begun_at = now(), finished_at = now(), result = '{}' RETURNING id")
    with as_(county, MANAGER):
        assert county.session.execute(change).all() == []
    make_all(county)
    assert county.session.execute(change).all() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE partner_figures SET value = 0",
        "UPDATE report_comments SET words = ''",
        "UPDATE quarterly_reports SET quarter = '2013-Q1'",
    ],
)
def test_database_lets_nobody_change_what_was_sent_said_or_asked(county, statement):
    actor = county.desk(MANAGER).actor
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        county.session.begin_nested(),
        acting_as(county.session, actor),
    ):
        county.session.execute(text(statement))

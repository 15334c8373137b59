"""Education, health and care assessments, and adults at risk: handed to others, and watched."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.acting import act, clock_of, clocks_by, events_of, last_event, refused, walk
from tests.making import a_subject, an_enquiry, decide_as, screen
from triage.errors import NotFound

HUB, SEND, CARE = "mash_officer", "locality_worker@send", "locality_worker@adult_social_care"
SIX, TWENTY, YEAR = (timedelta(weeks=weeks) for weeks in (6, 20, 52))


@pytest.fixture
def ehc(office):
    """A request for an education, health and care needs assessment, made in the summer of 2014."""
    office.clock.at = datetime(2014, 6, 3, 9, 0, tzinfo=UTC)
    enquiry = an_enquiry(office, indicators=())
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="ehc_pathway", level=3)
    office.session.flush()
    return enquiry.referrals[0]


@pytest.fixture
def adult(office):
    """An adult at risk, handed over to adult social care."""
    subject = a_subject(given_name="Edith", kind="adult_at_risk", birth_date=None, indicators=())
    enquiry = an_enquiry(office, subjects=(subject,))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="adult_safeguarding", level=3)
    office.session.flush()
    return enquiry.referrals[0]


def test_request_has_six_weeks_to_the_decision_and_twenty_to_the_plan(office, ehc):
    asked = office.clock.now()
    assert (ehc.service, ehc.state, ehc.team_code, ehc.queue) == ("ehc_assessment", "requested", "send", "send")
    assert {clock.kind: clock.due_at for clock in ehc.clocks} == {
        "ehc_decision": asked + SIX,
        "ehc_plan": asked + TWENTY,
    }
    office.clock.at += timedelta(weeks=5)
    walk(office, SEND, ehc, "agree")
    assert (ehc.state, clock_of(ehc, "ehc_decision").state, clocks_by(ehc)) == ("assessment", "met", {"ehc_plan"})
    office.clock.at += timedelta(weeks=16)
    walk(office, SEND, ehc, "issue_plan")
    assert (ehc.state, clock_of(ehc, "ehc_plan").state, clocks_by(ehc)) == ("plan", "missed", {"ehc_review"})


def test_plan_is_reviewed_each_year_and_may_cease(office, ehc):
    walk(office, SEND, ehc, "agree", "issue_plan")
    assert clock_of(ehc, "ehc_review").due_at == office.clock.now() + YEAR
    office.clock.at += timedelta(weeks=50)
    walk(office, SEND, ehc, "review")
    assert [clock.state for clock in ehc.clocks if clock.kind == "ehc_review"] == ["met", "running"]
    assert clock_of(ehc, "ehc_review").due_at == office.clock.now() + YEAR
    assert list(refused(office, SEND, ehc, "cease")) == ["no_reason"]
    act(office, SEND, ehc, "cease", reason="She is 25")
    assert (ehc.state, ehc.closure, clocks_by(ehc)) == ("closed", "plan_ceased", set())


def test_refusal_has_a_reason_and_may_stand(office, ehc):
    assert list(refused(office, SEND, ehc, "refuse")) == ["no_reason"]
    act(office, SEND, ehc, "refuse", reason="The school can meet his needs")
    assert (ehc.state, clock_of(ehc, "ehc_decision").state, clock_of(ehc, "ehc_plan").state) == (
        "refused",
        "met",
        "cancelled",
    )
    walk(office, SEND, ehc, "accept_refusal")
    assert (ehc.state, ehc.closure, ehc.closed_at) == ("closed", "refusal_stood", office.clock.now())


def test_refusal_looked_at_again_has_fourteen_weeks_to_the_plan(office, ehc):
    act(office, SEND, ehc, "refuse", reason="The school can meet his needs")
    office.clock.at += timedelta(weeks=8)
    assert list(refused(office, SEND, ehc, "reconsider")) == ["no_reason"]
    act(office, SEND, ehc, "reconsider", reason="The tribunal said so")
    clock = clock_of(ehc, "ehc_plan")
    # On 29 July at ten in the morning; fourteen weeks later it is ten again, and winter.
    assert (ehc.state, clock.variant) == ("assessment", "reconsidered")
    assert clock.due_at == datetime(2014, 11, 4, 10, 0, tzinfo=UTC)
    assert [each.state for each in ehc.clocks if each.kind == "ehc_plan"] == ["cancelled", "running"]


def test_assessment_may_end_without_a_plan(office, ehc):
    walk(office, SEND, ehc, "agree")
    assert list(refused(office, SEND, ehc, "refuse_plan")) == ["no_reason"]
    act(office, SEND, ehc, "refuse_plan", reason="What he needs is there already")
    assert (ehc.state, clock_of(ehc, "ehc_plan").state) == ("refused", "met")
    walk(office, SEND, ehc, "accept_refusal")
    assert [event.type for event in events_of(office, ehc)] == [
        "ehc_assessment_requested",
        "ehc_assessment_agreed",
        "ehc_plan_refused",
        "ehc_refusal_stood",
    ]


@pytest.mark.parametrize("steps", [(), ("agree",)])
def test_request_may_be_withdrawn_until_there_is_a_plan(office, ehc, steps):
    walk(office, SEND, ehc, *steps)
    act(office, SEND, ehc, "withdraw", reason="The parents moved away")
    assert (ehc.state, ehc.closure, clocks_by(ehc)) == ("closed", "request_withdrawn", set())


def test_enquiry_closes_though_its_assessment_of_special_needs_has_only_begun(office, ehc):
    assert walk(office, HUB, ehc.enquiry, "close").state == "closed"


def test_adult_is_handed_over_acknowledged_and_what_came_of_it_recorded(office, adult):
    handed = office.clock.now()
    assert (adult.service, adult.state, adult.team_code) == ("adult_at_risk", "handed_over", "adult_social_care")
    assert clock_of(adult, "adult_acknowledgement").due_at == handed + timedelta(days=1)
    assert clock_of(adult, "adult_outcome").due_at == handed + timedelta(days=29)  # 20 working days
    assert list(refused(office, CARE, adult, "record_outcome", closure="advice_given", reason="x")) == [
        "not_in_this_state"
    ]
    walk(office, CARE, walk(office, HUB, adult, "chase"), "acknowledge")
    assert (adult.state, clocks_by(adult)) == ("acknowledged", {"adult_outcome"})
    assert list(refused(office, CARE, adult, "record_outcome")) == ["no_closure", "no_reason"]
    assert list(refused(office, CARE, adult, "record_outcome", closure="RC7", reason="x")) == ["no_closure"]
    act(office, CARE, adult, "record_outcome", closure="safeguarding_enquiry", reason="A section 42 enquiry began")
    assert (adult.state, adult.closure, {clock.state for clock in adult.clocks}) == (
        "closed",
        "safeguarding_enquiry",
        {"met"},
    )
    told = last_event(office, adult, "adult_outcome_recorded").data
    assert told == {"closure": "safeguarding_enquiry", "reason": "A section 42 enquiry began"}


def test_adult_has_no_step_to_childrens_social_care(office, adult):
    with pytest.raises(NotFound, match="There is no action 'immediate_danger'"):
        act(office, HUB, adult, "immediate_danger", reason="x")


@pytest.mark.parametrize("who", ["mash_officer", "social_worker", "emergency_duty_team", "locality_worker:west"])
def test_outcome_of_an_adult_is_said_by_the_team_or_a_manager_and_by_nobody_else(office, adult, who):
    code = "another_team" if ":" in who else "not_your_role"
    brought = {"closure": "not_at_risk", "reason": "x"}
    if who != "emergency_duty_team":
        assert list(refused(office, who, adult, "acknowledge")) == [code]
    walk(office, "mash_manager", adult, "acknowledge")
    assert list(refused(office, who, adult, "record_outcome", **brought)) == [code]
    act(office, "early_help_unit", adult, "record_outcome", **brought)


def test_emergency_duty_team_acknowledges_an_adult(office, adult):
    assert walk(office, "emergency_duty_team", adult, "acknowledge").state == "acknowledged"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("mash_officer", "not_your_role"),
        ("social_worker", "not_your_role"),
        ("emergency_duty_team", "not_your_role"),
        ("locality_worker:west", "another_team"),
        (CARE, "another_team"),
    ],
)
def test_education_health_and_care_is_decided_by_the_team_or_a_manager_and_by_nobody_else(office, ehc, who, code):
    assert list(refused(office, who, ehc, "agree")) == [code]
    assert list(refused(office, who, ehc, "withdraw", reason="x")) == [code]
    walk(office, "locality_manager@send", ehc, "agree")
    assert list(refused(office, who, ehc, "issue_plan")) == [code]

"""The page of a case: what the census asks for is typed where the work is done, refused at its field, and shown."""

import re
from datetime import date, timedelta

import pytest

from tests.acting import accepted, act, at_section_47, walk
from tests.integration.test_locality_pages import WORKER, at
from tests.reading import plain
from triage.errors import Invalid


@pytest.fixture
def in_assessment(office):
    return walk(office, WORKER, accepted(office), "claim", "start_assessment")


def test_what_an_assessment_found_is_typed_once_and_shown(sign_in, office, in_assessment):
    client, to = sign_in(WORKER), f"{at(in_assessment)}/actions/complete_assessment"
    wrong = {"complete_assessment.primary_need": "N2", "complete_assessment.factors": ["5A", "21"]}
    refusal = client.post(to, data=wrong)
    (beside,) = re.findall(r'<p id="complete_assessment.factors-error"[^>]*>(.*?)</p>', refusal.text, re.S)
    assert "census rule 8869" in beside
    assert re.search(r'name="complete_assessment.factors" type="checkbox" value="5A" checked', refusal.text)
    unseen = client.post(to, data=wrong | {"complete_assessment.factors": ["5A"]})
    (beside,) = re.findall(r'<p id="complete_assessment.child_seen-error"[^>]*>(.*?)</p>', unseen.text, re.S)
    assert "Say whether the child was seen during the assessment." in beside
    client.post(to, data=wrong | {"complete_assessment.factors": ["5A"], "complete_assessment.child_seen": "false"})
    page = plain(client.get(at(in_assessment)).text)
    assert "Primary need The child's disability" in page.replace("&#39;", "'")
    assert "Learning disability of the child" in page
    assert "Child seen, single assessment No" in page


def test_day_of_a_conference_that_cannot_be_is_refused_at_its_field_by_the_rule(sign_in, office):
    case = walk(office, WORKER, at_section_47(office), "call_conference")
    day = {"conference_on-day": "5", "conference_on-month": "5", "conference_on-year": "2013"}
    typed = {f"make_protection_plan.{name}": value for name, value in (day | {"category_of_abuse": "NEG"}).items()}
    refusal = sign_in(WORKER).post(f"{at(case)}/actions/make_protection_plan", data=typed)
    (beside,) = re.findall(r'<p id="make_protection_plan.conference_on-error"[^>]*>(.*?)</p>', refusal.text, re.S)
    assert "census rule 8875" in beside


def test_page_says_which_rule_of_the_census_the_case_breaks_and_how_to_mend_it(sign_in, office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    assert "Census rule" not in sign_in(WORKER).get(at(case)).text
    walk(office, WORKER, case, "complete_assessment")
    assert "Census rule" not in sign_in(WORKER).get(at(case)).text
    case.assessments[0].factors = []
    office.session.flush()
    assert "Census rule 8897Q: " in sign_in(WORKER).get(at(case)).text


@pytest.mark.parametrize(
    ("action", "brought", "field", "rule"),
    [
        ("end_protection_plan", {"reason": "Made up"}, "ended_on", "8840"),
        ("review_plan", {}, "reviewed_on", "8841"),
        ("review_plan", {"reviewed_on": date(2013, 5, 1)}, "reviewed_on", "8841"),
        ("review_plan", {"reviewed_on": date(2014, 5, 1)}, "reviewed_on", "not come yet"),
    ],
)
def test_day_that_cannot_be_is_refused_at_its_field(office, action, brought, field, rule):
    case = walk(office, WORKER, at_section_47(office), "call_conference", "make_protection_plan")
    with pytest.raises(Invalid) as refusal:
        act(office, WORKER, case, action, **brought)
    (problem,) = refusal.value.problems
    assert (problem.field, rule in problem.message) == (field, True)


def test_protection_plan_that_ends_leaves_the_child_with_a_plan_in_need(office):
    case = walk(office, WORKER, at_section_47(office), "call_conference", "make_protection_plan")
    office.clock.at += timedelta(days=90)
    act(office, WORKER, case, "end_protection_plan", reason="Safe now")
    office.clock.at += timedelta(days=30)
    act(office, WORKER, case, "close", closure="RC7")
    office.session.refresh(case)
    days = [(each.kind, (each.ended_on - each.started_on).days) for each in case.plans]
    assert days == [("protection", 90), ("in_need", 30)]


def test_second_protection_plan_counts_those_before_it_by_whichever_record(office):
    before = walk(office, WORKER, at_section_47(office), "call_conference", "make_protection_plan")
    act(office, WORKER, before, "close", closure="RC3")
    case = at_section_47(office, given_name="Ben")
    case.person.same_as_id = before.person_id
    office.session.flush()
    office.session.expire_all()
    walk(office, WORKER, case, "call_conference")
    with pytest.raises(Invalid, match="1 are recorded here"):
        act(office, WORKER, case, "make_protection_plan", previous_plans=0)
    act(office, WORKER, case, "make_protection_plan")
    assert [each.previous_plans for each in (*before.plans, *case.plans)] == [0, 1]


def test_closing_ends_what_is_open_and_says_that_no_conference_was_needed(office):
    case = act(office, WORKER, walk(office, WORKER, at_section_47(office), "call_conference"), "close", closure="RC2")
    assert case.assessments[0].authorised_on == office.clock.now().date()
    assert case.section_47s[0].conference_on == office.clock.now().date()

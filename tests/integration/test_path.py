"""One enquiry travels the whole way through the real services and the real database."""

from datetime import date, timedelta

import pytest

from tests.acting import EVERYBODY, act
from tests.making import a_command, a_subject, an_enquiry, decide_as, screen, view_first
from triage.errors import Conflict, Invalid, Stale
from triage.models import Event, OutboxMessage
from triage.services.checks import CheckAction, act_on_check
from triage.services.deciding import ImmediateDanger, act_on_immediate_danger
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.events import seal
from triage.services.linking import LinkPerson, link_person
from triage.services.logging_enquiry import log_enquiry
from triage.services.people import NewPerson, find_matches


def test_enquiry_travels_from_the_call_to_the_closed_referral(office):
    enquiry = an_enquiry(office, indicators=("C4_NAI",))
    screen(office, enquiry, rag="red", ask="police")
    decide_as(office, "social_worker", enquiry, route="social_care", level=4, section_47=True)
    (referral,) = enquiry.referrals
    act(office, "mash_officer", referral, "allocate", team_code="social_care_west")
    act(office, "locality_worker:west", referral, "accept")
    act(office, "locality_worker:west", referral, "call_strategy_discussion", invited=EVERYBODY)
    explained = {"came": EVERYBODY, "reason": "The bruise was explained"}
    act(office, "locality_worker:west", referral, "decline_section_47", **explained)
    act(office, "locality_worker:west", referral, "complete_assessment")
    act(office, "locality_worker:west", referral, "close", closure="RC8")
    act_on_enquiry(office.desk("mash_officer"), EnquiryAction(enquiry_id=enquiry.id, action="close"))
    assert (enquiry.state, referral.state, referral.closure) == ("closed", "closed", "RC8")
    assert {clock.state for clock in enquiry.clocks + referral.clocks} == {"met"}


def test_events_are_numbered_without_gaps_and_chained(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry)
    office.session.flush()
    events = office.session.query(Event).filter_by(case_id=enquiry.id).order_by(Event.number).all()
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.previous_hash for event in events] == [b"", *(event.hash for event in events[:-1])]
    assert all(seal(event) == event.hash for event in events)


def test_late_logged_enquiry_counts_its_clocks_from_receipt(office):
    received = office.clock.now() - timedelta(hours=5)
    enquiry = an_enquiry(office, received_at=received)
    assert {clock.started_at for clock in enquiry.clocks} == {received}
    assert enquiry.out_of_hours


def test_recommendation_names_the_policy_in_force_when_received(office):
    enquiry = an_enquiry(office)
    assert enquiry.subjects[0].recommendation.answer["policy"]["version"] == "2013"


def test_immediate_danger_leads_straight_to_social_care_in_red(office):
    enquiry = an_enquiry(office, indicators=())
    command = ImmediateDanger(enquiry_id=enquiry.id, reason="The child is alone with him now")
    act_on_immediate_danger(office.desk("mash_officer"), command)
    assert (enquiry.state, enquiry.rag, enquiry.referrals[0].section_47) == ("decided", "red", True)


def test_lower_route_than_recommended_needs_its_why_not(office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    with pytest.raises(Conflict) as refusal:
        decide_as(office, "mash_manager", enquiry, route="advice", level=1)
    assert [problem.code for problem in refusal.value.problems] == ["why_not_missing"]
    why_not = {"early_help": "Grandmother helps", "social_care": "Seen by the GP today"}
    decide_as(office, "mash_manager", enquiry, route="advice", level=1, why_not=why_not)
    assert enquiry.subjects[0].decision.why_not == why_not


def test_early_help_without_consent_is_refused(office):
    enquiry = an_enquiry(office, indicators=("C3_SUBSTANCE",), consent="not_asked")
    screen(office, enquiry)
    with pytest.raises(Conflict, match="needs consent"):
        decide_as(office, "social_worker", enquiry, route="early_help", level=3)


def test_decision_on_a_closed_enquiry_is_refused(office):
    enquiry = an_enquiry(office, indicators=())
    view_first(office, "social_worker", enquiry)
    withdraw = EnquiryAction(enquiry_id=enquiry.id, action="withdraw", reason="Rang the wrong county")
    act_on_enquiry(office.desk("social_worker"), withdraw)
    with pytest.raises(Conflict, match="while this is closed"):
        decide_as(office, "mash_manager", enquiry, route="advice", level=1)


def test_stale_version_is_told_what_changed(office):
    enquiry = an_enquiry(office)
    office.session.flush()
    read = enquiry.version
    screen(office, enquiry)
    office.session.flush()
    command = EnquiryAction(enquiry_id=enquiry.id, action="withdraw", reason="x", version=read)
    with pytest.raises(Stale, match=r"What changed: .*screening finished by Made-up social_worker"):
        act_on_enquiry(office.desk("social_worker"), command)


def test_new_information_on_an_open_case_is_never_a_new_referral(office):
    first = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, first)
    decide_as(office, "social_worker", first, route="social_care", level=4)
    office.clock.at += timedelta(days=1)
    second = an_enquiry(office, person_id=first.subjects[0].person.id, indicators=("P4_UNSAFE",))
    assert second.subjects[0].recommendation.route == "existing_case"
    screen(office, second)
    with pytest.raises(Conflict, match="open social care case"), office.session.begin_nested():
        decide_as(office, "social_worker", second, route="social_care", level=4)
    decide_as(office, "social_worker", second, route="existing_case", level=4)
    told = office.session.query(Event).filter_by(case_id=first.referrals[0].id, type="information_received").one()
    assert (told.data["enquiry"], second.referrals) == (second.reference, [])


def test_step_down_closes_one_referral_and_opens_the_other(office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    (referral,) = enquiry.referrals
    act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
    act(office, "locality_worker:west", referral, "accept")
    act(office, "locality_worker:west", referral, "start_assessment")
    act(office, "locality_worker:west", referral, "complete_assessment")
    act(office, "locality_worker:west", referral, "step_down", consent="given", lead_practitioner="Ms Made-Up")
    following = enquiry.referrals[1]
    assert (referral.closure, following.service, following.reference) == ("RC9", "early_help", referral.reference + "B")


def test_step_up_opens_social_care_and_ends_early_help(office):
    enquiry = an_enquiry(office, indicators=("C3_SUBSTANCE",), consent="given")
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="early_help", level=3)
    (referral,) = enquiry.referrals
    act(office, "early_help_unit", referral, "allocate", team_code="early_help_west")
    act(office, "locality_worker:west", referral, "accept")
    act(office, "locality_worker:west", referral, "step_up", reason="Made up: a bruise was seen")
    following = enquiry.referrals[1]
    assert (referral.closure, following.service, following.source) == ("stepped_up", "social_care", "5D")
    assert {clock.state for clock in referral.clocks} == {"met", "cancelled"}


def test_returned_referral_waits_for_a_team_with_a_clock_of_its_own(office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    (referral,) = enquiry.referrals
    act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
    act(office, "locality_worker:west", referral, "return", reason="Moved to Worksop")
    running = {clock.kind for clock in referral.clocks if clock.state == "running"}
    assert (referral.state, running) == ("returned", {"assessment", "reallocation"})
    assert all(each.superseded_at for each in referral.assignments)


def test_reopening_supersedes_the_decision_and_keeps_the_first_clock(office):
    enquiry = an_enquiry(office, indicators=())
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    reopen = EnquiryAction(enquiry_id=enquiry.id, action="reopen", reason="The school rang again")
    act_on_enquiry(office.desk("social_worker"), reopen)
    assert enquiry.subjects[0].decision is None
    assert [clock.state for clock in enquiry.clocks if clock.kind == "decision"] == ["met", "running"]


def test_misspelt_child_is_found_and_recognised_by_a_person(office):
    first = an_enquiry(office, given_name="Jayden", family_name="Kirkholme", birth_date=date(2009, 3, 4))
    described = NewPerson(given_name="Jaydon", family_name="Kirkholm", birth_date=date(2009, 4, 3))
    found = find_matches(office.desk("mash_officer"), described)
    assert [match.person for match in found] == [first.subjects[0].person]
    assert any("day and month exchanged" in each.says for each in found[0].evidence)
    second = an_enquiry(office, given_name="Jaydon", family_name="Kirkholm", birth_date=date(2009, 4, 3))
    command = LinkPerson(enquiry_id=second.id, ordinal=1, person_id=first.subjects[0].person.id)
    link_person(office.desk("mash_officer"), command)
    assert second.subjects[0].person is first.subjects[0].person
    assert len(second.subjects[0].recommendations) == 2


def test_partner_that_knows_nothing_stops_the_clock(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="police", finish=False)
    (check,) = enquiry.checks
    act_on_check(office.desk("social_worker"), CheckAction(check_id=check.id, action="nothing_known"))
    assert (check.state, [clock.state for clock in enquiry.clocks if clock.agency_check]) == ("nothing_known", ["met"])


def test_referrer_is_promised_a_receipt_and_the_outcome(office):
    enquiry = an_enquiry(office, referrer_email="teacher@school.example")
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="advice", level=1, why_not={"early_help": "Not wanted"})
    office.session.flush()
    promised = [message.task for message in office.session.query(OutboxMessage).order_by(OutboxMessage.id)]
    assert promised == ["acknowledge_referrer", "notify_outcome"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"received_at": "future"}, "received_at"),
        ({"subjects": ()}, "subjects"),
        ({"subjects": (a_subject(birth_date=date(1813, 1, 1)),)}, "subjects.0.person.birth_date"),
        ({"subjects": (a_subject(birth_date=date(1950, 1, 1)),)}, "subjects.0.person.birth_date"),
        ({"subjects": (a_subject(birth_date=date(2014, 1, 1)),)}, "subjects.0.person.birth_date"),
        ({"subjects": (a_subject(postcode="ZZ99"),)}, "subjects.0.person.postcode"),
        ({"subjects": (a_subject(nhs_number="1234567890"),)}, "subjects.0.person.nhs_number"),
        ({"subjects": (a_subject(given_name="", family_name=" "),)}, "subjects.0.person.given_name"),
        ({"subjects": (a_subject(indicators=("NO_SUCH",)),)}, "subjects.0.indicators.0"),
        ({"consent": "refused"}, "consent_reason"),
        ({"reported": " "}, "reported"),
    ],
)
def test_enquiry_that_cannot_be_right_is_refused_by_field(office, change, field):
    if change.get("received_at") == "future":
        change = {"received_at": office.clock.now() + timedelta(minutes=1)}
    with pytest.raises(Invalid) as refusal:
        an_enquiry(office, **change)
    assert field in {problem.field for problem in refusal.value.problems}


@pytest.mark.parametrize("name", ["Zoë 🌻", "محمد", "שרה", "O’Neil-Smith", "Ng"])
def test_names_of_every_script_are_kept_as_given(office, name):
    enquiry = an_enquiry(office, given_name=name)
    office.session.flush()
    office.session.expire_all()
    assert enquiry.subjects[0].person.given_name == name


def test_logging_keeps_its_own_reference_for_ever(office):
    references = {log_enquiry(office.desk("mash_officer"), a_command(office)).reference for _ in range(3)}
    assert len(references) == 3
    assert all(reference.startswith("ENQ-2013-") for reference in references)

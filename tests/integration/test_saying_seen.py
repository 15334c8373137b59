"""What was seen is said by somebody of the hub: until then nobody rests on what the policy makes of nothing."""

from datetime import timedelta
from typing import Any

import pytest

from tests.acting import act, clock_of, events_of, refused, two_children
from tests.making import a_command, a_subject, an_enquiry, approve_as, decide_as, screen, view_first
from triage.errors import Conflict, Invalid, Stale
from triage.models import Enquiry
from triage.services.composing import PUBLIC, TellUs, ToldOf, compose
from triage.services.logging_enquiry import log_enquiry
from triage.services.saying_seen import SaySeen, Seen, say_seen

BURNS = ("C4_NAI",)
UNSAID = "Nobody has said yet what was seen of Ava Testley. Say what was seen first."
WHY = {"reason": "Made up: sent twice"}


def told(office: Any, danger: str = "no") -> Enquiry:
    """What a neighbour told without an account, logged as that is."""
    children = (ToldOf(given_name="Ava", family_name="Testley"),)
    words = {"witnessed": "Made up: He burned her with cigarettes. She is three", "relation": "1B"}
    command = compose(TellUs(danger=danger, who=PUBLIC, children=children, **words), office.clock.now())
    return log_enquiry(office.desk("visitor"), command)


def say(office: Any, who: str, enquiry: Enquiry, *indicators: str, **more: Any) -> Enquiry:
    """The same of every subject, some time after what was before."""
    office.clock.at += timedelta(minutes=1)
    kept = {name: more.pop(name) for name in ("reason", "version") if name in more}
    seen = tuple(Seen(subject_id=each.id, indicators=indicators, **more) for each in enquiry.subjects)
    say_seen(office.desk(who), SaySeen(enquiry_id=enquiry.id, seen=seen, **({"reason": "As it was written"} | kept)))
    office.session.flush()
    return enquiry


def standing(enquiry: Enquiry) -> tuple[str, int, bool]:
    (subject,) = enquiry.subjects
    return subject.recommendation.rag, subject.recommendation.level, subject.recommendation.section_47


@pytest.mark.parametrize(("danger", "colour"), [("yes", "red"), ("unsure", "red"), ("no", "amber")])
def test_what_is_told_without_an_account_is_timed_as_amber_at_least_or_red_by_its_danger(office, danger, colour):
    enquiry = told(office, danger)
    assert clock_of(enquiry, "screening").variant == colour
    assert enquiry.subjects[0].seen_said_at is None


@pytest.mark.parametrize("who", ["partner_system", "partner_contributor", "referrer", "visitor"])
def test_only_what_comes_from_outside_without_indicators_waits_for_it(office, who):
    without, given = (
        log_enquiry(office.desk(who), a_command(office, indicators=seen)) for seen in ((), ("C2_ABSENCE_PATTERN",))
    )
    assert without.subjects[0].least_colour == "amber"
    assert given.subjects[0].least_colour is None
    assert clock_of(given, "screening").variant == given.subjects[0].recommendation.rag


@pytest.mark.parametrize("who", ["mash_officer", "social_worker", "emergency_duty_team", "early_help_unit"])
def test_staff_who_tick_nothing_chose_nothing(office, who):
    enquiry = log_enquiry(office.desk(who), a_command(office, indicators=()))
    assert enquiry.subjects[0].seen_said_at == office.clock.now()
    assert clock_of(enquiry, "screening").variant == "green"


def test_nobody_ends_it_until_it_is_said(office):
    enquiry = view_first(office, "social_worker", told(office))
    assert refused(office, "social_worker", enquiry, "withdraw", **WHY)["seen_unsaid"] == UNSAID
    assert refused(office, "mash_officer", enquiry, "attach", **WHY).keys() == {"no_first_view"}
    assert "seen_unsaid" in refused(office, "social_worker", enquiry, "attach", **WHY)
    screen(office, enquiry, rag="amber")
    with pytest.raises(Conflict) as refusal:
        decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    assert [each.code for each in refusal.value.problems] == ["seen_unsaid"]
    say(office, "social_worker", enquiry)
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    assert enquiry.state == "decided"


def test_nobody_rates_it_less_urgent_than_it_is_timed_until_it_is_said(office):
    unsure, plain = told(office, "unsure"), told(office)
    for enquiry, colour in ((unsure, "amber"), (plain, "green")):
        act(office, "social_worker", enquiry, "start_screening")
        assert "less_than_unseen" in refused(office, "social_worker", enquiry, "set_rag", rag=colour, **WHY)
        say(office, "social_worker", enquiry)
        act(office, "social_worker", enquiry, "set_rag", rag=colour, **WHY)
        assert enquiry.rag == colour


def test_declared_danger_waits_for_nothing(office):
    enquiry = act(office, "mash_officer", told(office), "immediate_danger", reason="Made up: he is there now")
    assert (enquiry.state, enquiry.rag) == ("decided", "red")
    (referral,) = enquiry.referrals
    assert referral.section_47
    act(office, "social_worker", enquiry, "reopen", reason="Made up: more is known")
    assert clock_of(enquiry, "screening").variant == "red"
    assert enquiry.subjects[0].least_colour == "amber"


def test_what_was_seen_is_asked_of_the_policy_and_times_the_screening(office):
    enquiry = told(office)
    first = enquiry.subjects[0].recommendation
    say(office, "mash_officer", enquiry, *BURNS, needs="Made up: a doctor", mobile=True)
    assert standing(enquiry) == ("red", 4, True)
    assert clock_of(enquiry, "screening").variant == "red"
    assert enquiry.subjects[0].recommendations[0] is first
    assert first.facts["indicators"] == []
    assert enquiry.subjects[0].recommendation.facts["indicators"] == ["C4_NAI"]
    last = events_of(office, enquiry)[-1]
    assert (last.type, last.data["reason"]) == ("said_what_was_seen", "As it was written")
    (seen,) = last.data["seen"]
    assert (seen["added"], seen["taken_away"], seen["before"]) == (["C4_NAI"], [], {"needs": "", "mobile": None})


def test_what_was_said_to_be_nothing_gives_green_its_time(office):
    enquiry = say(office, "mash_officer", told(office, "unsure"))
    assert standing(enquiry)[:2] == ("green", 1)
    assert clock_of(enquiry, "screening").variant == "green"


def test_each_saying_tells_what_it_added_and_took_away(office):
    enquiry = say(office, "mash_officer", an_enquiry(office), *BURNS)
    say(office, "social_worker", enquiry, "C2_ABSENCE_PATTERN", reason="Made up: the doctor looked, it was a rash")
    said = [each.data["seen"][0] for each in events_of(office, enquiry) if each.type == "said_what_was_seen"]
    assert [(each["added"], each["taken_away"]) for each in said] == [
        (["C4_NAI"], ["C2_ABSENCE_PATTERN"]),
        (["C2_ABSENCE_PATTERN"], ["C4_NAI"]),
    ]
    assert len(enquiry.subjects[0].recommendations) == 3


def test_what_was_grave_once_still_takes_two(office):
    """Whoever takes away what was seen has not the last word by that."""
    enquiry = say(office, "social_worker", an_enquiry(office, indicators=BURNS))
    assert standing(enquiry)[:2] == ("green", 1)
    view_first(office, "social_worker", enquiry)
    assert "serious" in refused(office, "social_worker", enquiry, "withdraw", **WHY)
    assert "decide_section_47" in refused(office, "social_worker", enquiry, "attach", **WHY)
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, approve=False, route="no_further_action", level=1)
    assert enquiry.state == "awaiting_approval"
    approve_as(office, "mash_manager", enquiry)
    assert enquiry.state == "decided"


def test_a_rating_by_a_person_stays_but_for_what_became_more_urgent(office):
    enquiry = an_enquiry(office, indicators=("C2_ABSENCE_PATTERN",))
    screen(office, enquiry, rag="amber", finish=False)
    say(office, "social_worker", enquiry)
    assert enquiry.rag == clock_of(enquiry, "screening").variant == "amber"
    say(office, "social_worker", enquiry, *BURNS)
    assert enquiry.rag == clock_of(enquiry, "screening").variant == "red"
    data = events_of(office, enquiry)[-1].data
    assert (data["rag"], data["rated_before"]) == ("red", "amber")
    act(office, "social_worker", enquiry, "set_rag", rag="amber", reason="Made up: she is in hospital")
    say(office, "social_worker", enquiry, *BURNS, "C2_ABSENCE_PATTERN")
    assert enquiry.rag == "amber"


def test_what_turns_red_at_night_goes_to_the_night(office):
    enquiry = told(office)
    office.clock.at = office.clock.now().replace(hour=22)
    say(office, "emergency_duty_team", enquiry, *BURNS)
    assert enquiry.with_edt


def test_a_first_view_that_was_given_stays(office):
    enquiry = view_first(office, "social_worker", told(office), level=2)
    say(office, "social_worker", enquiry, *BURNS)
    assert [view.level for view in enquiry.subjects[0].first_views] == [2]


def test_while_a_decision_waits_for_a_manager_it_is_sent_back_first(office):
    enquiry = an_enquiry(office, indicators=BURNS)
    screen(office, enquiry, rag="red")
    decide_as(office, "social_worker", enquiry, approve=False, route="social_care", level=4, section_47=True)
    with pytest.raises(Conflict) as refusal:
        say(office, "social_worker", enquiry)
    assert [each.code for each in refusal.value.problems] == ["proposed"]
    view_first(office, "mash_manager", enquiry)
    act(office, "mash_manager", enquiry, "send_back", **WHY)
    assert say(office, "social_worker", enquiry).subjects[0].indicators == []


@pytest.mark.parametrize("who", ["early_help_unit", "locality_worker:west", "system", "partner_system"])
def test_only_whoever_takes_enquiries_in_or_weighs_them_says_it(office, who):
    with pytest.raises(Conflict, match="Your role may not do that"):
        say(office, who, told(office))


def test_it_is_not_said_of_what_is_decided(office):
    enquiry = act(office, "mash_officer", told(office), "immediate_danger", reason="Made up")
    with pytest.raises(Conflict, match="Reopen it first"):
        say(office, "mash_officer", enquiry)


def test_it_says_what_is_wrong_and_where(office):
    enquiry, stranger = told(office), an_enquiry(office)
    seen = tuple(Seen(subject_id=each.subjects[0].id, indicators=("NO_SUCH",)) for each in (enquiry, stranger, enquiry))
    with pytest.raises(Invalid) as refusal:
        say_seen(office.desk("mash_officer"), SaySeen(enquiry_id=enquiry.id, seen=seen, reason=" "))
    assert {(each.code, each.field) for each in refusal.value.problems} == {
        ("no_reason", "reason"),
        ("unknown_subject", "seen.1.subject_id"),
        ("twice", "seen.2.subject_id"),
        *(("unknown_code", f"seen.{number}.indicators.0") for number in range(3)),
    }
    with pytest.raises(Invalid, match="Say of whom"):
        say_seen(office.desk("mash_officer"), SaySeen(enquiry_id=enquiry.id, seen=(), reason="Made up"))
    assert enquiry.subjects[0].least_colour == "amber"


def test_whoever_read_it_before_somebody_else_said_it_is_told(office):
    enquiry = told(office)
    office.session.flush()
    read = enquiry.version
    say(office, "mash_officer", enquiry, version=read)
    with pytest.raises(Stale, match="said what was seen by Made-up mash_officer"):
        say(office, "social_worker", enquiry, *BURNS, version=read)


def test_of_several_it_waits_for_each(office):
    enquiry = log_enquiry(
        office.desk("partner_system"),
        a_command(office, subjects=(a_subject(given_name="Ava", indicators=()), a_subject(given_name="Ben"))),
    )
    assert clock_of(enquiry, "screening").variant == "amber"
    ava, ben = enquiry.subjects
    assert (ava.least_colour, ben.least_colour) == ("amber", None)
    both = two_children(office)
    assert not any(each.least_colour for each in both.subjects)


def test_a_joined_child_is_unsaid_while_either_telling_of_them_is(office):
    known = an_enquiry(office)
    office.clock.at += timedelta(minutes=1)
    again = told(office)
    again.subjects[0].person = known.subjects[0].person
    office.session.flush()
    act(office, "social_worker", again, "join", into_reference=known.reference, **WHY)
    (subject,) = known.subjects
    assert subject.least_colour == "amber"
    assert clock_of(known, "screening").variant == "amber"

"""A worker's own first view comes before the recommendation; overriding is one step and a reason."""

import re
from datetime import UTC, datetime

import pytest

from tests.acting import act, refused
from tests.making import a_command, a_subject, an_enquiry, decide_as, screen, view_first
from triage.errors import Conflict, Forbidden, Invalid, NotFound
from triage.models import Event, FirstView
from triage.services.deciding import ImmediateDanger, act_on_immediate_danger
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.first_view import OwnView, RecordFirstViews, record_first_views
from triage.services.logging_enquiry import NewSubject, log_enquiry
from triage.services.people import NewPerson
from triage.services.permitted import permitted_on_enquiry
from triage.services.referral_actions import ReferralAction, act_on_referral

SAYS = "The policy recommends"
NIGHT = datetime(2013, 5, 7, 22, 0, tzinfo=UTC)
DUE_TODAY = "The child must be seen today."
WHY_NOTS = ("early_help", "social_care", "section_47")


@pytest.fixture
def siblings(office):
    """Two children of one enquiry, both with an injury that nobody can explain."""
    children = tuple(a_subject(given_name=name, indicators=("C4_NAI",)) for name in ("Ava", "Ben"))
    enquiry = an_enquiry(office, subjects=children)
    office.session.flush()
    return enquiry


def views_of(enquiry, *views):
    """A form with a level and a reason for each subject, in their order; None leaves one out."""
    form = {}
    for number, (subject, view) in enumerate(zip(enquiry.subjects, views, strict=True)):
        form[f"first_views.{number}.subject_id"] = str(subject.id)
        if view:
            form[f"first_views.{number}.level"], form[f"first_views.{number}.reason"] = str(view[0]), view[1]
    return form


def record_as(office, who, enquiry, *views):
    own = zip(enquiry.subjects, views, strict=True)
    told = tuple(OwnView(subject_id=subject.id, level=level, reason=why) for subject, (level, why) in own)
    return record_first_views(office.desk(who), RecordFirstViews(enquiry_id=enquiry.id, views=told))


def events_of(office, enquiry, type_):
    office.session.flush()
    return office.session.query(Event).filter_by(case_id=enquiry.id, type=type_).all()


def test_views_of_brothers_and_sisters_are_kept_together(office, siblings):
    record_as(office, "social_worker", siblings, (3, " An old bruise "), (2, "Seen well"))
    me = office.actor("social_worker").id
    assert [subject.first_view_of(me).level for subject in siblings.subjects] == [3, 2]
    (event,) = events_of(office, siblings, "first_view_recorded")
    assert event.data["views"] == [
        {"subject": 1, "level": 3, "reason": "An old bruise"},
        {"subject": 2, "level": 2, "reason": "Seen well"},
    ]


@pytest.mark.parametrize(
    ("view", "fields"),
    [
        ((None, "A bruise"), {"first_views.0.level"}),
        ((3, " "), {"first_views.0.reason"}),
        ((0, "A bruise"), {"first_views.0.level"}),
        ((5, "A bruise"), {"first_views.0.level"}),
        ((None, ""), {"first_views.0.level", "first_views.0.reason", "first_views.1.level", "first_views.1.reason"}),
    ],
)
def test_view_that_says_too_little_is_refused_by_field(office, siblings, view, fields):
    with pytest.raises(Invalid) as refusal:
        record_as(office, "social_worker", siblings, view, (None, ""))
    assert {problem.field for problem in refusal.value.problems} == fields
    assert office.session.query(FirstView).count() == 0


def test_second_view_is_refused_with_the_first_and_none_is_kept_of_the_rest(office, siblings):
    record_as(office, "social_worker", siblings, (3, "A bruise"), (None, ""))
    with pytest.raises(Conflict, match=r"first view of Ava Testley at 10:00 on 7 May 2013: level 3"):
        record_as(office, "social_worker", siblings, (1, "Not so bad"), (1, "Nor this"))
    assert len(events_of(office, siblings, "first_view_recorded")) == 1
    assert siblings.subjects[0].first_view_of(office.actor("social_worker").id).level == 3


def test_view_of_the_same_child_twice_at_once_is_refused(office, siblings):
    twice = tuple(OwnView(subject_id=siblings.subjects[0].id, level=level, reason="A bruise") for level in (2, 3))
    with pytest.raises(Conflict, match="level 2"), office.session.begin_nested():
        record_first_views(office.desk("social_worker"), RecordFirstViews(enquiry_id=siblings.id, views=twice))


def test_view_after_the_decision_is_refused(office, siblings):
    danger = ImmediateDanger(enquiry_id=siblings.id, reason="He is on his way")
    act_on_immediate_danger(office.desk("mash_officer"), danger)
    with pytest.raises(Conflict, match="decided or closed"):
        view_first(office, "social_worker", siblings)


def test_view_of_somebody_else_and_of_no_enquiry_is_refused(office, siblings):
    other = an_enquiry(office, given_name="Cal")
    view = OwnView(subject_id=other.subjects[0].id, level=2, reason="x")
    with pytest.raises(Invalid, match="not about that person"):
        record_first_views(office.desk("social_worker"), RecordFirstViews(enquiry_id=siblings.id, views=(view,)))
    with pytest.raises(NotFound):
        record_first_views(office.desk("social_worker"), RecordFirstViews(enquiry_id=siblings.subjects[0].id, views=()))


def test_view_of_nobody_is_refused(office, siblings):
    view_first(office, "social_worker", siblings)
    with pytest.raises(Invalid, match="one person at least"):
        record_as(office, "social_worker", siblings, (None, ""), (None, ""))


def test_locality_and_systems_are_not_asked(office, siblings):
    for who in ("locality_worker:west", "partner_system"):
        with pytest.raises(Forbidden):
            view_first(office, who, siblings)


def test_view_while_logging_needs_both_level_and_reason_and_is_told_in_the_log(office):
    child = NewPerson(given_name="Ava")
    for level, reason, field in ((3, "", "reason"), (None, "A bruise", "level")):
        subject = NewSubject(person=child, first_view_level=level, first_view_reason=reason)
        with pytest.raises(Invalid) as refusal:
            log_enquiry(office.desk("mash_officer"), a_command(office, subjects=(subject,)))
        assert [problem.field for problem in refusal.value.problems] == [f"subjects.0.first_view_{field}"]
    subject = NewSubject(person=child, first_view_level=3, first_view_reason="A bruise")
    enquiry = log_enquiry(office.desk("mash_officer"), a_command(office, subjects=(subject,)))
    (event,) = events_of(office, enquiry, "enquiry_received")
    assert event.data["first_views"] == [{"subject": 1, "level": 3, "reason": "A bruise"}]


WEIGHING = ("mash_officer", "social_worker", "mash_manager", "emergency_duty_team")


@pytest.mark.parametrize("who", WEIGHING)
@pytest.mark.parametrize("indicators", [(), ("P4_UNSAFE",), ("C4_NAI",)])
def test_nothing_that_is_refused_hints_at_the_recommendation_before_ones_own_view(office, who, indicators):
    telling, enquiry = ("withdraw", "attach"), an_enquiry(office, indicators=indicators)
    listed = {each.action: each for each in permitted_on_enquiry(office.desk(who), enquiry)}
    neutral = "Record your own first view of Ava Testley first."
    for action in telling:
        theirs = action == "attach" or who != "mash_officer"
        (reason,) = listed[action].reasons
        expected = ("no_first_view", neutral) if theirs else ("not_your_role", reason.words)
        assert (listed[action].allowed, reason.code, reason.words) == (False, *expected)
        assert refused(office, who, enquiry, action, reason="x") == dict([expected])
    view_first(office, who, enquiry)
    listed = {each.action: each for each in permitted_on_enquiry(office.desk(who), enquiry)}
    assert {reason.code for action in telling for reason in listed[action].reasons} - {"not_your_role"} == (
        {"no_open_case"}
        | ({"decide_section_47"} if indicators == ("C4_NAI",) else set())
        | ({"serious"} if indicators and who != "mash_officer" else set())
    )


@pytest.mark.parametrize("who", WEIGHING)
def test_danger_waits_for_no_view_by_day_or_by_night(office, siblings, who):
    office.clock.at = NIGHT
    act(office, who, siblings, "immediate_danger", reason="He is on his way")
    assert siblings.state == "decided"


@pytest.mark.parametrize(
    "who", ["mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team"]
)
def test_recommendation_is_not_in_the_page_until_ones_own_view_is(sign_in, office, siblings, who):
    client, at = sign_in(who), f"/enquiries/{siblings.id}"
    before = client.get(at).text
    assert SAYS not in before
    assert "why_not" not in before
    assert "Why not" not in before
    for reason in siblings.subjects[0].recommendation.answer["reasons"]:
        assert reason["because"] not in before
    assert siblings.subjects[0].recommendation.policy_hash[:12] not in before
    assert before.count("Your own first view of") == 2
    assert " checked" not in before
    assert client.post(f"{at}/first-views", data=views_of(siblings, (2, "Once"), (3, "Twice"))).location == at
    after = client.get(at).text
    assert after.count(SAYS) == 2
    assert "level 2. Once" in after


def test_urgency_waits_for_nobody(sign_in, office, siblings):
    page = sign_in("mash_officer").get(f"/enquiries/{siblings.id}").text
    assert page.count(DUE_TODAY) == 2
    assert page.count("</span> Red") == 4  # with each child, and of both side by side
    assert page.count("Section 47") == 2
    assert "</span> Red" in sign_in("social_worker").get("/enquiries").text


def test_one_of_two_may_be_recorded_and_the_other_stays_unseen(sign_in, office, siblings):
    client, at = sign_in("social_worker"), f"/enquiries/{siblings.id}"
    client.post(f"{at}/first-views", data=views_of(siblings, None, (3, "A bruise")))
    page = client.get(at).text
    assert page.count(SAYS) == 1
    assert page.count("Your own first view of") == 1
    again = client.post(f"{at}/first-views", data=views_of(siblings, (3, ""), None))
    assert again.status_code == 422
    assert 'href="#first_views.0.reason"' in again.text
    assert re.search(r'name="first_views.0.level" type="radio" value="3" checked', again.text)


def test_views_of_others_are_shown_once_ones_own_is_recorded(sign_in, office, siblings):
    record_as(office, "mash_officer", siblings, (1, "Only a graze"), (1, "Nothing here"))
    office.session.flush()
    client, at = sign_in("social_worker"), f"/enquiries/{siblings.id}"
    assert "Only a graze" not in client.get(at).text
    assert "Only a graze" not in client.get(f"{at}/decide").text
    client.post(f"{at}/first-views", data=views_of(siblings, (3, "A bruise"), (3, "Another")))
    page = client.get(at).text
    assert "First view of Made-up mash_officer:</strong> level 1. Only a graze" in page
    assert "Your own first view:</strong> level 3. A bruise" in page


def test_recording_loses_nothing_that_was_typed_elsewhere(sign_in, office, siblings):
    client, at = sign_in("social_worker"), f"/enquiries/{siblings.id}"
    typed = {"hold.reason": "Typed before", "immediate_danger.reason": "Typed as well"}
    page = client.post(f"{at}/first-views", data=views_of(siblings, (3, "A"), (3, "B")) | typed)
    assert page.status_code == 200
    assert page.text.count(SAYS) == 2
    assert "Typed before</textarea>" in page.text
    assert "Typed as well</textarea>" in page.text
    assert client.get(f"{at}/first-views").location == at


def test_refused_action_shows_all_that_was_typed(sign_in, office, siblings):
    client, at = sign_in("social_worker"), f"/enquiries/{siblings.id}"
    form = views_of(siblings, (3, "Half a view"), None) | {"immediate_danger.reason": "Typed"}
    page = client.post(f"{at}/actions/hold", data=form)
    assert page.status_code == 409
    assert "Give a reason." in page.text
    assert 'value="Half a view"' in page.text
    assert "Typed</textarea>" in page.text


def test_everybody_sees_the_recommendation_once_it_is_decided(sign_in, office, siblings):
    screen(office, siblings)
    decide_as(office, "social_worker", siblings, route="social_care", level=4, section_47=True)
    office.session.flush()
    assert sign_in("mash_officer").get(f"/enquiries/{siblings.id}").text.count(SAYS) == 2


def test_locality_reads_the_recommendation_of_its_referral(sign_in, office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    (referral,) = enquiry.referrals
    team = ReferralAction(referral_id=referral.id, action="allocate", team_code="social_care_west")
    act_on_referral(office.desk("mash_manager"), team)
    again = EnquiryAction(enquiry_id=enquiry.id, action="reopen", reason="The school rang again")
    act_on_enquiry(office.desk("social_worker"), again)
    office.session.flush()
    at = f"/referrals/{referral.id}"
    assert SAYS in sign_in("locality_worker:west").get(at).text
    assert SAYS not in sign_in("mash_officer").get(at).text


def chosen_for(enquiry, *, reason="Seen by the GP", **details):
    """What a decider sends: less than was recommended, for every subject, unless told otherwise."""
    form = {"version": str(enquiry.version)}
    for number, subject in enumerate(enquiry.subjects):
        usual = {
            "route": "advice",
            "level": "1",
            "section_47": "false",
            "reason": reason,
            "subject_id": str(subject.id),
        }
        form |= {f"decisions.{number}.{name}": value for name, value in (usual | details).items()}
    return form


def explained_for(enquiry, *rungs):
    return {f"decisions.{n}.why_not.{rung}": "Seen" for n in range(len(enquiry.subjects)) for rung in rungs}


@pytest.fixture
def screened(office, siblings):
    screen(office, siblings, rag="red")
    office.session.flush()
    return siblings


def test_nobody_decides_on_a_recommendation_they_have_not_seen(sign_in, office, screened):
    client, at = sign_in("mash_manager"), f"/enquiries/{screened.id}/decide"
    page = client.get(at).text
    assert SAYS not in page
    assert 'name="decisions' not in page
    refused = client.post(at, data=chosen_for(screened) | explained_for(screened, *WHY_NOTS))
    assert refused.status_code == 409
    assert "Record your own first view of Ava Testley and Ben Testley first." in refused.text
    assert SAYS not in refused.text
    kept = {"decisions.0.reason": "Seen by the GP"}
    then = client.post(f"{at}/first-views", data=views_of(screened, (3, "A"), (3, "B")) | kept)
    assert then.text.count(SAYS) == 2
    assert "Seen by the GP</textarea>" in then.text


def test_views_on_the_way_to_the_decision_are_asked_for_until_all_are_there(sign_in, office, screened):
    client, at = sign_in("mash_manager"), f"/enquiries/{screened.id}/decide"
    refused = client.post(f"{at}/first-views", data=views_of(screened, None, None))
    assert refused.status_code == 422
    assert "Choose the level that you would give for Ben Testley." in refused.text
    assert client.post(f"{at}/first-views", data=views_of(screened, (3, "A"), None)).location == at
    assert SAYS not in client.get(at).text
    client.post(f"{at}/first-views", data=views_of(screened, None, (3, "B")))
    assert client.get(at).text.count(SAYS) == 2
    assert client.get(f"{at}/first-views").location == at


def test_overriding_takes_one_step_and_a_reason(sign_in, office, screened):
    view_first(office, "social_worker", screened)
    office.session.flush()
    form = chosen_for(screened) | explained_for(screened, *WHY_NOTS)
    done = sign_in("social_worker").post(f"/enquiries/{screened.id}/decide", data=form)
    assert (done.status_code, done.location) == (302, f"/enquiries/{screened.id}")
    (event,) = events_of(office, screened, "decision_proposed")
    first = event.data["decisions"][0]
    assert first["recommended"] == {"level": 4, "route": "social_care", "section_47": True}
    assert (first["level"], first["route"], first["section_47"]) == (1, "advice", False)
    assert (first["overridden"], first["compared"]) == (True, "less")


def test_decision_as_recommended_is_told_as_no_override(office, screened):
    decide_as(office, "social_worker", screened, route="social_care", level=4, section_47=True)
    (event,) = events_of(office, screened, "decision_approved")
    assert [(each["overridden"], each["compared"]) for each in event.data["decisions"]] == [(False, "same")] * 2


def test_every_reason_for_refusing_is_told_at_once_beside_its_field(sign_in, office, screened):
    view_first(office, "social_worker", screened)
    office.session.flush()
    form = chosen_for(screened) | {"decisions.0.route": "early_help", "decisions.0.level": "3"}
    page = sign_in("social_worker").post(f"/enquiries/{screened.id}/decide", data=form)
    assert page.status_code == 409
    assert "Early help needs consent." in page.text
    for rung in WHY_NOTS:
        assert f'href="#decisions.1.why_not.{rung}"' in page.text
    assert 'href="#decisions.0.why_not.early_help"' not in page.text
    assert page.text.count("Say why not early help for Ben Testley.") == 2  # at the top, and beside its field
    assert page.text.count("Say why the outcome for Ben Testley differs from the brother&#39;s or sister&#39;s.") == 2
    assert 'href="#decisions.0.sibling_reason"' not in page.text


def test_each_option_says_how_it_stands_to_the_recommendation(sign_in, office):
    enquiry = an_enquiry(office, indicators=("C3_SUBSTANCE",), consent="given")
    screen(office, enquiry)
    view_first(office, "mash_manager", enquiry)
    office.session.flush()
    page = sign_in("mash_manager").get(f"/enquiries/{enquiry.id}/decide").text
    than = dict(re.findall(r'value="(\w+)"[^>]* data-than="(\w+)"', page))
    routes = ("early_help", "social_care", "advice", "no_further_action", "other_authority")
    assert [than[route] for route in routes] == ["same", "more", "less", "less", "other"]
    assert [than[level] for level in "1234"] == ["less", "less", "same", "more"]
    assert (than["true"], than["false"]) == ("more", "same")
    assert "You choose less than the policy recommends." in page


def test_second_press_after_somebody_else_changed_it_goes_through(sign_in, office, screened):
    view_first(office, "mash_manager", screened)
    office.session.flush()
    form = chosen_for(screened) | explained_for(screened, *WHY_NOTS)
    again = EnquiryAction(enquiry_id=screened.id, action="set_rag", rag="amber", reason="Rang the GP")
    act_on_enquiry(office.desk("social_worker"), again)
    view_first(office, "social_worker", screened)
    office.session.flush()
    client, at = sign_in("mash_manager"), f"/enquiries/{screened.id}/decide"
    stale = client.post(at, data=form)
    assert stale.status_code == 412
    assert "What changed: rag set by Made-up social_worker" in stale.text
    (version,) = re.findall(r'name="version" value="(\d+)"', stale.text)
    assert client.post(at, data=form | {"version": version}).status_code == 302

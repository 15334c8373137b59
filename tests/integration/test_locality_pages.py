"""The page of a referral, in each service: a form for each thing that may be done, and nothing typed is ever lost."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.acting import EVERYBODY, a_referral, accepted, act, at_section_47, in_days, refused, walk
from tests.reading import plain
from triage.access.signin import actor_of
from triage.models import User
from triage.services.permitted import permitted_on_referral

WORKER, MANAGER, NORTH = "locality_worker:west", "locality_manager:west", "locality_worker:north"
DAYS = ("expected_on", "until", "internal_review_on", "conference_on", "reviewed_on", "ended_on")
SPELT = {"transfer_to": {"transfer_to", "other_authority"}}
SPELT |= {name: {f"{name}-{part}" for part in ("day", "month", "year")} for name in DAYS}


def at(referral):
    return f"/referrals/{referral.id}"


def buttons_on(page):  # by action
    return set(re.findall(r'formaction="[^"]*/(?:actions|transfers/[^/"]+)/([a-z_0-9]+)"', page))


def fields_on(page, action):
    """The names of an action's fields, without the action's."""
    return set(re.findall(rf'name="{action}\.([^"]+)"', page))


def options_of(page, name):
    """What a field lets one choose from: the words by their values."""
    select = re.search(rf'<select[^>]*name="{re.escape(name)}".*?</select>', page, re.S)[0]
    return {value: plain(words) for value, words in re.findall(r'<option value="([^"]+)"[^>]*>(.*?)</option>', select)}


def asked(*names):
    return set().union(*(SPELT.get(name, {name}) for name in names))


def a_colleague(office, who, team):
    """That person, in that team."""
    user = office.session.get(User, office.actor(who).id)
    user.team_code = team
    office.session.flush()
    office.actors[who] = actor_of(user)
    return user


@pytest.fixture
def in_assessment(office):
    """A social care case that a worker of the west has and assesses; she has a colleague."""
    a_colleague(office, "locality_worker 2:west", "social_care_west")
    return walk(office, WORKER, accepted(office), "claim", "start_assessment")


def social_care_walk(office):
    referral = a_referral(office)
    yield referral
    for who, action, brought in (
        ("mash_manager", "allocate", {"team_code": "social_care_west"}),
        (WORKER, "accept", {}),
        (WORKER, "start_assessment", {}),
        (WORKER, "call_strategy_discussion", {"invited": EVERYBODY}),
        (WORKER, "open_section_47", {"came": EVERYBODY}),
        (WORKER, "call_conference", {}),
        (WORKER, "make_protection_plan", {"category_of_abuse": "EMO"}),
    ):
        yield act(office, who, referral, action, **brought)


def early_help_walk(office):
    referral = a_referral(office, "early_help")
    yield referral
    for who, action, brought in (
        ("early_help_unit", "allocate", {"provider_code": "school_nurses"}),
        (WORKER, "put_on_waiting_list", {"reason": "Made up: full"}),
        (WORKER, "accept", {}),
        (WORKER, "contact_family", {}),
        (WORKER, "start_assessment", {}),
        (WORKER, "complete_assessment", {}),
        (WORKER, "make_plan", {}),
    ):
        yield act(office, who, referral, action, **brought)


def ehc_walk(office):
    referral = a_referral(office, "ehc_pathway")
    yield referral
    for action, brought in (("refuse", {"reason": "Made up"}), ("reconsider", {"reason": "Made up"})):
        yield act(office, "locality_worker@send", referral, action, **brought)
    yield act(office, "locality_worker@send", referral, "issue_plan")


def adult_walk(office):
    referral = a_referral(office, "adult_safeguarding", kind="adult_at_risk", indicators=())
    yield referral
    yield act(office, "mash_manager", referral, "acknowledge")


def elsewhere_walk(office):
    """A child of Ashfield who has moved away, nobody knows where to at first."""
    referral = a_referral(office, "other_authority")
    yield referral
    refused_there, to = {"reason": "Made up"}, {"transfer_to": "Derby", "reason": "Made up"}
    for action, brought in (("hand_over_again", to), ("record_refusal", refused_there), ("hand_over_again", to)):
        yield act(office, "mash_officer", referral, action, **brought)
    yield act(office, "mash_manager", referral, "record_acknowledgement", **refused_there)


WALKS = {
    "social_care_west": social_care_walk,
    "early_help_west": early_help_walk,
    "send": ehc_walk,
    "adult_social_care": adult_walk,
    "mash": elsewhere_walk,
}
ROLES = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team", WORKER, MANAGER)


@pytest.mark.parametrize("team", WALKS)
def test_page_has_a_form_with_just_its_fields_for_each_permitted_action_and_chooses_nothing(sign_in, office, team):
    a_colleague(office, "locality_worker 2:west", team)
    clients = {who: sign_in(who) for who in ROLES}
    for referral in WALKS[team](office):
        for who, client in clients.items():
            client.post(f"/reasons/referral/{referral.id}", data={"to": "/", "reason": "duty"})
            page = client.get(at(referral)).text
            listed = permitted_on_referral(office.desk(who), referral)
            allowed = {each.action: asked(*each.asks) for each in listed if each.allowed}
            elsewhere = {"immediate_danger"} if referral.state == "closed" else set()  # declared on its enquiry
            assert buttons_on(page) == set(allowed) | elsewhere, (referral.state, who)
            assert {each.action: fields_on(page, each.action) for each in listed if each.allowed} == allowed
            assert [each.action for each in listed if not each.allowed and fields_on(page, each.action)] == []
            assert (" checked" in page, " selected" in page) == (False, False)


def test_manager_of_a_locality_finds_every_field_of_a_case_in_assessment(sign_in, office, in_assessment):
    page = sign_in(MANAGER).get(at(in_assessment)).text
    assert {action: fields_on(page, action) for action in buttons_on(page)} == {
        "complete_assessment": {"child_seen", "primary_need", "factors", *SPELT["internal_review_on"], "reason"},
        "say_primary_need": {"primary_need"},
        "extend_assessment": {*SPELT["expected_on"], "reason"},
        "call_strategy_discussion": {"invited"},
        "close": {"closure"},
        "offer_transfer": {"transfer_to", "other_authority", "reason"},
        "immediate_danger": {"reason"},
        "hand_over": {"worker_id", "reason"},
        "reassign": {"team_code", "worker_id", "reason"},
        "pause_clock": {"clock", "until-day", "until-month", "until-year", "reason"},
    }


def test_reason_for_completing_an_assessment_is_optional_until_it_is_late(sign_in, office, in_assessment):
    def label():
        page = sign_in(WORKER).get(at(in_assessment)).text
        return plain(re.search(r'<label[^>]*for="complete_assessment.reason">(.*?)</label>', page, re.S)[1])

    assert label() == "Reason (optional) for complete the assessment"
    office.clock.at += timedelta(days=80)
    assert label() == "Reason for complete the assessment"


def test_family_is_asked_for_its_own_rating_and_early_help_for_no_team_of_social_care(sign_in, office):
    a_colleague(office, WORKER, "early_help_west")
    page = sign_in(WORKER).get(at(accepted(office, "early_help"))).text
    assert fields_on(page, "close") == {"closure", "family_rating", "rating_reason"}
    assert set(options_of(page, "close.closure")) == {
        "needs_met",
        "needs_partly_met",
        "disengaged",
        "consent_withdrawn",
    }
    assert re.findall(r'name="close.family_rating" type="radio" value="(\d)"', page) == list("12345")


def test_providers_to_choose_from_are_those_of_the_place_or_of_the_whole_county(sign_in, office):
    page = sign_in("early_help_unit").get(at(a_referral(office, "early_help"))).text
    found = options_of(page, "allocate.provider_code")
    assert found["childrens_centre_west"] == "Children's centre West"
    assert {"school_nurses", "camhs"} < set(found)
    assert {"childrens_centre_north", "childrens_centre_south"} & set(found) == set()
    assert set(options_of(page, "allocate.team_code")) == {"early_help_north", "early_help_west", "early_help_south"}


def test_locality_chooses_among_its_own_people_and_offers_to_others(sign_in, office, in_assessment):
    a_colleague(office, NORTH, "social_care_north")
    page = sign_in(MANAGER).get(at(in_assessment)).text
    assert set(options_of(page, "reassign.team_code")) == {"social_care_west"}
    other = office.actor("locality_worker 2:west")
    manager = office.actor(MANAGER)
    assert set(options_of(page, "hand_over.worker_id")) == {str(other.id), str(manager.id)}
    assert options_of(page, "reassign.worker_id")[str(other.id)] == f"{other.name}, Social care West"
    assert options_of(page, "offer_transfer.transfer_to") == {
        "social_care_north": "Social care North",
        "social_care_south": "Social care South",
        "Nottingham City": "Nottingham City",
    }


def test_team_of_one_is_told_that_there_is_nobody_to_hand_over_to(sign_in, office):
    case = walk(office, WORKER, accepted(office), "claim")
    page = sign_in(WORKER).get(at(case)).text
    assert "hand_over" not in buttons_on(page)
    assert "Worker: there is nothing to choose from now." in plain(page)


TYPED = {
    "close.closure": "RC8",
    "offer_transfer.transfer_to": "social_care_north",
    "offer_transfer.reason": 'Half "typed" & <b>',
    "immediate_danger.reason": "Not sent",
    "extend_assessment.expected_on-day": "31",
    "call_strategy_discussion.invited": ["health", "school"],
}


def is_kept(page):
    """Whether the page shows all of TYPED again."""
    assert '<option value="RC8" selected>' in page
    assert '<option value="social_care_north" selected>' in page
    assert "Half &#34;typed&#34; &amp; &lt;b&gt;</textarea>" in page
    assert "Not sent</textarea>" in page
    assert re.search(r'name="extend_assessment.expected_on-day"[^>]*value="31"', page)
    for agency in ("health", "school"):
        assert re.search(rf'name="call_strategy_discussion.invited" type="checkbox" value="{agency}" checked', page)
    assert page.count(" checked") == 2
    return True


REFUSALS = {
    "call_strategy_discussion": (409, "invited", "Not invited: police, social care."),
    "extend_assessment": (422, "expected_on", "enter a real date"),
    "hand_over": (409, "worker_id", "Choose whom to hand it to."),
    "reassign": (409, "reason", "Give a reason."),
    "pause_clock": (409, "clock", "Choose a clock that runs: assessment."),
}


@pytest.mark.parametrize("action", REFUSALS)
def test_refusal_stands_beside_its_field_and_nothing_typed_is_lost(sign_in, office, in_assessment, action):
    status, field, words = REFUSALS[action]
    refusal = sign_in(MANAGER).post(f"{at(in_assessment)}/actions/{action}", data=TYPED)
    assert refusal.status_code == status
    (beside,) = re.findall(rf'<p id="{action}.{field}-error"[^>]*>(.*?)</p>', refusal.text, re.S)
    assert words in plain(beside)
    assert f'href="#{action}.{field}"' in refusal.text
    assert is_kept(refusal.text)
    for name in (action, "close", "offer_transfer"):
        folded = re.search(
            rf'<details class="[^"]*triage-folded"( open)?>(?:(?!</details>).)*/{name}"', refusal.text, re.S
        )
        assert folded[1], f"{name} is folded away"


def test_reasons_to_close_are_named_in_words_where_one_is_missing(sign_in, in_assessment):
    refusal = sign_in(WORKER).post(f"{at(in_assessment)}/actions/close", data={"immediate_danger.reason": "Not sent"})
    assert refusal.status_code == 409
    assert "Choose why it closes." in refusal.text
    assert "RC1, RC2" not in refusal.text


def test_what_was_typed_for_other_actions_is_kept_when_one_is_done(sign_in, office, in_assessment):
    said = {"child_seen": "false", "primary_need": "N1", "factors": "16A"}
    found = {f"complete_assessment.{name}": value for name, value in said.items()}
    done = sign_in(MANAGER).post(f"{at(in_assessment)}/actions/complete_assessment", data=TYPED | found)
    assert (done.status_code, in_assessment.assessed_at is not None) == (200, True)
    assert is_kept(done.text)


def test_stale_page_tells_what_changed_and_keeps_what_can_no_longer_be_sent(sign_in, office, in_assessment):
    client, read = sign_in(WORKER), in_assessment.version
    act(office, MANAGER, in_assessment, "close", closure="RC3")
    late = TYPED | {"version": str(read), "complete_assessment.reason": "They were on holiday"}
    refusal = client.post(f"{at(in_assessment)}/actions/complete_assessment", data=late)
    assert refusal.status_code == 412
    assert f"referral closed by Made-up {MANAGER}" in refusal.text
    kept = plain(refusal.text.split("What you typed can no longer be sent here.")[1].split("</div>")[0])
    assert all(said in kept for said in ("They were on holiday", 'Half "typed" & <b>', "Not sent"))


MALFORMED = {
    "value for a form": ({"call_strategy_discussion": "x"}, "This page sent a field that we do not know"),
    "field of no form": ({"call_strategy_discussion.nonsense": "x"}, "This page sent a field that we do not know"),
    "unknown agency": ({"call_strategy_discussion.invited": [*EVERYBODY, "circus"]}, "There is no agency 'circus'"),
    "long agency": ({"call_strategy_discussion.invited": [*EVERYBODY, "x" * 41]}, "Use 40 characters or fewer"),
}


@pytest.mark.parametrize(("form", "words"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_form_is_refused_in_plain_words(sign_in, in_assessment, form, words):
    refusal = sign_in(WORKER).post(f"{at(in_assessment)}/actions/call_strategy_discussion", data=form)
    assert refusal.status_code == 422
    assert words in plain(refusal.text.split("There is a problem")[1].split("<h1")[0])


def test_another_authority_is_named_or_chosen_and_not_both(sign_in, office, in_assessment):
    client, to = sign_in(MANAGER), f"{at(in_assessment)}/actions/offer_transfer"
    form = {"offer_transfer.other_authority": "Made-up Shire", "offer_transfer.reason": "They moved"}
    both = client.post(to, data=form | {"offer_transfer.transfer_to": "social_care_north"})
    assert (both.status_code, in_assessment.transfers) == (422, [])
    assert 'href="#offer_transfer.transfer_to"' in both.text
    assert 'value="Made-up Shire"' in both.text
    assert client.post(to, data=form).status_code == 302
    assert in_assessment.offer.to_authority == "Made-up Shire"


def test_address_of_what_was_sent_leads_back_to_the_referral(sign_in, in_assessment):
    client = sign_in(WORKER)
    for path in ("actions/close", f"transfers/{in_assessment.id}/accept_transfer"):
        assert client.get(f"{at(in_assessment)}/{path}").location == at(in_assessment)


def test_second_who_takes_it_on_is_told_on_the_page_who_has_it(sign_in, office):
    case = accepted(office)
    a_colleague(office, "locality_worker 2:west", "social_care_west")
    assert "Nobody has it yet" in sign_in(WORKER).get(at(case)).text
    assert sign_in(WORKER).post(f"{at(case)}/actions/claim").status_code == 302
    late = sign_in("locality_worker 2:west").post(f"{at(case)}/actions/claim")
    assert late.status_code == 409
    assert f"Made-up {WORKER} has it. Ask them to hand it over, or ask a manager." in plain(late.text)


def test_worker_of_another_team_is_not_offered_to_take_it_on(sign_in, office):
    case = accepted(office, "early_help")
    assert "claim" not in buttons_on(sign_in(WORKER).get(at(case)).text)
    assert "another_team" in refused(office, WORKER, case, "claim")


def test_section_47_shows_who_was_called_who_came_and_who_did_not(sign_in, office):
    case = accepted(office)
    act(office, WORKER, case, "call_strategy_discussion", invited=(*EVERYBODY, "school"))
    called = plain(sign_in(WORKER).get(at(case)).text)
    assert f"Called, not recorded as held Called 10:00 today by Made-up {WORKER}." in called
    assert "Invited: Health, Nottinghamshire Police, School or college, Children's social care." in called
    act(office, WORKER, case, "open_section_47", came=("health", "social_care"), reason="Police rang in")
    held = plain(sign_in(WORKER).get(at(case)).text)
    assert "Section 47 opened Called" in held
    assert "Came: Health, Children's social care. Missing: Nottinghamshire Police, School or college." in held
    assert "Police rang in" in held


def test_child_protection_plan_and_section_47_stand_in_the_heading(sign_in, office):
    case = walk(office, WORKER, at_section_47(office), "call_conference", "make_protection_plan")
    heading = plain(re.search("<h1.*?</h1>", sign_in(WORKER).get(at(case)).text, re.S)[0])
    assert heading == f"{case.reference} Plan Section 47 Child protection plan"


def test_paused_clock_is_shown_with_its_reason_and_an_extension_with_its_day(sign_in, office, in_assessment):
    paused = {"clock": "assessment", "until": in_days(office, 7), "reason": "The family is away"}
    act(office, MANAGER, in_assessment, "pause_clock", **paused)
    day = (office.clock.now() + timedelta(days=14)).date()
    act(office, WORKER, in_assessment, "extend_assessment", expected_on=day, reason="A hospital letter is awaited")
    page = sign_in(MANAGER).get(at(in_assessment)).text
    assert "Paused since 10:00 today until Tuesday 14 May 2013 because: The family is away" in plain(page)
    assert "Expected by 21 May 2013: A hospital letter is awaited" in plain(page)
    assert re.findall(r'name="resume_clock.clock" type="radio" value="(\w+)"', page) == ["assessment"]


FORMS = (
    ("social_care", datetime(2013, 4, 9, 9, tzinfo=UTC), "Initial assessment, begun"),
    ("social_care", datetime(2013, 5, 7, 9, tzinfo=UTC), "Single assessment, begun"),
    ("early_help", datetime(2014, 5, 6, 9, tzinfo=UTC), "Common Assessment Framework (CAF), begun"),
    ("early_help", datetime(2014, 6, 3, 9, tzinfo=UTC), "Early Help Assessment Form (EHAF), begun"),
)


@pytest.mark.parametrize(("route", "day", "words"), FORMS)
def test_assessment_is_named_by_its_day(sign_in, office, route, day, words):
    office.clock.at = day
    case = accepted(office, route)
    steps = ("start_assessment",) if route == "social_care" else ("contact_family", "start_assessment")
    assert words in plain(sign_in(WORKER).get(at(walk(office, WORKER, case, *steps))).text)


def test_early_help_shows_its_provider_reviews_and_the_familys_rating(sign_in, office):
    *_, case = early_help_walk(office)
    office.clock.at += timedelta(days=84)
    act(office, WORKER, case, "review")
    act(office, WORKER, case, "close", closure="needs_met", family_rating=4)
    told = plain(sign_in(WORKER).get(at(case)).text)
    said = ("Provider School nurses", "Reviewed 10:00 today", "4 of 5", "Closed 10:00 today: Needs met")
    assert [each for each in said if each not in told] == []


def test_case_that_stepped_down_leads_to_the_next_and_back(sign_in, office, in_assessment):
    walk(office, WORKER, in_assessment, "complete_assessment")
    act(office, WORKER, in_assessment, "step_down", consent="given", lead_practitioner="Made-up health visitor")
    (onward,) = re.findall(r'Led to</dt>.*?href="([^"]+)"', sign_in(WORKER).get(at(in_assessment)).text, re.S)
    following = sign_in(WORKER).get(onward).text
    assert re.search(rf'Came from</dt>.*?href="{at(in_assessment)}"', following, re.S)
    assert "Lead practitioner Made-up health visitor" in plain(following)

"""Who says that somebody is known already, when, of whom, and what whoever said so may not do alone afterwards."""

from datetime import date, timedelta

import pytest

from tests.acting import accepted, act, last_event, refused, two_children
from tests.making import an_enquiry, decide_as, screen, view_first
from tests.reading import plain
from triage.errors import Conflict, Invalid
from triage.services.linking import LinkPerson, link_person
from triage.services.permitted import permitted_on_enquiry

GRAVE = {"indicators": ("P4_UNSAFE",)}
ZED = {"given_name": "Zed", "family_name": "Other", "birth_date": date(2001, 5, 5), "postcode": None}
HOW = "His mother rang back and spelt it out"
OWN_WORD = {"own_word": "You said who this is. Somebody else gives it to the worker, or decide it."}
STRANGER = "That is not one of the people found by name, date of birth or number. Say how you know who it is."


def say_who(office, who, enquiry, person_id, **details):
    """What that member says; it has reached the database."""
    office.actor(who)  # who stays, whatever is undone
    office.session.flush()
    with office.session.begin_nested():
        command = {"enquiry_id": enquiry.id, "ordinal": 1, "person_id": person_id, **details}
        link_person(office.desk(who), LinkPerson(**command))
    office.session.flush()


def refused_who(office, who, enquiry, person_id, **details):
    with pytest.raises(Conflict) as refusal:
        say_who(office, who, enquiry, person_id, **details)
    return {each.code: each.message for each in refusal.value.problems}


def again(office, **details):
    """A second enquiry about what may be the same child, whom the first one left on record."""
    known = an_enquiry(office, **details).subjects[0].person
    office.clock.at += timedelta(minutes=5)
    return known, an_enquiry(office, **details)


@pytest.mark.parametrize("who", ["mash_officer", "social_worker", "mash_manager", "emergency_duty_team"])
def test_whoever_takes_in_or_weighs_says_who_it_is(office, who):
    known, enquiry = again(office)
    say_who(office, who, enquiry, known.id)
    assert enquiry.subjects[0].person is known
    assert "reason" not in last_event(office, enquiry, "person_recognised").data


@pytest.mark.parametrize("who", ["early_help_unit", "partner_system", "locality_worker:west", "locality_manager:west"])
def test_nobody_else_says_who_it_is(office, who):
    known, enquiry = again(office)
    said = refused_who(office, who, enquiry, known.id, reason=HOW)
    roles = "emergency duty team, mash manager, mash officer, social worker"
    assert said == {"not_your_role": f"Your role may not do that. It is for: {roles}."}
    assert enquiry.subjects[0].person is not known


def test_who_it_is_stands_while_a_manager_is_asked_to_approve(office):
    known, enquiry = again(office, **GRAVE)
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, approve=False, route="social_care", level=4)
    said = refused_who(office, "mash_manager", enquiry, known.id, reason=HOW)
    assert said == {"proposed": "It is decided, and waits for a manager. Have it sent back first, then say so."}
    act(office, "social_worker", enquiry, "send_back", reason="It may be a child we know")
    say_who(office, "mash_manager", enquiry, known.id)
    assert enquiry.subjects[0].person is known


def test_somebody_who_was_not_found_takes_a_reason(office):
    stranger = an_enquiry(office, **ZED).subjects[0].person
    enquiry = an_enquiry(office)
    assert refused_who(office, "mash_officer", enquiry, stranger.id, reason=" ") == {"not_found": STRANGER}
    say_who(office, "mash_officer", enquiry, stranger.id, reason=HOW)
    assert enquiry.subjects[0].person is stranger
    assert last_event(office, enquiry, "person_recognised").data["reason"] == HOW


@pytest.mark.parametrize("kind", ["other_adult", "adult_at_risk"])
def test_a_child_is_no_adult_whatever_is_said(office, kind):
    of_adult = an_enquiry(office, kind=kind, birth_date=date(1980, 1, 1), indicators=())
    child, adult = an_enquiry(office), of_adult.subjects[0].person
    for enquiry, person in ((child, adult), (of_adult, child.subjects[0].person)):
        with pytest.raises(Invalid, match="One is a child and the other an adult"):
            say_who(office, "mash_manager", enquiry, person.id, reason=HOW)
    assert child.subjects[0].person is not adult


def known_and_news(office, **details):
    """News of level 4 told by an officer, who says that it is about a child whose case with social care is open."""
    case = accepted(office, **ZED)
    office.clock.at += timedelta(days=1)
    news = an_enquiry(office, **(GRAVE | details))
    say_who(office, "mash_officer", news, case.person_id, reason=HOW)
    return case, view_first(office, "mash_officer", news)


def test_whoever_said_who_it_is_does_not_give_what_is_grave_to_the_worker(office):
    case, news = known_and_news(office)
    assert refused(office, "mash_officer", news, "attach", reason="His case is open") == OWN_WORD
    (attach,) = (each for each in permitted_on_enquiry(office.desk("mash_officer"), news) if each.action == "attach")
    assert {each.code: each.words for each in attach.reasons} == OWN_WORD
    view_first(office, "mash_officer 2", news)
    act(office, "mash_officer 2", news, "attach", reason="His case is open")
    assert last_event(office, case, "information_received").data["enquiry"] == news.reference


def test_whoever_said_who_it_is_gives_the_worker_what_is_below_level_3(office):
    case, news = known_and_news(office, indicators=("C2_ABSENCE_PATTERN",))
    assert news.subjects[0].recommendation.level == 2
    act(office, "mash_officer", news, "attach", reason="His case is open")
    assert last_event(office, case, "information_received").data["enquiry"] == news.reference


def test_level_3_by_ones_own_word_is_no_less_refused(office):
    _, news = known_and_news(office, indicators=("C3_SUBSTANCE",))
    assert news.subjects[0].recommendation.level == 3
    assert refused(office, "mash_officer", news, "attach", reason="His case is open") == OWN_WORD


def test_ones_own_word_goes_with_the_child_who_is_split_off(office):
    case = accepted(office, **ZED)
    both = two_children(office, **GRAVE)
    say_who(office, "social_worker", both, case.person_id, reason=HOW)
    zed = both.subjects[0]
    act(office, "social_worker", both, "split", subject_ids=(zed.id,), reason="They live apart")
    apart = view_first(office, "social_worker", zed.enquiry)
    assert apart is not both
    assert refused(office, "social_worker", apart, "attach", reason="His case is open") == OWN_WORD


def test_ones_own_word_goes_with_what_is_joined_to_an_earlier_enquiry(office):
    case = accepted(office, **ZED)
    earlier = an_enquiry(office, person_id=case.person_id)
    office.clock.at += timedelta(minutes=5)
    later = an_enquiry(office, **GRAVE)
    say_who(office, "social_worker", later, case.person_id, reason=HOW)
    view_first(office, "social_worker", later)
    act(office, "social_worker", later, "join", into_reference=earlier.reference, reason="Told of twice")
    view_first(office, "social_worker", earlier)
    assert refused(office, "social_worker", earlier, "attach", reason="His case is open") == OWN_WORD


def test_the_page_shows_who_may_be_known_to_whoever_may_say_so(office, sign_in):
    known, enquiry = again(office)
    office.session.flush()
    pages = {who: sign_in(who).get(f"/enquiries/{enquiry.id}").text for who in ("mash_officer", "early_help_unit")}
    assert "This is the same person" in pages["mash_officer"]
    assert "This is the same person" not in pages["early_help_unit"]
    assert str(known.id) not in pages["early_help_unit"]


def test_the_page_says_who_it_is_from_now_on_and_offers_nobody_who_was_only_described(office, sign_in):
    known, enquiry = again(office)
    office.session.flush()
    client = sign_in("mash_officer")
    assert client.post(f"/enquiries/{enquiry.id}/subjects/1/person/{known.id}").status_code == 302
    page = plain(client.get(f"/enquiries/{enquiry.id}").text)
    assert ("This is Ava Testley from now on" in page, "Somebody known already?" in page) == (True, False)


def test_the_page_says_why_not(office, sign_in):
    stranger = an_enquiry(office, **ZED).subjects[0].person
    enquiry = an_enquiry(office)
    office.session.flush()
    answer = sign_in("mash_officer").post(f"/enquiries/{enquiry.id}/subjects/1/person/{stranger.id}")
    assert (answer.status_code, STRANGER in plain(answer.text)) == (409, True)
    assert enquiry.subjects[0].person_id != stranger.id


def test_a_system_says_why_for_whom_it_did_not_find(office, caller):
    stranger = an_enquiry(office, **ZED).subjects[0].person
    enquiry = an_enquiry(office)
    office.session.flush()
    body, hub = {"ordinal": 1, "person_id": str(stranger.id)}, caller("mash_officer")
    path, version = f"/enquiries/{enquiry.id}/person", f'"{enquiry.version}"'
    said = hub.post(path, body, If_Match=version)
    assert (said.status_code, said.get_json()["errors"][0]["detail"]) == (409, STRANGER)
    assert caller("partner_system").post(path, body | {"reason": HOW}, If_Match=version).status_code == 403
    assert hub.post(path, body | {"reason": HOW}, If_Match=version).status_code == 200
    assert enquiry.subjects[0].person_id == stranger.id

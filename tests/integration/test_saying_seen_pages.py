"""What was seen is said on a page and by a system; until then the pages say that nobody has."""

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.explain import decide
from rules.library import get_policy
from tests.acting import clock_of, events_of
from tests.asking_for_records import ask, copies, give_out
from tests.integration.test_saying_seen import say, told
from tests.making import a_subject, an_enquiry
from triage.models import Enquiry
from triage.services.facts import gather_facts
from triage.services.saying_seen import SaySeen, Seen, say_seen

UNSAID = "Nobody has said yet what was seen"
POLICY = get_policy("pathway_to_provision", "2013")
TICKED = st.frozensets(st.sampled_from(sorted(POLICY.vocabulary.indicators)), max_size=3)


def test_the_page_and_the_worktray_say_so_in_place_of_green(office, sign_in):
    enquiry = told(office)
    office.session.flush()
    pages = sign_in("social_worker")
    for address in ("/enquiries", f"/enquiries/{enquiry.id}"):
        page = pages.get(address).text
        assert UNSAID in page
        assert "●" not in page, address
    assert f'href="/enquiries/{enquiry.id}/seen"' in page
    assert "level 1" not in page.lower()


def test_it_is_said_on_a_page_where_what_stands_is_filled_in(office, sign_in):
    enquiry = told(office, "unsure")
    office.session.flush()
    pages, here = sign_in("mash_officer"), f"/enquiries/{enquiry.id}/seen"
    page = pages.get(here).text
    assert UNSAID in page
    assert "<strong>not sure</strong>" in page
    assert " checked" not in page
    sent = {"read": enquiry.version, "seen.0.subject_id": str(enquiry.subjects[0].id), "seen.0.indicators": ["C4_NAI"]}
    sent |= {"seen.0.mobile": "true", "seen.0.needs": "Made up: a doctor"}
    missing = pages.post(here, data=sent)
    assert missing.status_code == 422
    assert "Say who told us, or how you know." in missing.text
    assert missing.text.count(" checked") == 2
    sent["reason"] = "Made up: as the neighbour wrote it"
    done = pages.post(here, data=sent, follow_redirects=True)
    assert (done.status_code, UNSAID in done.text) == (200, False)
    assert "Added: " in done.text
    assert "The policy recommends" not in done.text  # the officer has not said what they think
    again = pages.get(here).text
    assert again.count(" checked") == 2
    assert 'value="Made up: a doctor"' in again
    assert pages.post(here, data=sent).status_code == 412


def test_words_are_looked_for_without_a_script(office, sign_in):
    enquiry = told(office)
    office.session.flush()
    subject = str(enquiry.subjects[0].id)
    sent = {"find": "0", "find.0": "bruise", "reason": "Made up: kept", "seen.0.subject_id": subject}
    page = sign_in("mash_officer").post(f"/enquiries/{enquiry.id}/seen", data=sent).text
    assert "What fits stands first." in page
    assert "Made up: kept" in page
    assert enquiry.subjects[0].least_colour == "amber"


def test_a_system_says_it_as_a_page_does(office, caller):
    enquiry = told(office)
    office.session.flush()
    person, subject = caller("social_worker"), str(enquiry.subjects[0].id)
    assert person.get(f"/enquiries/{enquiry.id}").json["subjects"][0]["seen_said_at"] is None
    body = {"reason": "Made up", "seen": [{"subject_id": subject, "indicators": ["C4_NAI"]}]}
    said = person.post(f"/enquiries/{enquiry.id}/seen", body, If_Match=f'"{enquiry.version}"')
    assert said.status_code == 200, said.json
    assert said.json["subjects"][0]["indicators"] == ["C4_NAI"]
    assert said.json["subjects"][0]["seen_said_at"]
    assert caller("partner_system").post(f"/enquiries/{enquiry.id}/seen", body, If_Match='"1"').status_code in (
        403,
        404,
    )


QUIETLY = settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck), database=None)


def test_whatever_is_said_the_last_is_what_the_policy_gives(office):
    """Beside asking the policy directly, and timing by hand."""
    for who in ("visitor", "mash_officer"):
        office.actor(who)  # who stays, whatever is undone

    @QUIETLY
    @given(said=st.lists(TICKED, min_size=1, max_size=4), outside=st.booleans())
    def check(said, outside):
        with office.session.begin_nested() as kept:
            _assert_last_holds(office, told(office) if outside else an_enquiry(office, indicators=()), said)
            kept.rollback()

    check()


def _assert_last_holds(office: Any, enquiry: Enquiry, said: list[frozenset[str]]) -> None:
    for codes in said:
        say(office, "mash_officer", enquiry, *codes)
    (subject,) = enquiry.subjects
    asked = decide(POLICY, gather_facts(office.desk("mash_officer"), enquiry, subject, known_before=True))
    assert subject.recommendation.answer == asked.to_dict()
    assert set(subject.indicators) == said[-1]
    assert clock_of(enquiry, "screening").variant == asked.rag
    assert len(subject.recommendations) == len(said) + 1
    _assert_told(office, enquiry, said)


def _assert_told(office: Any, enquiry: Enquiry, said: list[frozenset[str]]) -> None:
    """Each event tells the difference between what stood before and after it."""
    told_of = [each.data["seen"][0] for each in events_of(office, enquiry) if each.type == "said_what_was_seen"]
    steps = list(pairwise([frozenset(), *said]))
    assert [set(each["added"]) for each in told_of] == [after - before for before, after in steps]
    assert [set(each["taken_away"]) for each in told_of] == [before - after for before, after in steps]


def test_a_copy_tells_what_was_added_and_taken_away_when_and_of_nobody_else(office):
    enquiry = an_enquiry(office, subjects=(a_subject(), a_subject(given_name="Ben", indicators=("F2_DEBT",))))
    ava, ben = enquiry.subjects
    office.clock.at += timedelta(minutes=1)
    seen = (Seen(subject_id=ava.id, indicators=("C4_NAI",)), Seen(subject_id=ben.id))
    say_seen(office.desk("mash_officer"), SaySeen(enquiry_id=enquiry.id, seen=seen, reason="The doctor rang"))
    _pages, document = copies(office, give_out(office, ask(office)))
    words = json.dumps(document, ensure_ascii=False)
    indicators = POLICY.vocabulary.indicators
    for code in ("C4_NAI", "C2_ABSENCE_PATTERN"):
        assert indicators[code].words in words
    assert "Added to what was seen" in words
    assert "Taken away from it" in words
    assert indicators["F2_DEBT"].words not in words

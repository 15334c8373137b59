"""A copy as whoever is given it reads it: what the law wants told beside it, in words that are not the office's own."""

import json

import pytest

from tests.asking_for_records import ask, copies, give_out
from tests.making import an_enquiry, decide_as, screen
from triage.access.actor import SYSTEM
from triage.models import OutboxMessage
from triage.services.notices import LETTERS as WRITTEN
from triage.services.notices import deliver
from triage.services.rights.case_sections import LETTERS
from triage.services.rights.sharing import WHOEVER_TOLD_US

OF_NO_CASE = {"daily_notice", "tell_account", "ask_for_agreement"}
HOW_IT_IS_KEPT_SAFE = {"tell_glass_broken", "tell_restriction"}


def told_of(office):
    pages, document = copies(office, give_out(office, ask(office)))
    return " ".join(" ".join(pages).split()), document


def test_every_letter_is_told_of_in_plain_words_or_left_out_for_a_reason():
    assert set(LETTERS) | OF_NO_CASE | HOW_IT_IS_KEPT_SAFE == set(WRITTEN)


def test_copy_begins_with_what_the_law_wants_told_beside_it(office):
    an_enquiry(office)
    whole, document = told_of(office)
    headings = [each["heading"] for each in document["about_this_copy"]]
    for heading in ("Why we hold it", "Who is told", "How long we keep it", "Where it came from", "What you can do"):
        assert heading in headings
        assert heading in whole
    words = json.dumps(document["about_this_copy"], ensure_ascii=False)
    for said in (
        "30 years from birth or 6 years from the day it was closed, whichever is later",
        "Information Commissioner",
        "records@",
        document["reference"],
    ):
        assert said in words, said
    assert whole.index("What you can do") < whole.index("Date of birth:")


def test_copy_says_how_to_see_a_letter_or_photograph(office):
    an_enquiry(office)
    whole, document = told_of(office)
    part = next(each for each in document["about_this_copy"] if each["heading"] == "Letters and photographs")
    assert f"ask the information governance team, records@notts.example and say {document['reference']}" in whole
    assert "looks at it first" in part["words"][0]


def test_codes_and_rules_of_the_office_are_said_in_plain_words(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, rag="green")
    decide_as(office, "social_worker", enquiry, route="early_help", level=3, consent="given")
    whole, document = told_of(office)
    assert "How urgent: not urgent (green)" in whole
    assert "What was to follow: Early help" in whole
    for word in ("Section 47: no", "Urgency", "Limit:", "Local practice", "Acknowledge referrer"):
        assert word not in whole + json.dumps(document), word


@pytest.mark.parametrize("may_be_named", [True, False])
def test_that_a_referrer_left_an_address_is_told_only_where_they_may_be_named(office, may_be_named):
    an_enquiry(office, referrer_email="w@street.example", referrer_may_be_named=may_be_named)
    for message in office.session.query(OutboxMessage):
        deliver(office.desk("mash_manager").with_actor(SYSTEM), message, "mash@triage.example", lambda letter: None)
    whole, document = told_of(office)
    assert (WHOEVER_TOLD_US in json.dumps(document["sections"])) is may_be_named
    assert ("To whoever told us: that we received it" in whole) is may_be_named


@pytest.mark.parametrize(("said", "is_explained"), [("Ava said 漢字.", True), ("Ava said nothing.", False)])
def test_letters_that_cannot_be_printed_are_explained_once(office, said, is_explained):
    an_enquiry(office, reported=said)
    whole, document = told_of(office)
    assert whole.count("Letters of another script") == is_explained
    assert said in json.dumps(document, ensure_ascii=False)

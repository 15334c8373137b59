"""What a copy of somebody's record never tells, whoever reviews it: who referred, and how the record is kept safe."""

import json

from tests.asking_for_records import as_, ask, copies, give_out
from tests.making import a_command, an_enquiry, screen
from triage.models import Disclosure, Enquiry, Event
from triage.services.breaking_glass import BreakGlass, break_glass
from triage.services.holding import PlaceHold, place_hold
from triage.services.logging_enquiry import log_enquiry
from triage.services.restricting import Restrict, restrict

MANAGER = "mash_manager"
ANONYMOUS = {
    "received_at": "2013-05-07T09:30:00+01:00",
    "channel": "portal",
    "source": "6",
    "reported": "It was said: often alone.",
    "referrer_may_be_named": False,
}
SUBJECT = {
    "person": {"given_name": "Ava", "family_name": "Testley", "birth_date": "2008-01-02", "postcode": "NG15 7AA"},
    "indicators": ["C4_NAI"],
    "first_view_level": 3,
    "first_view_reason": "It was a bruise",
}


def told_of(office, **how):
    """Both copies of Ava Testley's record, as one text."""
    pages, document = copies(office, give_out(office, ask(office), **how))
    return json.dumps(document, ensure_ascii=False) + " ".join(" ".join(pages).split())


def test_partners_system_that_may_not_be_named_is_nowhere_in_the_copy(office, caller):
    police = caller("partner_system")
    sent = police.post("/enquiries", ANONYMOUS | {"subjects": [SUBJECT]})
    assert sent.status_code == 201
    assert police.get("/sent").status_code == 200
    screen(office, office.session.query(Enquiry).one())
    told = told_of(office)
    for said in ("Enquiry received", "It was a bruise", "Made-up social_worker"):
        assert said in told
    assert "partner" not in told.lower()


def test_referrer_who_may_not_be_named_is_nowhere_in_the_copy(office):
    with as_(office, "referrer"):
        told = {"referrer_may_be_named": False, "opinion": "The made-up lady at number two saw it."}
        log_enquiry(office.desk("referrer"), a_command(office, **told))
    told = told_of(office)
    assert "Person added" in told
    assert "referrer" not in told.lower()
    assert "number two" not in told


def test_who_wrote_down_what_a_referrer_said_is_told_where_the_referrer_may_be(office):
    an_enquiry(office)
    assert "Written down by" in told_of(office)


def test_referrer_of_the_childs_own_surname_is_held_back(office):
    named = {"referrer_name": "Wilhelmina Testley", "referrer_may_be_named": False}
    an_enquiry(office, reported="Mrs Testley rang us.", opinion="Ava was cold.", **named)
    told = told_of(office)
    assert "rang us" not in told
    assert "Ava was cold." in told


def test_copy_of_a_restricted_record_is_released_and_does_not_say_that_it_was(office):
    enquiry = an_enquiry(office)
    with as_(office, MANAGER):
        restrict(office.desk(MANAGER), Restrict(enquiry_id=enquiry.id, ordinal=1, reason="A councillor's child"))
        place_hold(office.desk(MANAGER), PlaceHold(reference=enquiry.reference, reason="litigation", words="A claim"))
    with as_(office, "mash_officer"):
        break_glass(office.desk("mash_officer"), BreakGlass(reference=enquiry.reference, reason="Seen by the school"))
    kept = {each.type for each in office.session.query(Event)}
    assert {"record_restricted", "glass_broken", "hold_placed"} <= kept
    told = told_of(office, reviewer=MANAGER)
    assert "Enquiry received" in told
    for word in ("restrict", "councillor", "glass", "by the school", "hold placed", "litigation"):
        assert word not in told.lower(), word
    shared = office.session.query(Disclosure).filter_by(how="export").one()
    assert shared.person_id == enquiry.subjects[0].person_id

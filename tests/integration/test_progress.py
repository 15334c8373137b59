"""Whoever told us without an account hears where it stands, in safe words: nothing of the family, nothing of others."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.acting import act
from tests.making import an_enquiry, decide_as, read_through, screen
from tests.reading import main_of
from tests.telling import CODE, PROFESSIONAL, PUBLIC, REFERENCE, a_visitor, letters_to_partners, send
from triage.models import Enquiry, OutboxMessage
from triage.services.notices import deliver
from triage.services.safe_words import BY_EMAIL, FOR_THE_PUBLIC, MEANS, NOT_CHECKED, OUTCOMES

WORDS = {"seen": {"witnessed": "Made up: what the teacher saw"}}


@pytest.fixture
def sent(app, office):
    """A professional's, and where they look."""
    client = a_visitor(app)
    reference, code = send(client, PROFESSIONAL | WORDS)
    enquiry = office.session.scalars(select(Enquiry)).one()
    return client, enquiry, reference, code


def look(client):
    return main_of(client.get("/tell-us/progress").text)


def test_professional_sees_received_looked_at_and_decided_and_the_outcome_goes_to_their_work(sent, office):
    client, enquiry, reference, _code = sent
    page = look(client)
    assert f"{reference}: received" in page
    assert MEANS["Received"] in page
    screen(office, read_through(office, enquiry), ask="police")
    assert f"{reference}: being looked at" in look(client)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4, section_47=False)
    page = look(client)
    assert f"{reference}: decided" in page
    assert BY_EMAIL in page
    assert not any(words in page for words in OUTCOMES.values())
    (letter,) = outcomes_of(office)
    assert letter["To"] == "nell@school.notts.example"
    assert OUTCOMES["social_care"] in letter.get_content()
    assert not any(word in page for word in ("Ava", "Testley", "Known", "Made up", "Police", "level", "REF-"))


def outcomes_of(office):
    """The letters that tell what was decided."""
    office.session.flush()
    desk, sent = office.desk("system"), []
    waiting = select(OutboxMessage).where(OutboxMessage.task == "notify_outcome", OutboxMessage.done_at.is_(None))
    for message in office.session.scalars(waiting).all():
        deliver(desk, message, "mash@triage.example", sent.append)
    return sent


@pytest.mark.parametrize(
    "email", ["father@mail.example", "father@sch.uk.example", "x@notts.example.org", "x@mynotts.example", ""]
)
def test_whoever_only_says_that_it_is_their_job_hears_no_outcome_nor_does_it_go_with_a_split(app, office, email):
    client = a_visitor(app)
    you = PROFESSIONAL["you"] | {"email": email}
    two = PROFESSIONAL["children"] | {"children.1.given_name": "Bo"}
    send(client, PROFESSIONAL | {"you": you, "children": two})
    enquiry = office.session.scalars(select(Enquiry)).one()
    screen(office, read_through(office, enquiry))
    apart = (enquiry.subjects[1].id,)
    act(office, "social_worker", enquiry, "split", subject_ids=apart, reason="Made up: not of one family")
    for each in office.session.scalars(select(Enquiry)).all():
        office.session.refresh(each)
        decide_as(office, "social_worker", each, route="social_care", level=4, section_47=False)
    page = look(client)
    assert "we ring you back at your place of work" in page
    assert not any(words in page for words in (*OUTCOMES.values(), BY_EMAIL))
    assert outcomes_of(office) == []
    told = office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "notify_outcome")).all()
    assert [each.cancelled_reason for each in told] == [NOT_CHECKED] * (2 if email else 0)


def test_whoever_reads_it_sees_that_nobody_has_checked_who_told_it(sent, office, sign_in):
    _client, enquiry, _reference, _code = sent
    page = main_of(sign_in("mash_officer").get(f"/enquiries/{enquiry.id}").text)
    assert (
        "Nell Made-Up, who says that they are: Teacher, Made-Up School. Told without an account, and not checked."
        in page
    )
    own = an_enquiry(office, referrer_name="Nell Made-Up", referrer_role="Teacher")
    assert "not checked" not in main_of(sign_in("mash_officer").get(f"/enquiries/{own.id}").text)


def test_what_was_reopened_is_looked_at_again_and_what_was_joined_follows_the_other(sent, office):
    client, enquiry, reference, _code = sent
    earlier = an_enquiry(office, received_at=office.clock.now() - timedelta(hours=1), indicators=())
    for each in (earlier, enquiry):
        screen(office, read_through(office, each))
    act(office, "social_worker", enquiry, "join", into_reference=earlier.reference, reason="Made up: one family")
    assert f"{reference}: being looked at" in look(client)
    decide_as(office, "social_worker", earlier, route="no_further_action", level=1)
    page = look(client)
    assert f"{reference}: decided" in page
    assert MEANS["Decided"] in page
    assert earlier.reference not in page
    act(office, "social_worker", earlier, "reopen", reason="Made up: the school rang again")
    assert f"{reference}: being looked at" in look(client)


def test_it_is_seen_elsewhere_by_the_reference_and_the_code_that_were_shown_on_sending(sent, app):
    _client, _enquiry, reference, code = sent
    elsewhere = a_visitor(app)
    assert elsewhere.get("/tell-us/progress").location == "/tell-us/resume"
    came = elsewhere.post("/tell-us/resume", data={"reference": reference, "code": code})
    assert came.location == "/tell-us/progress"
    assert f"{reference}: received" in look(elsewhere)
    again = elsewhere.post("/tell-us/code").text
    assert (REFERENCE.search(again)[0], CODE.search(again)[0] == code) == (reference, False)


def test_member_of_the_public_hears_that_we_have_it_and_no_more(app, office):
    client = a_visitor(app)
    reference, _code = send(client, PUBLIC | {"you": {"relation": "1B", "email": "neighbour@x.example"}})
    enquiry = office.session.scalars(select(Enquiry)).one()
    screen(office, read_through(office, enquiry))
    decide_as(office, "social_worker", enquiry, route="social_care", level=4, section_47=False)
    page = look(client)
    assert f"{reference}: received" in page
    assert FOR_THE_PUBLIC in page
    assert not any(words in page for words in OUTCOMES.values())
    letters_to_partners(office)
    told = {row.task: row.cancelled_reason for row in office.session.scalars(select(OutboxMessage))}
    assert told["acknowledge_referrer"] is None
    assert told["notify_outcome"] == FOR_THE_PUBLIC

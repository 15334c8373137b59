"""Disagreeing and answering on the pages and through the API: without an account, as a referrer, as a manager."""

import pytest
from lxml import html
from sqlalchemy import select

from tests.acting import act
from tests.crawling import forms_of
from tests.disagreeing import TOLD, WHY, WORDS, answer, decided, disagree, said_of, sent_by
from tests.disposing import service_desk
from tests.integration.test_visitors import ask, limited
from tests.making import decide_as, read_through, screen
from tests.reading import main_of
from tests.telling import PROFESSIONAL, PUBLIC, a_visitor, send, telling_of
from triage.models import Enquiry, OutboxMessage
from triage.services.disagreement_letters import tell_answered
from triage.services.safe_words import ANSWERED_BY_EMAIL, ANSWERS, ONCE_MORE

FORM = {"action": "let_stand", "answer": TOLD, "reason": WHY}


@pytest.fixture
def told(app, office):
    """A professional's, decided; and where they look."""
    client = a_visitor(app)
    reference, code = send(client, PROFESSIONAL)
    enquiry = office.session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one()
    return client, decided(office, enquiry), code


def look(client):
    return main_of(client.get("/tell-us/progress").text)


def answered_by_letter(office):
    """What was written to them last of their disagreement."""
    answers = select(OutboxMessage).where(OutboxMessage.task == "disagreement_answered")
    promised = office.session.scalars(answers.order_by(OutboxMessage.id.desc()).limit(1)).one()
    letter = tell_answered(service_desk(office), promised.payload, "triage.example")
    assert letter.to == (PROFESSIONAL["you"]["email"],)
    return letter.text


def test_professional_without_an_account_disagrees_reads_by_when_and_is_answered_at_their_work(told, office):
    client, enquiry, _code = told
    assert "Say that I disagree" in look(client)
    sent = client.post("/tell-us/disagree", data={"words": WORDS})
    assert (sent.status_code, sent.location) == (302, "/tell-us/progress")
    page = look(client)
    assert "answers you by 10:00 on Thursday 9 May 2013" in page
    assert "Say that I disagree" not in page
    assert WORDS not in page  # whoever finds the code may be whom it is about
    (row,) = said_of(office, enquiry)
    answer(office, row)
    page, letter = look(client), answered_by_letter(office)
    for words in (ANSWERED_BY_EMAIL, ONCE_MORE, "Say that I disagree"):
        assert words in page
    for words in (ANSWERS["stands"], TOLD):  # a code shows nothing of who has it, a mailbox at work does
        assert words not in page
        assert words in letter
    assert WHY not in page + letter
    client.post("/tell-us/disagree", data={"words": WORDS})
    answer(office, said_of(office, enquiry)[1])
    page = look(client)
    assert "local safeguarding partners' procedure for escalation" in page
    assert office.pack.emergency_phone in page
    assert "Say that I disagree" not in page


def test_what_is_looked_at_again_is_said_and_where_it_stands_with_it(told, office):
    client, enquiry, _code = told
    client.post("/tell-us/disagree", data={"words": WORDS})
    answer(office, said_of(office, enquiry)[0], "look_again")
    page = look(client)
    assert f"{enquiry.reference}: being looked at" in page
    assert ANSWERS["looked_again"] not in page
    assert ANSWERS["looked_again"] in answered_by_letter(office)
    assert "Say that I disagree" not in page


def test_what_was_typed_wrongly_or_too_late_is_shown_again_with_why(told, office):
    client, enquiry, _code = told
    empty = client.post("/tell-us/disagree", data={"words": " "})
    assert (empty.status_code, "Say why you disagree." in empty.text) == (422, True)
    long = client.post("/tell-us/disagree", data={"words": "x" * 5001})
    assert (long.status_code, "Use 5,000 characters or fewer." in long.text) == (422, True)
    assert "x" * 5001 in long.text
    act(office, "social_worker", enquiry, "reopen", reason="Made up: the school rang")
    late = client.post("/tell-us/disagree", data={"words": WORDS})
    assert (late.status_code, "This cannot be said here now" in late.text) == (409, True)
    assert said_of(office, enquiry) == []


def test_answer_may_be_read_longer_than_the_telling_was_to_be_kept(told, office, settings):
    client, _enquiry, _code = told
    before = telling_of(client, office).expires_at
    office.clock.at = before.replace(hour=0, minute=0)
    client.post("/tell-us/disagree", data={"words": WORDS})
    assert (telling_of(client, office).expires_at - office.clock.now()).days == settings.progress_days


def test_member_of_the_public_has_no_such_form_and_browser_of_nobody_none(app, office):
    client = a_visitor(app)
    reference, _code = send(client, PUBLIC)
    enquiry = office.session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one()
    screen(office, read_through(office, enquiry))
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    office.session.flush()
    assert "disagree" not in look(client)
    assert client.post("/tell-us/disagree", data={"words": WORDS}).status_code == 409
    assert said_of(office, enquiry) == []
    stranger = a_visitor(app).post("/tell-us/disagree", data={"words": WORDS})
    assert (stranger.status_code, WORDS in stranger.text) == (409, True)


def test_whoever_only_says_that_it_is_their_job_hears_no_outcome_and_disagrees_by_telephone(app, office):
    client = a_visitor(app)
    reference, _code = send(client, PROFESSIONAL | {"you": PROFESSIONAL["you"] | {"email": "him@mail.example"}})
    enquiry = decided(office, office.session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one())
    page = look(client)
    assert "Say that I disagree" not in page
    assert office.pack.emergency_phone in page
    assert client.post("/tell-us/disagree", data={"words": WORDS}).status_code == 409
    assert said_of(office, enquiry) == []


def test_so_many_an_hour_and_what_was_typed_is_carried(settings, clock, session, office):
    client = a_visitor(limited(settings, clock, session, tellings_an_hour=2))
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.7"
    reference, _code = send(client, PROFESSIONAL)
    decided(office, office.session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one())
    assert ask(client, "/tell-us/disagree", "192.0.2.7", words=" ").status_code == 422
    told = ask(client, "/tell-us/disagree", "192.0.2.7", words=WORDS)
    assert (told.status_code, WORDS in told.text) == (429, True)


def test_referrer_disagrees_with_what_they_sent_and_with_nothing_else(sign_in, office):
    mine, other = decided(office), decided(office, sent_by(office, "referrer 2"))
    client = sign_in("referrer")
    at = f"/partners/sent/{mine.reference}"
    assert at in client.get("/partners/sent").text
    wrong = client.post(at, data={"words": ""})
    assert (wrong.status_code, "Say why you disagree." in wrong.text) == (422, True)
    assert client.post(at, data={"words": WORDS}).location == at
    assert "answers you by" in main_of(client.get(at).text)
    assert "You disagree: answered by 10:00 on 9 May 2013" in main_of(client.get("/partners/sent").text)
    answer(office, said_of(office, mine)[0])
    page = main_of(client.get(at).text)
    assert TOLD in page
    assert WHY not in page
    for reply in (client.get(f"/partners/sent/{other.reference}"), client.post(f"/partners/sent/{other.reference}")):
        assert reply.status_code == 404 or said_of(office, other) == []
    assert client.get(f"/partners/sent/{other.reference}").status_code == 404


def test_system_disagrees_by_the_api_and_reads_the_answer(caller, office):
    enquiry = decided(office, sent_by(office, "partner_system"))
    system = caller("partner_system")
    to = f"/sent/{enquiry.reference}/disagreements"
    assert system.post(to, {"words": " "}).status_code == 422
    made = system.post(to, {"words": WORDS})
    assert (made.status_code, made.json["disagreement"]["may"]) == (201, False)
    assert system.post(to, {"words": WORDS}).status_code == 409
    assert system.post("/sent/ENQ-2013-999999/disagreements", {"words": WORDS}).status_code == 404
    answer(office, said_of(office, enquiry)[0])
    (sent,) = system.get("/sent").json["items"]
    (said,) = sent["disagreement"]["said"]
    assert (said["answer"], said["means"], sent["disagreement"]["may"]) == (TOLD, ANSWERS["stands"], True)
    assert WHY not in str(sent)


def test_manager_sees_what_waits_and_answers_and_the_social_worker_reads_both(sign_in, office):
    enquiry = decided(office)
    row = disagree(office, enquiry)
    act(office, "mash_officer", enquiry, "close")
    manager, worker = sign_in("mash_manager 2"), sign_in("social_worker")
    assert "1 professional who disagrees with a decision waits for a manager's answer" in main_of(
        manager.get("/enquiries").text
    )
    duty = main_of(manager.get("/duty").text)
    assert "Professionals who disagree with a decision (1)" in duty
    assert enquiry.reference in duty.partition("Professionals who disagree")[2]
    page, at = manager.get(f"/enquiries/{enquiry.id}").text, f"/enquiries/{enquiry.id}/disagreements/{row.id}"
    assert at in page
    assert WORDS in main_of(page)
    theirs = worker.get(f"/enquiries/{enquiry.id}").text
    assert WORDS in main_of(theirs)
    assert at not in theirs
    assert worker.get(at).status_code == 403
    form = manager.get(at).text
    assert "checked" not in form
    wrong = manager.post(at, data={"action": "let_stand", "answer": TOLD})
    assert (wrong.status_code, 'href="#reason"' in wrong.text, TOLD in wrong.text) == (409, True, True)
    assert "Choose whether the decision stands" in manager.post(at, data={}).text
    done = manager.post(at, data=FORM)
    assert (done.status_code, done.location) == (302, f"/enquiries/{enquiry.id}")
    for client in (manager, worker):
        said = main_of(client.get(f"/enquiries/{enquiry.id}").text)
        assert TOLD in said
        assert WHY in said
    assert "wait for a manager's answer" not in main_of(manager.get("/enquiries").text)
    assert "Nobody waits for an answer." in main_of(manager.get("/duty").text)
    assert manager.post(at, data=FORM).status_code == 409


def test_manager_who_decided_is_told_that_another_answers(sign_in, office):
    enquiry = decided(office)
    row = disagree(office, enquiry)
    page = sign_in("mash_manager").get(f"/enquiries/{enquiry.id}/disagreements/{row.id}").text
    assert "You decided or approved this yourself. Another manager must answer." in page
    assert "<textarea" not in main_of(page)
    assert 'name="answer"' not in page


def test_disagreement_is_found_under_its_own_enquiry_alone(sign_in, office):
    row, other = disagree(office, decided(office)), decided(office, given_name="Ben")
    client = sign_in("mash_manager 2")
    assert client.get(f"/enquiries/{other.id}/disagreements/{row.id}").status_code == 404
    assert client.post(f"/enquiries/{other.id}/disagreements/{row.id}", data=FORM).status_code == 404


def test_what_was_typed_and_not_sent_is_brought_back_on_the_page_that_it_was_typed_on(sign_in, office):
    enquiry = decided(office)
    row = disagree(office, decided(office, given_name="Ben"))
    pages = {f"/partners/sent/{enquiry.reference}": ("referrer", "words")}
    pages[f"/enquiries/{row.enquiry_id}/disagreements/{row.id}"] = ("mash_manager 2", "answer")
    for path, (who, name) in pages.items():
        client = sign_in(who)
        (form,) = (each for each in forms_of(html.fromstring(client.get(path).text), path) if name in each.typed)
        sent = form.filled(**{name: WORDS})
        assert client.post("/drafts", data=sent).json["says"].startswith("Saved")
        assert f">{WORDS}</textarea>" in client.get(path, query_string={"draft": sent["draft.id"]}).text

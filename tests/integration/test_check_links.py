"""A partner of whom nobody has an account answers one question by a link in a letter, until there is an answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from tests.acting import act, has_been_here
from tests.asking_for_records import as_
from tests.conftest import OneConnection
from tests.making import an_enquiry, screen
from tests.reading import main_of, plain
from tests.telling import a_visitor, letters_to_partners, link_in, sent_by
from triage.access.actor import NOBODY, SYSTEM, VISITOR, visitor
from triage.access.signin import issue_token
from triage.access.tokens import digest
from triage.app import create_app
from triage.database import act_as
from triage.limits import BAD_TOKENS
from triage.models import AccessToken, CheckLink, Disclosure, Event, OutboxMessage, Reading, User
from triage.services.rights.sharing import LETTERS
from triage.store.check_links import has_account

ASKED = {"lawful_basis": "public_task", "consent": "given", "question": "Made up: who lives there?"}
NELL = "Nell Made-Up, detective constable"
OVER = "This link opens nothing any more"


@pytest.fixture
def enquiry(office):
    """The police are asked about one child; health about another, whom the police know nothing of."""
    enquiry = an_enquiry(office, given_name="Ava", witnessed="Made up: what the hub was told")
    screen(office, enquiry, finish=False)
    act(office, "social_worker", enquiry, "request_check", agency_code="police", **ASKED)
    office.session.flush()
    return enquiry


@pytest.fixture
def link(office, enquiry):
    (letter,) = letters_to_partners(office)
    return link_in(letter)


@pytest.fixture
def client(app):
    return a_visitor(app)


def opened(client, link):
    """The page that the link leads to."""
    answer = client.get(link)
    assert (answer.status_code, answer.location) == (302, "/answer")
    return client.get(answer.location)


def answer(client, page, action="answer", **said):
    return client.post(f"/answer/{action}", data=sent_by(page.text) | {"answered_by": NELL} | said)


def test_letter_holds_a_link_of_which_only_a_hash_is_kept(office, enquiry):
    (letter,) = letters_to_partners(office)
    secret = link_in(letter).rpartition("/")[2]
    assert len(secret) >= 43  # 256 random bits
    kept = office.session.scalars(select(CheckLink)).one()
    assert (kept.token_hash, kept.check_id) == (digest(secret), enquiry.checks[0].id)
    assert kept.expires_at - office.clock.now() == timedelta(days=5)
    assert "Ava" not in letter
    assert office.pack.emergency_phone in letter
    shared = office.session.scalars(select(Disclosure.what).where(Disclosure.how == "letter")).all()
    assert shared == [LETTERS["ask_check"]]
    assert not any(secret in str(row.payload) for row in office.session.query(OutboxMessage))


def test_link_opens_what_the_agencys_page_shows_and_no_more(client, link, enquiry):
    page = opened(client, link)
    shown = main_of(page.text)
    assert f"{enquiry.reference}: Ava Testley, born 2 January 2008" in shown
    assert "Made up: who lives there?" in shown
    assert "what the hub was told" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert link.rpartition("/")[2] not in page.text


def test_answer_goes_the_same_way_as_with_an_account_and_the_link_is_dead(office, client, link, enquiry):
    page = opened(client, link)
    done = answer(client, page, answer="Made up: known since March")
    assert "The hub has your answer" in done.text
    (check,) = enquiry.checks
    office.session.refresh(check)
    assert (check.state, check.answer) == ("answered", "Made up: known since March")
    told = office.session.scalars(select(Event).where(Event.type == "check_answered")).one()
    assert (told.actor_id, told.actor_role) == (VISITOR.id, "partner_contributor")
    assert told.actor_name == "Nottinghamshire Police, by a link"
    for browser in (client, client.application.test_client()):
        again = browser.get(link, follow_redirects=True)
        assert (again.status_code, OVER in again.text) == (404, True)
    assert answer(client, page, answer="Made up: another").status_code == 404


@pytest.mark.parametrize(
    ("action", "said"), [("answer", {"answer": "x"}), ("nothing_known", {}), ("decline", {"reason": "x"})]
)
def test_answer_by_a_link_has_an_author_who_is_shown(office, client, link, enquiry, sign_in, action, said):
    page = opened(client, link)
    nameless = answer(client, page, action, answered_by=" ", **said)
    assert (nameless.status_code, "Enter your name and your job." in plain(nameless.text)) == (422, True)
    assert all(f">{typed}</textarea>" in nameless.text for typed in said.values())
    assert "The hub has your answer" in answer(client, page, action, **said).text
    (check,) = enquiry.checks
    office.session.refresh(check)
    assert check.answered_by == NELL
    told = office.session.scalars(select(Event).where(Event.data["check"].astext == str(check.id))).all()
    assert told[-1].data["by"] == NELL
    assert f"Answered by {NELL}." in main_of(sign_in("mash_officer").get(f"/enquiries/{enquiry.id}").text)


def test_answer_with_an_account_is_its_owners_and_what_the_hub_writes_down_nobodys(office, enquiry):
    act(office, "partner_contributor", enquiry.checks[0], "answer", answer="Made up")
    assert enquiry.checks[0].answered_by == "Made-up partner_contributor"
    act(office, "social_worker", enquiry, "request_check", agency_code="health", **ASKED)
    office.session.refresh(enquiry)
    other = next(each for each in enquiry.checks if each.agency_code == "health")
    act(office, "mash_officer", other, "answer", answer="Made up: by telephone")
    assert other.answered_by == ""


def test_every_opening_is_on_the_ledger_of_readings(office, client, link, enquiry):
    for _ in range(2):
        opened(client, link)
    rows = office.session.scalars(select(Reading).order_by(Reading.number)).all()
    mine = [row for row in rows if row.what == "answering.show"]
    assert [row.people for row in mine] == [[enquiry.subjects[0].person_id]] * 2
    assert {(row.reader_id, row.reader_name) for row in mine} == {(VISITOR.id, "Nottinghamshire Police, by a link")}


@pytest.mark.parametrize("how", ["withdraw", "chased", "late", "made up"])
def test_link_opens_nothing_once_it_is_over_and_says_whom_to_ring(office, client, link, enquiry, how):
    if how == "withdraw":
        act(office, "social_worker", enquiry.checks[0], "withdraw", reason="Made up: not needed")
    if how == "late":
        office.clock.at += timedelta(days=5)
    if how == "chased":
        act(office, "mash_officer", enquiry.checks[0], "chase")
        (letter,) = letters_to_partners(office)
        assert opened(client, link_in(letter)).status_code == 200  # that of the later letter opens too
        act(office, "mash_officer", enquiry.checks[0], "answer", answer="Made up: by telephone")
    office.session.flush()
    told = client.get("/answer/made-up" if how == "made up" else link, follow_redirects=True)
    assert told.status_code == 404
    assert OVER in told.text
    assert office.pack.emergency_phone in told.text


def test_wrong_answers_are_said_at_their_field_and_what_was_typed_stays(client, link):
    page = opened(client, link)
    empty = answer(client, page)
    assert (empty.status_code, "choose Nothing known instead" in plain(empty.text)) == (409, True)
    beside = answer(client, page, "nothing_known", answer="Made up: they do")
    assert (beside.status_code, "Made up: they do</textarea>" in beside.text) == (422, True)
    assert "this button does not send it" in beside.text
    assert answer(client, page, "acknowledge").location == "/answer"


def test_what_is_sent_too_late_is_given_back_to_be_read_out(office, client, link):
    page = opened(client, link)
    office.clock.at += timedelta(days=5)
    late = answer(client, page, answer="Made up: a long answer")
    assert (late.status_code, "Made up: a long answer" in late.text, OVER in late.text) == (404, True, True)


def test_partner_may_say_by_it_that_a_child_is_in_danger(office, client, link, enquiry):
    answer(client, opened(client, link), "immediate_danger", reason="Made up: he is alone with her")
    office.session.refresh(enquiry)
    assert [each.service for each in enquiry.referrals] == ["social_care"]


@pytest.mark.parametrize("ends", ["revoked", "expired", "closed", "never"])
def test_agency_is_written_to_unless_somebody_has_signed_in_or_a_token_holds(office, ends):
    office.actor("partner_contributor")  # who never signed in
    system = office.session.get_one(User, office.actor("partner_system").id)
    now = office.clock.now()
    issue_token(office.session, system, "Made up", ["read"], now, days=1)
    assert has_account(office.session, "police", now)
    row = office.session.scalars(select(AccessToken)).one()
    row.revoked_at = now if ends == "revoked" else None
    system.active = ends != "closed"
    office.session.flush()
    later = now + timedelta(days=1 if ends == "expired" else 0)
    assert has_account(office.session, "police", later) is (ends == "never")


def test_whoever_asks_need_not_see_who_signs_in(office):
    has_been_here(office, "partner_contributor")
    enquiry = an_enquiry(office)
    screen(office, enquiry, finish=False)
    office.actor("social_worker")
    with as_(office, "social_worker"):
        act(office, "social_worker", enquiry, "request_check", agency_code="police", **ASKED)
    assert letters_to_partners(office) == []


def test_agency_with_an_account_is_sent_no_link(office, sign_in):
    sign_in("partner_contributor")
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="police", finish=False)
    assert letters_to_partners(office) == []
    act(office, "mash_officer", enquiry.checks[0], "chase")
    (letter,) = letters_to_partners(office)
    assert "/answer/" not in letter


def test_whoever_came_by_a_link_sees_that_row_and_no_case_and_makes_none(office, client, link, enquiry):
    opened(client, link)
    other = an_enquiry(office)
    screen(office, other, ask="health", finish=False)
    letters_to_partners(office)
    (mine, _theirs) = office.session.scalars(select(CheckLink.id).order_by(CheckLink.id)).all()
    check_id = enquiry.checks[0].id
    others = [office.actor("mash_manager"), office.actor("partner_contributor")]
    act_as(office.session, visitor(mine))
    assert office.session.scalars(text("SELECT id FROM check_links")).all() == [mine]
    assert office.session.scalars(text("SELECT id FROM agency_checks")).all() == []
    for who in (NOBODY, *others):
        act_as(office.session, who)
        assert office.session.scalars(text("SELECT id FROM check_links")).all() == []
    insert = text("INSERT INTO check_links SELECT gen_random_uuid(), :check, 'x', now(), now()")
    with pytest.raises(ProgrammingError, match="row-level security"), office.session.begin_nested():
        office.session.execute(insert, {"check": check_id})
    act_as(office.session, SYSTEM)
    with pytest.raises(ProgrammingError, match="permission denied"), office.session.begin_nested():
        office.session.execute(text("UPDATE check_links SET expires_at = 'infinity'"))


def test_answer_in_one_tab_does_not_land_on_the_letter_opened_in_another(office, client, link, enquiry):
    first = opened(client, link)
    other = an_enquiry(office, given_name="Bo")
    screen(office, other, ask="police", finish=False)
    (letter,) = letters_to_partners(office)
    second = opened(client, link_in(letter))
    mixed = answer(client, first, answer="Made up: of Ava")
    assert (mixed.status_code, "Made up: of Ava" in mixed.text) == (409, True)
    assert f"the letter about {enquiry.reference}" in plain(mixed.text)
    for each in (*enquiry.checks, *other.checks):
        office.session.refresh(each)
        assert (each.state, each.answer) == ("requested", "")
    answer(client, second, answer="Made up: of Bo")
    office.session.refresh(other.checks[0])
    assert other.checks[0].answer == "Made up: of Bo"


def test_browser_forgets_the_question_and_the_letter_opens_it_again(settings, clock, session, link):
    client = a_visitor(
        create_app(settings.model_copy(update={"session_idle_minutes": 30}), clock, OneConnection(session))
    )
    page = opened(client, link)
    clock.at += timedelta(minutes=30)
    assert "Open the link in the letter again" in client.get("/answer").text
    late = answer(client, page, answer="Made up: a long answer")
    assert (late.status_code, "Made up: a long answer" in late.text) == (404, True)
    assert "show this to nobody after me" in opened(client, link).text
    client.post("/tell-us/leave")
    assert client.get("/answer").status_code == 404


def test_guessing_is_limited_by_address(settings, clock, session):
    app = create_app(settings.model_copy(update={"trusted_proxies": 1}), clock, OneConnection(session))
    app.extensions["triage.limits"]._shared.storage.reset()
    client = a_visitor(app)
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.9"
    answers = [client.get(f"/answer/{number}").status_code for number in range(BAD_TOKENS.amount + 1)]
    assert answers == [404] * BAD_TOKENS.amount + [429]

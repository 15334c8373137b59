"""What keeps failing waits in a list for an administrator, who tries it again or sets it aside: of nobody by name."""

import pytest
from sqlalchemy import select, text

from tests.asking_for_records import as_
from tests.disposing import service_desk
from tests.making import an_enquiry
from triage.models import AccountEvent, FailingTask, OutboxMessage
from triage.services.failing import SET_ASIDE
from triage.services.relay import DEATHS, TRIES, begin_message, note_failure, take_message
from triage.store.failing import note_done, note_failing, take_asked

PAGE = "/admin/failed"
SWEEP = "clocks.sweep"


@pytest.fixture
def letter(office):
    """A receipt whose every try failed: the address was refused."""
    an_enquiry(office, given_name="Wilhelmina", referrer_email="teacher@school.example")
    office.session.flush()
    (message,) = office.session.scalars(select(OutboxMessage))
    for _ in range(TRIES):
        note_failure(message, office.clock.now(), "SMTPRecipientsRefused: {'teacher@school.example': (550, b'No')}")
    office.session.flush()
    return message


@pytest.fixture
def task(office):
    """The sweep, which failed twice."""
    desk = service_desk(office)
    for _ in range(2):
        note_failing(desk.session, SWEEP, desk.now, "TimeLimitExceeded")
    return desk.session.get_one(FailingTask, SWEEP)


def events_of(office) -> list[tuple[str, str]]:
    rows = office.session.scalars(select(AccountEvent).where(AccountEvent.type.like("fail%")).order_by(AccountEvent.at))
    return [(row.type, row.reason) for row in rows]


def test_page_says_what_failed_how_often_and_why_and_names_nobody(sign_in, letter, task):
    admin = sign_in("administrator")
    page = admin.get(PAGE).text
    for words in ("<title>What failed", "To whoever told us: that we received it", f"{TRIES} times", "refused the"):
        assert words in page
    assert "Clocks: whose time is nearly over" in page
    assert "2 times in a row" in page
    assert "It took longer than it may." in page
    assert not any(word in page for word in ("Wilhelmina", "teacher@school.example", "ENQ-"))
    assert "One letter was given up" in admin.get("/admin/users").text


def test_letter_is_tried_again_as_a_new_one(sign_in, letter, office):
    done = sign_in("administrator").post(f"{PAGE}/letters/{letter.id}/again", follow_redirects=True).text
    assert "The letter is tried again" in done
    assert (letter.failed_at, letter.attempts, letter.done_at) == (None, 0, None)
    assert letter.available_at == office.clock.now()
    assert take_message(office.session, letter.id) is letter
    assert events_of(office) == [("failed_letter_sent_again", "")]


def test_letter_is_set_aside_with_a_reason_and_never_sent(sign_in, letter, office):
    admin = sign_in("administrator")
    refused = admin.post(f"{PAGE}/letters/{letter.id}/discard", data={"reason": " "})
    assert "Say why" in refused.text
    assert letter.failed_at
    admin.post(f"{PAGE}/letters/{letter.id}/discard", data={"reason": "The address does not exist"})
    assert letter.cancelled_reason == SET_ASIDE
    assert take_message(office.session, letter.id) is None
    assert events_of(office) == [("failed_letter_discarded", "The address does not exist")]
    assert "There is none." in admin.get(PAGE).text


def test_whoever_comes_second_is_told_so(sign_in, letter):
    first, second = sign_in("administrator"), sign_in("administrator")
    assert first.post(f"{PAGE}/letters/{letter.id}/again").status_code == 302
    answer = second.post(f"{PAGE}/letters/{letter.id}/discard", data={"reason": "Made up"})
    assert answer.status_code == 409
    assert "is not in the list any more" in answer.text


def test_task_is_asked_for_once_and_leaves_the_list_when_it_is_done(sign_in, task, office):
    admin = sign_in("administrator")
    assert "tried again within seconds" in admin.post(f"{PAGE}/tasks/{SWEEP}/again", follow_redirects=True).text
    assert "Will be tried again" in admin.get(PAGE).text
    assert [take_asked(office.session) for _ in range(2)] == [[SWEEP], []]
    note_done(office.session, SWEEP)
    office.session.expire_all()
    assert "Clocks: whose" not in admin.get(PAGE).text
    assert admin.post(f"{PAGE}/tasks/{SWEEP}/again").status_code == 409


def test_task_is_set_aside_until_it_fails_again(sign_in, task, office):
    admin = sign_in("administrator")
    admin.post(f"{PAGE}/tasks/{SWEEP}/discard", data={"reason": "A known fault"})
    assert "Clocks: whose" not in admin.get(PAGE).text
    assert events_of(office) == [("failing_task_discarded", "A known fault")]
    note_failing(office.session, SWEEP, office.clock.now(), "ValueError")
    assert "Failed" in admin.get(PAGE).text
    assert "It failed (ValueError)." in admin.get(PAGE).text


def test_nobody_else_comes_near(sign_in, letter, task, office):
    for who in ("mash_manager", "social_worker", "information_governance"):
        client = sign_in(who)
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}/letters/{letter.id}/again").status_code == 403
    for who, seen in (("administrator", [SWEEP]), ("mash_manager", [])):
        office.actor(who)
        with as_(office, who):
            assert office.session.scalars(text("SELECT name FROM failing_tasks")).all() == seen
            assert office.session.execute(text("UPDATE failing_tasks SET times = 9")).rowcount == 0
            assert office.session.execute(text("DELETE FROM failing_tasks")).rowcount == 0


def test_letter_that_takes_its_process_with_it_is_given_up_and_seen(office, sign_in):
    an_enquiry(office, referrer_email="teacher@school.example")
    office.session.flush()
    (message,) = office.session.scalars(select(OutboxMessage))
    begun = [begin_message(office.session, message.id, office.clock.now()) for _ in range(DEATHS + 2)]
    assert begun == [True] * DEATHS + [False] * 2
    assert "The process that did it died each time." in sign_in("administrator").get(PAGE).text

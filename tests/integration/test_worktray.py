"""The worktray: each open enquiry in its one queue, the worst first, and nothing that waits unseen."""

import re
from datetime import timedelta

import pytest

from tests.acting import act, in_days
from tests.making import an_enquiry, decide_as, screen
from tests.reading import plain
from triage.store.queues import count_enquiries


def lines_of(page):
    """The lines of the worktray as they are read, each under its reference."""
    body = page.split("<tbody")[1].split("</tbody>")[0] if "<tbody" in page else ""
    rows = [plain(row) for row in body.split("<tr")[1:]]
    return {re.search(r"ENQ-\d+-\d+", row)[0]: row for row in rows}


def counts_of(page):
    """How many are said to wait in each queue, by its name."""
    listed = page.split('aria-label="Queues"')[1].split("</nav>")[0]
    found = re.findall(r'queue=(\w+)"[^>]*>[^<]*<span class="triage-number">([\d,]+)<', listed)
    return {queue: int(count.replace(",", "")) for queue, count in found}


@pytest.fixture
def county(office, clock):
    """Made-up enquiries in several queues, by what they are."""
    now = clock.at
    names = ("overdue", "red", "screened", "green", "held", "checking", "proposed", "night")
    made = {name: an_enquiry(office, given_name=name.title()) for name in names[3:]}
    clock.at = now + timedelta(minutes=1)
    made["red"] = an_enquiry(office, given_name="Red", indicators=("C4_NAI",))
    made["screened"] = an_enquiry(office, given_name="Screened")
    screen(office, made["screened"], rag="red")
    made["overdue"] = an_enquiry(office, given_name="Overdue", received_at=now - timedelta(days=9))
    for name in ("held", "checking", "green"):
        screen(office, made[name], rag="green", finish=False)
    act(office, "social_worker", made["held"], "hold", reason="Made up: nobody is at home")
    asked = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}
    act(office, "social_worker", made["checking"], "request_check", **asked)
    screen(office, made["proposed"])
    decide_as(office, "social_worker", made["proposed"], approve=False, route="social_care", level=4)
    act(office, "mash_officer", made["night"], "hand_over_to_edt", reason="Made up: to be seen tonight")
    office.session.flush()
    return {name: made[name] for name in names}


def test_what_is_overdue_comes_first_then_the_reds_then_the_least_time_left(sign_in, county):
    page = sign_in("mash_officer").get("/enquiries").text
    names = {enquiry.reference: name for name, enquiry in county.items()}
    listed = [names[reference] for reference in lines_of(page)]
    assert len(listed) == len(county)
    assert listed[:3] == ["overdue", "red", "screened"]  # of which the last has a minute more than those below
    assert "triage-row--overdue" in page.split("<tbody")[1].split("</tr>")[0]
    assert "overdue" in lines_of(page)[county["overdue"].reference]


def test_red_that_is_decided_presses_no_more_than_others(sign_in, office, county):
    danger = {"reason": "Made up: he is on his way"}
    act(office, "mash_officer", county["night"], "immediate_danger", **danger)
    listed = list(lines_of(sign_in("mash_officer").get("/enquiries").text))
    assert listed.index(county["night"].reference) > listed.index(county["green"].reference)


def test_every_queue_is_counted_and_leads_to_just_those(sign_in, office, county):
    client = sign_in("mash_officer")
    page = client.get("/enquiries").text
    counts = counts_of(page)
    assert counts == count_enquiries(office.session)
    assert sum(counts.values()) == len(lines_of(page)) == len(county)
    for queue, count in counts.items():
        there = client.get(f"/enquiries?queue={queue}").text
        waiting = {enquiry.reference for enquiry in county.values() if enquiry.queue == queue}
        assert set(lines_of(there)) == waiting
        assert len(waiting) == count
        assert f'queue={queue}" aria-current="page"' in there
        assert ("Nothing waits here." in there) == (count == 0)


def test_what_stands_still_and_what_the_night_has_are_seen_to(sign_in, county):
    page = sign_in("social_worker").get("/enquiries").text
    lines = lines_of(page)
    held = lines[county["held"].reference]
    assert "On hold" in held
    assert "With the EDT" in lines[county["night"].reference]
    assert "With the EDT" not in held
    assert "Awaiting approval" in lines[county["proposed"].reference]
    assert page.count("govuk-tag--yellow") == 1


def pause(office, enquiry, kind, reason):
    until = in_days(office, 7)
    act(office, "mash_manager", enquiry, "pause_clock", clock=kind, until=until, reason=reason)


def test_paused_clock_is_shown_beside_the_one_that_runs(sign_in, office, county):
    pause(office, county["green"], "decision", "Made up: the school is shut")
    line = lines_of(sign_in("social_worker").get("/enquiries").text)[county["green"].reference]
    assert "Paused Decision, until Tuesday 14 May 2013: Made up: the school is shut" in line
    assert "Screening by" in line
    pause(office, county["green"], "screening", "Made up: so is the nursery")
    line = lines_of(sign_in("social_worker").get("/enquiries").text)[county["green"].reference]
    assert "Nothing due" not in line
    assert line.count("Paused") == 2


def test_who_has_each_is_told(sign_in, county):
    lines = lines_of(sign_in("mash_manager").get("/enquiries").text)
    assert "Made-up social_worker" in lines[county["held"].reference]
    assert "Nobody yet" in lines[county["red"].reference]


def test_queue_that_there_is_not_is_told_with_those_there_are(sign_in):
    answer = sign_in("mash_officer").get("/enquiries?queue=nonsense")
    assert answer.status_code == 404
    assert "There is no queue nonsense. There are: edt, received, screening" in answer.text

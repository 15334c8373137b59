"""The inboxes of the hub and of a locality: what waits for what, the most pressing first; an offer and its answer."""

import re
from datetime import timedelta

import pytest

from tests.acting import a_referral, accepted, act, at_section_47, in_days, walk
from tests.asking import asked_of
from tests.reading import plain
from triage.store.queues import count_referrals

WORKER, MANAGER, NORTH, SOUTH = (
    "locality_worker:west",
    "locality_manager:west",
    "locality_worker:north",
    "locality_worker:south",
)
RED = {"indicators": ("C4_NAI",)}


def parts_of(client, query=""):
    """The inbox: the references of each part's lines, in order, by its heading; the heading's count is theirs."""
    page = client.get(f"/referrals{query}").text.split("<main")[1]
    found = {}
    for part in page.split("<h2")[1:]:
        heading, count = re.fullmatch(
            r"(.*) \(([\d,]+)\)", plain(part[part.index(">") + 1 : part.index("</h2>")])
        ).groups()
        found[heading] = re.findall(r'<a class="govuk-link" href="/referrals/[^"]+">(REF-[^<]+)</a>', part)
        assert len(found[heading]) == int(count)
    return found


def rated(office, colour, **details):
    """A referral that waits for a team, of an enquiry rated so."""
    referral = a_referral(office, **details)
    referral.rag, referral.section_47 = colour, False
    office.session.flush()
    return referral


def test_hub_sees_the_reds_first_and_then_the_least_time_left(sign_in, office):
    green = rated(office, "green", given_name="Ava")
    office.clock.at += timedelta(hours=1)
    amber = rated(office, "amber", given_name="Ben")
    office.clock.at += timedelta(hours=1)
    red = rated(office, "red", given_name="Cal")
    office.clock.at += timedelta(hours=1)
    harmed = a_referral(office, given_name="Dan")
    harmed.section_47 = True
    office.session.flush()
    expected = [each.reference for each in (red, harmed, green, amber)]
    for who in ("mash_officer", "mash_manager", "early_help_unit", "emergency_duty_team"):
        assert parts_of(sign_in(who))["Waiting for a team"] == expected
    rows = [plain(row) for row in sign_in("mash_officer").get("/referrals").text.split("<tr")[2:6]]
    assert ["▲ Red" in row for row in rows] == [True, False, False, False]
    assert ["Section 47" in row for row in rows] == [False, True, False, False]


def test_hub_sees_what_each_team_of_the_county_has_and_returned_cases_wait_for_a_team(sign_in, office):
    returned = act(office, "mash_manager", a_referral(office), "allocate", team_code="social_care_west")
    act(office, WORKER, returned, "return", reason="Made up: lives elsewhere")
    pupil = a_referral(office, "ehc_pathway", given_name="Eva")
    adult = a_referral(office, "adult_safeguarding", given_name="Flo", kind="adult_at_risk", indicators=())
    accepted(office, given_name="Gil")
    assert parts_of(sign_in("early_help_unit")) == {
        "Waiting for a team": [returned.reference],
        "Special educational needs": [pupil.reference],
        "Adult social care": [adult.reference],
    }


@pytest.mark.parametrize("who", [WORKER, "mash_officer"])
def test_inbox_asks_the_database_as_often_for_many_lines_as_for_few(sign_in, office, who):
    def add(count):
        for _each in range(count):
            number = len(office.actors)
            a_referral(office, given_name=f"Waits{number}")
            accepted(office, given_name=f"Free{number}")
            held = accepted(office, given_name=f"Held{number}")
            act(office, f"locality_worker {number}:west", held, "claim")  # by somebody different each time
        office.session.flush()

    def count():
        office.session.info.pop("names", None)  # what was looked up for an earlier page
        with asked_of(office.session) as asked:
            client.get("/referrals")
        return len(asked)

    client = sign_in(who)
    add(2)
    count()  # the first time templates are read
    few = count()
    add(4)
    assert count() == few


def test_nothing_that_waits_is_said(sign_in):
    assert "Nothing here." in sign_in("mash_officer").get("/referrals").text
    assert parts_of(sign_in("mash_officer")) == {"Waiting for a team": []}
    assert parts_of(sign_in(WORKER)) == {"Waiting to be accepted": []}


@pytest.fixture
def everything(office):
    """A case of the west in each state in which a team has one, by what it waits for; and one that waits in the hub."""
    waiting = act(
        office, "mash_manager", a_referral(office, given_name="Ada"), "allocate", team_code="social_care_west"
    )
    listed = a_referral(office, "early_help", given_name="Bea")
    act(office, "early_help_unit", listed, "allocate", team_code="early_help_west")
    act(office, WORKER, listed, "put_on_waiting_list", reason="Made up: full")
    contacted = walk(office, WORKER, accepted(office, "early_help", given_name="Cat"), "contact_family")
    assessed = walk(office, WORKER, accepted(office, given_name="Dot"), "start_assessment")
    harmed = at_section_47(office, given_name="Eve")
    pupil = a_referral(office, "ehc_pathway", given_name="Fay")
    adult = a_referral(office, "adult_safeguarding", given_name="Gus", kind="adult_at_risk", indicators=())
    a_referral(office, given_name="Hal")
    return {
        "Waiting to be accepted": waiting,
        "On the waiting list": listed,
        "Section 47": harmed,
        "Family contacted, waiting for an assessment": contacted,
        "Being assessed": assessed,
        "Waiting for a decision to assess (education, health and care)": pupil,
        "Handed over, waiting for adult social care to acknowledge it": adult,
    }


def test_locality_sees_each_case_of_its_teams_once_by_what_it_waits_for(sign_in, office, everything):
    expected = {heading: [case.reference] for heading, case in everything.items()}
    inbox = parts_of(sign_in(WORKER))
    assert inbox == expected
    assert list(inbox) == list(expected)  # in that order
    queues = count_referrals(office.session)
    assert queues.pop("hub") == 1
    assert sum(map(len, inbox.values())) == sum(queues.values())
    assert parts_of(sign_in(NORTH)) == {"Waiting to be accepted": []}


def test_heading_counts_all_where_only_the_most_pressing_are_shown(sign_in, office, monkeypatch):
    cases = []
    for number in range(3):
        office.clock.at += timedelta(minutes=1)
        cases.append(accepted(office, given_name=f"Child{number}"))
    monkeypatch.setattr("triage.store.referrals.SHOWN", 2)
    page = sign_in(WORKER).get("/referrals").text
    assert "Accepted, waiting for first contact (3)" in page
    assert "The 2 most pressing are shown." in page
    assert re.findall(r">(REF-[^<]+)</a>", page) == [case.reference for case in cases[:2]]


def test_overdue_line_is_the_most_visible_and_a_paused_one_says_so(sign_in, office):
    late = walk(office, WORKER, accepted(office, given_name="Ava"), "start_assessment")
    paused = walk(office, WORKER, accepted(office, given_name="Ben"), "start_assessment")
    act(
        office,
        MANAGER,
        paused,
        "pause_clock",
        clock="assessment",
        until=in_days(office, 7),
        reason="The family is away",
    )
    office.clock.at += timedelta(days=80)
    page = sign_in(WORKER).get("/referrals").text
    rows = {case.reference: row for row in page.split("<tr")[1:] for case in (late, paused) if case.reference in row}
    assert "triage-row--overdue" in rows[late.reference]
    assert "triage-left--overdue" in rows[late.reference]
    assert "overdue" not in rows[paused.reference]
    assert "Paused" in rows[paused.reference]
    assert page.index(late.reference) < page.index(paused.reference)


def test_mine_lists_only_what_this_worker_has(sign_in, office):
    first = walk(office, WORKER, accepted(office, given_name="Ava"), "claim")
    second = accepted(office, given_name="Ben")
    client = sign_in(WORKER)
    assert "Mine 1" in plain(client.get("/referrals").text)
    assert parts_of(client, "?whose=mine")["Accepted, waiting for first contact"] == [first.reference]
    assert set(parts_of(client)["Accepted, waiting for first contact"]) == {first.reference, second.reference}
    assert parts_of(sign_in(MANAGER), "?whose=mine") == {"Waiting to be accepted": []}


def test_case_is_taken_on_in_one_press_from_the_inbox(sign_in, office):
    case, others = accepted(office, given_name="Ava"), accepted(office, "early_help", given_name="Ben")
    client = sign_in(WORKER)
    page = client.get("/referrals").text
    forms = re.findall(r'<form method="post" action="(/referrals/[^"]+/actions/claim)">.*?</form>', page, re.S)
    assert forms == [f"/referrals/{case.id}/actions/claim"]  # not another team's
    assert f"/referrals/{others.id}" in page
    assert client.post(forms[0], data={"version": str(case.version)}).location == f"/referrals/{case.id}"
    after = client.get("/referrals").text
    assert "/actions/claim" not in after
    assert case.worker_id == office.actor(WORKER).id


@pytest.fixture
def offered(office):
    """A case of the west in assessment, on offer to the north."""
    case = walk(office, WORKER, accepted(office), "start_assessment")
    act(office, WORKER, case, "offer_transfer", transfer_to="social_care_north", reason="They moved to Bassetlaw")
    return case


def answers_on(page):
    return set(re.findall(r'formaction="[^"]*/transfers/[^/"]+/([a-z_]+)"', page))


def test_locality_sees_what_it_is_offered_and_accepts_it_on_the_page(sign_in, office, offered):
    north, at = sign_in(NORTH), f"/referrals/{offered.id}"
    assert parts_of(north) == {"Offered to us": [offered.reference], "Waiting to be accepted": []}
    page = north.get(at).text
    assert answers_on(page) == {"accept_transfer", "reject_transfer"}
    assert set(re.findall(r'formaction="[^"]*/actions/([a-z_0-9]+)"', page)) == {"immediate_danger"}
    assert "They moved to Bassetlaw" in page
    to = re.search(r'formaction="([^"]+/accept_transfer)"', page)[1]
    assert north.post(to).location == at
    assert parts_of(north) == {"Waiting to be accepted": [], "Being assessed": [offered.reference]}
    told = plain(north.get(at).text)
    assert "Accepted by Social care North" in told
    assert f"Accepted 10:00 today, recorded by Made-up {NORTH}." in told
    assert sign_in(WORKER).get(at).status_code == 404


def test_another_locality_sees_nothing_of_an_offer_and_may_not_answer_it(sign_in, office, offered):
    south, at = sign_in(SOUTH), f"/referrals/{offered.id}"
    assert parts_of(south) == {"Waiting to be accepted": []}
    assert south.get(at).status_code == 404
    assert south.post(f"{at}/transfers/{offered.offer.id}/accept_transfer").status_code == 404
    assert offered.offer is not None


def test_offering_locality_may_only_take_the_offer_back(sign_in, office, offered):
    client, at = sign_in(WORKER), f"/referrals/{offered.id}"
    page = client.get(at).text
    assert answers_on(page) == {"revoke_transfer"}
    assert parts_of(client) == {"Waiting to be accepted": [], "Being assessed": [offered.reference]}
    assert "On offer to Social care North" in plain(client.get("/referrals").text)
    barred = client.post(f"{at}/transfers/{offered.offer.id}/accept_transfer")
    assert (barred.status_code, offered.team_code) == (409, "social_care_west")
    reason = {"revoke_transfer.reason": "They came back", "close.closure": "RC8"}
    done = client.post(f"{at}/transfers/{offered.offer.id}/revoke_transfer", data=reason)
    assert (done.status_code, '<option value="RC8" selected>' in done.text) == (200, True)
    assert "Offer taken back from Social care North" in plain(done.text)


def test_rejection_needs_its_reason_beside_it_and_leads_to_the_inbox(sign_in, offered):
    north, at = sign_in(NORTH), f"/referrals/{offered.id}"
    to = f"{at}/transfers/{offered.offer.id}/reject_transfer"
    refusal = north.post(to, data={"immediate_danger.reason": "Half typed"})
    assert refusal.status_code == 409
    assert re.search(r'<p id="reject_transfer.reason-error".*?Give a reason.', refusal.text, re.S)
    assert "Half typed</textarea>" in refusal.text
    assert north.post(to, data={"reject_transfer.reason": "No room"}).location == "/referrals"
    assert parts_of(north) == {"Waiting to be accepted": []}
    assert "Rejected by Social care North" in plain(sign_in(WORKER).get(at).text)
    assert "No room" in sign_in(WORKER).get(at).text


def test_case_that_another_authority_takes_is_closed_here(sign_in, office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    act(office, WORKER, case, "offer_transfer", transfer_to="Nottingham City", reason="They moved")
    at = f"/referrals/{case.id}"
    own = sign_in(WORKER).get(at).text
    assert answers_on(own) == {"revoke_transfer"}
    assert "Accept the case: You offered it. Somebody else records the answer" in plain(own)
    client, to = sign_in("locality_worker 2:west"), f"{at}/transfers/{case.offer.id}/accept_transfer"
    page = client.get(at).text
    assert answers_on(page) == {"accept_transfer", "reject_transfer", "revoke_transfer"}
    assert "Who there accepted it, and when" in plain(page)
    refusal = client.post(to)
    assert refusal.status_code == 409
    assert re.search(r'<p id="accept_transfer.reason-error".*?Say who there accepted it, and when.', refusal.text, re.S)
    assert client.post(to, data={"accept_transfer.reason": "R. Made-Up, at 14:20"}).status_code == 302
    told = plain(client.get(at).text)
    assert "Transferred to another local authority" in told
    assert "Accepted 10:00 today, recorded by Made-up locality_worker 2:west: R. Made-Up, at 14:20" in told


def test_offer_says_who_offered_it_to_whom_and_why_and_by_when_to_answer(sign_in, office, offered):
    for who in (WORKER, NORTH, "mash_manager"):
        told = plain(sign_in(who).get(f"/referrals/{offered.id}").text)
        assert f"On offer to Social care North, offered by Made-up {WORKER} 10:00 today." in told
        assert told.count("They moved to Bassetlaw") == 2  # once in what is on offer, once in what has happened
        assert "An answer is due by 10:00 on 9 May 2013." in told


def test_team_accepts_with_one_press_and_what_only_an_authority_is_asked_is_not_asked(sign_in, office, offered):
    page = sign_in(NORTH).get(f"/referrals/{offered.id}").text
    assert 'name="accept_transfer.reason"' not in page
    assert 'name="reject_transfer.reason"' in page

"""Who has how much, each number what its link lists; and several given at once: seen before, all of them or none."""

import re
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import func, select

from tests.acting import a_referral, accepted, act, walk
from tests.reading import plain
from triage.models import Event, OutboxMessage, Referral

WEST, SECOND, MANAGER, NORTH = (
    *("locality_worker:west", "locality_worker 2:west", "locality_manager:west", "locality_worker:north"),
)
WAITING, HELD = "/referrals/several/waiting/social_care", "/referrals/several/held/nobody"


def ticket(referral):
    return f"{referral.id}:{referral.version}"


def shape(office):
    """Everything that allocating might change."""
    rows = select(Referral.id, Referral.state, Referral.team_code, Referral.worker_id, Referral.version)
    counts = [office.session.scalar(select(func.count()).select_from(each)) for each in (Event, OutboxMessage)]
    return sorted(office.session.execute(rows).all()), counts


def cells(page):
    """The numbers of each worker, by name, and the link that lists them."""
    rows = html.fromstring(page).xpath("//tbody/tr")
    return {
        row.xpath("th/a")[0].text: ([int(each.text) for each in row.xpath("td")], row.xpath("th/a/@href")[0])
        for row in rows
    }


@pytest.fixture
def west(office):
    """Four cases of the west: two that one worker has, one of them overdue, one another's, and one that nobody has."""
    for who in (WEST, SECOND, MANAGER, NORTH, "early_help_unit"):
        office.actor(who)
    late = walk(office, WEST, accepted(office, given_name="Lil"), "claim", "start_assessment")
    office.clock.at += timedelta(days=80)
    fresh = walk(office, WEST, accepted(office, given_name="Fay"), "claim")
    other = walk(office, SECOND, accepted(office, given_name="Oli"), "claim")
    return {"late": late, "fresh": fresh, "other": other, "nobody": accepted(office, given_name="Nan")}


def test_list_that_is_cut_off_says_of_how_many(sign_in, west, office, monkeypatch):
    at = f"/referrals/several/held/{office.actor(WEST).id}"
    assert "most pressing of" not in sign_in(MANAGER).get(at).text
    monkeypatch.setattr("triage.store.referrals.SHOWN", 1)
    assert "The 1 most pressing of 2." in plain(sign_in(MANAGER).get(at).text)


def test_each_workers_number_is_how_many_their_link_lists(sign_in, west, office):
    client = sign_in(MANAGER)
    page = client.get("/referrals/caseloads").text
    found = cells(page)
    assert list(found) == sorted(found)  # by name, in no order of merit
    assert {name: numbers[0] for name, (numbers, _) in found.items()} == {
        office.actor(WEST).name: 2,
        office.actor(SECOND).name: 1,
        office.actor(MANAGER).name: 0,
    }
    assert found[office.actor(WEST).name][0][2] == 1  # overdue
    assert "Nobody has 1 yet" in plain(page)
    for numbers, link in found.values():
        assert (
            len(set(re.findall(r"REF-\d{4}-\d{6}[-.0-9A-Z]*", client.get(link).text.split("<main")[1]))) == numbers[0]
        )


def test_every_number_of_the_inbox_is_how_many_its_link_lists(sign_in, west, office):
    for who in (WEST, SECOND, MANAGER):
        client = sign_in(who)
        links = html.fromstring(client.get(f"/referrals?whose={office.actor(WEST).id}").text).xpath(
            "//ul[contains(@class, 'triage-queues')]//a"
        )
        assert len(links) == 4
        for link in links:
            listed = html.fromstring(client.get(link.get("href")).text).xpath("//tbody/tr")
            assert len(listed) == int(link.xpath("span")[0].text)


def test_nobodys_key_is_refused_in_words(sign_in):
    assert "Nobody here has that key" in sign_in(WEST).get("/referrals?whose=somebody").text


def test_several_are_seen_before_and_nothing_of_it_stays(sign_in, office):
    waiting = [a_referral(office, given_name=name, postcode="NG15 7AA") for name in ("Ava", "Ben", "Cal")]
    client, before = sign_in("mash_officer"), shape(office)
    chosen = [ticket(each) for each in waiting[:2]]
    page = client.post(WAITING, data={"chosen": chosen, "to": "own"})
    assert page.status_code == 200
    assert "Nothing is done yet." in page.text
    assert "To be given: 2" in page.text
    assert shape(office) == before


def test_several_are_allocated_each_to_the_team_of_its_own_locality(sign_in, office):
    near = a_referral(office, given_name="Ava", postcode="NG15 7AA")
    far = a_referral(office, given_name="Ben", postcode="NG24 1AA")
    left = a_referral(office, given_name="Cal")
    client = sign_in("mash_officer")
    preview = html.fromstring(
        client.post(WAITING, data={"chosen": [ticket(near), ticket(far)], "to": "own", "reason": "Monday"}).text
    )
    fields = [(each.get("name"), each.get("value")) for each in preview.xpath("//main//input[@type='hidden']")]
    told = {"confirmed": "1"} | {name: [value for key, value in fields if key == name] for name, _ in fields}
    done = client.post(WAITING, data=told, follow_redirects=True)
    assert "2 referrals given to whom you chose." in plain(done.text)
    office.session.expire_all()
    assert (near.team_code, far.team_code) == ("social_care_west", "social_care_north")
    assert (left.state, left.team_code) == ("requested", None)


def test_one_that_changed_meanwhile_stops_them_all_and_is_named(sign_in, office):
    first, second = (a_referral(office, given_name=name) for name in ("Ava", "Ben"))
    stale = [ticket(first), ticket(second)]
    act(office, "mash_manager", second, "allocate", team_code="social_care_west")
    client, before = sign_in("mash_officer"), shape(office)
    page = client.post(WAITING, data={"chosen": stale, "to": "social_care_north"})
    assert "To be given: 1" in page.text
    assert "Not possible, and left as they are: 1" in page.text
    refused = client.post(WAITING, data={"chosen": stale, "to": "social_care_north", "confirmed": "1"})
    assert refused.status_code == 409
    assert second.reference in plain(refused.text)
    assert shape(office) == before


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"to": "social_care_west"}, "Tick the referrals that you mean."),
        ({"chosen": "nonsense", "to": "social_care_west"}, "Tick the referrals that you mean."),
        ({"chosen": "{ticket}"}, "Choose who is to have them."),
        ({"chosen": "{ticket}", "to": "nonsense"}, "Choose who is to have them."),
    ],
)
def test_what_is_missing_is_said_and_what_was_ticked_stays(sign_in, office, data, said):
    waiting = a_referral(office)
    told = {name: value.replace("{ticket}", ticket(waiting)) for name, value in data.items()}
    page = sign_in("mash_officer").post(WAITING, data=told)
    assert page.status_code == 422
    assert said in plain(page.text)
    assert bool(html.fromstring(page.text).xpath("//input[@name='chosen']/@checked")) == ("{ticket}" in data.values())


def test_manager_gives_a_workers_cases_to_another_with_a_reason(sign_in, office, west):
    client, worker = sign_in(MANAGER), office.actor(SECOND)
    at = f"/referrals/several/held/{office.actor(WEST).id}"
    listed = html.fromstring(client.get(at).text).xpath("//input[@name='chosen']/@value")
    assert set(listed) == {ticket(west["late"]), ticket(west["fresh"])}
    without = client.post(at, data={"chosen": listed, "to": str(worker.id)})
    assert "Not possible, and left as they are: 2" in without.text
    told = {"chosen": listed, "to": str(worker.id), "reason": "He has left", "confirmed": "1"}
    assert client.post(at, data=told).status_code == 302
    office.session.expire_all()
    assert {west[each].worker_id for each in ("late", "fresh")} == {worker.id}


def test_case_of_another_team_is_not_given_from_here(sign_in, office, west):
    case = west["nobody"]
    office.clock.at += timedelta(days=1)  # whoever worked on it this shift has it still before them
    helper = office.actor("locality_worker:west@early_help_west")
    page = sign_in("early_help_unit").post(
        HELD, data={"chosen": ticket(case), "to": str(helper.id), "reason": "Made up"}
    )
    assert "It is another team&#39;s. Open it and say why." in page.text


def test_nobody_but_those_offered_is_given_a_case(sign_in, office, west):
    at, before = f"/referrals/several/held/{office.actor(WEST).id}", shape(office)
    for to in ("nonsense", str(office.actor(NORTH).id)):
        told = {"chosen": ticket(west["fresh"]), "to": to, "reason": "Made up", "confirmed": "1"}
        refused = sign_in(MANAGER).post(at, data=told)
        assert refused.status_code == 422
        assert "Choose who is to have them." in plain(refused.text)
    assert shape(office) == before

"""Whatever of the worktray is looked at: it is just that, each number is what its link lists, and there is a next."""

import re
from datetime import timedelta
from itertools import pairwise, product
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from lxml import html

from tests.acting import act
from tests.making import an_enquiry, screen
from triage.models import User
from triage.store.worktray import ELSEWHERE, PAGE, WHOSE, Tray, count_worktray, list_keys, list_worktray

ASHFIELD = "E07000170"
SOURCES = ("2A", "6")


@pytest.fixture
def hub(office, clock):
    """Made-up enquiries of two sources and places, some late, in the hands of two of one team, a third and nobody."""
    for who in ("mash_officer", "social_worker"):
        office.session.get(User, office.actor(who).id).team_code = "mash"
        office.actors[who] = office.actors[who].__class__(**{**_fields(office.actors[who]), "team_code": "mash"})
    for number, (source, place) in enumerate(product(SOURCES, ("NG15 7AA", None))):
        for who in ("mash_officer", "social_worker", "mash_manager", None):
            early = clock.at - timedelta(days=9) if number % 2 else clock.at
            made = an_enquiry(office, postcode=place, source=source, received_at=early)
            if who:
                act(office, who, made, "claim")
            if who == "social_worker":
                screen(office, made, rag="green", finish=False)
    office.session.flush()
    return office


def _fields(actor):
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__}


def trays(office):
    """Every choice of every kind, with every other."""
    colleague = str(office.actor("mash_manager").id)
    kinds = {
        "queue": (None, "received", "screening"),
        "whose": (None, *WHOSE, colleague),
        "source": (None, *SOURCES),
        "district": (None, ASHFIELD, ELSEWHERE),
        "late": (False, True),
    }
    return (Tray(**dict(zip(kinds, chosen, strict=True))) for chosen in product(*kinds.values()))


def belongs(office, enquiry, tray):
    """Whether it is of the tray of the officer, said one by one."""
    owner = enquiry.owner_id
    mine, colleague = office.actor("mash_officer").id, office.actor("social_worker").id
    hands = {None: True, "mine": owner == mine, "team": owner in (mine, colleague), "nobody": owner is None}
    places = {None: True, ELSEWHERE: enquiry.district_code is None}
    late = any(each.state == "running" and each.due_at < office.clock.at for each in enquiry.clocks)
    return (
        tray.queue in (None, enquiry.queue)
        and hands.get(tray.whose, str(owner) == tray.whose)
        and tray.source in (None, enquiry.source)
        and places.get(tray.district, enquiry.district_code == tray.district)
        and (late or not tray.late)
    )


def test_tray_is_just_what_was_chosen_and_counted_so(hub):
    me, now = hub.actor("mash_officer"), hub.clock.at
    every = [row.enquiry for row in list_worktray(hub.session, me, now, Tray())]
    assert len(every) == 16
    sizes = set()
    for tray in trays(hub):
        found = [row.enquiry.id for row in list_worktray(hub.session, me, now, tray)]
        assert found == [each.id for each in every if belongs(hub, each, tray)], tray
        assert found == list(list_keys(hub.session, me, now, tray))
        counts = count_worktray(hub.session, me, now, tray)
        assert counts.total == len(found)
        assert counts.queues[tray.queue] == len(found) if tray.queue else sum(counts.queues.values()) == len(found)
        assert counts.whose[tray.whose] == len(found)
        sizes.add(len(found))
    assert len(sizes) > 5  # it is of many that something is said


def test_every_number_on_the_page_is_how_many_its_link_lists(hub, sign_in):
    client = sign_in("mash_officer")
    for at in ("/enquiries", "/enquiries?whose=mine&source=6", "/enquiries?queue=received&late=true&whose=nobody"):
        links = html.fromstring(client.get(at).text).xpath("//ul[contains(@class, 'triage-queues')]//a")
        assert len(links) == 13
        for link in links:
            listed = html.fromstring(client.get(link.get("href")).text)
            assert len(listed.xpath("//tbody/tr")) == int(link.xpath("span")[0].text), (at, link.get("href"))


def test_what_was_chosen_stands_in_the_address_and_is_shown_as_chosen(hub, sign_in):
    page = html.fromstring(sign_in("mash_officer").get(f"/enquiries?source=6&district={ASHFIELD}&late=true").text)
    assert page.xpath("//select/option[@selected]/@value") == ["6", ASHFIELD]
    assert page.xpath("//input[@name='late']/@checked")
    for link in page.xpath("//ul[contains(@class, 'triage-queues')]//a/@href"):
        assert {"source": "6", "district": ASHFIELD, "late": "true"}.items() <= dict(
            parse_qsl(urlsplit(link).query)
        ).items()


def test_colleague_who_is_away_has_a_tray_that_others_look_into(hub, sign_in):
    client, colleague = sign_in("mash_officer"), hub.actor("mash_manager")
    page = client.get(f"/enquiries?whose={colleague.id}").text
    assert f"Worktray of {colleague.name}" in page
    assert page.count("<tr class") - 1 == 4


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("whose=somebody", "Nobody here is somebody"),
        ("source=99", "Nobody of the kind 99 tells us"),
        ("district=E99", "There is no district E99"),
        ("queue=nonsense", "There is no queue nonsense. There are: edt, received"),
    ],
)
def test_what_there_is_not_is_told(sign_in, asked, said):
    answer = sign_in("mash_officer").get(f"/enquiries?{asked}")
    assert answer.status_code == 404
    assert said in answer.text


def test_next_is_the_one_after_in_the_tray_that_was_looked_at_and_the_last_says_so(hub, sign_in):
    client, me = sign_in("mash_officer"), hub.actor("mash_officer")
    client.get("/enquiries?whose=mine")
    keys = list(list_keys(hub.session, me, hub.clock.at, Tray(whose="mine")))
    assert client.get("/enquiries/next").location == f"/enquiries/{keys[0]}"
    for one, other in pairwise(keys):
        assert client.get(f"/enquiries/next?after={one}").location == f"/enquiries/{other}"
        assert f'after={one}"' in client.get(f"/enquiries/{one}").text
    last = client.get(f"/enquiries/next?after={keys[-1]}", follow_redirects=True)
    assert "That was the last of these." in last.text
    assert last.request.full_path == "/enquiries?whose=mine"


def test_next_after_one_that_is_in_the_tray_no_more_is_its_first(hub, sign_in):
    client, me = sign_in("mash_officer"), hub.actor("mash_officer")
    client.get("/enquiries?whose=nobody")
    first, second, *_ = list_keys(hub.session, me, hub.clock.at, Tray(whose="nobody"))
    client.post(f"/enquiries/{first}/actions/claim")
    assert client.get(f"/enquiries/next?after={first}").location == f"/enquiries/{second}"


def test_whoever_takes_the_next_has_the_worst_that_nobody_had(hub, sign_in):
    client, me = sign_in("mash_officer"), hub.actor("mash_officer")
    client.get("/enquiries?source=6")
    waiting = list(list_keys(hub.session, me, hub.clock.at, Tray(whose="nobody", source="6")))
    assert len(waiting) == 2
    for key in waiting:
        assert client.post("/enquiries/next").location == f"/enquiries/{key}"
        assert "Made-up mash_officer has it" in client.get(f"/enquiries/{key}").text
    left = client.post("/enquiries/next", follow_redirects=True)
    assert "There is no other that nobody has." in left.text


def test_button_pressed_twice_takes_one(hub, sign_in):
    client, me = sign_in("mash_officer"), hub.actor("mash_officer")
    page = html.fromstring(client.get("/enquiries").text)
    (form,) = page.xpath("//form[@action='/enquiries/next']")
    mine = set(list_keys(hub.session, me, hub.clock.at, Tray(whose="mine")))
    sent = dict(form.form_values())
    took = [client.post("/enquiries/next", data=sent).location for _ in range(2)]
    assert took == [f"/enquiries/{sent['shown']}"] * 2
    assert set(list_keys(hub.session, me, hub.clock.at, Tray(whose="mine"))) == mine | {UUID(sent["shown"])}


def test_page_that_no_list_has_is_the_first(hub, sign_in):
    client = sign_in("mash_officer")
    first = client.get("/enquiries").text.count("<tr")
    for page in ("0", "-1", "x", "9" * 30, "²"):
        shown = client.get("/enquiries", query_string={"page": page})
        assert (shown.status_code, shown.text.count("<tr")) == (200, first), page


def test_more_than_a_page_is_turned_over(office, sign_in):
    for number in range(PAGE + 1):
        an_enquiry(office, given_name=f"Child{number}")
    client = sign_in("mash_officer")
    pages = [client.get(f"/enquiries?page={page}").text for page in (1, 2)]
    listed = [re.findall(r'<th scope="row"[^>]*><a[^>]*>(ENQ-\d+-\d+)', page) for page in pages]
    assert [len(each) for each in listed] == [PAGE, 1]
    assert not set(listed[0]) & set(listed[1])
    assert f"{PAGE + 1} enquiries" in pages[0]
    assert "Page 1 of 2." in pages[0]
    assert 'rel="next"' in pages[0]
    assert 'rel="prev"' in pages[1]

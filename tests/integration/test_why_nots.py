"""The why-not ledger: decisions for less, drawn by a chance that can be repeated, with the reasons given."""

import re
from datetime import timedelta

import pytest

from tests.acting import act
from tests.making import an_enquiry, decide_as, screen, view_first
from tests.reading import main_of, plain

AT = "/insight/why-nots"
HELP = {"indicators": ("C3_SUBSTANCE",), "consent": "given"}
ADVICE = {"route": "advice", "level": 2, "why_not": {"early_help": "Made up: they have a nursery place"}}


def decided(office, number, chosen, **about):
    enquiry = an_enquiry(office, given_name=f"Child{number}", family_name="Kirkbourne", **(HELP | about))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, **chosen)
    office.session.flush()
    return enquiry


@pytest.fixture
def many(office):
    """Twenty-two decisions that passed over early help."""
    return [decided(office, number, ADVICE) for number in range(22)]


def drawn_in(page):
    return re.findall(r"ENQ-\d+-\d+", page.split("<main")[1])


def test_twenty_are_drawn_the_same_ones_each_time_and_others_by_another_number(sign_in, many):
    client = sign_in("mash_manager")
    page = client.get(f"{AT}?seed=1").text
    first = drawn_in(page)
    assert len(first) == len(set(first)) == 20
    assert "20 of 22, drawn at random." in main_of(page)
    assert drawn_in(client.get(f"{AT}?seed=1").text) == first
    samples = {frozenset(drawn_in(client.get(f"{AT}?seed={seed}").text)) for seed in range(1, 6)}
    assert len(samples) > 1
    assert "seed=2" in re.search(r'<a[^>]*href="([^"]*)">Draw others', page)[1]


def test_each_tells_what_was_chosen_why_and_why_not_and_leads_to_the_enquiry(sign_in, office):
    chosen = {"route": "social_care", "level": 4, "why_not": {"section_47": "Made up: the GP saw the fall"}}
    enquiry = decided(office, 1, chosen, indicators=("C4_NAI",))
    page = sign_in("mash_manager").get(AT).text
    said = main_of(page)
    assert f"{enquiry.reference}: level 4, children's social care" in said
    assert "The policy recommended level 4, children's social care, section 47." in said
    assert "Why not a strategy discussion (section 47): Made up: the GP saw the fall" in said
    assert "Why this was right: Made up" in said
    assert "Decided by Made-up social_worker, 10:00 today; approved by Made-up mash_manager 2, 10:00 today" in said
    assert f'href="/enquiries/{enquiry.id}"' in page
    assert "Kirkbourne" not in page


def test_route_and_period_narrow_it_down(sign_in, office, clock):
    monday = decided(office, 1, ADVICE)
    clock.at += timedelta(days=1)
    higher = {"route": "early_help", "level": 3, "why_not": {"social_care": "Made up: settled"}}
    tuesday = decided(office, 2, higher)
    client = sign_in("mash_manager")
    for asked, found in (
        ("", {monday, tuesday}),
        ("route=early_help", {monday}),
        ("route=social_care", {tuesday}),
        ("route=section_47", set()),
        ("from=2013-05-07&to=2013-05-07", {monday}),
        ("from=2013-05-08&to=2013-05-08", {tuesday}),
        ("from=2013-05-09&to=2013-05-10", set()),
        ("from=0001-01-01&to=9999-12-31", {monday, tuesday}),
    ):
        page = client.get(f"{AT}?{asked}").text
        assert set(drawn_in(page)) == {each.reference for each in found}, asked
        assert ("No such decision was made in this period." in page) == (not found)


def test_decision_that_has_not_taken_effect_or_is_weighed_again_is_left_out(sign_in, office):
    waits = {"route": "social_care", "level": 4, "approve": False, "why_not": {"section_47": "Made up"}}
    proposed = decided(office, 1, waits, indicators=("P4_UNSAFE",))
    again = decided(office, 2, ADVICE)
    nothing_above = {"route": "social_care", "level": 4, "section_47": True}
    decided(office, 3, nothing_above, indicators=("C4_NAI",))
    client = sign_in("mash_manager")
    assert drawn_in(client.get(AT).text) == [again.reference]
    view_first(office, "mash_manager 2", proposed)
    act(office, "mash_manager 2", proposed, "send_back", reason="Made up: call a strategy discussion")
    decide_as(office, "social_worker", proposed, **nothing_above)
    office.session.flush()
    assert proposed.state == "decided"
    assert drawn_in(client.get(AT).text) == [again.reference]
    act(office, "social_worker", again, "reopen", reason="Made up: the school rang again")
    assert drawn_in(client.get(AT).text) == []
    act(office, "social_worker", again, "finish_screening")
    decide_as(office, "social_worker", again, **ADVICE)
    office.session.flush()
    page = client.get(AT).text
    assert drawn_in(page) == [again.reference] * 2
    assert main_of(page).count("reopened since") == 1


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ("seed=0", "seed", "a whole number from 1 to 999,999"),
        ("seed=²", "seed", "a whole number from 1 to 999,999"),
        (f"seed={'9' * 5000}", "seed", "a whole number from 1 to 999,999"),
        ("route=advice", "route", "There is no higher route advice."),
        ("from=2013-05-02&to=2013-05-01", "to", "must not end before it begins"),
    ],
)
def test_what_cannot_be_asked_is_told_beside_what_is_shown(sign_in, asked, field, words):
    page = sign_in("mash_manager").get(f"{AT}?{asked}")
    assert page.status_code == 200
    summary = page.text.split("There is a problem")[1].split("</ul>")[0]
    assert words in plain(summary)
    assert f'href="#{field}"' in summary
    assert f'id="{field}"' in page.text


def test_it_is_for_managers_of_the_hub_who_are_led_to_it(sign_in):
    for who in ("mash_officer", "social_worker", "analyst", "locality_manager:west", "early_help_unit"):
        client = sign_in(who)
        assert client.get(AT).status_code == 403
        assert AT not in client.get("/measures" if who == "analyst" else "/referrals").text
    assert f'href="{AT}"' in sign_in("mash_manager").get("/enquiries").text

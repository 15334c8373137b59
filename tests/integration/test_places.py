"""Where somebody may go from every page: few places side by side, the rest under headings; where one is is marked."""

import pytest
from lxml import html

from triage.models.codes import ROLES
from triage.web.access import home_url
from triage.web.places import DAILY, MOST, REST

EVERY = {name: endpoint for named in (DAILY, *REST.values()) for name, endpoint in named.items()}


def menu_of(answer):
    (nav,) = html.fromstring(answer.text).xpath("//nav[@aria-label='Places']")
    return nav


@pytest.mark.parametrize("role", [each for each in ROLES if each not in ("system", "partner_system", "visitor")])
def test_at_most_seven_stand_side_by_side_and_each_leads_where_its_reader_may_go(sign_in, app, role):
    client = sign_in(role)
    with app.test_request_context():
        home = home_url(type("Somebody", (), {"role": role}))
    nav = menu_of(client.get(home))
    assert len(nav.xpath("./ul/li")) <= MOST
    links = {each.text_content(): each.get("href") for each in nav.xpath(".//a")}
    assert all(client.get(url, follow_redirects=True).status_code == 200 for url in links.values())
    assert links.keys() <= EVERY.keys()
    for heading in nav.xpath(".//ul[@aria-labelledby]/@aria-labelledby"):
        assert len(nav.xpath(f".//p[@id='{heading}']")) == 1


def test_what_is_done_all_day_is_never_folded_away(sign_in):
    nav = menu_of(sign_in("mash_manager").get("/enquiries"))
    assert [each.text_content() for each in nav.xpath("./ul/li/a")] == list(DAILY)
    assert nav.xpath(".//summary")[0].text_content() == "More"
    folded = [each.text_content() for each in nav.xpath(".//details//p")]
    assert folded == ["How we are doing", "Records of people", "Accounts"]


def test_nothing_is_folded_away_where_all_have_room(sign_in):
    nav = menu_of(sign_in("emergency_duty_team").get("/enquiries"))
    assert nav.xpath(".//details") == []
    assert "Open in an emergency" in [each.text_content() for each in nav.xpath("./ul/li/a")]


def test_where_one_is_is_marked_also_where_it_is_folded_away(sign_in):
    client = sign_in("mash_manager")
    assert menu_of(client.get("/duty")).xpath(".//*[@aria-current]/text()") == ["Duty"]
    nav = menu_of(client.get("/measures"))
    assert nav.xpath(".//summary[@aria-current='true']/text()") == ["More: Measures"]
    assert nav.xpath(".//a[@aria-current='page']/text()") == ["Measures"]

"""The cases behind each number of a measure: as many as the number says, and only those that one may see."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.acting import a_referral, accepted, act
from tests.disposing import service_desk
from tests.making import an_enquiry, decide_as, screen
from tests.reading import main_of
from tests.restricting import few_see
from triage.access.actor import SYSTEM
from triage.database import acting_as
from triage.insight.behind import PAGE, Behind, list_behind
from triage.insight.counting import refresh
from triage.insight.definition import read_measures
from triage.insight.measures import measure
from triage.services.sweep import sweep

YEAR = date(2013, 4, 1), date(2014, 3, 31)
COUNTED = ("&counted=true", "&counted=false")
HELP = {"indicators": ("C3_SUBSTANCE",), "consent": "given"}


@pytest.fixture
def county(office, clock):
    """Cases of several weeks, places, sources and outcomes; some decided late, some that wait too long."""
    for source, postcode in (("2A", "NG15 7AA"), ("6", "S80 1AA"), ("1A", "NG1 5FS")):
        about = {"source": source, "postcode": postcode}
        an_enquiry(office, given_name="Made-up waits", **about)
        screened = an_enquiry(office, **about, **HELP)
        screen(office, screened)
        clock.at += timedelta(days=4)
        decide_as(office, "social_worker", screened, route="early_help", level=3)
        nothing = an_enquiry(office, **about, indicators=())
        screen(office, nothing)
        decide_as(office, "social_worker", nothing, route="no_further_action", level=1)
        a_referral(office, **(about if postcode != "NG1 5FS" else {}))
        office.session.flush()
        clock.at += timedelta(days=9)
    referral = accepted(office)
    act(office, "locality_worker:west", referral, "close", closure="RC1")
    again = an_enquiry(office, person_id=referral.person_id, indicators=("P4_UNSAFE",))
    screen(office, again)
    decide_as(office, "social_worker", again, route="social_care", level=4)
    office.session.flush()
    sweep(service_desk(office))
    refresh(office.session)
    return referral


def numbers(office):
    """Each number of each measure, whole and by each group, as the tables have them."""
    listed = [each for each in read_measures().values() if each.among.listed]
    for name, by in ((each.name, by) for each in listed for by in (None, *each.by)):
        answer = measure(office.session, office.pack, name, *YEAR, by)
        groups = answer.groups if by else ((None, "", answer.whole),)
        for key, _label, figure in groups:
            asked = {"name": name, "first": YEAR[0], "last": YEAR[1], "by": by, "key": key}
            yield Behind(**asked), figure.counted
            if figure.of is not None:
                yield Behind(**asked, counted=False), figure.of - figure.counted


def all_behind(office, asked):
    first = list_behind(office.session, asked)
    pages = range(2, -(-first.seen // PAGE) + 1)
    rest = [list_behind(office.session, asked, page).rows for page in pages]
    return first, [row.case for rows in (first.rows, *rest) for row in rows]


def test_list_is_as_long_as_its_number_for_whoever_sees_all(office, county):
    for actor in (SYSTEM, office.actor("mash_manager"), office.actor("early_help_unit")):
        counted = 0
        with acting_as(office.session, actor):
            for asked, number in numbers(office):
                found, cases = all_behind(office, asked)
                assert (found.number, found.seen, len(cases), found.unseen) == (number, number, number, 0), asked
                assert len({each.id for each in cases}) == number
                counted += number
        assert counted > 200


def test_what_is_counted_and_what_is_not_are_the_whole_and_never_the_same(office, county):
    for name in ("appropriate_action", "decided_in_one_working_day", "re_referrals"):
        asked = {"name": name, "first": YEAR[0], "last": YEAR[1]}
        ours, others = (all_behind(office, Behind(**asked, counted=told))[1] for told in (True, False))
        whole = measure(office.session, office.pack, name, *YEAR).whole
        assert ours, name
        assert others, name
        assert not {each.id for each in ours} & {each.id for each in others}
        assert len(ours) + len(others) == whole.of


def test_locality_is_told_how_many_are_not_its_own(office, county):
    asked = Behind(name="referrals", first=YEAR[0], last=YEAR[1])
    west = office.actor("locality_manager:west")
    with acting_as(office.session, west):
        office.session.expire_all()
        found, cases = all_behind(office, asked)
    assert 0 < len(cases) == found.seen < found.number
    assert {each.locality_code for each in cases} == {"west"}
    assert found.unseen == found.number - found.seen


def test_restricted_case_is_counted_and_not_shown(office, county, sign_in):
    few_see(office, county.enquiry_id)
    client = sign_in("mash_manager 2")
    page = client.get("/measures/referrals/cases?from=2013-04-01&to=2014-03-31&counted=true").text
    assert county.reference not in page
    assert "2 of them are not shown: not yours to see, or no longer kept." in main_of(page)


def test_nobody_who_sees_no_case_is_told_of_one(office, county):
    keys = "SELECT array_agg(id) FROM referrals"
    every = office.session.scalar(text(keys))
    for who in ("analyst", "partner_system", "mash_officer", "administrator"):
        with acting_as(office.session, office.actor(who)):
            told = office.session.execute(text("SELECT id FROM measures_of_referrals(:keys)"), {"keys": every}).all()
        assert told == [], who
    with pytest.raises(DBAPIError, match="permission denied"), office.session.begin_nested():
        office.session.execute(text("SELECT on_day FROM referral_facts"))


def test_every_number_of_the_page_leads_to_as_many_cases(office, county, sign_in):
    client = sign_in("mash_manager")
    page = client.get("/measures?from=2013-04-01&to=2014-03-31&measure=re_referrals&by=source").text
    links = re.findall(r'href="(/measures/\w+/cases\?[^"]+)">([\d,]+)<', page)
    assert len(links) > 12
    for address, number in links:
        shown = client.get(address.replace("&amp;", "&")).text
        references = set(re.findall(r">((?:ENQ|REF)-[\d-]+)</a>", shown))
        assert len(references) == int(number) or int(number) > PAGE, address
        assert main_of(shown).split("counted ")[1].startswith(f"{number} case")


def test_list_tells_what_was_due_and_what_came_of_it_and_is_put_on_record(office, county, sign_in):
    client = sign_in("mash_manager")
    address = "/measures/decided_in_one_working_day/cases?from=2013-04-01&to=2014-03-31&counted=false"
    page = client.get(f"{address}&by=source&key=6")
    said = main_of(page.text)
    assert said.startswith("Measures Decided within one working day, Police: not counted 2 cases")
    assert "Too late" in said
    assert "overdue" in said
    assert "Early help" in said
    assert "Testley" in said
    reading = office.session.execute(
        text("SELECT what, people FROM readings ORDER BY at DESC, number DESC LIMIT 1")
    ).one()
    assert reading.what == "behind.show"
    assert reading.people


def test_address_that_does_not_say_which_leads_to_what_is_counted(office, county, sign_in):
    client = sign_in("mash_manager")
    address = "/measures/decided_in_one_working_day/cases?from=2013-04-01&to=2014-03-31"
    plain, counted, others = (main_of(client.get(address + told).text) for told in ("", *COUNTED))
    assert plain == counted != others
    assert plain.startswith("Measures Decided within one working day: counted ")


@pytest.mark.parametrize(
    "address",
    [
        "none/cases?from=2013-04-01&to=2014-03-31&counted=true",
        "referrals/cases?from=2013-04-01&to=2014-03-31&counted=maybe",
        "referrals/cases?from=2013-04-01&to=never&counted=true",
        "referrals/cases?from=2013-04-01&to=2014-03-31&counted=true&by=district",
        "referrals/cases?from=2013-04-01&to=2014-03-31&counted=true&key=E07000170",
        "referrals/cases?from=2013-04-01&to=2014-03-31&counted=true&by=district&key=E0",
        "referrals/cases?from=2013-04-01&to=2014-03-31&counted=true&by=month&key=May",
        "referrals/cases?from=2013-04-01&to=2014-03-31&counted=true&by=name&key=Kirkbourne",
    ],
)
def test_number_that_there_is_none_of_is_not_found(sign_in, address):
    assert sign_in("mash_manager").get(f"/measures/{address}").status_code == 404


def test_numbers_lead_nowhere_for_whoever_sees_no_case(sign_in, office, county):
    client = sign_in("analyst")
    assert "/cases" not in client.get("/measures").text
    assert client.get("/measures/referrals/cases?from=2013-04-01&to=2014-03-31&counted=true").status_code == 403

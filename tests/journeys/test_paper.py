"""The list on paper, the forms, and the pages for what was done on paper, in a browser: nothing keeps anybody out."""

from datetime import timedelta

import pytest

from tests.acting import a_referral
from tests.looking import AXE, IS_WIDE, LOOK, RULES, a_tab, look_at
from tests.making import an_enquiry, screen, view_first
from tests.restricting import at_desk_of
from triage.exchange.worklist import gather_worklist
from triage.exchange.worklist_file import draw_forms, draw_page
from triage.services.outages import DeclareOutage, declare_outage

SHEETS = {"worklist": 1047, "forms": 703}  # CSS px of A4 within its margins: on its side, and upright


@pytest.fixture
def pages(office, pack):
    long = "Made-up-without-a-break-" * 4
    told = {"referrer_name": "Mr Made-up", "referrer_role": long}
    an_enquiry(office, given_name="Rhea", needs_immediate_protection=True, **told)
    worklist = gather_worklist(office.desk("system"))
    return {"worklist": draw_page(worklist).decode(), "forms": draw_forms(pack).decode()}


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_keeps_anybody_out_and_it_fits_the_sheet(browser, pages, name):
    tab = browser.new_page(viewport={"width": 1280, "height": 800})
    tab.set_content(pages[name])
    tab.evaluate(AXE)
    assert tab.evaluate(LOOK, RULES)["violations"] == []
    for width, media in ((320, "screen"), (SHEETS[name], "print")):
        tab.emulate_media(media=media)
        tab.set_viewport_size({"width": width, "height": 800})
        assert not tab.evaluate(IS_WIDE), (width, media)
    tab.close()


def test_pages_for_what_was_done_on_paper_keep_nobody_out(browser, office, sign_in):
    enquiry = an_enquiry(office)
    screen(office, enquiry)
    view_first(office, "social_worker", enquiry)
    referral = a_referral(office, given_name="Ben")
    hour = {"began_at": office.clock.at - timedelta(hours=2), "ended_at": office.clock.at - timedelta(hours=1)}
    with at_desk_of(office, "mash_manager") as desk:
        declare_outage(desk, DeclareOutage(**hour, reason="Made up: the network failed"))
    worker, at = sign_in("social_worker"), f"/enquiries/{enquiry.id}"
    pages = {path: worker.get(path).text for path in (at, f"{at}/decide")}
    pages["refused"] = worker.post(f"{at}/decide", data={"done_at-time": "x"}).text
    pages["referral"] = worker.get(f"/referrals/{referral.id}").text
    pages["referral refused"] = worker.post(
        f"/referrals/{referral.id}/actions/allocate",
        data={"done_at-time": "x", "allocate.team_code": "social_care_west"},
    ).text
    pages["/outages"] = sign_in("mash_manager").post("/outages", data={"reason": "x"}).text
    with a_tab(browser) as tab:
        assert [fault for name, text in pages.items() for fault in look_at(tab, name, text)] == []
    assert all("one on paper" in text for text in pages.values())

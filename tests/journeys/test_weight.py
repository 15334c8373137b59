"""How much comes over the line, in a real browser: little the first time, and less from then on."""

from playwright.sync_api import Page

from tests.journeys.steps import log_enquiry, screen

FIRST, LATER = 150_000, 30_000  # bytes, as they are transferred, headers and all
PAGES = ("/enquiries", "/enquiries/new", "/referrals", "/duty", "/search", "/cover", "/account")


def test_first_page_is_light_and_those_after_it_are_lighter(visit_with_script, browser, site):
    page = visit_with_script("social.worker")
    enquiry = log_enquiry(page, "Wim", "Wes", level=4)
    page.goto("/")
    screen(page, enquiry)
    weights = weigh(page, (enquiry, f"{enquiry}/decide", *PAGES))
    context = browser.new_context(base_url=site)
    (first,) = weigh(context.new_page(), ("/sign-in",)).values()
    context.close()
    assert 0 < first <= FIRST
    assert {path: weight for path, weight in weights.items() if not 0 < weight <= LATER} == {}


def weigh(page: Page, paths: tuple[str, ...]) -> dict[str, int]:
    """What opening each of these took over the line, with whatever the page asks for."""
    weights, line = dict.fromkeys(paths, 0), page.context.new_cdp_session(page)
    line.send("Network.enable")
    now = {"path": ""}

    def count(event: dict) -> None:
        weights[now["path"]] += int(event["encodedDataLength"])

    line.on("Network.loadingFinished", count)
    for path in paths:
        now["path"] = path
        page.goto(path, wait_until="networkidle")
    return weights

"""Addresses that pages are sent to: whoever opens one is led to its page, and what is refused says why."""

import pytest

from tests.making import an_enquiry

NOWHERE = "00000000-0000-7000-8000-000000000009"
SAY = {"action": "answer", "kind": "pdf", "what": "close", "ordinal": 1, "prefix": "abc", "draft_id": NOWHERE}


def sent_only(app):
    """Every address of a page that can be sent to and not opened."""
    rules = [each for each in app.url_map.iter_rules() if not each.rule.startswith("/api/")]
    opened = {each.rule for each in rules if "GET" in each.methods}
    for rule in rules:
        if "POST" in rule.methods and rule.rule not in opened:
            yield rule.build({name: SAY.get(name, NOWHERE) for name in rule.arguments})[1]


def test_whoever_opens_an_address_that_is_only_sent_to_is_led_to_its_page(app):
    browser, adapter = app.test_client(), app.url_map.bind("localhost")
    paths = list(sent_only(app))
    assert len(paths) > 25
    for path in paths:
        answer = browser.get(path)
        assert answer.status_code == 302, path
        assert path.startswith(answer.location) or answer.location.startswith("/sign-in"), path
        if not answer.location.startswith("/sign-in"):
            assert adapter.match(answer.location, method="GET")


@pytest.mark.parametrize(
    ("sent_to", "page"),
    [
        ("/account/second-factor/app", "/account/second-factor"),
        (f"/partners/checks/{NOWHERE}/answer", "/partners/checks"),
        (f"/admin/users/{NOWHERE}/close", f"/admin/users/{NOWHERE}"),
        (f"/restricted/{NOWHERE}/readers", "/restricted"),
        (f"/rights/{NOWHERE}/actions/refuse", f"/rights/{NOWHERE}"),
        (f"/retention/holds/{NOWHERE}/lift", "/retention/holds"),
        (f"/people/{NOWHERE}/corrections/{NOWHERE}", f"/people/{NOWHERE}/corrections"),
        ("/sign-out", "/"),
    ],
)
def test_it_is_the_nearest_page_above(app, sent_to, page):
    assert app.test_client().get(sent_to).location == page


def test_what_cannot_be_sent_there_is_said_in_plain_words(sign_in):
    answer = sign_in("mash_officer").post("/enquiries")
    assert (answer.status_code, "Method Not Allowed" in answer.text) == (405, False)
    assert "Open the page again" in answer.text


def test_too_much_names_the_limit_and_leads_back_to_the_case(sign_in, office):
    client, at = sign_in("mash_officer"), f"/enquiries/{an_enquiry(office).id}"
    answer = client.post(f"{at}/actions/withdraw", data={"withdraw.reason": "x" * 1_000_001})
    assert (answer.status_code, "Entity" in answer.text) == (413, False)
    assert "the most is 1 MB" in answer.text
    assert f'href="{at}/actions/withdraw">Go back to the page' in answer.text

"""What the browser is told, whatever the answer is; and nothing is done for a form that is not ours."""

import pytest

from tests.crawling import forms_of, pages_of
from tests.worlds import a_world
from triage.app import create_app
from triage.headers import HEADERS

ANSWERS = [
    "/sign-in",
    "/enquiries",
    "/nothing-here",
    "/api/v1/enquiries",
    "/api/v1/nothing",
    "/health/live",
    "/api/docs",
]
SOURCES = {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "frame-ancestors": "'none'"}


@pytest.mark.parametrize("path", [*ANSWERS, "/static/triage.css"])
def test_every_answer_bears_the_headers(app, path):
    with app.test_client().get(path) as answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_policy_lets_in_nothing_but_our_own_files():
    policy = dict(each.split(" ", 1) for each in HEADERS["Content-Security-Policy"].split("; "))
    assert policy.items() >= SOURCES.items()
    assert policy["form-action"] == "'self'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("path", ANSWERS)
def test_nothing_but_files_may_be_kept_by_a_cache(app, path):
    assert app.test_client().get(path).headers["Cache-Control"] == "no-store"


def test_browsers_are_told_to_come_by_tls_only_where_cookies_go_by_tls_only(settings, clock, app):
    assert "Strict-Transport-Security" not in app.test_client().get("/sign-in").headers
    secure = create_app(settings.model_copy(update={"secure_cookies": True}), clock)
    answer = secure.test_client().get("/sign-in", base_url="https://triage.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))


def post_routes(app):
    return [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]


def path_of(rule):
    values = {name: "1" for name in rule.arguments}
    values |= {name: "00000000-0000-7000-8000-000000000009" for name in rule.arguments if name.endswith("_id")}
    return rule.build(values)[1]


def test_no_form_is_taken_without_its_token(app, sign_in):
    client = sign_in("mash_manager")
    app.config["WTF_CSRF_ENABLED"] = True
    paths = [path_of(rule) for rule in post_routes(app) if not rule.rule.startswith("/api/")]
    assert len(paths) > 10
    for path in paths:
        assert client.post(path, data={"csrf_token": "made up"}).status_code == 400, path


def test_systems_enter_by_token_and_never_by_a_browsers_cookie(app, sign_in):
    client = sign_in("mash_manager")
    paths = [path_of(rule) for rule in post_routes(app) if rule.rule.startswith("/api/")]
    assert len(paths) > 5
    for path in paths:
        assert client.post(path, json={}).status_code == 401, path


def test_every_form_on_every_page_carries_its_token(sign_in, office):
    a_world(office)
    forms = []
    for who in ("mash_manager", "locality_worker:west", "early_help_unit"):
        for path, page in pages_of(sign_in(who)).items():
            forms += forms_of(page, path)
    assert len(forms) > 30
    assert [form.page for form in forms if "csrf_token" not in dict(form.values)] == []


def test_request_keeps_the_id_that_it_came_with_if_it_is_one(app):
    client = app.test_client()
    assert client.get("/sign-in", headers={"X-Request-ID": "abc-12345678"}).headers["X-Request-ID"] == "abc-12345678"
    made = [
        client.get("/sign-in", headers={"X-Request-ID": sent}).headers["X-Request-ID"] for sent in ("", "a b", "x" * 65)
    ]
    assert len(set(made)) == 3
    assert all(len(each) == 36 for each in made)

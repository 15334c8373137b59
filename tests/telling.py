"""Telling of a child as somebody does who has no account: page by page, with made-up answers."""

import re
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from triage.access.actor import visitor
from triage.database import acting_as
from triage.models import SEND_WEBHOOK, OutboxMessage, Telling
from triage.services.check_links import HOLD_LINKS
from triage.services.notices import deliver

NOW = {"danger": "no"}
PUBLIC = {
    "now": NOW,
    "who": {"who": "public"},
    "children": {"children.0.given_name": "Ava", "children.0.family_name": "Testley"},
    "seen": {"witnessed": "Made up: she was alone at night."},
    "you": {"relation": "1B"},
}
PROFESSIONAL = PUBLIC | {
    "who": {"who": "professional"},
    "you": {
        "source": "2A",
        "your_name": "Nell Made-Up",
        "job": "Teacher, Made-Up School",
        "phone": "01632 960001",
        "email": "nell@school.notts.example",
        "may_be_named": "true",
        "consent": "given",
    },
}
CHILD = PUBLIC | {
    "who": {"who": "child"},
    "seen": {"child_voice": "Made up: I am scared."},
    "you": {"phone": "After four"},
}
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}")
REFERENCE = re.compile(r"(?:TELL-[0-9A-Z]{4}-[0-9A-Z]{4}|ENQ-[0-9]{4}-[0-9]{6})")


class Browser(FlaskClient):
    """Sends with a form what its page sends of itself, as a browser does: which telling it is of."""

    def post(self, path: str, *, data: dict[str, Any] | None = None, **more: Any) -> Any:
        own = {"telling": self._telling_of(path)} if path.startswith("/tell-us/") else {}
        return super().post(path, data=own | (data or {}), **more)

    def _telling_of(self, path: str) -> str:
        if path.rpartition("/")[2] in PUBLIC:
            shown = re.search(r'name="telling" value="([^"]*)"', self.get(path).text)
            return shown[1] if shown else ""
        with self.session_transaction() as held:
            return held.get("telling", "")


def a_visitor(app: Flask) -> FlaskClient:
    """A browser of somebody without an account."""
    app.config["WTF_CSRF_ENABLED"] = False
    return Browser(app, app.response_class)


def fill_in(client: FlaskClient, pages: dict[str, dict[str, str]] | None = None) -> Any:
    """All pages in their order; the last answer."""
    for page, fields in (pages or PUBLIC).items():
        answer = client.post(f"/tell-us/{page}", data=fields)
        assert answer.status_code == 302, (page, answer.status_code, answer.text)
    return answer


def send(client: FlaskClient, pages: dict[str, dict[str, str]] | None = None) -> tuple[str, str]:
    """All pages, and then sent: the reference, and the code."""
    fill_in(client, pages)
    page = client.post("/tell-us/send").text
    return REFERENCE.search(page)[0], CODE.search(page)[0]


def telling_of(client: FlaskClient, office: Any) -> Telling | None:
    """The row of what this browser has before it: nobody else sees it."""
    with client.session_transaction() as held:
        key = UUID(held["telling"])
    with acting_as(office.session, visitor(key)):
        office.session.expire_all()
        return office.session.get(Telling, key)


def letters_to_partners(office: Any) -> list[str]:
    """What is promised is delivered: the words of the letters to partners."""
    office.session.flush()
    desk, sent = office.desk("system"), []
    is_letter = (OutboxMessage.done_at.is_(None), OutboxMessage.task != SEND_WEBHOOK)
    waiting = select(OutboxMessage).where(*is_letter).order_by(OutboxMessage.id)
    for message in office.session.scalars(waiting).all():
        post = sent.append if message.task in HOLD_LINKS else (lambda _letter: None)
        deliver(desk, message, "mash@triage.example", post, site="https://triage.example", days=5)
    office.session.flush()
    return [letter.get_content() for letter in sent]


def link_in(letter: str) -> str:
    """Where the link in a letter leads, within the service."""
    return re.search(r"https://triage.example(/answer/\S+)", letter)[1]


def sent_by(page: str) -> dict[str, str]:
    """What a page sends of itself."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def come_by_a_link(app: Flask, office: Any) -> None:
    """A partner without an account is asked, answers wrongly, and then answers."""
    link = next(link_in(letter) for letter in letters_to_partners(office) if "/answer/" in letter)
    client = a_visitor(app)
    client.get(link)
    sent = sent_by(client.get("/answer").text)
    client.post("/answer/answer", data=sent)
    sent |= {"answered_by": "Nell Made-Up, health visitor"}
    client.post("/answer/answer", data=sent)
    client.post("/answer/answer", data={"answer": "Made up: of another letter"})
    client.post("/answer/acknowledge", data=sent)
    client.get("/answer")
    client.post("/answer/nothing_known", data=sent | {"version": ""})
    client.get(link, follow_redirects=True)


def come_by_every_page(app: Flask) -> None:
    """Each page of the form as each kind of visitor has it: empty, wrong, filled in, sent and left."""
    for pages in (PUBLIC, CHILD, PROFESSIONAL):
        client = a_visitor(app)
        client.get("/tell-us")
        for page, fields in pages.items():
            client.get(f"/tell-us/{page}")
            client.post(f"/tell-us/{page}", data={"email": "x", "children.0.postcode": "x", "add_child": "1"})
            client.post(f"/tell-us/{page}", data={"email": "x", "children.0.postcode": "x"})
            client.get("/tell-us/check")
            client.post(f"/tell-us/{page}", data=fields)
        for path in ("", "/ring-999", "/check", "/resume"):
            client.get(f"/tell-us{path}")
        client.post("/tell-us/code")
        client.post("/tell-us/send")
        client.post("/tell-us/send")
        client.get("/tell-us")
        client.post("/tell-us/code")
        client.get("/tell-us/progress")
        client.post("/tell-us/resume", data={"reference": "x", "code": "x"})
        client.post("/tell-us/leave")
    a_visitor(app).post("/tell-us/leave", data={"forget": "1"})
    app.config["WTF_CSRF_ENABLED"] = True
    for site in ("same-origin", "cross-site"):
        app.test_client().post("/tell-us/seen", data={"witnessed": "x"}, headers={"Sec-Fetch-Site": site})

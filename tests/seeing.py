"""Watching what the service shows while somebody goes through it: every page that they get, whatever they asked for."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from flask import Flask, Response, request, request_finished, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from lxml import html
from sqlalchemy.orm import Session

from tests.crawling import KEY, Form, forms_of, links_of
from tests.undoing import undone

CASES = {"/enquiries/*", "/referrals/*"}  # which are another page in every state
NEAR = 2  # elements around one by which its place is told from others
LEAVES = ("/account/sign-out-everywhere", "/account/password")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as somebody got it: what was asked for, without whose it is; from which template, and how it was said."""

    asked: str
    made_of: str
    status: int
    text: str

    @property
    def kind(self) -> tuple[str, int]:
        """Of two that are alike in this, one may well show nothing that the other does not."""
        return self.made_of, self.status

    def __str__(self) -> str:
        return f"{self.asked} ({self.status}, {self.made_of})"

    @property
    def shape(self) -> set[tuple[str, ...]]:
        """What stands within what on it, whatever the words are, and which keys are there more than once."""
        elements = [each for each in html.fromstring(self.text).iter() if isinstance(each.tag, str)]
        keys = Counter(each.get("id", "") for each in elements)
        return {_place(each, keys) for each in elements}


def _place(element: html.HtmlElement, keys: Counter[str]) -> tuple[str, ...]:
    near = (element, *islice(element.iterancestors(), NEAR))
    around = (f"{each.tag}.{each.get('class', '')}" for each in near)
    return (*around, *sorted(element.keys()), *(["twice"] if keys[element.get("id")] > 1 else []))


@dataclass
class Seen:
    """The pages that were shown, each text once; and the kinds of forms that were sent."""

    pages: dict[str, Page] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    template: str = ""

    def note(self, _app: Flask, response: Response) -> None:
        """Keep a page that was shown, but for parts of one, and the words that no browser shows before it goes on.

        A file to keep has a style of its own, which the service's headers would not let a page have.
        """
        is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
        text = response.get_data(as_text=True) if response.mimetype == "text/html" and not is_file else ""
        if "<html" in text and not 300 <= response.status_code < 400:
            self.keep(Page(KEY.sub("*", f"{request.method} {request.path}"), self.template, response.status_code, text))

    def keep(self, page: Page) -> None:
        """The first of those that are alike to the letter."""
        self.pages.setdefault(page.text, page)

    def note_template(self, _app: Flask, template: Template, **_context: Any) -> None:
        """Keep what the page is made of that is on its way."""
        self.template = template.name

    def telling(self) -> list[Page]:
        """One page of each kind at least, and each on which something stands as on none before: the fullest first."""
        kinds, shapes, found = set(), set(), []
        for page in sorted(self.pages.values(), key=lambda each: -len(each.text)):
            shape = page.shape
            if page.kind not in kinds or shape - shapes:
                found.append(page)
            kinds.add(page.kind)
            shapes |= shape
        return found


@contextmanager
def watched(app: Flask, seen: Seen) -> Iterator[Seen]:
    """Whatever is shown in the block, which may be within another that watches another application."""
    receivers = ((request_finished, seen.note), (template_rendered, seen.note_template))
    for signal, receiver in receivers:
        signal.connect(receiver, app)
    yield seen
    for signal, receiver in receivers:
        signal.disconnect(receiver, app)


def go_through(client: FlaskClient, session: Session, seen: Seen, *starts: str, cases: int = 3) -> None:
    """Open what links lead to, so many cases and one of whatever else is alike, and send what forms were not sent yet.

    It is sent as a browser would with nothing typed, and with a little; what comes of it is shown, and taken back.
    """
    forms = list(walk(client, *starts, cases=cases))
    for form in sorted(forms, key=lambda each: each.action in LEAVES):
        kind = KEY.sub("*", form.action)
        if kind in seen.sent:
            continue
        seen.sent.add(kind)
        for sent in (form.bare(), form.filled()):
            with undone(session):
                client.post(form.action, data=sent, follow_redirects=True)


def walk(client: FlaskClient, *starts: str, cases: int) -> Iterator[Form]:
    """Every form of the pages that links lead to."""
    waiting, found, counted = list(starts), set(), Counter()
    while waiting:
        path = waiting.pop(0)
        kind = KEY.sub("*", path.partition("?")[0])
        if path in found or counted[kind] >= (cases if kind in CASES else 1):
            continue
        found.add(path)
        counted[kind] += 1
        answer = client.get(path, follow_redirects=True)
        if answer.mimetype == "text/html":
            page = html.fromstring(answer.text)
            waiting += links_of(page, path)
            yield from forms_of(page, path)

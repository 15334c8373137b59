"""Going through the service as its readers do: every page that links lead to, and every form on it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import MultiDict

MOST_PAGES = 80
KEY = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
# Of dozens alike, one is enough.
OF_MANY = (
    (re.compile(r"^(/measures)/\w+(/\w+).*"), r"\1/*\2"),
    (re.compile(r"^/reports/.+(/commentary|\.svg).*"), r"\1"),
)
NEEDED = {
    "given_name": "Ava",
    "family_name": "Testley",
    "birth_date": "2008-01-02",
    "received_on": "2013-05-07",
    "reason": "Made up",
    "asked_by": "Made up",
    "reference": "ENQ-2013-000001",
}
TYPED = ("text", "textarea", "email", "search", "password", "hidden", "date", "number", "tel", "url")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as its page gives it: where it goes, what is filled in, where one types, and which fields are hidden."""

    page: str
    action: str
    values: tuple[tuple[str, str], ...]
    typed: tuple[str, ...]
    hidden: frozenset[str] = frozenset()

    def filled(self, **changes: str) -> MultiDict[str, str]:
        """What the browser would send, with these fields typed anew."""
        return MultiDict([each for each in self.values if each[0] not in changes] + list(changes.items()))

    def bare(self) -> MultiDict[str, str]:
        """What the browser would send of somebody who typed and chose nothing."""
        return MultiDict([each for each in self.values if each[0] in self.hidden])


def pages_of(client: FlaskClient, start: str = "/") -> dict[str, html.HtmlElement]:
    """Every page that can be reached by links, by its path."""
    found: dict[str, html.HtmlElement] = {}
    waiting, seen = [start], set()
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop(0)
        kind = _kind_of(path)
        if kind in seen:
            continue
        seen.add(kind)
        answer = client.get(path, follow_redirects=True)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found[path] = html.fromstring(answer.text)
            waiting += [each for each in links_of(found[path], path) if each not in found]
    return found


def _kind_of(path: str) -> str:
    return next((alike.sub(kind, path) for alike, kind in OF_MANY if alike.match(path)), path)


def forms_within(client: FlaskClient) -> list[Form]:
    """Every form of all pages that can be reached, once for each kind: of two cases alike one is enough."""
    found: dict[tuple[str, str], Form] = {}
    for path, page in pages_of(client).items():
        for form in forms_of(page, path):
            found.setdefault((KEY.sub("*", form.action), form.values[-1][0]), form)
    return list(found.values())


def links_of(page: html.HtmlElement, path: str) -> list[str]:
    """Where the page leads within the service."""
    targets = (urlsplit(urljoin(path, each)) for each in page.xpath("//a/@href"))
    return [each.path + (f"?{each.query}" if each.query else "") for each in targets if not each.netloc and each.path]


def forms_of(page: html.HtmlElement, path: str) -> Iterator[Form]:
    """Each form that is posted, but for signing out: once for each button that sends it."""
    for form in page.forms:
        if form.method != "POST" or form.action == "/sign-out":
            continue
        values = list(_values_of(form))
        typed = tuple(each.name for each in form.inputs if each.name and _is_typed(each))
        hidden = frozenset(form.xpath(".//input[@type='hidden']/@name"))
        for button in form.xpath(".//button") or [None]:
            own = button.get("formaction") if button is not None else None
            named = [(button.get("name"), button.get("value", ""))] if button is not None and button.get("name") else []
            action = urljoin(path, own or form.get("action") or path)
            yield Form(path, action, (*values, *named), typed, hidden)


def _is_typed(field: html.HtmlElement) -> bool:
    return field.tag == "textarea" or (field.tag == "input" and (field.get("type") or "text") in TYPED)


def _values_of(form: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """What somebody would send who chose the first of everything, and typed a little wherever there is room."""
    chosen: set[str] = set()
    for field in form.inputs:
        name, kind = field.name, field.get("type") or "text"
        if not name or kind in ("submit", "button"):
            continue
        if field.tag == "select":
            options = [each for each in field.value_options if each]
            yield name, options[0] if options else ""
        elif kind in ("radio", "checkbox"):
            if name not in chosen:
                chosen.add(name)
                yield name, field.get("value", "on")
        elif field.tag == "textarea":
            yield name, (field.value or "").strip() or "Made up"
        else:
            yield name, field.get("value") or next((said for end, said in NEEDED.items() if name.endswith(end)), "")

"""Requests for somebody's record, carried as far as a test needs."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from lxml import html
from pypdf import PdfReader

from tests.services import SECRET_KEY
from triage.access.actor import SYSTEM
from triage.access.vault import Vault
from triage.database import act_as
from triage.exchange.subject_access import release
from triage.models import AccessRequest
from triage.services.rights.judging import JudgePassage, JudgePassages, judge_passages
from triage.services.rights.keeping import download
from triage.services.rights.requests import AccessAction, AskForRecord, act_on_request, ask_for_record
from triage.services.rights.showing import show_all

VAULT = Vault([SECRET_KEY])
ASKED = {
    "given_name": "Ava",
    "family_name": "Testley",
    "birth_date": date(2008, 1, 2),
    "asked_by": "Made-up Asker",
    "relation": "representative",
    "received_on": date(2013, 5, 7),
    "identity": "Passport",
    "authority": "Letter of authority",
}


def ask(office: Any, **details: Any) -> AccessRequest:
    """A request that information governance records."""
    with as_(office, "information_governance"):
        return ask_for_record(office.desk("information_governance"), AskForRecord(**(ASKED | details)))


def do(office: Any, who: str, request: AccessRequest, *actions: str, **details: Any) -> AccessRequest:
    """Actions one after the other by somebody whom the database knows as themselves."""
    with as_(office, who):
        for action in actions:
            act_on_request(office.desk(who), VAULT, AccessAction(request_id=request.id, action=action, **details))
    return request


def judge(office: Any, who: str, request: AccessRequest, passage: str, choice: str, **details: Any) -> None:
    """What a reviewer says of one passage."""
    with as_(office, who):
        said = (JudgePassage(passage=passage, choice=choice, **details),)
        judge_passages(office.desk(who), VAULT, JudgePassages(request_id=request.id, said=said))


def look_through(office: Any, who: str, request: AccessRequest, choice: str = "stand") -> None:
    """The same said of every passage that nobody has looked at."""
    with as_(office, who):
        desk = office.desk(who)
        shown = show_all(desk, VAULT, request)
        left = (key for key, each in shown.items() if not each.is_looked_at)
        said = tuple(JudgePassage(passage=key, choice=choice) for key in left)
        if said:
            judge_passages(desk, VAULT, JudgePassages(request_id=request.id, said=said))


def approve(office: Any, request: AccessRequest, reviewer: str = "social_worker") -> AccessRequest:
    """Looked through and approved."""
    look_through(office, reviewer, request)
    return do(office, reviewer, request, "approve")


def give_out(office: Any, request: AccessRequest, reviewer: str = "social_worker") -> AccessRequest:
    """Gathered, reviewed, and released."""
    do(office, "information_governance", request, "prepare", "send_to_review")
    approve(office, request, reviewer)
    with as_(office, "information_governance"):
        return release(office.desk("information_governance"), VAULT, request.id)


@contextmanager
def as_(office: Any, who: str) -> Iterator[None]:
    """The block is that person's, as the database sees it; after it the test's own again."""
    office.session.flush()
    act_as(office.session, office.actor(who))
    try:
        yield
        office.session.flush()
    finally:
        act_as(office.session, SYSTEM)


def choices_on(client: Any, request_page: str) -> list[str]:
    """The names of the fields in which a reviewer says what to do with each passage, in the page's order."""
    found = html.fromstring(client.get(f"{request_page}/review").text).xpath("//input[@type='radio']/@name")
    return list(dict.fromkeys(found))


def copies(office: Any, request: AccessRequest) -> tuple[list[str], dict[str, Any]]:
    """The two copies: the words of the PDF, and the JSON."""
    with as_(office, "information_governance"):
        (_, pdf), (_, content) = (
            download(office.desk("information_governance"), VAULT, request.id, kind) for kind in ("pdf", "json")
        )
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return pages, json.loads(content)

"""Drafts: what somebody has begun to type is kept at every pause, for them alone, until it is sent or expires.

What is sealed says whose it is, of which form and page: a row that was put in another's place does not open.
"""

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from triage.access.vault import Unreadable, Vault
from triage.errors import Invalid, Problem
from triage.models import Draft
from triage.models.draft import MOST_PATH
from triage.services.desk import Desk
from triage.store import references
from triage.store.drafts import (
    drop_draft,
    drop_expired,
    drop_oldest,
    find_draft,
    list_drafts,
    write_draft,
)

log = logging.getLogger(__name__)
PURPOSE = "drafts"
MOST = 50  # of one person
MOST_TYPED = 1_000_000  # bytes of one draft
PAGE = re.compile(r"/(?!/)[A-Za-z0-9_~./-]*(#[A-Za-z0-9_.-]+)?")  # a page here and a place on it, and nowhere else
CASE = re.compile(r"/(?:enquiries|referrals|rights|reasons/[a-z]+)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """What was typed so far in the form of that key, on that page: its fields in their order."""

    key: UUID
    page: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft, opened."""

    key: UUID
    page: str
    fields: Fields
    begun_at: datetime
    saved_at: datetime

    @property
    def longest(self) -> str:
        """The longest that was typed, and of single words only where there is no more: its owner knows it by that."""
        said = (said for name, said in self.fields if not name.endswith("_id"))
        return max(said, key=lambda each: (" " in each, len(each)), default="")


def keep(desk: Desk, vault: Vault, draft: KeepDraft, *, days: int) -> Sequence[datetime]:
    """Keep the draft in place of what its form held before, for so many days from now.

    Answers with when those were begun that had to go, because one person keeps no more than MOST. Invalid where it is
    longer than MOST_TYPED bytes, or no page of ours.
    """
    if len(draft.page) > MOST_PATH or not PAGE.fullmatch(draft.page):
        raise Invalid(Problem("no_page", "This is not a page of this service.", "draft.page"))
    content = _write(desk, draft)
    if len(content) > MOST_TYPED:
        raise Invalid(Problem("too_long", f"This is too much at once: the most is {MOST_TYPED:,} bytes. Shorten it."))
    values = {"page": draft.page, "content": vault.seal(PURPOSE, content)}
    times = {"saved_at": desk.now, "expires_at": desk.now + timedelta(days=days)}
    write_draft(desk.session, desk.actor.id, draft.key, **values, **times)
    return drop_oldest(desk.session, desk.actor.id, MOST)


def find(desk: Desk, vault: Vault, key: UUID) -> Kept | None:
    """This person's draft of that key, or None where there is none that opens."""
    row = find_draft(desk.session, desk.actor.id, key, desk.now)
    return _open(vault, row) if row else None


def list_kept(desk: Desk, vault: Vault, page: str | None = None) -> list[Kept]:
    """This person's drafts that open, of one page or of all, the last saved first."""
    opened = (_open(vault, row) for row in list_drafts(desk.session, desk.actor.id, desk.now, page))
    return [each for each in opened if each]


def name_cases(desk: Desk, drafts: Sequence[Kept]) -> dict[UUID, str | None]:
    """The reference of the case that each draft is about, by the draft's key; None where it is not theirs to see.

    A draft about no case of its own is not in it.
    """
    cases = {each.key: UUID(found[1]) for each in drafts if (found := CASE.match(each.page))}
    known = references.name_cases(desk.session, set(cases.values()))
    return {key: known.get(case) for key, case in cases.items()}


def forget(desk: Desk, key: UUID) -> str | None:
    """Forget this person's draft of that key: it was sent, or thrown away. The page it was of, if there was one."""
    return drop_draft(desk.session, desk.actor.id, key)


def forget_expired(desk: Desk) -> int:
    """Forget everybody's that have expired. How many."""
    return drop_expired(desk.session, desk.now)


def _write(desk: Desk, draft: KeepDraft) -> bytes:
    content = {**_bound(desk.actor.id, draft.key, draft.page), "fields": draft.fields}
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _open(vault: Vault, row: Draft) -> Kept | None:
    try:
        content = json.loads(vault.unseal(PURPOSE, row.content).decode("utf-8", "surrogatepass"))
    except Unreadable:
        content = {}
    fields = content.pop("fields", ())
    if content != _bound(row.user_id, row.id, row.page):
        log.warning("draft %s does not open", row.id)
        return None
    return Kept(row.id, row.page, tuple((name, value) for name, value in fields), row.begun_at, row.saved_at)


def _bound(user_id: UUID, key: UUID, page: str) -> dict[str, Any]:
    return {"user": str(user_id), "form": str(key), "page": page}

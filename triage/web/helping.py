"""What the page of a request for early help tells of the directory: which services fit the child, and unmet needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from triage.directory.fitting import Child, Fits
from triage.models import Referral, UnmetNeed
from triage.services.desk import Desk
from triage.services.unmet_needs import SERVICE, child_of, find_fits, may_note, needs_seen, read_needs
from triage.store.unmet_needs import list_unmet

PART = "unmet"  # of the page's form


@dataclass(frozen=True, slots=True)
class Helping:
    """The child as they are offered for, what fits, and which needs nobody has room for; `words` name every need."""

    child: Child
    fits: Fits
    words: dict[str, str]
    chosen: bool
    unmet: Sequence[UnmetNeed]
    may_note: bool


def arrange_help(desk: Desk, referral: Referral) -> Helping | None:
    """For the needs that the address names or, where it names none, those that were seen. None of another service."""
    if referral.service != SERVICE:
        return None
    words, asked = read_needs(desk), request.args.getlist("need")
    needs = frozenset(asked) & words.keys() or needs_seen(desk, referral)
    child = child_of(desk, referral, needs)
    return Helping(
        child=child,
        fits=find_fits(desk, child),
        words=words,
        chosen=bool(asked),
        unmet=list_unmet(desk.session, [referral.id]),
        may_note=may_note(desk, referral),
    )

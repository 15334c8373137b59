"""Which services fit a child whose early help is asked for, and noting that nobody can meet a need of theirs."""

from dataclasses import dataclass
from uuid import UUID

from triage.directory.fitting import Child, Fits, fit
from triage.directory.listing import list_offers, needs_of
from triage.errors import Conflict, DomainError, NotFound, Problem, invalid
from triage.models import Person, Referral, UnmetNeed
from triage.services.contexts import is_elsewhere
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.policies import policy_for
from triage.store.locking import lock
from triage.store.unmet_needs import list_unmet
from workflows.refusals import words
from workflows.timeline import months_old

SERVICE = "early_help"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteUnmetNeed:
    """That nobody can meet a need of the child of a referral, and perhaps more in words."""

    referral_id: UUID
    need: str
    words: str = ""


def read_needs(desk: Desk) -> dict[str, str]:
    """What may be needed, in words, by the policy in force."""
    return needs_of(policy_for(desk, desk.now).vocabulary)


def needs_seen(desk: Desk, referral: Referral) -> frozenset[str]:
    """What was seen of the child that says that something is needed; nothing of a case without an enquiry."""
    seen = referral.subject.indicators if referral.subject else ()
    return frozenset(seen) & read_needs(desk).keys()


def child_of(desk: Desk, referral: Referral, needs: frozenset[str]) -> Child:
    """What is known of the child of a referral today, with these needs."""
    return Child(needs, _months(desk, referral.person), referral.district_code)


def _months(desk: Desk, person: Person) -> int | None:
    """Whole months; whoever is not born yet is offered what there is from birth on."""
    if person.birth_date:
        return max(months_old(person.birth_date, desk.today), 0)
    return 0 if person.kind == "unborn_child" else None


def find_fits(desk: Desk, child: Child) -> Fits:
    """The services of the directory that fit a child, and those that nearly do."""
    return fit(list_offers(desk.session, desk.pack, policy_for(desk, desk.now).vocabulary, desk.today), child)


def note_unmet_need(desk: Desk, command: NoteUnmetNeed) -> UnmetNeed:
    """Note it, with what the directory has for it today.

    NotFound for a case that this actor does not see, Conflict for one that is not theirs to work, is no open request
    for early help or says this of today already, Invalid for a need that there is not.
    """
    referral = lock(desk.session, Referral, command.referral_id)
    if refusal := _find_refusal(desk, referral):
        raise refusal
    if command.need not in read_needs(desk):
        raise invalid("need", "Choose the need that is not met.", "unknown_code")
    noted = {(each.need, each.noted_on) for each in list_unmet(desk.session, [referral.id])}
    if (command.need, desk.today) in noted:
        raise Conflict(Problem("noted_already", "This need was noted as not met today already.", "need"))
    row = _note(desk, referral, command)
    record(desk, referral, "unmet_need_noted", unmet_need=str(row.id), need=command.need, found=row.found)
    return row


def may_note(desk: Desk, referral: Referral) -> bool:
    """Whether this actor may note one on this referral now."""
    return _find_refusal(desk, referral) is None


def _find_refusal(desk: Desk, referral: Referral) -> DomainError | None:
    if referral.service != SERVICE:
        return NotFound(Problem("no_early_help", "Unmet needs are noted on requests for early help."))
    if referral.state == "closed":
        return Conflict(Problem("closed", "This request is closed. Note it on the one that is open."))
    if is_elsewhere(desk, referral):
        return Conflict(Problem("another_locality", words("another_locality")))
    return None


def _note(desk: Desk, referral: Referral, command: NoteUnmetNeed) -> UnmetNeed:
    child = child_of(desk, referral, frozenset({command.need}))
    fits = find_fits(desk, child)
    noted = UnmetNeed(
        referral_id=referral.id,
        need=command.need,
        district_code=referral.district_code,
        locality_code=referral.locality_code,
        months_old=child.months,
        found="room" if fits.has_room else "no_room" if fits.fitting else "nothing",
        words=command.words.strip(),
        noted_on=desk.today,
        noted_by_id=desk.actor.id,
    )
    desk.session.add(noted)
    desk.session.flush()
    return noted

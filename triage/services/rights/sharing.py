"""The log of what was shared about a case: what, with whom, how, on what basis. Appended, never changed.

What the service shares is logged where it is shared; what a person tells by telephone they write down themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from triage.errors import Invalid, Problem
from triage.models import AccessRequest, AgencyCheck, Disclosure, Enquiry, OutboxMessage, Referral
from triage.models.codes import BY_HAND, CONSENTS, LAWFUL_BASES
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.store.locking import lock

RIGHT_OF_ACCESS = "UK GDPR article 15: a copy for the person whom it is about, or for whoever may ask for them"
SAFEGUARDING = "Children Act 2004, section 11; Data Protection Act 2018, Schedule 1, paragraph 18"
WHOEVER_TOLD_US = "Whoever told us"
# The letters that leave the hub, with what each says. Those to our own staff share nothing with anybody else.
LETTERS = {
    "acknowledge_referrer": "That we received what they told us, and our reference",
    "notify_outcome": "That their enquiry was decided, and which way in a sentence",
    "disagreement_received": "That we received that they disagree, by when we answer, and our reference",
    "disagreement_answered": "That we answered their disagreement, and our reference",
    "ask_check": "That we ask them something, our reference, and where to open the question",
    "chase_check": "That we wait for an answer, and our reference",
    "escalate_check": "That their agency has not answered, and our reference",
    "tell_team": "That a case was handed to them, and its reference",
    "chase_team": "That we wait for their answer, and the reference",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TellShared:
    """Something that a person shared about an enquiry or a referral, as they write it down afterwards."""

    enquiry_id: UUID | None = None
    referral_id: UUID | None = None
    what: str
    to_whom: str
    shared_at: datetime
    how: str
    lawful_basis: str
    consent: str
    because: str = ""


def tell_shared(desk: Desk, command: TellShared) -> Disclosure:
    """Keep it, with an event of the case. Invalid names every fault; NotFound where the case is not theirs to see."""
    model, key = (Enquiry, command.enquiry_id) if command.enquiry_id else (Referral, command.referral_id)
    case = lock(desk.session, model, key)
    problems = tuple(_check(desk, command))
    if problems:
        raise Invalid(*problems)
    kept = ("what", "to_whom", "shared_at", "how", "lawful_basis", "consent", "because")
    row = log_shared(desk, case, **{name: getattr(command, name) for name in kept})
    record(desk, case, "information_shared", to=row.to_whom, how=row.how, lawful_basis=row.lawful_basis)
    desk.session.flush()
    return row


def _check(desk: Desk, command: TellShared) -> Iterator[Problem]:
    if not command.what.strip():
        yield Problem("missing", "Say what was shared.", "what")
    if not command.to_whom.strip():
        yield Problem("missing", "Say with whom it was shared.", "to_whom")
    if command.shared_at > desk.now:
        yield Problem("future", "It cannot have been shared after now. Check the date and time.", "shared_at")
    for name, codes in (("how", BY_HAND), ("lawful_basis", LAWFUL_BASES), ("consent", CONSENTS)):
        if getattr(command, name) not in codes:
            yield Problem("unknown_code", "Choose one of the list.", name)
    if command.consent != "given" and not command.because.strip():
        yield Problem("no_reason", "Say on what condition it was shared, and why without consent.", "because")


def log_shared(
    desk: Desk,
    case: Enquiry | Referral,
    *,
    what: str,
    to_whom: str,
    how: str,
    lawful_basis: str = "public_task",
    consent: str = "not_asked",
    because: str = SAFEGUARDING,
    shared_at: datetime | None = None,
    outbox_id: UUID | None = None,
) -> Disclosure:
    """A line of the case's log."""
    row = Disclosure(
        enquiry_id=case.id if isinstance(case, Enquiry) else None,
        referral_id=case.id if isinstance(case, Referral) else None,
        what=what,
        to_whom=to_whom,
        shared_at=shared_at or desk.now,
        shared_by_id=desk.actor.id,
        recorded_at=desk.now,
        how=how,
        lawful_basis=lawful_basis,
        consent=consent,
        because=because,
        outbox_id=outbox_id,
    )
    desk.session.add(row)
    return row


def log_check(desk: Desk, enquiry: Enquiry, check: AgencyCheck) -> None:
    """What a partner is told when they are asked."""
    log_shared(
        desk,
        enquiry,
        what=f"Whom the enquiry is about, and what we ask. {check.question}".strip(),
        to_whom=desk.pack.agencies[check.agency_code],
        how="check",
        lawful_basis=check.lawful_basis,
        consent=check.consent,
        because=check.consent_reason,
    )


def log_hand_over(desk: Desk, referral: Referral, to_whom: str) -> None:
    """A case with all that is recorded of it, for whoever has it from now on."""
    consent = referral.subject.decision.consent if referral.subject and referral.subject.decision else "not_asked"
    what = f"The case {referral.reference}, with what was told and decided"
    log_shared(desk, referral, what=what, to_whom=to_whom, how="hand_over", consent=consent)


def log_letter(desk: Desk, message: OutboxMessage) -> None:
    """A letter that went to somebody outside the hub."""
    if message.task not in LETTERS:
        return
    case, to_whom = _find_addressee(desk, message)
    log_shared(desk, case, what=LETTERS[message.task], to_whom=to_whom, how="letter", outbox_id=message.id)


def _find_addressee(desk: Desk, message: OutboxMessage) -> tuple[Enquiry | Referral, str]:
    """About what it was, and to whom: the referrer stays unnamed, whether they may be named or not."""
    payload = message.payload
    if "check_id" in payload:
        check = desk.session.get_one(AgencyCheck, UUID(payload["check_id"]))
        lead = ", their named lead" if message.task == "escalate_check" else ""
        return check.enquiry, desk.pack.agencies[check.agency_code] + lead
    if "referral_id" in payload:
        referral = desk.session.get_one(Referral, UUID(payload["referral_id"]))
        return referral, desk.pack.teams[referral.team_code]["name"]
    return desk.session.get_one(Enquiry, UUID(payload["enquiry_id"])), WHOEVER_TOLD_US


def tell_export(desk: Desk, request: AccessRequest, to_whom: str) -> None:
    """A copy of somebody's record, given to whoever asked for it; that it was is kept with a restricted record too."""
    with seeing_all(desk):
        desk.session.add(
            Disclosure(
                person_id=request.person_id,
                what=f"A copy of the record, {request.reference}",
                to_whom=to_whom,
                shared_at=desk.now,
                shared_by_id=desk.actor.id,
                recorded_at=desk.now,
                how="export",
                lawful_basis="legal_obligation",
                because=RIGHT_OF_ACCESS,
            )
        )

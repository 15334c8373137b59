"""Letters by email: what was promised in the outbox, sent once, unless what it was about is settled by then."""

import smtplib
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from triage.models import AgencyCheck, Clock, Enquiry, Merge, OutboxMessage, Referral
from triage.models.codes import CLOCK_KINDS
from triage.services.account_letters import tell_account
from triage.services.addresses import LOCALITYS, To, managers_of, roles, whoever_has
from triage.services.agreeing import ask_for_agreement
from triage.services.breaking_glass import tell_glass_broken
from triage.services.check_links import add_link
from triage.services.daily_notices import write_daily_notice
from triage.services.desk import Desk
from triage.services.disagreement_letters import tell_answered, tell_disagreement, tell_received
from triage.services.letters import Letter, NoLongerNeeded, say_instant
from triage.services.partner_letters import ask_partner, chase_partner, tell_lead
from triage.services.restricting import tell_restriction
from triage.services.rights.sharing import log_letter
from triage.services.safe_words import FOR_THE_PUBLIC, NOT_CHECKED, hears_outcome, is_public, say_outcomes
from triage.services.team_letters import chase_team, tell_adult_in_danger, tell_team
from triage.settings import Settings
from triage.store.enquiries import follow_joins
from workflows.enquiry import UNSETTLED

Send = Callable[[EmailMessage], None]
Payload = Mapping[str, Any]
Write = Callable[[Desk, Payload, str], Letter]

AGAIN = "If you disagree, or learn something new, ring us and say this reference. In an emergency ring 999."

IN_WORDS = "Or say why you disagree where you look how it stands: a manager answers you there."


def smtp_sender(settings: Settings) -> Send:
    """Sends through the configured server, giving up after ten seconds so that a worker never hangs on it."""

    def send(letter: EmailMessage) -> None:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=10) as server:
            server.send_message(letter)

    return send


def deliver(desk: Desk, message: OutboxMessage, sender: str, send: Send, *, site: str = "", days: int = 1) -> None:
    """Do what an outbox message promised. Sent again after a crash, it bears the same Message-ID.

    `site` is where people find the service, and `days` is how long a link in a letter opens what it leads to.

    Written from what is true now. A letter about what was settled meanwhile is not sent, and its row says why.
    """
    try:
        letter = LETTERS[message.task](desk, message.payload, _domain(sender))
    except NoLongerNeeded as settled:
        message.cancelled_reason = str(settled)
    else:
        letter = add_link(desk, message, letter, site, days)
        send(_put_in_envelope(desk, message, sender, letter))
        log_letter(desk, message)
    message.done_at = desk.now


def _acknowledge(desk: Desk, payload: Payload, domain: str) -> Letter:
    enquiry = desk.session.get_one(Enquiry, UUID(payload["enquiry_id"]))
    text = f"We have received what you told us. Our reference is {enquiry.reference}.\n\n{AGAIN}\n"
    return Letter((enquiry.referrer_email,), f"We received your enquiry {enquiry.reference}", text)


def _tell_outcome(desk: Desk, payload: Payload, domain: str) -> Letter:
    """Whoever told us of an enquiry that was joined to another hears what became of that one."""
    enquiry = desk.session.get_one(Enquiry, UUID(payload["enquiry_id"]))
    if not hears_outcome(enquiry, desk.pack):
        raise NoLongerNeeded(FOR_THE_PUBLIC if is_public(enquiry) else NOT_CHECKED)
    decided = follow_joins(desk.session, enquiry)
    if decided.decided_at is None:
        raise NoLongerNeeded("Reopened before it went: the new decision is told.")
    said = [f"Your enquiry {enquiry.reference} has been decided.", *say_outcomes(decided)]
    more = (AGAIN, IN_WORDS) if enquiry.channel == "portal" else (AGAIN,)
    text = "\n".join([*said, "", *more, ""])
    return Letter((enquiry.referrer_email,), f"Your enquiry {enquiry.reference} was decided", text)


def _escalate(desk: Desk, payload: Payload, domain: str) -> Letter:
    clock = desk.session.get_one(Clock, UUID(payload["clock_id"]))
    case = clock.enquiry or clock.referral
    if clock.state != "running" or clock.due_at >= desk.now:
        raise NoLongerNeeded("No longer out of time.")
    due = say_instant(clock.due_at, desk.pack.calendar.zone)
    text = f"{case.reference}: {CLOCK_KINDS[clock.kind].lower()} was due by {due} and is not done.\n"
    at_night = roles(_night(desk, "red" in (clock.variant, case.rag)), domain)
    return Letter((*_find_manager(desk, clock, case, domain), *at_night), f"Out of time: {case.reference}", text)


def _find_manager(desk: Desk, clock: Clock, case: Enquiry | Referral, domain: str) -> tuple[To, ...]:
    """To whom the clock's timescale escalates: a locality has managers of its own."""
    if clock.escalate_to == LOCALITYS:
        return managers_of(desk, case, domain)
    return roles((clock.escalate_to,), domain)


def _night(desk: Desk, grave: bool) -> tuple[str, ...]:
    """What cannot wait goes to the Emergency Duty Team as well while the office is closed: nobody else reads it."""
    return ("emergency_duty_team",) if grave and not desk.pack.calendar.is_open(desk.now) else ()


def _tell_danger(desk: Desk, payload: Payload, domain: str) -> Letter:
    """To those on duty and, where a team has the case, to its managers and whoever there has it."""
    referral = desk.session.get_one(Referral, UUID(payload["referral_id"]))
    if referral.state == "closed":
        raise NoLongerNeeded("Closed before it went.")
    on_duty, worker = roles(("mash_manager", *_night(desk, True)), domain), whoever_has(desk, referral, domain)
    if referral.service == "adult_at_risk":
        return tell_adult_in_danger(desk, referral, (*on_duty, *worker))
    managers = managers_of(desk, referral, domain) if referral.team_code else ()
    what = "Immediate danger" if payload.get("danger", True) else "A strategy discussion is asked for"
    team = desk.pack.teams[referral.team_code]["name"] if referral.team_code else "no team yet: allocate it now"
    text = (
        f"{what}: {referral.reference}, red, section 47.\n\nIt is with {team}.\n\nOpen it now, see that the"
        " child is safe, and hold the strategy discussion. If the child is in danger this minute ring 999.\n"
    )
    return Letter((*on_duty, *managers, *worker), f"{what}: {referral.reference}", text)


def _tell_worker(desk: Desk, payload: Payload, domain: str) -> Letter:
    """Whoever has the case or, where nobody has it yet, whoever manages it."""
    referral = desk.session.get_one(Referral, UUID(payload["referral_id"]))
    if referral.state == "closed":
        raise NoLongerNeeded("Closed before it went.")
    manage = managers_of(desk, referral, domain) if referral.team_code else roles(("mash_manager",), domain)
    text = f"There is new information about {referral.reference}: {_say_news(desk, payload)}. Read it today.\n"
    return Letter(whoever_has(desk, referral, domain) or manage, f"New information: {referral.reference}", text)


def _say_news(desk: Desk, payload: Payload) -> str:
    if "enquiry_id" in payload:
        return f"enquiry {desk.session.get_one(Enquiry, UUID(payload['enquiry_id'])).reference}"
    merge = desk.session.get_one(Merge, UUID(payload["merge_id"]))
    if merge.undone_at:
        return "two records that counted as the child's are two people's after all"
    return "another record is the same child's, and what is known by it is the child's too"


def _tell_late_answer(desk: Desk, payload: Payload, domain: str) -> Letter:
    """To the hub's managers, where nobody has a case of anybody whom the answer is about."""
    enquiry = desk.session.get_one(AgencyCheck, UUID(payload["check_id"])).enquiry
    if enquiry.state in UNSETTLED:
        raise NoLongerNeeded("Reopened before it went: whoever decides reads the answer.")
    text = (
        f"A partner answered after enquiry {enquiry.reference} was decided, and nobody has an open case of anybody whom"
        " it is about. Read the answer today, and reopen the enquiry if it changes anything.\n"
    )
    return Letter(roles(("mash_manager",), domain), f"Answer after the decision: {enquiry.reference}", text)


LETTERS: dict[str, Write] = {
    "acknowledge_referrer": _acknowledge,
    "notify_outcome": _tell_outcome,
    "escalate_breach": _escalate,
    "ask_check": ask_partner,
    "chase_check": chase_partner,
    "escalate_check": tell_lead,
    "tell_danger": _tell_danger,
    "tell_worker": _tell_worker,
    "tell_late_answer": _tell_late_answer,
    "tell_team": tell_team,
    "tell_glass_broken": tell_glass_broken,
    "tell_restriction": tell_restriction,
    "chase_team": chase_team,
    "daily_notice": write_daily_notice,
    "tell_account": tell_account,
    "ask_for_agreement": ask_for_agreement,
    "tell_disagreement": tell_disagreement,
    "disagreement_received": tell_received,
    "disagreement_answered": tell_answered,
}


def _put_in_envelope(desk: Desk, message: OutboxMessage, sender: str, letter: Letter) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(map(str, letter.to)), letter.subject
    mail["Date"] = desk.now
    mail["Message-ID"] = f"<{message.id}@{_domain(sender)}>"
    mail.set_content(letter.text)
    return mail


def _domain(sender: str) -> str:
    return sender.partition("@")[2]

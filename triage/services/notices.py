"""Letters by email: that an enquiry arrived, what became of it, what ran out of time. Never a child's name in one."""

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from triage.models import Clock, Enquiry, OutboxMessage
from triage.services.desk import Desk
from triage.settings import Settings

Send = Callable[[EmailMessage], None]

OUTCOMES = {
    "social_care": "Children's social care will now look into what you told us.",
    "early_help": "Early help will now be offered to the family.",
}
OTHER_OUTCOME = "We looked at what you told us and decided what should happen next."
AGAIN = "If you disagree, or learn something new, ring us and say this reference. In an emergency ring 999."


def smtp_sender(settings: Settings) -> Send:
    """Sends through the configured server, giving up after ten seconds so that a worker never hangs on it."""

    def send(letter: EmailMessage) -> None:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=10) as server:
            server.send_message(letter)

    return send


def deliver(desk: Desk, message: OutboxMessage, sender: str, send: Send) -> None:
    """Do what an outbox message promised. Sent again after a crash, it bears the same Message-ID."""
    HANDLERS[message.task](desk, message, sender, send)
    message.done_at = desk.now


def _acknowledge(desk: Desk, message: OutboxMessage, sender: str, send: Send) -> None:
    enquiry = desk.session.get_one(Enquiry, UUID(message.payload["enquiry_id"]))
    text = f"We have received what you told us. Our reference is {enquiry.reference}.\n\n{AGAIN}\n"
    send(_letter(desk, message, sender, enquiry.referrer_email, f"We received your enquiry {enquiry.reference}", text))


def _tell_outcome(desk: Desk, message: OutboxMessage, sender: str, send: Send) -> None:
    enquiry = desk.session.get_one(Enquiry, UUID(message.payload["enquiry_id"]))
    routes = {subject.decision.route for subject in enquiry.subjects if subject.decision}
    said = [words for route, words in OUTCOMES.items() if route in routes] or [OTHER_OUTCOME]
    text = "\n".join([f"Your enquiry {enquiry.reference} has been decided.", *said, "", AGAIN, ""])
    send(_letter(desk, message, sender, enquiry.referrer_email, f"Your enquiry {enquiry.reference} was decided", text))


def _escalate(desk: Desk, message: OutboxMessage, sender: str, send: Send) -> None:
    clock = desk.session.get_one(Clock, UUID(message.payload["clock_id"]))
    case = clock.enquiry or clock.referral
    text = f"{case.reference}: {clock.kind.replace('_', ' ')} was due by {format_datetime(clock.due_at)}.\n"
    address = f"{clock.escalate_to}@{sender.partition('@')[2]}"
    send(_letter(desk, message, sender, address, f"Out of time: {case.reference}", text))


HANDLERS: dict[str, Callable[[Desk, OutboxMessage, str, Send], None]] = {
    "acknowledge_referrer": _acknowledge,
    "notify_outcome": _tell_outcome,
    "escalate_breach": _escalate,
}


def _letter(desk: Desk, message: OutboxMessage, sender: str, to: str, subject: str, text: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Date"] = desk.now
    letter["Message-ID"] = f"<{message.id}@{sender.partition('@')[2]}>"
    letter.set_content(text)
    return letter

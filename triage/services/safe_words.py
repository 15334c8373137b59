"""What whoever told us hears of it, in the one place where these words stand: nothing of the family, nothing of others.

A member of the public hears that we have it, and no more: they may be the neighbour of whom the family is afraid.
"""

from triage.access.actor import VISITOR
from triage.models import Enquiry
from triage.pack import Pack
from workflows.enquiry import UNSETTLED

RECEIVED, LOOKED_AT, DECIDED = "Received", "Being looked at", "Decided"
MEANS = {
    RECEIVED: "We have it. It is read on the same or the next working day.",
    LOOKED_AT: "Somebody is reading it, and may be asking others what they know.",
    DECIDED: "Somebody has decided what should happen.",
}
OUTCOMES = {
    "social_care": "Children's social care will now look into what you told us.",
    "early_help": "Early help will now be offered to the family.",
}
OTHER_OUTCOME = "We looked at what you told us and decided what should happen next."
BY_EMAIL = "Which way it was decided we write to the work email address that you gave, and show nowhere else."
BY_TELEPHONE = (
    "Which way it was decided we tell nobody of whom we have not checked where they work. Ring {phone}, say this"
    " reference and ask for a manager, also if you disagree: we ring you back at your place of work."
)
NOT_CHECKED = "Told without an account, and from no address of a public service: ring them back at their place of work."
FOR_THE_PUBLIC = "A member of the public hears that we have it, and no more."


def is_public(enquiry: Enquiry) -> bool:
    """Whether it was told on the public form by somebody who does so for no job."""
    return enquiry.channel == "public_form"


def is_unchecked(enquiry: Enquiry) -> bool:
    """Whether it was told without an account: then nobody has checked that they are who they say."""
    while enquiry.split_from:
        enquiry = enquiry.split_from
    return enquiry.logged_by_id == VISITOR.id


def hears_outcome(enquiry: Enquiry, pack: Pack) -> bool:
    """Whether whoever told us is written to of the outcome: nobody is who only says that they do so for their job.

    A letter to an address of a public service is read by whoever has that mailbox there: writing to it checks it.
    """
    return not is_public(enquiry) and (not is_unchecked(enquiry) or pack.is_work_email(enquiry.referrer_email))


def say_stands(state: str) -> str:
    """Where an enquiry stands, as whoever sent it hears it."""
    if state == "received":
        return RECEIVED
    return LOOKED_AT if state in UNSETTLED else DECIDED


def say_outcomes(decided: Enquiry) -> list[str]:
    """What is said of a decision: which way in a sentence, and of whom nothing."""
    routes = {subject.decision.route for subject in decided.subjects if subject.decision}
    return [words for route, words in OUTCOMES.items() if route in routes] or [OTHER_OUTCOME]


# What a professional who disagrees is told: a manager's own words to them stand beside it, and no others.
ANSWERS = {
    "stands": "A manager who had no part in the decision has read what you said. The decision stands.",
    "looked_again": "A manager who had no part in the decision has read what you said. We are looking at it again.",
}
ANSWERED_BY_EMAIL = "A manager has answered: at the work email address that you gave, and nowhere else."
ONCE_MORE = "If you still think that this is not enough for the child, you may say so once more."
NEXT_STEP = (
    "If you still disagree, this goes outside this service: ring us on {phone}, say this reference, and ask for the"
    " local safeguarding partners' procedure for escalation."
)

"""How urgent an enquiry is at a glance: the worst of what is known of any of its subjects, never that of the first."""

from dataclasses import dataclass

from triage.models import Enquiry
from triage.models.codes import RAGS


@dataclass(frozen=True, slots=True)
class Urgency:
    """Colours as in RAGS. `recommended` is the most pressing of any subject; `rated` is a person's, if they rated.

    `unsaid`: nobody has said yet what was seen of somebody who is not decided, so what is recommended rests on nothing.
    """

    rated: str | None
    recommended: str
    section_47: bool
    must_be_seen_today: bool
    unsaid: bool = False

    @property
    def rated_lower(self) -> bool:
        """Whether a person rated it less pressing than the policy recommends for somebody."""
        return self.rated is not None and RAGS.index(self.rated) > RAGS.index(self.recommended)


def urgency_of(enquiry: Enquiry) -> Urgency:
    """The worst over all subjects; section 47 and "seen today" of those who are not decided yet."""
    waiting = [subject.recommendation for subject in enquiry.subjects if subject.decision is None]
    return Urgency(
        rated=enquiry.rag,
        # Nobody is left in an enquiry that was joined to another.
        recommended=min((each.recommendation.rag for each in enquiry.subjects), key=RAGS.index, default="green"),
        section_47=any(each.section_47 for each in waiting),
        must_be_seen_today=any(each.must_be_seen_today for each in waiting),
        unsaid=any(each.least_colour and each.decision is None for each in enquiry.subjects),
    )

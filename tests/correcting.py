"""What a person says is wrong about them, as far as a test needs it."""

from typing import Any

from tests.asking_for_records import as_
from triage.models import Enquiry, Rectification
from triage.services.rights.rectifying import (
    AskRectification,
    DecideRectification,
    ask_rectification,
    decide_rectification,
)


def say(office: Any, enquiry: Enquiry, who: str = "mash_officer", **said: Any) -> Rectification:
    """Somebody records what the first whom it is about, or their mother, says is wrong."""
    person_id = enquiry.subjects[0].person_id
    said = {"asserted": "Eva", "asked_by": "The mother", "evidence": "Birth certificate"} | said
    with as_(office, who):
        return ask_rectification(office.desk(who), AskRectification(person_id=person_id, **said))


def settle(
    office: Any, row: Rectification, who: str = "social_worker", *, accept: bool = True, **said: Any
) -> Rectification:
    """Somebody else decides on it."""
    command = DecideRectification(rectification_id=row.id, accept=accept, **({"reason": "Seen"} | said))
    with as_(office, who):
        return decide_rectification(office.desk(who), command)

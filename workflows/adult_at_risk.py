"""An adult at risk: handed over to adult social care, acknowledged, and what came of it recorded (Care Act 2014).

The team takes it up and says what came of it, as do its managers; whoever handed it over asks and says neither.
"""

from workflows.definition import Table, Transition
from workflows.guards import has_reason
from workflows.referral import ANYBODY, LOCALITY, MANAGES, NIGHT, by_its_team, has_closure, owned

WORKS = LOCALITY | MANAGES
CLOSURES = ("safeguarding_enquiry", "care_assessment", "advice_given", "not_at_risk")
OPEN = ("handed_over", "acknowledged")

ADULT_AT_RISK = Table(
    name="Adult at risk",
    begins="adult_handed_over",
    states=(*OPEN, "closed"),
    initial="handed_over",
    final=("closed",),
    about_a_child=False,
    opens=("adult_acknowledgement", "adult_outcome"),
    transitions=(
        *by_its_team(
            Transition("acknowledge", "Acknowledged", ("handed_over",), "acknowledged", WORKS | NIGHT,
                       "adult_acknowledged", stops=("adult_acknowledgement",)),
            Transition("chase", "Chase", OPEN, None, ANYBODY, "adult_handover_chased"),
            Transition("record_outcome", "Record the outcome", ("acknowledged",), "closed", WORKS,
                       "adult_outcome_recorded", (has_closure, has_reason), stops=("adult_outcome",)),
        ),
        *owned(OPEN),
    ),
)  # fmt: skip

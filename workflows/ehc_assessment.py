"""A request for an education, health and care needs assessment: agreed or refused, a plan, its yearly review.

SEND Regulations 2014: 6 weeks from the request to the decision, 20 weeks to the final plan. The team and its managers
decide; the hub asked.
"""

from workflows.definition import IMMEDIATE_DANGER, Table, Transition
from workflows.guards import has_reason
from workflows.referral import ANYBODY, LOCALITY, MANAGES, by_its_team, owned

WORKS = LOCALITY | MANAGES
CLOSURES = ("plan_ceased", "refusal_stood", "request_withdrawn")
OPEN = ("requested", "assessment", "refused", "plan")

EHC_ASSESSMENT = Table(
    name="EHC needs assessment",
    begins="ehc_assessment_requested",
    states=(*OPEN, "closed"),
    initial="requested",
    final=("closed",),
    opens=("ehc_decision", "ehc_plan"),
    about_a_child=True,
    transitions=(
        *by_its_team(
            Transition("agree", "Agree to assess", ("requested",), "assessment", WORKS, "ehc_assessment_agreed",
                       stops=("ehc_decision",)),
            Transition("refuse", "Refuse to assess", ("requested",), "refused", WORKS, "ehc_assessment_refused",
                       (has_reason,), stops=("ehc_decision",), cancels=("ehc_plan",)),
            Transition("issue_plan", "Issue the final plan", ("assessment",), "plan", WORKS, "ehc_plan_issued",
                       stops=("ehc_plan",), starts=("ehc_review",)),
            Transition("refuse_plan", "No plan after the assessment", ("assessment",), "refused", WORKS,
                       "ehc_plan_refused", (has_reason,), stops=("ehc_plan",)),
            Transition("reconsider", "Look at it again", ("refused",), "assessment", WORKS, "ehc_refusal_reconsidered",
                       (has_reason,), starts=("ehc_plan",)),
            Transition("review", "Record the yearly review", ("plan",), None, WORKS, "ehc_plan_reviewed",
                       stops=("ehc_review",), starts=("ehc_review",)),
            Transition("accept_refusal", "Let the refusal stand", ("refused",), "closed", WORKS, "ehc_refusal_stood"),
            Transition("withdraw", "Withdraw the request", ("requested", "assessment"), "closed", WORKS,
                       "ehc_request_withdrawn", (has_reason,)),
            Transition("cease", "Cease the plan", ("plan",), "closed", WORKS, "ehc_plan_ceased", (has_reason,)),
        ),
        Transition(IMMEDIATE_DANGER, "Immediate danger: straight to social care", OPEN, None, ANYBODY,
                   "immediate_danger_declared", (has_reason,), section_47=True),
        *owned(OPEN),
    ),
)  # fmt: skip

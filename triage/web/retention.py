"""How long files are kept: what is due, what two people agreed to let go, and what is held."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from triage.errors import Conflict, DomainError, Invalid, NotFound, Problem
from triage.models import Disposal
from triage.schemas.retention import ExcludeSchema, HoldSchema, LiftSchema
from triage.services.desk import Desk
from triage.services.disposing import PREPARES, ExcludeItem, approve, exclude, prepare, withdraw
from triage.services.holding import LiftHold, PlaceHold, lift_hold, list_held, place_hold
from triage.services.letters import say_count
from triage.services.weighing import ask_again, read_standing
from triage.store.references import name_cases
from triage.store.retention import list_disposals
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, nest
from triage.web.keeping import begin, was_sent
from triage.web.places import may_open
from workflows.retention import NEVER

blueprint = Blueprint("retention", __name__, url_prefix="/retention")
carry_on(blueprint)
GOES = {  # what is in the tables, in the words of whoever agrees that it goes
    "enquiries": "Enquiries",
    "subjects": "People named in them",
    "people": "People of whom nothing else is kept",
    "recommendations": "What the policy recommended",
    "first_views": "First views",
    "decisions": "Decisions",
    "disagreements": "That whoever told us disagreed, and what they were answered",
    "second_looks": "What another manager would have decided",
    "check_links": "Links by which partners opened them",
    "agency_checks": "Questions to partners, and their answers",
    "referrals": "Referrals",
    "assignments": "Who had them, and when",
    "transfers": "Offers to another team",
    "strategy_discussions": "Strategy discussions",
    "assessments": "Assessments",
    "section_47s": "Enquiries under section 47",
    "plans": "Plans, and when they were reviewed",
    "clocks": "Times by which something was due",
    "clock_pauses": "Pauses of these",
    "files": "Letters and photographs",
    "disclosures": "What was shared with others",
    "rectifications": "Corrections",
    "access_requests": "Requests for a copy of the record",
    "access_judgements": "What a reviewer said of passages",
    "access_exports": "Copies of the record",
    "merges": "That two records are one person's",
    "relationships": "How people are related, and who lives with whom",
    "holds": "Holds that were lifted",
    "restrictions": "Restrictions of these records",
    "restriction_readers": "Who was on their lists",
    "glass_breaks": "Openings in an emergency",
    "opening_reasons": "Reasons for opening them",
    "declared_interests": "What staff said of families that they know",
    "repeats": "That somebody came back: when stays, after what goes",
    "unmet_needs": "Unmet needs that say whose they were: that is taken out, and the number stays",
    "enquiry_facts": "What was counted of enquiries: whose they were is taken out, and the numbers stay",
    "decision_facts": "What was counted of decisions: of which enquiry is taken out, and the numbers stay",
    "check_facts": "What was counted of questions to partners: of which enquiry is taken out, and the numbers stay",
    "referral_facts": "What was counted of referrals: whose they were is taken out, and the numbers stay",
    "assessment_facts": "What was counted of assessments: of which referral is taken out, and the numbers stay",
    "second_look_facts": "What was counted of second looks: of which enquiry is taken out, and the numbers stay",
    "unmet_need_facts": "What was counted of unmet needs: of which referral is taken out, and the numbers stay",
    "standing_facts": "What was counted of open cases and plans: whose they were is taken out, and the numbers stay",
    "disposed_referrals": "Past numbers that say whose they were: that is taken out",
    "outbox": "Letters and notices that the service sent",
    "idempotency_keys": "Answers kept for other systems",
    "due_files": "Lines of the list of what is due",
    "drafts": "Forms that somebody began and did not send",
    "tellings": "That somebody without an account sent it",
    "events": "Lines of the log: they are emptied, and stay in their place",
}
SHOWN = 50  # disposals, the newest


@blueprint.get("")
@may("retention.read")
def show() -> Any:
    """What is due by class, as it was worked out, why the rest is kept, and the disposals there are."""
    return _show()


def _show(status: int = 200, **errors: str) -> Any:
    with open_desk() as desk:
        page = render_template(
            "retention/show.html",
            weighed=read_standing(desk),
            schedule=desk.pack.retention,
            disposals=list_disposals(desk.session, SHOWN),
            never=NEVER,
            may_prepare=g.actor.role in PREPARES,
            errors=errors,
        )
    return page, status


@blueprint.post("")
@may("retention.prepare")
def prepare_disposal() -> Any:
    """Put together what is due, of one class or of all."""
    try:
        with open_desk() as desk:
            disposal = prepare(desk, request.form.get("code") or None)
    except Conflict as refusal:
        return _show(409, code=str(refusal))
    flash(f"{say_count(len(disposal.items), 'file')} put together. Nothing goes until somebody else has agreed.")
    return redirect(url_for("retention.show_disposal", disposal_id=disposal.id))


@blueprint.post("/again")
@may("retention.approve")
def weigh_again() -> Any:
    """Have it worked out anew."""
    with open_desk() as desk:
        ask_again(desk)
    flash("It is worked out again within a few minutes. Open this page again then.")
    return redirect(url_for("retention.show"))


@blueprint.get("/disposals/<uuid:disposal_id>")
@may("retention.read")
def show_disposal(disposal_id: UUID) -> Any:
    """One disposal, file by file, and what may be done to it."""
    return _show_disposal(disposal_id)


def _show_disposal(disposal_id: UUID, status: int = 200, item_id: UUID | None = None, **errors: str) -> Any:
    with open_desk() as desk:
        disposal = desk.session.get(Disposal, disposal_id)
        if disposal is None:
            raise NotFound(Problem("not_found", "There is no such disposal."))
        form = begin(desk, url_for("retention.show_disposal", disposal_id=disposal.id), request.form)
        page = render_template(
            "retention/disposal.html",
            disposal=disposal,
            goes=GOES,
            links=_link(desk, disposal) if may_open("enquiries.show", g.actor) else {},
            schedule=desk.pack.retention,
            is_own=disposal.prepared_by_id == g.actor.id,
            errors=errors,
            failed_item=item_id,
            form=form,
        )
    return page, status


def _link(desk: Desk, disposal: Disposal) -> dict[str, str]:
    """Where each case is looked at, by its reference, as far as whoever agrees may see it."""
    named = name_cases(desk.session, [case for item in disposal.items for case in item.cases])
    enquiries = {name: url_for("enquiries.show", enquiry_id=key) for key, name in named.items() if name[:4] == "ENQ-"}
    return {name: url_for("referrals.show", referral_id=key) for key, name in named.items()} | enquiries


@blueprint.post("/disposals/<uuid:disposal_id>/<action>")
@may("retention.approve")
def settle(disposal_id: UUID, action: str) -> Any:
    """Agree to it, or withdraw it."""
    done = {
        "approve": (approve, "Agreed. The files go within minutes, and stay away."),
        "withdraw": (withdraw, "Withdrawn. Nothing goes."),
    }
    if action not in done:
        raise NotFound(Problem("unknown_action", f"There is no action {action!r}."))
    do, words = done[action]
    return _try(disposal_id, words, lambda desk: do(desk, disposal_id))


@blueprint.post("/disposals/<uuid:disposal_id>/items/<uuid:item_id>")
@may("retention.approve")
def leave_out(disposal_id: UUID, item_id: UUID) -> Any:
    """Leave one file out, with a reason."""

    def attempt(desk: Desk) -> None:
        said = load(ExcludeSchema(), nest(request.form, ("reason",)))
        exclude(desk, ExcludeItem(item_id=item_id, **said))

    return _try(disposal_id, "Left out. This file is kept.", attempt, item_id)


def _try(disposal_id: UUID, words: str, attempt: Callable[[Desk], Any], item_id: UUID | None = None) -> Any:
    try:
        with open_desk() as desk:
            attempt(desk)
            was_sent(desk)
    except (Conflict, Invalid) as refusal:
        return _show_disposal(disposal_id, refusal.status, item_id, **_by_field(refusal))
    flash(words)
    return redirect(url_for("retention.show_disposal", disposal_id=disposal_id))


@blueprint.get("/holds")
@may("retention.read")
def show_holds() -> Any:
    """What is held, and how to hold something."""
    return _show_holds()


def _show_holds(status: int = 200, hold_id: UUID | None = None, **errors: str) -> Any:
    with open_desk() as desk:
        page = render_template(
            "retention/holds.html",
            held=list_held(desk),
            form=begin(desk, url_for("retention.show_holds"), request.form),
            by_hand=[(each.code, each.name) for each in desk.pack.retention.classes if each.by_hand],
            errors=errors,
            failed_hold=hold_id,
        )
    return page, status


@blueprint.post("/holds")
@may("hold.write")
def hold() -> Any:
    """Hold a case, or everybody whom it is about."""
    try:
        with open_desk() as desk:
            said = load(HoldSchema(), nest(request.form, ("reference", "reason", "words", "people", "keep_as")))
            holds = place_hold(desk, PlaceHold(**said))
            was_sent(desk)
    except (Conflict, Invalid) as refusal:
        return _show_holds(refusal.status, **_by_field(refusal))
    flash(f"{say_count(len(holds), 'hold')} placed.")
    return redirect(url_for("retention.show_holds"))


@blueprint.post("/holds/<uuid:hold_id>/lift")
@may("hold.write")
def lift(hold_id: UUID) -> Any:
    """Let the schedule say again."""
    try:
        with open_desk() as desk:
            said = load(LiftSchema(), nest(request.form, ("reason",)))
            lift_hold(desk, LiftHold(hold_id=hold_id, **said))
            was_sent(desk)
    except (Conflict, Invalid) as refusal:
        return _show_holds(refusal.status, hold_id, **_by_field(refusal))
    flash("Lifted.")
    return redirect(url_for("retention.show_holds"))


def _by_field(refusal: DomainError) -> dict[str, str]:
    return {field or "all": message for field, message in errors_by_field(refusal).items()}

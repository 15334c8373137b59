"""One planned case, carried through the services step by step by the people whose work it is."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from triage.access.actor import Actor
from triage.demo.calls import ADDRESSES, AGENCIES, tell
from triage.demo.findings import CATEGORIES, draw_findings
from triage.demo.people import Child, misspell
from triage.demo.plan import PlannedCase
from triage.demo.staff import Staff
from triage.demo.timetable import Step
from triage.models import Enquiry, Referral, Subject
from triage.services.assessing import went_further
from triage.services.checks import CheckAction, act_on_check
from triage.services.choosing import as_choice
from triage.services.clocks import running, timed_colour
from triage.services.deciding import Decide, SubjectDecision, decide
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.first_view import OwnView, RecordFirstViews, record_first_views, waits_for_view
from triage.services.logging_enquiry import LogEnquiry, NewSubject, log_enquiry
from triage.services.people import NewPerson, find_matches
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.services.transfers import TransferAction, act_on_transfer
from triage.store.references import enquiry_reference
from workflows.choice import Choice, find_repeat, higher_routes, unexplained_siblings
from workflows.enquiry import is_less_urgent
from workflows.social_care import AFTER_ASSESSMENT, MOVED_AWAY, MUST_TAKE_PART

LEVELS = {"social_care": 4, "early_help": 3, "advice": 1, "no_further_action": 1}
REASONS = {
    "social_care": "Made up: the harm seen and the history call for a social worker.",
    "early_help": "Made up: the family wants help and universal services are not enough.",
    "advice": "Made up: universal services can meet the need; the family was told where to go.",
    "no_further_action": "Made up: looked into, nothing that calls for more.",
    "existing_case": "Made up: the case is open; its worker has been told.",
    "other_authority": "Made up: the family lives elsewhere; that authority was rung and written to.",
    "adult_safeguarding": "Made up: an adult at risk; handed to adult safeguarding.",
    "ehc_pathway": "Made up: the request is for an education, health and care assessment.",
}


class NotRecognised(Exception):
    """A child who is known was not found even by their right name: the replay stops, for its figures would be wrong."""


class CaseRun:
    """A case while it runs. Its dice are its own, so that two processes may share the cases and agree.

    What is found is thrown with others, so that no other throw moves.
    """

    def __init__(self, case: PlannedCase, staff: Staff, seed: int) -> None:
        self.case, self.dice = case, Random(f"{seed}-{case.number}")  # nosec B311
        self.found = Random(f"{seed}-{case.number}-found")  # nosec B311
        self.officer = self.dice.choice(staff.officers)
        self.social_worker = self.dice.choice(staff.social_workers)
        self.manager = self.dice.choice(staff.managers)
        self.staff = staff
        self.enquiry: Enquiry
        self.referrals: dict[int, Referral] = {}

    def do(self, desk: Desk, step: Step) -> None:
        """Carry out one step as whoever's it is."""
        STEPS[step.do](self, desk, step)

    def log(self, desk: Desk, step: Step) -> None:
        case, family = self.case, self.case.family
        desk = desk.with_actor(self.officer)
        agency = AGENCIES.get(case.call.source)
        address = ADDRESSES.get(agency) if case.call.source not in ("9", "10") else None
        command = LogEnquiry(
            received_at=case.call.received_at,
            channel=case.call.channel,
            source=case.call.source,
            agency_code=agency,
            referrer_role="Made-up referrer",
            referrer_email=f"{address}@{agency.replace('_', '-')}.example" if address else None,
            referrer_may_be_named=self.dice.random() > 0.1,
            consent=case.consent,
            subjects=tuple(self._subject(desk, child) for child in family.children),
            reference=enquiry_reference(case.call.received_at.year, case.number),
            **tell(self.dice, case.indicators, [child.given_name for child in family.children]),
        )
        self.enquiry = log_enquiry(desk, command)
        for child, subject in zip(family.children, self.enquiry.subjects, strict=True):
            child.person_id = subject.person_id or subject.person.id

    def _subject(self, desk: Desk, child: Child) -> NewSubject:
        known = self._recognise(desk, child) if child.person_id else None
        return NewSubject(
            person_id=known,
            person=None if known else self._describe(child),
            indicators=self.case.indicators,
            mobile=None if self.dice.random() < 0.5 else True,
            needs_immediate_protection=False,
            ehc_request=self.case.outcome == "ehc_pathway",
            first_view_level=LEVELS.get(self.case.outcome, 2),
            first_view_reason="Made up: as it sounded on the telephone.",
        )

    def _recognise(self, desk: Desk, child: Child) -> object:
        """Look for a child heard of before by the name as told; if not found, ask how it is spelt and look again."""
        for told in (misspell(self.dice, child), child):
            found = {match.person.id for match in find_matches(desk, self._describe(told))}
            if child.person_id in found:
                return child.person_id
        raise NotRecognised(f"{child.given_name} {self.case.family.family_name}")

    def _describe(self, child: Child) -> NewPerson:
        family = self.case.family
        return NewPerson(
            kind="adult_at_risk" if self.case.outcome == "adult_safeguarding" else "child",
            given_name=child.given_name,
            family_name=family.family_name,
            birth_date=child.birth_date,
            sex=child.sex,
            nhs_number=child.nhs_number if not child.person_id else None,
            address=family.address,
            postcode=family.postcode,
        )

    def screen(self, desk: Desk, step: Step) -> None:
        self._act(desk, self.social_worker, "start_screening")

    def rate(self, desk: Desk, step: Step) -> None:
        """With a reason, where it gives more time than the policy would."""
        rag, timed = step.details["rag"], timed_colour(self.enquiry)
        why = {"reason": "Made up: somebody is with the family now."} if is_less_urgent(rag, timed) else {}
        self._act(desk, self.social_worker, "set_rag", rag=rag, **why)

    def ask(self, desk: Desk, step: Step) -> None:
        agency = step.details["agency"]
        asked = {"lawful_basis": "public_task", "consent": self.case.consent, "question": "What do you know?"}
        if self.case.consent != "given":
            asked["consent_reason"] = "Made up: the family has not been reached yet."
        self._act(desk, self.social_worker, "request_check", agency_code=agency, **asked)

    def reply(self, desk: Desk, step: Step) -> None:
        check = next(each for each in self.enquiry.checks if each.agency_code == step.details["agency"])
        answer = "Made-up answer." if step.details["answer"] == "answer" else ""
        command = CheckAction(check_id=check.id, action=step.details["answer"], answer=answer)
        act_on_check(desk.with_actor(self.social_worker), command)

    def finish(self, desk: Desk, step: Step) -> None:
        self._act(desk, self.social_worker, "finish_screening")

    def decide(self, desk: Desk, step: Step) -> None:
        """A social worker says what they think first, then decides; a manager approves what takes two."""
        desk = desk.with_actor(self.social_worker)
        self._view(desk)
        chosen = tuple(self._choose(subject, step.details["route"]) for subject in self.enquiry.subjects)
        decide(desk, Decide(enquiry_id=self.enquiry.id, decisions=self._explain_siblings(chosen)))
        if self.enquiry.state == "awaiting_approval":
            self._view(desk.with_actor(self.manager))
            self._act(desk, self.manager, "approve")
        self.referrals = {each.subject.ordinal - 1: each for each in self.enquiry.referrals}

    def _view(self, desk: Desk) -> None:
        level, reason = LEVELS.get(self.case.outcome, 2), "Made up: as the telling reads."
        waiting = waits_for_view(desk.actor, self.enquiry)
        views = tuple(OwnView(subject_id=each.id, level=level, reason=reason) for each in waiting)
        record_first_views(desk, RecordFirstViews(enquiry_id=self.enquiry.id, views=views))

    def _choose(self, subject: Subject, route: str) -> SubjectDecision:
        recommended = subject.recommendation
        decision = SubjectDecision(
            subject_id=subject.id,
            level=max(recommended.level, LEVELS[route]) if route == "social_care" else recommended.level,
            route=route,
            reason=REASONS[route],
            section_47=recommended.section_47 and route in ("social_care", "existing_case", "other_authority"),
        )
        choice = self._as_choice(subject, decision)
        why_not = dict.fromkeys(higher_routes(choice), "Made up: talked over, and not needed for this child.")
        again = "Made up: the earlier enquiries were read together." if find_repeat(choice) else ""
        return replace(decision, why_not=why_not, repeat_reason=again)

    def _explain_siblings(self, chosen: tuple[SubjectDecision, ...]) -> tuple[SubjectDecision, ...]:
        """Where brothers and sisters differ, why."""
        if not unexplained_siblings(map(self._as_choice, self.enquiry.subjects, chosen)):
            return chosen
        return tuple(replace(each, sibling_reason="Made up: what was seen was of one child only.") for each in chosen)

    def _as_choice(self, subject: Subject, decision: SubjectDecision) -> Choice:
        return as_choice(self.enquiry, subject, decision)

    def close(self, desk: Desk, step: Step) -> None:
        self._act(desk, self.officer, "close")

    def allocate(self, desk: Desk, step: Step) -> None:
        referral = self.referrals[step.child]
        team = f"{referral.service}_{self._place(referral)}"
        self._work(desk, self.manager, step, "allocate", team_code=team)

    def give_back(self, desk: Desk, step: Step) -> None:
        self._work(desk, self._worker(step), step, "return", reason="Made up: belongs to another worker's patch.")

    def accept(self, desk: Desk, step: Step) -> None:
        self._work(desk, self._worker(step), step, "accept")

    def start(self, desk: Desk, step: Step) -> None:
        referral = self.referrals[step.child]
        if referral.service == "early_help":
            self._work(desk, self._worker(step), step, "contact_family")
        if referral.section_47:
            self._discuss(desk, step)
        else:
            self._work(desk, self._worker(step), step, "start_assessment")

    def _discuss(self, desk: Desk, step: Step) -> None:
        """Every other discussion opens section 47, which ends with the assessment."""
        self._work(desk, self._worker(step), step, "call_strategy_discussion", invited=tuple(MUST_TAKE_PART))
        opens = self.case.number % 2
        why = {} if opens else {"reason": "Made up: what was seen is explained, and the child is in need."}
        action = "open_section_47" if opens else "decline_section_47"
        self._work(desk, self._worker(step), step, action, came=tuple(MUST_TAKE_PART), **why)

    def assess(self, desk: Desk, step: Step) -> None:
        late = any(clock.due_at < desk.now for clock in running(self.referrals[step.child], ("assessment",)))
        why = {"reason": "Made up: the family could not be reached for weeks."} if late else {}
        is_social_care, ending = self.referrals[step.child].service == "social_care", self._ending(step)
        found = draw_findings(self.found, ending.details.get("closure")) if is_social_care else {}
        self._work(desk, self._worker(step), step, "complete_assessment", **why, **found)
        if self.referrals[step.child].state == "section_47":
            self._end_section_47(desk, step, ending)
        if self.referrals[step.child].state == "assessment" and ending.details.get("closure") == "RC7":
            self._work(desk, self._worker(step), step, "make_plan")

    def _ending(self, step: Step) -> Step:
        """How the service that has the child closes the case."""
        after = (each for each in self.case.steps if each.child == step.child and each.at >= step.at)
        return next(each for each in after if each.do in ("end", "step_down"))

    def _end_section_47(self, desk: Desk, step: Step, ending: Step) -> None:
        """Every other one leads to a conference, which protects a child who is not off the plan the same day."""
        if self.case.number % 4 == 1 and ending.do == "end" and ending.at.date() > step.at.date():
            self._work(desk, self._worker(step), step, "call_conference")
            category = self.found.choice(CATEGORIES)
            self._work(desk, self._worker(step), step, "make_protection_plan", category_of_abuse=category)
        else:
            ended = {"reason": "Made up: significant harm was not found."}
            self._work(desk, self._worker(step), step, "end_section_47", **ended)

    def end(self, desk: Desk, step: Step) -> None:
        """Those whose needs were met had a plan; families who stayed are asked how far the help met their needs."""
        closure = step.details["closure"]
        if closure == MOVED_AWAY:
            self._move_away(desk, step)
            return
        if self.referrals[step.child].child_protection_plan:
            self._work(desk, self._worker(step), step, "end_protection_plan", reason="Made up: the child is safe now.")
        if closure in ("needs_met", "needs_partly_met"):
            self._work(desk, self._worker(step), step, "make_plan")
        if closure in AFTER_ASSESSMENT and went_further(self.referrals[step.child]):
            closure = "RC7"
        self._work(desk, self._worker(step), step, "close", closure=closure, **self._rating(closure))

    def _move_away(self, desk: Desk, step: Step) -> None:
        """The worker offers the case, and a manager of the hub hears from the other authority that it has it."""
        moved = {"transfer_to": "A made-up authority", "reason": "Made up: the family has moved there."}
        self._work(desk, self._worker(step), step, "offer_transfer", **moved)
        offer = self.referrals[step.child].transfers[-1]
        said = {"action": "accept_transfer", "reason": "Made up: their duty social worker rang back."}
        act_on_transfer(desk.with_actor(self.manager), TransferAction(transfer_id=offer.id, **said))

    def _rating(self, closure: str) -> dict[str, Any]:
        if closure.startswith("needs"):
            return {"family_rating": self.dice.choice((3, 4, 4, 5) if closure == "needs_met" else (2, 3, 3, 4))}
        return {} if closure.startswith("RC") else {"rating_reason": "Made up: the family could not be reached."}

    def hand_on(self, desk: Desk, step: Step) -> None:
        """What the Special educational needs team, adult social care or another authority says."""
        if step.details["action"] == "record_acknowledgement" and not self.referrals[step.child].to_authority:
            named = {"transfer_to": "A made-up authority", "reason": "Made up: the school knows where they live."}
            self._work(desk, self.officer, step, "hand_over_again", **named)
        self._work(desk, self.manager, step, step.details["action"], **step.details["with"])

    def step_down(self, desk: Desk, step: Step) -> None:
        """Social care closes; the early help referral that follows is the child's from now on."""
        before = self.referrals[step.child]
        self._work(desk, self._worker(step), step, "step_down", consent="given", lead_practitioner="Made-up lead")
        self.referrals[step.child] = next(each for each in self.enquiry.referrals if each.stepped_from is before)

    def _act(self, desk: Desk, actor: Actor, action: str, **details: Any) -> None:
        act_on_enquiry(desk.with_actor(actor), EnquiryAction(enquiry_id=self.enquiry.id, action=action, **details))

    def _work(self, desk: Desk, actor: Actor, step: Step, action: str, **details: Any) -> None:
        command = ReferralAction(referral_id=self.referrals[step.child].id, action=action, **details)
        act_on_referral(desk.with_actor(actor), command)

    def _place(self, referral: Referral) -> str:
        return referral.locality_code or "west"

    def _worker(self, step: Step) -> Actor:
        referral = self.referrals[step.child]
        return self.staff.locality[referral.service, self._place(referral)]


STEPS: dict[str, Callable[[CaseRun, Desk, Step], None]] = {
    "log": CaseRun.log,
    "screen": CaseRun.screen,
    "rate": CaseRun.rate,
    "ask": CaseRun.ask,
    "reply": CaseRun.reply,
    "finish": CaseRun.finish,
    "decide": CaseRun.decide,
    "close": CaseRun.close,
    "allocate": CaseRun.allocate,
    "return": CaseRun.give_back,
    "accept": CaseRun.accept,
    "start": CaseRun.start,
    "assess": CaseRun.assess,
    "end": CaseRun.end,
    "step_down": CaseRun.step_down,
    "hand_on": CaseRun.hand_on,
}

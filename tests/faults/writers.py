"""People who work on the same cases at once: what each does is chosen by dice from what is permitted."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tests.faults.front_door import PACK, Do, FrontDoor
from tests.making import a_subject
from triage.errors import DomainError
from triage.models import AgencyCheck, Enquiry, Referral, Transfer
from triage.models.codes import CLOCK_KINDS, CLOSURES_OF, CONSENTS, LAWFUL_BASES, RAGS
from triage.services.checks import CheckAction, act_on_check
from triage.services.deciding import Decide, SubjectDecision, decide
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.first_view import OwnView, RecordFirstViews, record_first_views, waits_for_view
from triage.services.logging_enquiry import NewSubject
from triage.services.permitted import (
    permitted_on_check,
    permitted_on_enquiry,
    permitted_on_referral,
    permitted_on_transfer,
)
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.services.transfers import TransferAction, act_on_transfer
from workflows.census.codes import ABUSE, NO_FACTOR, PRIMARY_NEEDS
from workflows.choice import EXPLAINED
from workflows.engine import Permitted
from workflows.social_care import MUST_TAKE_PART

LEVEL_OF = {"social_care": 4, "early_help": 3, "advice": 2, "no_further_action": 1, "existing_case": 4}
# What leads on is done often, what ends a case seldom, so that cases come as far as a plan while there is time.
FREQUENT = dict.fromkeys(("start_screening", "finish_screening", "resume", "decide", "propose", "approve"), 9)
DAYS = ("internal_review_on", "conference_on", "reviewed_on", "ended_on")
FREQUENT |= dict.fromkeys(("allocate", "accept", "start_assessment", "make_plan", "contact_family"), 9)
USUAL = dict.fromkeys(("set_rag", "split", "join", "claim", "offer_transfer", "accept_transfer"), 3)
RARE = dict.fromkeys(("withdraw", "close", "attach", "return", "hand_over_to_edt", "hold"), 0.3)
CHANCES = FREQUENT | USUAL | RARE | {"immediate_danger": 0.1}
IN_HUB = (Enquiry, Enquiry, Enquiry, Referral, AgencyCheck)
IN_LOCALITY = (Referral, Referral, Transfer)
NOTHING = 2  # how often somebody for whom there is little to do does nothing


def fill(door: FrontDoor, dice: Random, *, families: int, enquiries: int) -> None:
    """Enquiries about the same few families, again and again, each about one to three of its children."""
    known = [
        door.people_of(door.log(*(_child(f"{n} {name}") for name in ("Ava", "Ben", "Cy")))) for n in range(families)
    ]
    for number in range(enquiries - families):
        children = dice.sample(known[number % families], dice.choice((1, 2, 3)))
        door.log(*(NewSubject(person_id=key, indicators=("P4_UNSAFE",)) for key in children))


def _child(name: str) -> NewSubject:
    return a_subject(given_name=name, birth_date=date(2008, 1, 2), indicators=("C3_SUBSTANCE",))


@dataclass
class Writer:
    """Somebody at a desk, now in this role, now in that, who does what is permitted with what they have just read."""

    door: FrontDoor
    dice: Random
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def work(self, times: int) -> None:
        """So many actions, done or refused. Whatever is not a refusal in words comes out."""
        while self.done.total() + self.refused.total() < times:
            self._try_once()

    def _try_once(self) -> None:
        actors = list(self.door.actors.values())
        (actor,) = self.dice.choices(actors, [1 if each.locality_code else 4 for each in actors])
        with self.door.desk(actor) as desk:
            action, steps = self._choose(desk)
        try:
            for step in steps:  # each in a transaction of its own, as pages have it
                with self.door.desk(actor) as desk:
                    step(desk)
        except DomainError as refusal:
            self.refused[refusal.problems[0].code] += 1
        else:
            self.done.update([action] if steps else [])

    def _choose(self, desk: Desk) -> tuple[str, tuple[Do, ...]]:
        """Something that this actor may do to something that they see, if there is anything."""
        in_locality = desk.actor.locality_code is not None
        model = self.dice.choice(IN_LOCALITY if in_locality else IN_HUB)
        keys = sorted(desk.session.scalars(select(model.id)).all())
        case = desk.session.get(model, self.dice.choice(keys)) if keys else None
        allowed = [each for each in PERMITTED[model](desk, case) if each.allowed] if case else []
        chances = [CHANCES.get(each.action, 1) for each in allowed]
        (chosen,) = self.dice.choices((None, *allowed), (max(0.1, NOTHING - sum(chances)), *chances))
        return (chosen.action, self._plan(desk, case, chosen)) if chosen else ("", ())

    def _plan(self, desk: Desk, case: Any, chosen: Permitted) -> tuple[Do, ...]:
        """The action, on the version that was read or, as a system may, on whichever there is."""
        read = self.dice.choice((case.version, None))
        if chosen.action in ("decide", "propose"):
            return *view_first(desk, case), self._decide(case, read)
        brought = {name: self._bring(desk, case, name) for name in chosen.asks}
        command, key, act = COMMANDS[type(case)]
        told = command(**{key: case.id}, action=chosen.action, version=read, **brought)
        before = view_first(desk, case) if chosen.action == "approve" else ()
        return *before, lambda desk: act(desk, told)

    def _decide(self, enquiry: Enquiry, read: int | None) -> Do:
        decisions = tuple(self._choose_route(subject.id) for subject in enquiry.subjects)
        told = Decide(enquiry_id=enquiry.id, decisions=decisions, version=read)
        return lambda desk: decide(desk, told)

    def _choose_route(self, subject_id: UUID) -> SubjectDecision:
        route = self.dice.choice(("social_care", "social_care", *LEVEL_OF))
        section_47 = route == "social_care" and self.dice.random() < 0.3
        return a_decision(subject_id, level=LEVEL_OF[route], route=route, section_47=section_47)

    def _bring(self, desk: Desk, case: Any, name: str) -> Any:
        """Something for a field of that name: mostly what fits, sometimes what is refused."""
        pick, asked = self.dice.choice, desk.session
        choices: dict[str, Callable[[], Any]] = {
            "rag": lambda: pick(RAGS),
            "agency_code": lambda: pick(list(PACK.agencies)),
            "lawful_basis": lambda: pick(list(LAWFUL_BASES)),
            "consent": lambda: pick(("given", *CONSENTS)),
            "worker_id": lambda: pick(list(self.door.actors.values())).id,
            "clock": lambda: pick([clock.kind for clock in case.clocks] or list(CLOCK_KINDS)),
            "until": lambda: (desk.now + timedelta(days=pick((0, 1, 5, 30)))).date(),
            "subject_ids": lambda: tuple(each.id for each in case.subjects if self.dice.random() < 0.5),
            "into_reference": lambda: pick(sorted(asked.scalars(select(Enquiry.reference)))),
            "team_code": lambda: pick(teams_of(case.service)),
            "provider_code": lambda: pick((None, *PACK.providers)),
            "closure": lambda: pick(CLOSURES_OF[case.service]),
            "invited": lambda: tuple(MUST_TAKE_PART),
            "came": lambda: tuple(self.dice.sample(sorted(MUST_TAKE_PART), 2)),
            "expected_on": lambda: (desk.now + timedelta(days=20)).date(),
            "transfer_to": lambda: pick((*teams_of(case.service), "Made-up County")),
            "family_rating": lambda: pick((None, 1, 5)),
            "primary_need": lambda: pick(tuple(PRIMARY_NEEDS)),
            "child_seen": lambda: pick((None, True, False)),
            "factors": lambda: pick((("16A",), ("1A", "4B"), (NO_FACTOR,), (NO_FACTOR, "1A"))),
            "category_of_abuse": lambda: pick((None, *ABUSE)),
            "previous_plans": lambda: pick((None, 0, 2)),
            **dict.fromkeys(DAYS, lambda: pick((None, desk.today))),
        }
        return choices.get(name, lambda: "Made up")()


def view_first(desk: Desk, enquiry: Enquiry) -> tuple[Do, ...]:
    """Say what one thinks of everybody whom one has not said it of yet, if there is anybody."""
    waiting = waits_for_view(desk.actor, enquiry)
    views = tuple(OwnView(subject_id=each.id, level=3, reason="Made up") for each in waiting)
    told = RecordFirstViews(enquiry_id=enquiry.id, views=views)
    return (lambda desk: record_first_views(desk, told),) if views else ()


def a_decision(subject_id: UUID, **chosen: Any) -> SubjectDecision:
    """What was chosen, with every reason that it could take."""
    why_not = dict.fromkeys(EXPLAINED, "Made up")
    reasons = dict.fromkeys(("reason", "sibling_reason", "repeat_reason"), "Made up")
    return SubjectDecision(subject_id=subject_id, why_not=why_not, **reasons, **chosen)


def teams_of(service: str) -> list[str]:
    """The codes of the teams that do a service."""
    return [code for code, team in PACK.teams.items() if team.get("service") == service]


PERMITTED = {
    Enquiry: permitted_on_enquiry,
    Referral: permitted_on_referral,
    AgencyCheck: permitted_on_check,
    Transfer: permitted_on_transfer,
}
COMMANDS = {
    Enquiry: (EnquiryAction, "enquiry_id", act_on_enquiry),
    Referral: (ReferralAction, "referral_id", act_on_referral),
    AgencyCheck: (CheckAction, "check_id", act_on_check),
    Transfer: (TransferAction, "transfer_id", act_on_transfer),
}

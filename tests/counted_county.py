"""A few children of whom all sorts of things are done, each with an event on the case that it is of, and no other."""

from datetime import date, timedelta
from itertools import count

from hypothesis import strategies as st

from tests.coming_back import County, day_of, pick
from triage.access.actor import SYSTEM
from triage.insight.counting import refresh
from triage.models import (
    AgencyCheck,
    Assessment,
    Assignment,
    Clock,
    Decision,
    Event,
    Plan,
    Recommendation,
    SecondLook,
    UnmetNeed,
)

YEARS = date(2012, 1, 1), date(2013, 12, 31)
DAYS, LATER = st.dates(*YEARS), st.integers(0, 380)
PLACES, RECORDS = st.integers(0, 4), st.integers(0, 2)
DISTRICTS = ("E07000170", "E07000176", None)
ROUTES = ("social_care", "early_help", "no_further_action")
TEAMS = ("social_care_west", "early_help_north")
NEEDS = ("C2_SPEECH", "F2_DEBT")
OF_REFERRALS = ("close", "correct", "assign", "give_back", "assess", "plan", "end_plan", "miss", "issue")


def done(what, *details):
    """Something that may be done, with what it takes."""
    return st.tuples(st.just(what), *details)


ENQUIRE, DECIDE = done("enquire", RECORDS, DAYS), done("decide", PLACES, st.integers(0, 600), st.sampled_from(ROUTES))
LOOK = done("look", PLACES, st.sampled_from(ROUTES), st.sampled_from([None, "good", "inadequate"]), LATER)
ASK = done("ask", PLACES, st.sampled_from(["police", "health"]), st.none() | st.integers(0, 900))
REFER = done("refer", RECORDS, DAYS, st.sampled_from(["social_care", "early_help"]))
WORK = (
    done("assign", PLACES, st.sampled_from(TEAMS), LATER),
    done("assess", PLACES, st.sampled_from(["single", "core"]), LATER, st.none() | st.integers(0, 60)),
    done("plan", PLACES, LATER, st.none() | st.integers(0, 2)),
    done("end_plan", PLACES, st.integers(-5, 900)),
    done("miss", PLACES, st.sampled_from(NEEDS), LATER),
    done("issue", PLACES, LATER),
)
# Something of everything, so that there is something to count; and then whatever comes.
BEGUN = st.tuples(*[ENQUIRE, DECIDE, LOOK] * 3, ASK, ASK, *[REFER, *WORK] * 2)
DONE = st.one_of(
    *[ENQUIRE, DECIDE] * 2,
    *(ASK, LOOK, REFER, *WORK),
    done("step", PLACES, LATER),
    done("close", PLACES, LATER, st.sampled_from(["needs_met", "disengaged"])),
    done("say", RECORDS, RECORDS),
    done("correct", PLACES, DAYS),
    done("tell_otherwise", PLACES, DAYS),
    done("recognise", PLACES, RECORDS),
    done("move", PLACES, st.sampled_from(DISTRICTS)),
    done("stop", PLACES, st.sampled_from(["met", "missed", "late", "cancelled", "running"]), LATER),
    done("bring", PLACES),
    done("give_back", PLACES, LATER),
    done("count"),
)


class CountedCounty(County):
    """Each change leaves an event on the case that it is of, and no other is told."""

    def __init__(self, session):
        super().__init__(session)
        self.told, self.looks, self.unmet = count(1), [], []

    def do(self, what, *details):
        super().do(what, *details)
        self.session.add_all(Event(**self._event(kind, case.id)) for kind, case in self._changed(what, *details))
        self.session.flush()

    def _changed(self, what, place=0, *_details):
        if what == "say":
            return [("person", each) for each in self.people]
        if what in ("refer", "step"):
            return [("referral", each) for each in self.referrals[-1:]]
        if what in OF_REFERRALS:
            return [("referral", each) for each in pick(self.referrals, place)]
        if what == "count":
            return []
        subjects = self.subjects[-1:] if what == "enquire" else pick(self.subjects, place)
        return [("enquiry", each.enquiry) for each in subjects]

    def _event(self, kind, key):
        told = {"actor_id": SYSTEM.id, "actor_name": SYSTEM.name, "actor_role": "system", "data": {}}
        case = {"case_kind": kind, "case_id": key, "number": next(self.told), "type": "made_up"}
        return told | case | {"at": self._at(YEARS[1]), "previous_hash": b"", "hash": b""}

    def step(self, place, days):
        """The one that ends is told of by what begins: both are of one child."""
        super().step(place, days)
        for before in [each.stepped_from for each in self.referrals[-1:] if each.stepped_from]:
            self.session.add(Event(**self._event("referral", before.id)))

    def enquire(self, record, day):
        super().enquire(record, day)
        enquiry = self.subjects[-1].enquiry
        self._start_clock("decision", enquiry.received_at, enquiry=enquiry)

    def _start_clock(self, kind, started, **case):
        told = {"limit_text": "Made up", "authority": "Made up", "escalate_to": "mash_manager"}
        times = {"started_at": started, "warn_at": started, "due_at": started + timedelta(days=1)}
        self.session.add(Clock(kind=kind, timescale_version="made up", **case, **times, **told))

    def decide(self, place, minutes, route):
        for subject in pick(self.subjects, place):
            at = subject.enquiry.received_at + timedelta(minutes=minutes)
            for before in subject.decisions:
                before.superseded_at = before.superseded_at or at
            self.session.flush()
            subject.enquiry.decided_at, subject.enquiry.working_minutes_to_decision = at, minutes
            self._choose(subject, route, at)

    def _choose(self, subject, route, at):
        policy = {"policy_name": "made up", "policy_version": "1", "policy_hash": "0"}
        answer = {"reasons": [{"rule": "made up"}], "must_be_seen_today": False}
        recommended = Recommendation(
            subject=subject, made_at=at, level=4, route="social_care", rag="amber", section_47=False, answer=answer,
            facts={}, **policy,
        )  # fmt: skip
        decision = Decision(
            subject=subject, recommendation=recommended, decided_at=at, decided_by_id=SYSTEM.id, took_effect_at=at,
            level=4 if route == "social_care" else 2, route=route, section_47=False, consent="given", reason="Made up",
        )  # fmt: skip
        self.session.add_all([recommended, decision])

    def move(self, place, district):
        for subject in pick(self.subjects, place):
            subject.enquiry.district_code = district

    def stop(self, place, state, days):
        for subject in pick(self.subjects, place):
            for clock in subject.enquiry.clocks:
                ended = state not in ("running", "late")
                clock.state = state if ended else "running"
                clock.stopped_at = clock.started_at + timedelta(days=days) if ended else None
                clock.breached_at = clock.due_at if state == "late" else None

    def bring(self, place):
        """It came by import: whoever decided it did so before it was written down here."""
        for subject in pick(self.subjects, place):
            subject.imported_person = "made up"

    def ask(self, place, agency, minutes):
        for subject in pick(self.subjects, place):
            at = subject.enquiry.received_at
            told = {"lawful_basis": "public_task", "requested_at": at, "requested_by_id": SYSTEM.id}
            check = AgencyCheck(enquiry=subject.enquiry, agency_code=agency, **told)
            check.working_minutes_to_answer = minutes
            self.session.add(check)

    def look(self, place, outcome, grade, days):
        """At the latest decision, once."""
        for decision in [each for subject in pick(self.subjects, place) for each in subject.decisions[-1:]]:
            if all(each.decision_id != decision.id for each in self.looks):
                at = decision.decided_at + timedelta(days=days)
                given = {"looked_at": at, "looked_by_id": SYSTEM.id, "outcome": outcome, "reason": "Made up"}
                drawn = {"decision_id": decision.id, "why": "override", "drawn_at": at}
                self.looks.append(SecondLook(**drawn, **given, grade=grade))
                self.session.add(self.looks[-1])

    def assign(self, place, team, days):
        for referral in pick(self.referrals, place):
            at = self._give_back(referral, days)
            referral.team_code = team
            told = {"team_code": team, "assigned_at": at, "assigned_by_id": SYSTEM.id}
            self.session.add(Assignment(referral=referral, **told))

    def give_back(self, place, days):
        for referral in pick(self.referrals, place):
            self._give_back(referral, days)

    def _give_back(self, referral, days):
        at, referral.team_code = self._at(day_of(referral.requested_at) + timedelta(days=days)), None
        for each in referral.assignments:
            each.superseded_at = each.superseded_at or at
        self.session.flush()
        return at

    def assess(self, place, kind, days, working_days):
        for referral in pick(self.referrals, place):
            began = day_of(referral.requested_at)
            ended = {"authorised_on": began + timedelta(days=days), "working_days": working_days}
            self.session.add(Assessment(referral=referral, kind=kind, started_on=began, **ended))

    def plan(self, place, days, before):
        for referral in pick(self.referrals, place):
            began = day_of(referral.requested_at) + timedelta(days=days)
            self.session.add(Plan(referral=referral, kind="protection", started_on=began, previous_plans=before))

    def end_plan(self, place, days):
        for plan in [each for referral in pick(self.referrals, place) for each in referral.plans[-1:]]:
            plan.ended_on = plan.started_on + timedelta(days=days)

    def miss(self, place, need, days):
        """A need that nobody could meet."""
        for referral in pick(self.referrals, place):
            on = day_of(referral.requested_at) + timedelta(days=days)
            about = {"words": "", "months_old": 60, "noted_by_id": SYSTEM.id, "found": "nothing"}
            self.unmet.append(UnmetNeed(referral_id=referral.id, need=need, noted_on=on, **about))
            self.session.add(self.unmet[-1])

    def issue(self, place, days):
        """An EHC plan, and its first yearly review begins to run."""
        for referral in pick(self.referrals, place):
            self._start_clock("ehc_review", referral.requested_at + timedelta(days=days), referral=referral)

    def count(self):
        refresh(self.session)

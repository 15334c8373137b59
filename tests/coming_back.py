"""A few records, of as many children as words make of them, and all that was told of each, in whatever order."""

from datetime import UTC, datetime, time, timedelta
from itertools import count

from uuid_utils.compat import uuid7

from triage.access.actor import SYSTEM
from triage.models import DisposedReferral, Enquiry, Person, Referral, Subject
from triage.models.codes import TABLES
from workflows.again import is_within_a_year
from workflows.calendar import LONDON
from workflows.people.merging import find_heads


class County:
    """Three records, of as many children as words make of them, and all that was told of each."""

    def __init__(self, session):
        self.session, self.said, self.numbers = session, set(), count(1)
        self.people = [Person(kind="child", given_name=name) for name in ("Ava", "Eva", "Ada")]
        self.referrals, self.subjects, self.disposed = [], [], []
        session.add_all(self.people)
        session.flush()

    def do(self, what, *details):
        getattr(self, what)(*details)
        self.session.flush()

    def refer(self, record, day, service):
        self._refer(self.people[record], self._at(day), service, None)

    def help(self, record, day, days):
        """Early help that met what was needed."""
        self.refer(record, day, "early_help")
        self.close(0, days, "needs_met")

    def step(self, place, days):
        """From social care to early help, or from there to social care: the one ends and the other begins."""
        for before in pick(self.referrals, place):
            other = {"social_care": "early_help", "early_help": "social_care"}[before.service]
            at = self._at(day_of(before.requested_at) + timedelta(days=days))
            before.state, before.closed_at = "closed", at
            before.closure = "RC9" if other == "early_help" else "stepped_up"
            self._refer(before.person, at, other, before)

    def _refer(self, person, at, service, before):
        referral = Referral(
            person=person,
            service=service,
            state=TABLES[service].initial,
            workflow_version=TABLES[service].version,
            reference=f"MADE-UP-{next(self.numbers)}",
            source="2A",
            requested_at=at,
            stepped_from=before,
            imported_from="Made up",
        )
        self.session.add(referral)
        self.referrals.append(referral)

    def enquire(self, record, day):
        at = self._at(day)
        enquiry = Enquiry(
            reference=f"MADE-UP-{next(self.numbers)}",
            received_at=at,
            logged_at=at + timedelta(days=2000),
            out_of_hours=False,
            logged_by_id=SYSTEM.id,
            channel="telephone",
            source="2A",
        )
        subject = Subject(
            enquiry=enquiry, person=self.people[record], ordinal=1, name_as_given="Made up", indicators=[]
        )
        self.session.add_all([enquiry, subject])
        self.subjects.append(subject)

    def close(self, place, days, closure):
        for referral in pick(self.referrals, place):
            referral.state = "closed"
            referral.closed_at = referral.requested_at + timedelta(days=days)
            referral.closure = closure

    def say(self, one, other):
        """That two are one, or that they are not after all."""
        self.said ^= {(self.people[one].id, self.people[other].id)}
        heads = find_heads([each.id for each in self.people], self.said)
        for each in self.people:
            each.same_as_id = heads[each.id] if heads[each.id] != each.id else None

    def correct(self, place, day):
        for referral in pick(self.referrals, place):
            referral.requested_at = self._at(day)

    def tell_otherwise(self, place, day):
        for subject in pick(self.subjects, place):
            subject.enquiry.received_at = self._at(day)

    def recognise(self, place, record):
        for subject in pick(self.subjects, place):
            subject.person = self.people[record]

    def delete(self, place):
        """A referral that nothing followed, and the enquiry in that place."""
        for referral in pick(self.referrals, place):
            if all(each.stepped_from is not referral for each in self.referrals):
                self.referrals.remove(referral)
                self.session.delete(referral)
        for subject in pick(self.subjects, place):
            self.subjects.remove(subject)
            self.session.delete(subject)
            self.session.flush()
            self.session.delete(subject.enquiry)

    def dispose(self, place):
        """What is left of it is its day."""
        for referral in pick(self.referrals, place):
            if all(each.stepped_from is not referral for each in self.referrals):
                day, service, child = day_of(referral.requested_at), referral.service, referral.person
                self.disposed.append((child, service, day))
                self.session.add(_what_is_left(child.id, service, day))
                self.referrals.remove(referral)
                self.session.delete(referral)

    def _at(self, day):
        """Never twice the same instant."""
        return datetime.combine(day, time(9), LONDON).astimezone(UTC) + timedelta(seconds=next(self.numbers))

    def expect(self):
        """Every repeat there should be, by looking from each at all that came before."""
        for referral in self.referrals:
            earlier = [each for each in self.referrals if _is_of_one(each, referral) and _is_before(each, referral)]
            for kind, day, before in self._followed(referral, earlier):
                if is_within_a_year(day, day_of(referral.requested_at)):
                    yield kind, referral.id, referral.person_id, day_of(referral.requested_at), before, day
        for subject in self.subjects:
            told = subject.enquiry.received_at
            earlier = [each for each in self.subjects if _is_of_one(each, subject) and each.enquiry.received_at < told]
            if earlier:
                last = max(earlier, key=lambda each: each.enquiry.received_at)
                day = day_of(last.enquiry.received_at)
                if is_within_a_year(day, day_of(told)):
                    yield "repeat_enquiry", subject.id, subject.person_id, day_of(told), last.id, day

    def _followed(self, referral, earlier):
        today = day_of(referral.requested_at)
        if referral.service == "social_care":
            gone = [
                (day, datetime.min.replace(tzinfo=UTC), None)
                for child, service, day in self.disposed
                if child.identity_id == referral.person.identity_id and service == "social_care" and day <= today
            ]
            told = [(day_of(e.requested_at), e.requested_at, e.id) for e in earlier if e.service == "social_care"]
            if gone or told:
                day, _, before = max([*gone, *told], key=lambda each: each[:2])
                yield "re_referral", day, before
            if referral.stepped_from and referral.stepped_from.service == "early_help":
                down = [e for e in earlier if e.service == "early_help" and _is_from_social_care(e)]
                if down:
                    last = max(down, key=lambda each: each.requested_at)
                    yield "stepped_up_again", day_of(last.requested_at), last.id
        met = [
            (day_of(e.closed_at), e.id)
            for e in earlier
            if e.service == "early_help" and e.closure == "needs_met" and day_of(e.closed_at) <= today
        ]
        if met:
            day, before = max(met)
            yield "early_help_again", day, before


def pick(told, place):
    """The one in that place from the latest, round and round; none where there is none."""
    return [told[-1 - place % len(told)]] if told else []


def day_of(at):
    return at.astimezone(LONDON).date()


def _is_of_one(one, other):
    return one.person.identity_id == other.person.identity_id


def _is_before(one, other):
    return one.requested_at < other.requested_at


def _is_from_social_care(referral):
    return referral.stepped_from is not None and referral.stepped_from.service == "social_care"


def _what_is_left(person_id, service, day):
    clocks = {
        f"{kind}_{part}": None
        for kind in ("allocation", "acceptance", "first_contact", "assessment")
        for part in ("clock", "due")
    }
    told = {"reference": "", "source": "2A", "district": "none", "locality": "none", "re_referral": False}
    return DisposedReferral(id=uuid7(), on_day=day, service=service, person_id=person_id, **told, **clocks)

"""What must hold of every case, whoever did what at once: told slowly and plainly, from the rows and the logs alone."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from triage.models import AgencyCheck, Enquiry, Event, Referral, Transfer
from triage.models.codes import TABLES
from triage.services.events import seal
from triage.store.queues import count_enquiries, count_referrals, list_enquiries, list_referrals
from workflows.agency_check import AGENCY_CHECK
from workflows.definition import IMMEDIATE_DANGER, Table
from workflows.enquiry import ENQUIRY, UNDECIDED
from workflows.transfer import TRANSFER

Case = Enquiry | Referral
RUNS = ("running", "paused")
TAKES = ("screening_started", "enquiry_claimed", "referral_claimed")
GIVES = ("enquiry_handed_over", "referral_handed_over")
ALL = 10_000


def find_faults(session: Session) -> list[str]:
    """Everything that is not as it must be, in words; nothing where all is well."""
    enquiries, referrals = (list(session.scalars(select(model))) for model in (Enquiry, Referral))
    found = [f"{case.reference}: {fault}" for case in (*enquiries, *referrals) for fault in _case_faults(session, case)]
    found += [f"{each.reference}: {fault}" for each in enquiries for fault in _decision_faults(each)]
    found += [f"{each.reference}: {fault}" for each in referrals for fault in _assignment_faults(each)]
    return [*found, *_queue_faults(session, enquiries, referrals), *_other_faults(session, referrals)]


def _case_faults(session: Session, case: Case) -> Iterator[str]:
    table = _table_of(case)
    if case.state not in table.states or case.workflow_version != table.version:
        yield f"its table has no state {case.state}"
    if case.queue != _queue_of(case):
        yield f"it waits in {case.queue}, not in {_queue_of(case)}"
    yield from _clock_faults(case)
    events = session.scalars(select(Event).where(Event.case_id == case.id).order_by(Event.number)).all()
    yield from _chain_faults(case, events)
    yield from _retelling_faults(case, events)
    if not _is_split(case):
        yield from _owner_faults(case, events)


def _table_of(case: Case) -> Table:
    return ENQUIRY if isinstance(case, Enquiry) else TABLES[case.service]


def _queue_of(case: Case) -> str | None:
    if case.state == "closed":
        return None
    if isinstance(case, Referral):
        if case.service == "other_authority":
            return "other_authority"
        return case.team_code or "hub"
    return "edt" if case.with_edt else case.state


def _is_split(case: Case) -> bool:
    """One that was split off begins in the state, and with the owner, that the other had just then."""
    return isinstance(case, Enquiry) and case.split_from_id is not None


def _clock_faults(case: Case) -> Iterator[str]:
    runs = Counter(clock.kind for clock in case.clocks if clock.state in RUNS)
    if case.state == "closed" and runs:
        yield f"closed, and {runs} run on"
    yield from (f"{kind} runs {runs[kind]} times" for kind in runs if runs[kind] > 1 and kind != "agency_check")
    if case.state in (*UNDECIDED, "awaiting_approval") and isinstance(case, Enquiry) and not runs["decision"]:
        yield f"{case.state}, and nothing times its decision"


def _chain_faults(case: Case, events: Sequence[Event]) -> Iterator[str]:
    if [event.number for event in events] != list(range(1, case.event_number + 1)):
        yield "its events are not numbered one by one"
    before = b""
    for event in events:
        if event.previous_hash != before or seal(event) != event.hash:
            yield f"the chain breaks at event {event.number}"
        before = event.hash
    if case.event_hash != before:
        yield "its head is not the last event"


def _retelling_faults(case: Case, events: Sequence[Event]) -> Iterator[str]:
    """The log, read through the table, ends in the state that the row has."""
    states = set(UNDECIDED) if _is_split(case) else {_table_of(case).initial}
    for event in events:
        if event.type == "enquiry_joined_here" and not states & set(UNDECIDED):
            yield f"event {event.number} joins an enquiry to it while it is {states}"
        after = _follow(_table_of(case), states, event)
        if not after:
            yield f"event {event.number}, {event.type}, cannot be while it is {states}"
            return
        states = after
    if case.state not in states:
        yield f"it is {case.state}, and its log says {states}"


def _follow(table: Table, states: set[str], event: Event) -> set[str]:
    rows = [row for row in table.transitions if row.event == event.type]
    if event.type == "transfer_accepted":  # of the offer's own table: it ends the case if it leaves the county
        return {"closed"} if "closure" in event.data else states
    if states == {"closed"} and any(row.action == IMMEDIATE_DANGER for row in rows):
        return states  # a partner's late answer: the children are protected, and the enquiry stays closed
    return {row.target or state for row in rows for state in states & set(row.sources)} if rows else states


def _owner_faults(case: Case, events: Sequence[Event]) -> Iterator[str]:
    """Nobody takes what somebody has, and whoever had it last in the log has it."""
    owner = None
    for event in events:
        if event.type in TAKES and owner not in (None, event.actor_name):
            yield f"event {event.number} takes it from {owner}"
        owner = _owner_after(event, owner)
    has = case.owner if isinstance(case, Enquiry) else case.worker
    if (has.name if has else None) != owner:
        yield f"{has and has.name} has it, and its log says {owner}"


def _owner_after(event: Event, owner: str | None) -> str | None:
    if event.type in TAKES:
        return event.actor_name
    if event.type in GIVES:
        return event.data["to"]
    if event.type in ("referral_allocated", "referral_reassigned"):
        return event.data["worker"]
    if "had_by" in event.data:
        return None  # the day's goes to the Emergency Duty Team, or back to the day, and anybody there takes it on
    gone = event.type == "referral_returned" or (event.type == "transfer_accepted" and "closure" not in event.data)
    return None if gone else owner


def _decision_faults(enquiry: Enquiry) -> Iterator[str]:
    """Decided is decided for everybody, a proposal is one for everybody, and before there is none."""
    stands = {"decided": {True}, "awaiting_approval": {False}, "closed": {True, None}}.get(enquiry.state, {None})
    for subject in enquiry.subjects:
        current = [each for each in subject.decisions if each.superseded_at is None]
        if len(current) > 1:
            yield f"subject {subject.ordinal} has {len(current)} decisions"
        if (bool(current[0].took_effect_at) if current else None) not in stands:
            yield f"{enquiry.state}, and subject {subject.ordinal} has the decisions {[each.route for each in current]}"


def _assignment_faults(referral: Referral) -> Iterator[str]:
    current = [each for each in referral.assignments if each.superseded_at is None]
    if len(current) > 1:
        yield f"it has {len(current)} assignments"
    has = (referral.team_code, referral.worker_id)
    if has not in [(each.team_code, each.worker_id) for each in current] and (current or referral.worker_id):
        yield "it is not with whom it was assigned to"
    if sum(offer.state == "offered" for offer in referral.transfers) > (referral.state != "closed"):
        yield "it has an offer too many"


def _queue_faults(session: Session, enquiries: list[Enquiry], referrals: list[Referral]) -> Iterator[str]:
    """What is counted, what is listed, and what a plain query finds are the same."""
    for rows, counted, listed, plain in (
        (enquiries, count_enquiries(session), list_enquiries, "SELECT queue, count(*) FROM enquiries GROUP BY queue"),
        (referrals, count_referrals(session), list_referrals, "SELECT queue, count(*) FROM referrals GROUP BY queue"),
    ):
        found = {queue: count for queue, count in session.execute(text(plain)) if queue is not None}
        if {queue: count for queue, count in counted.items() if count} != found:
            yield f"counted {counted}, found {found}"
        lists = {queue: listed(session, queue, limit=ALL) for queue in counted}
        if {queue: len(each) for queue, each in lists.items()} != counted:
            yield f"counted {counted}, and the lists are of other lengths"
        places = Counter(case.reference for each in lists.values() for case in each)
        if places != Counter(case.reference for case in rows if case.state != "closed"):
            yield f"not each open case is in one list: {places}"


def _other_faults(session: Session, referrals: list[Referral]) -> Iterator[str]:
    cases: dict[object, list[str]] = defaultdict(list)
    for referral in referrals:
        if referral.service in ("social_care", "early_help") and referral.state != "closed":
            cases[referral.person_id, referral.service].append(referral.reference)
    yield from (f"one child has the open cases {each}" for each in cases.values() if len(each) > 1)
    for model, table in ((AgencyCheck, AGENCY_CHECK), (Transfer, TRANSFER)):
        for row in session.scalars(select(model).where(model.state.not_in(table.states))):
            yield f"{table.name} {row.id} is {row.state}"

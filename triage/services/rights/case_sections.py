"""The sections of a copy of somebody's record that tell of their cases: referrals, clocks, letters, what happened."""

from collections.abc import Mapping
from itertools import chain
from uuid import UUID

from triage.models import Clock, Disagreement, Event, File, OutboxMessage, Referral, UnmetNeed
from triage.models.codes import CLOCK_KINDS, CLOSURES, DIRECTORY_SAID, OUTSIDE, ROLES, SOURCES
from triage.services.rights.material import Item, Passage, Section
from triage.services.rights.sections import Gathering, say_seen_of, speaks_of, tell_service
from triage.services.rights.wording import SECTION_47, URGENCIES, facts_of, is_anonymous, name_code, passages_of, say
from triage.services.rights.work_sections import tell_work
from triage.services.unmet_needs import read_needs
from triage.store.disagreements import list_disagreements
from triage.store.held import count_readings, list_checks, list_clocks, list_events, list_files_of, list_letters
from triage.store.unmet_needs import list_unmet
from triage.uploads.kinds import FILE_KINDS
from workflows.census.codes import PRIMARY_NEEDS

# How the record is kept safe, and why it is kept so long: telling of it would undo it.
LEFT_OUT_EVENTS = ("record_restricted", "restriction_", "glass_", "hold_")
OF_REFERRERS = (
    *("acknowledge_referrer", "notify_outcome"),
    *("disagreement_received", "disagreement_answered", "tell_disagreement"),
)
# Told of under a heading of its own, where whoever disagreed may be told of.
APART = "disagreement"
# By what they say and to whom; of no others is anything told, for the same reason.
LETTERS = {
    "acknowledge_referrer": "To whoever told us: that we received it",
    "notify_outcome": "To whoever told us: that it was decided",
    "disagreement_received": "To whoever told us: that we received that they disagree",
    "disagreement_answered": "To whoever told us: that a manager answered",
    "tell_disagreement": "To the managers: that whoever told us disagrees",
    "ask_check": "To somebody whom we asked: that we ask, and where to open the question",
    "chase_check": "To somebody whom we asked: that we wait for their answer",
    "escalate_check": "To the lead of somebody whom we asked: that they have not answered",
    "tell_team": "To a team: that the case is with them",
    "chase_team": "To a team: that we wait for their answer",
    "tell_worker": "To a worker: that something has changed",
    "tell_danger": "To those who have the case: that somebody may be in danger",
    "tell_late_answer": "To those who have the case: that an answer came late",
    "escalate_breach": "To a manager: that something was not done in time",
}
EVENTS = {"rag_set": "How urgent it is was said", "said_what_was_seen": "What was seen was said"}
CLOCKS = {
    "running": "Not done yet",
    "paused": "Standing still",
    "met": "Done in time",
    "missed": "Not done in time",
    "cancelled": "Not needed any more",
}
BEGINS = ("enquiry_received", "person_added")  # by whoever was told, or by whoever told us


@speaks_of("files")
def read_files(given: Gathering) -> Section:
    """Which letters and photographs came with them. What is in one is looked at by somebody before it is given."""
    held = list_files_of(given.desk.session, given.held)
    return Section("Letters and photographs", tuple(_tell_file(given, each) for each in held))


def _tell_file(given: Gathering, file: File) -> Item:
    facts = facts_of(
        ("Kind", FILE_KINDS[file.kind]),
        ("Kept since", given.at(file.added_at)),
        ("Taken away", given.at(file.removed_at)),
    )
    told = () if file.enquiry_id in given.anonymous else passages_of(file, name="Called", described="What it is")
    return Item("Letter or photograph", facts, told)


@speaks_of("referrals", "assignments", "strategy_discussions", "transfers", "assessments", "section_47s", "plans")
def read_referrals(given: Gathering) -> Section:
    """What this person was referred to, who had it, and what came of it."""
    return Section("Your cases", tuple(chain.from_iterable(_tell_case(given, each) for each in given.held.referrals)))


def _tell_case(given: Gathering, referral: Referral) -> list[Item]:
    assigned = [_tell_assignment(given, referral, each) for each in referral.assignments]
    held = [_tell_discussion(given, referral, each) for each in referral.discussions]
    offered = [_tell_transfer(given, referral, each) for each in referral.transfers]
    return [_tell_referral(given, referral), *assigned, *held, *tell_work(referral), *offered]


def _tell_referral(given: Gathering, referral: Referral) -> Item:
    hidden = referral.enquiry_id in given.anonymous
    times = ("requested", "allocated", "accepted", "contacted", "started", "assessed", "closed")
    facts = facts_of(
        ("How it stands", name_code(referral.state)),
        ("Level", say(referral.level)),
        ("How urgent", say(referral.rag, URGENCIES)),
        (SECTION_47, say(referral.section_47 or None)),
        ("Came from", "" if hidden else say(referral.source, SOURCES)),
        ("Team", given.desk.pack.teams.get(referral.team_code, {}).get("name", "")),
        ("Worker", given.who(referral.worker_id)),
        ("Other authority", say(referral.to_authority)),
        ("Child protection plan", say(referral.child_protection_plan)),
        ("Primary need", say(referral.primary_need, PRIMARY_NEEDS)),
        ("Child protection conference", say(referral.conference_on)),
        ("The family's own rating", say(referral.family_rating)),
        ("Assessment expected", say(referral.assessment_expected_on)),
        ("Closed as", say(referral.closure, CLOSURES)),
        ("Imported from", say(referral.imported_from)),
        *((each.capitalize(), given.at(getattr(referral, f"{each}_at"))) for each in times),
    )
    words = passages_of(referral, lead_practitioner="Lead practitioner", rating_reason="Why there is no rating")
    return Item(tell_service(referral), facts, words)


def _tell_assignment(given: Gathering, referral: Referral, row: object) -> Item:
    facts = facts_of(
        ("Team", given.desk.pack.teams.get(row.team_code, {}).get("name", row.team_code)),
        ("Worker", given.who(row.worker_id)),
        ("From", given.at(row.assigned_at)),
        ("Until", given.at(row.superseded_at)),
        ("By", given.who(row.assigned_by_id)),
    )
    return Item(f"Who had {referral.reference}", facts, passages_of(row, reason="Why"))


def _tell_discussion(given: Gathering, referral: Referral, row: object) -> Item:
    agencies = dict(given.desk.pack.agencies) | {"social_care": "Children's social care"}
    facts = facts_of(
        ("Called", given.at(row.called_at)),
        ("Called by", given.who(row.called_by_id)),
        ("Invited", say(row.invited, agencies)),
        ("Held", given.at(row.held_at)),
        ("Came", say(row.came, agencies)),
        (SECTION_47, say(row.opened_section_47 or None)),
    )
    return Item(f"Strategy discussion, {referral.reference}", facts, passages_of(row, reason="Why"))


def _tell_transfer(given: Gathering, referral: Referral, row: object) -> Item:
    to = given.desk.pack.teams.get(row.to_team_code, {}).get("name") or say(row.to_authority)
    facts = facts_of(
        ("Offered to", to),
        ("Offered", given.at(row.offered_at)),
        ("Offered by", given.who(row.offered_by_id)),
        ("How it stands", name_code(row.state)),
        ("Answered", given.at(row.ended_at)),
    )
    words = passages_of(row, reason="Why", answer_reason="What they said")
    return Item(f"Offered to another, {referral.reference}", facts, words)


@speaks_of("unmet_needs")
def read_unmet_needs(given: Gathering) -> Section:
    """What somebody who worked with them noted that nobody could help with."""
    rows, needs = list_unmet(given.desk.session, [each.id for each in given.held.referrals]), read_needs(given.desk)
    return Section("Help that was not to be had", tuple(_tell_unmet_need(given, each, needs) for each in rows))


def _tell_unmet_need(given: Gathering, row: UnmetNeed, needs: Mapping[str, str]) -> Item:
    facts = facts_of(
        ("Noted", say(row.noted_on)),
        ("By", given.who(row.noted_by_id)),
        ("What there was", DIRECTORY_SAID[row.found]),
        ("Age in months", say(row.months_old)),
    )
    return Item(needs.get(row.need, row.need), facts, passages_of(row, words="In words"))


@speaks_of("disagreements")
def read_disagreements(given: Gathering) -> Section:
    """What whoever told us said against a decision, and were answered: nothing where they may not be told of."""
    rows = list_disagreements(given.desk.session, [each.id for each in given.held.enquiries])
    told = (each for each in rows if not is_anonymous(each.sent))
    return Section("Who disagreed with what was decided", tuple(_tell_disagreement(given, each) for each in told))


def _tell_disagreement(given: Gathering, row: Disagreement) -> Item:
    facts = facts_of(
        ("Said", given.at(row.said_at)),
        ("To be answered by", given.at(row.clock.due_at)),
        ("How it stands", name_code(row.state)),
        ("Answered", given.at(row.answered_at)),
        ("Answered by", given.who(row.answered_by_id)),
    )
    words = passages_of(row, words="What they said", answer="What they were answered", reason="Why")
    return Item(f"A disagreement, {row.enquiry.reference}", facts, words)


@speaks_of("clocks", "clock_pauses")
def read_clocks(given: Gathering) -> Section:
    """By when each thing was to be done."""
    rows = (each for each in list_clocks(given.desk.session, given.held) if each.kind != APART)
    return Section("How long things took", tuple(_tell_clock(given, each) for each in rows))


def _tell_clock(given: Gathering, clock: Clock) -> Item:
    case = clock.enquiry or clock.referral
    facts = facts_of(
        ("Began", given.at(clock.started_at)),
        ("Due", given.at(clock.due_at)),
        ("To be done within", clock.limit_text),
        ("Ended", given.at(clock.stopped_at)),
        ("Its end was entered", given.at(clock.entered_at)),
        ("How it stands", CLOCKS[clock.state]),
        *(("Stood still", _tell_pause(given, each)) for each in clock.pauses),
    )
    words = chain.from_iterable(passages_of(each, reason="Why it stood still") for each in clock.pauses)
    return Item(f"{CLOCK_KINDS[clock.kind]}, {case.reference}", facts, tuple(words))


def _tell_pause(given: Gathering, pause: object) -> str:
    until = given.at(pause.resumed_at) or say(pause.until)
    return f"from {given.at(pause.paused_at)} until {until}, by {given.who(pause.paused_by_id)}"


@speaks_of("outbox")
def read_letters(given: Gathering) -> Section:
    """What was written to whom, by its kind: each is written from the rows as it goes, and no copy of it is kept."""
    cases = (*given.held.enquiries, *given.held.referrals, *list_checks(given.desk.session, given.held))
    clocks = list_clocks(given.desk.session, given.held)
    rows = list_letters(given.desk.session, [each.id for each in (*cases, *clocks)])
    told = (each for each in rows if each.task in LETTERS and not _tells_referrer(given, each))
    return Section("Letters", tuple(_tell_letter(given, each) for each in told))


def _tells_referrer(given: Gathering, row: OutboxMessage) -> bool:
    """Whether it went to, or is about, who may not be named: that there is one would tell of them."""
    return row.task in OF_REFERRERS and UUID(row.payload["enquiry_id"]) in given.anonymous


def _tell_letter(given: Gathering, row: OutboxMessage) -> Item:
    facts = facts_of(
        ("To be sent", given.at(row.created_at)),
        ("Sent", given.at(None if row.cancelled_reason else row.done_at)),
        ("Not sent because", say(row.cancelled_reason)),
    )
    return Item(LETTERS[row.task], facts)


@speaks_of("events")
def read_log(given: Gathering) -> Section:
    """What happened, who did it and when."""
    cases = {each.id: each.reference for each in (*given.held.enquiries, *given.held.referrals)}
    rows = list_events(given.desk.session, (*given.held.keys, *cases))
    told = (each for each in rows if not each.type.startswith((*LEFT_OUT_EVENTS, APART)))
    return Section("What has happened", tuple(_tell_event(given, each, cases) for each in told))


def _tell_event(given: Gathering, event: Event, cases: dict) -> Item:
    facts = facts_of(
        ("When", given.at(event.at)),
        ("Who", "" if _is_untold(given, event) else f"{event.actor_name}, {ROLES[event.actor_role]}"),
        ("Case", cases.get(event.case_id, "")),
    )
    reason = event.data.get("reason")
    words = (Passage(f"events/{event.id}/reason", "Why", reason),) if isinstance(reason, str) and reason else ()
    seen, needs = _tell_seen(given, event) if event.type == "said_what_was_seen" else ((), ())
    return Item(EVENTS.get(event.type) or name_code(event.type), (*facts, *seen), (*words, *needs))


def _tell_seen(given: Gathering, event: Event) -> tuple[tuple[tuple[str, str], ...], tuple[Passage, ...]]:
    """What was added and taken away of this person and of nobody else, and their needs as written down before."""
    own = {str(each.id): each for each in given.held.subjects}
    told = next((each for each in event.data["seen"] if each["subject_id"] in own), None)
    if told is None:
        return (), ()
    subject, before = own[told["subject_id"]], told.get("before", {})
    facts = facts_of(
        ("Added to what was seen", say_seen_of(given, subject, told["added"])),
        ("Taken away from it", say_seen_of(given, subject, told["taken_away"])),
        ("Before: able to move about", say(before.get("mobile"))),
        ("Before: a plan had failed", say(before.get("plan_failed"))),
        ("Before: needed protection at once", say(before.get("needs_immediate_protection"))),
    )
    needs = before.get("needs")
    return facts, (Passage(f"events/{event.id}/needs", "Needs, as written down before", needs),) if needs else ()


def _is_untold(given: Gathering, event: Event) -> bool:
    """Whether who did it may be who referred. How it began is said of nobody then, or the gap would tell."""
    of_person = event.case_id in given.held.keys and bool(given.anonymous)
    begins = event.type in BEGINS and (of_person or event.case_id in given.anonymous)
    return begins or event.actor_id in given.untold


@speaks_of("readings")
def read_readings(given: Gathering) -> Section:
    """How often it was opened, by people of which role: never who."""
    counted = count_readings(given.desk.session, given.held)
    hidden = OUTSIDE if given.anonymous else ()
    facts = tuple((ROLES[role], str(count)) for role, count in counted if role not in hidden)
    return Section("How often your record was opened", (Item("By role", facts),) if facts else ())

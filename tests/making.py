"""Made-up enquiries for tests, carried as far as a test needs."""

from dataclasses import replace
from datetime import date
from typing import Any

from triage.models import Enquiry, Subject
from triage.services.checks import CheckAction, act_on_check
from triage.services.choosing import as_choice
from triage.services.deciding import Decide, SubjectDecision, decide
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.first_view import OwnView, RecordFirstViews, record_first_views, waits_for_view
from triage.services.logging_enquiry import LogEnquiry, NewSubject, log_enquiry
from triage.services.people import NewPerson
from triage.services.saying_seen import SaySeen, Seen, say_seen
from workflows.choice import compare, find_repeat, higher_routes

PERSON = {"given_name": "Ava", "family_name": "Testley", "birth_date": date(2008, 1, 2), "postcode": "NG15 7AA"}
OF_PERSON = {*PERSON, "kind", "expected_date", "sex", "nhs_number", "upn"}
OF_SUBJECT = {"indicators", "person_id", "mobile", "plan_failed", "needs_immediate_protection", "ehc_request"}


def a_subject(**details: Any) -> NewSubject:
    """A child in Ashfield who sometimes misses school, but for `details`."""
    about = {key: details[key] for key in details if key in OF_SUBJECT}
    about.setdefault("indicators", ("C2_ABSENCE_PATTERN",))
    if "person_id" not in about:
        described = PERSON | {key: details[key] for key in details if key in OF_PERSON}
        about["person"] = NewPerson(**described)
    return NewSubject(**about)


def an_enquiry(office: Any, **details: Any) -> Enquiry:
    """An enquiry that a school made by telephone, but for `details`."""
    return log_enquiry(office.desk("mash_officer"), a_command(office, **details))


def a_command(office: Any, **details: Any) -> LogEnquiry:
    """What the school said, but for `details`."""
    about = {key: details.pop(key) for key in tuple(details) if key in OF_PERSON | OF_SUBJECT}
    usual = {
        "received_at": office.clock.now(),
        "channel": "telephone",
        "source": "2A",
        "reported": "Made up: often not at school.",
        "subjects": (a_subject(**about),),
    }
    return LogEnquiry(**(usual | details))


def screen(office: Any, enquiry: Enquiry, *, rag: str = "amber", ask: str = "", finish: bool = True) -> None:
    """Screen the enquiry, perhaps asking one partner, who answers."""

    def act(action: str, **details: Any) -> None:
        act_on_enquiry(desk, EnquiryAction(enquiry_id=enquiry.id, action=action, **details))

    desk = office.desk("social_worker")
    act("start_screening")
    act("set_rag", rag=rag, reason="Made up: it was talked over")
    if ask:
        act("request_check", agency_code=ask, lawful_basis="public_task", consent="given")
    if finish and ask:
        act_on_check(desk, CheckAction(check_id=enquiry.checks[0].id, action="answer", answer="Known"))
    if finish:
        act("finish_screening")


def read_through(office: Any, enquiry: Enquiry) -> Enquiry:
    """Somebody of the hub has read what came from outside, and says that nothing of the list was seen."""
    seen = tuple(Seen(subject_id=each.id) for each in enquiry.subjects if each.seen_said_at is None)
    if not seen:
        return enquiry
    return say_seen(office.desk("mash_officer"), SaySeen(enquiry_id=enquiry.id, seen=seen, reason="As it was written"))


def view_first(office: Any, who: str, enquiry: Enquiry, *, level: int = 3) -> Enquiry:
    """The same first view of every subject."""
    views = tuple(OwnView(subject_id=each.id, level=level, reason="Made up") for each in enquiry.subjects)
    return record_first_views(office.desk(who), RecordFirstViews(enquiry_id=enquiry.id, views=views))


def decide_as(office: Any, who: str, enquiry: Enquiry, *, approve: bool = True, **chosen: Any) -> Enquiry:
    """The same decision for every subject, after one's own first view of each; approved where that takes another."""
    if waits_for_view(office.actor(who), enquiry):
        view_first(office, who, enquiry)
    decisions = tuple(_decision(enquiry, each, chosen) for each in enquiry.subjects)
    decide(office.desk(who), Decide(enquiry_id=enquiry.id, decisions=decisions))
    if approve and enquiry.state == "awaiting_approval":
        approve_as(office, "mash_manager 2", enquiry)
    return enquiry


def _decision(enquiry: Enquiry, subject: Subject, chosen: dict[str, Any]) -> SubjectDecision:
    """What goes no lower than recommended gets its "why not" for the next route up, unless the test gives its own."""
    decision = SubjectDecision(subject_id=subject.id, reason="Made up", **chosen)
    choice = as_choice(enquiry, subject, decision)
    if find_repeat(choice) and "repeat_reason" not in chosen:
        decision = replace(decision, repeat_reason="Made up: the earlier enquiries were read together")
    if "why_not" in chosen or compare(choice) == "less":
        return decision
    return replace(decision, why_not=dict.fromkeys(higher_routes(choice), "Made up: not needed"))


def approve_as(office: Any, who: str, enquiry: Enquiry) -> Enquiry:
    """A manager's own first view, and then their yes."""
    if waits_for_view(office.actor(who), enquiry):
        view_first(office, who, enquiry)
    return act_on_enquiry(office.desk(who), EnquiryAction(enquiry_id=enquiry.id, action="approve"))

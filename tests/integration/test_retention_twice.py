"""The database and the code each work out when a file may go, by different hands, and never differ."""

from datetime import UTC, date, datetime, time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.conftest import MORNING
from tests.disposing import service_desk
from triage.access.actor import SYSTEM
from triage.database import acting_as
from triage.models import Decision, Enquiry, Hold, Person, Recommendation, Referral, StrategyDiscussion, Subject
from triage.models.codes import ROUTES, TABLES
from triage.services.retention import weigh_files
from triage.store.retention import read_records
from workflows.retention import due_of

days = st.dates(date(1930, 1, 1), date(2024, 12, 31)) | st.just(date(1996, 2, 29))
people = st.fixed_dictionaries({"birth_date": st.none() | days, "death_date": st.none() | st.none() | days})
decided = st.fixed_dictionaries({"route": st.sampled_from(sorted(ROUTES)), "section_47": st.booleans()})
enquiries = st.fixed_dictionaries(
    {"who": st.sets(st.integers(0, 2), min_size=1), "closed": st.none() | days, "decided": st.none() | decided}
)
referrals = st.fixed_dictionaries(
    {
        "who": st.integers(0, 2),
        "closed": days | st.none(),
        "service": st.sampled_from(sorted(TABLES)),
        "section_47": st.booleans(),
        "child_protection_plan": st.booleans(),
        "discussed": st.sampled_from([False, False, True]),
    }
)
marks = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["looked_after", "sexual_abuse"])), max_size=2)
STORY = {
    "told": st.lists(people, min_size=3, max_size=3),
    "asked": st.lists(enquiries, min_size=1, max_size=4),
    "handed": st.lists(referrals, max_size=4),
    "marked": marks,
}
DRAWING = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@DRAWING
@given(**STORY)
def test_database_and_code_let_go_on_the_same_day(here, told, asked, handed, marked):
    office = here()
    session, desk = office.session, service_desk(office)
    office.actor("information_governance")  # who stays, whatever is undone
    session.flush()
    with session.begin_nested() as savepoint:
        compare(session, desk, write_all(office, told, asked, handed, marked))
        savepoint.rollback()
    session.expunge_all()


def write_all(office, told, asked, handed, marked):
    """The people, what was asked and handed on of them, and the classes that they were put into by hand."""
    session = office.session
    written = [Person(kind="child", given_name="Made up", **each) for each in told]
    session.add_all(written)
    session.flush()
    for number, each in enumerate(asked):
        write_enquiry(session, number, written, **each)
    for number, each in enumerate(handed):
        write_referral(session, number, written, **each)
    session.flush()
    write_marks(office, written, marked)
    return written


def compare(session, desk, written):
    """Everybody's day, and what each file waits for."""
    by_person = {}
    for record in read_records(session):
        by_person.setdefault(record.person, []).append(record)
    days = {
        person.id: session.scalar(text("SELECT due_day(:who)"), {"who": person.id})
        for person in written
        if person.id in by_person
    }
    assert days == {person: due_of(desk.pack.retention, kept).on for person, kept in by_person.items()}
    for file in weigh_files(desk):
        last = [days[person] for person in file.people]
        assert file.due.on == (None if None in last else max(last))


def at(day):
    return datetime.combine(day, time(12), UTC) if day else None


def write_enquiry(session, number, written, who, closed, decided):
    """A closed or open enquiry about some of them, perhaps decided for each."""
    enquiry = Enquiry(
        reference=f"ENQ-{number}",
        state="closed" if closed else "screening",
        closed_at=at(closed),
        received_at=MORNING,
        logged_at=MORNING,
        out_of_hours=False,
        logged_by_id=SYSTEM.id,
        channel="telephone",
        source="2A",
    )
    session.add(enquiry)
    for ordinal, index in enumerate(sorted(who), 1):
        subject = Subject(
            enquiry=enquiry, person=written[index], ordinal=ordinal, name_as_given="Made up", indicators=[]
        )
        session.add(subject)
        if decided:
            write_decision(session, subject, **decided)


def write_decision(session, subject, **chosen):
    said = {"level": 1, "route": "advice", "rag": "green", "section_47": False, "answer": {}, "facts": {}}
    policy = {"policy_name": "x", "policy_version": "x", "policy_hash": "x"}
    recommendation = Recommendation(subject=subject, made_at=MORNING, **said, **policy)
    session.add(
        Decision(
            subject=subject,
            recommendation=recommendation,
            decided_at=MORNING,
            decided_by_id=SYSTEM.id,
            level=1,
            consent="given",
            reason="Made up",
            **chosen,
        )
    )


def write_referral(session, number, written, who, closed, service, discussed, **about):
    """One that came by import, and stands by itself."""
    referral = Referral(
        reference=f"REF-{number}",
        person=written[who],
        service=service,
        state="closed" if closed else TABLES[service].initial,
        closed_at=at(closed),
        workflow_version=TABLES[service].version,
        source="2A",
        requested_at=MORNING,
        imported_from="made up",
        **about,
    )
    session.add(referral)
    if discussed:
        session.add(StrategyDiscussion(referral=referral, called_at=MORNING, called_by_id=SYSTEM.id, invited=[]))


def write_marks(office, written, marked):
    governs = office.actor("information_governance")
    with acting_as(office.session, governs):
        for index, keep_as in marked:
            said = {"reason": "class", "keep_as": keep_as, "words": "Made up"}
            office.session.add(Hold(person_id=written[index].id, placed_at=MORNING, placed_by_id=governs.id, **said))
        office.session.flush()

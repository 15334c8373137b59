"""Raw SQL as every role over every table, beside a plain list of who should see which rows: nothing more is found."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Boolean, Date, DateTime, Enum, Integer, LargeBinary, Table, Text, Uuid, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from uuid_utils.compat import uuid7

from tests.acting import a_referral, accepted, act
from tests.asking_for_records import as_, ask, do
from tests.making import an_enquiry, screen
from triage.access.actor import NOBODY, SYSTEM, Actor, claimant
from triage.database import act_as
from triage.models import Base, Enquiry, Event, Person, Reading, Referral, Subject
from triage.models.codes import ROLES
from triage.services.restricting import Restrict, restrict
from triage.store.enquiries import list_enquiries
from triage.store.referrals import list_referrals

HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
WEST, NORTH = "locality_worker:west", "locality_worker:north"
IG, ADMIN, MAKER = "information_governance", "administrator", "mash_manager 2"
WHO = (
    *(role for role in ROLES if role != "system"),
    MAKER,
    WEST,
    NORTH,
    "locality_manager:west",
    "partner_system/health",
)
OPEN = {
    "agencies": "which agencies there are is told to whoever refers",
    "districts": "places of the county",
    "localities": "places of the county",
    "providers": "who may be asked for early help is published",
    "teams": "which teams there are is told to whoever works here",
    "daily_notices": "that a letter was promised for a day, and not what it says",
    "alembic_version": "the number of the last migration",
}
OF_REFERRAL = "SELECT t.id, r.enquiry_id FROM {} t JOIN referrals r ON r.id = t.referral_id"
OF_SUBJECT = "SELECT t.id, s.enquiry_id FROM {} t JOIN subjects s ON s.id = t.subject_id"
OF_EITHER = "SELECT t.id, coalesce(t.enquiry_id, r.enquiry_id) FROM {} t LEFT JOIN referrals r ON r.id = t.referral_id"
# Of which enquiry each row is: whoever sees the enquiry's case sees the row.
OF_CASES = {
    "enquiries": "SELECT id, id FROM enquiries",
    "people": "SELECT person_id, enquiry_id FROM subjects",
    "rectifications": "SELECT t.id, s.enquiry_id FROM rectifications t JOIN subjects s ON s.person_id = t.person_id",
    "clock_pauses": "SELECT p.id, coalesce(c.enquiry_id, r.enquiry_id) FROM clock_pauses p"
    " JOIN clocks c ON c.id = p.clock_id LEFT JOIN referrals r ON r.id = c.referral_id",
    **dict.fromkeys(("subjects", "referrals", "disagreements"), "SELECT t.id, t.enquiry_id FROM {} t"),
    **dict.fromkeys(("first_views", "recommendations", "decisions"), OF_SUBJECT),
    **dict.fromkeys(("assignments", "strategy_discussions", "transfers", "unmet_needs"), OF_REFERRAL),
    **dict.fromkeys(("assessments", "section_47s", "plans"), OF_REFERRAL),
    **dict.fromkeys(("clocks", "files", "disclosures"), OF_EITHER),
}
# Whose each row is, and who else sees it.
OWNED = {
    "access_tokens": ("user_id", (ADMIN,)),
    "account_events": ("user_id", (ADMIN, IG, "mash_manager")),
    "account_heads": ("user_id", (ADMIN, IG, "mash_manager")),
    "credentials": ("user_id", ()),
    "drafts": ("user_id", ()),
    "glass_breaks": ("user_id", (MAKER, IG)),
    "idempotency_keys": ("user_id", ()),
    "opening_reasons": ("user_id", ("mash_manager", IG)),
    "reading_heads": ("reader_id", ()),
    "restriction_readers": ("user_id", (MAKER, IG)),
    "sessions": ("user_id", (ADMIN,)),
    "staff_homes": ("user_id", (ADMIN, IG)),
    "declared_interests": ("user_id", (IG,)),
}
ONLY_WHILE_SIGNING_IN = ("credentials", "security_keys", "recovery_codes", "sign_in_delays")
# Seen whole by these roles, and by nobody else.
WHOLE = {
    "access_requests": (IG, "social_worker", "mash_manager"),
    "access_exports": (IG, "social_worker", "mash_manager"),
    "access_judgements": (IG, "social_worker", "mash_manager"),
    "checkpoints": (IG,),
    "ledger_leaves": (IG,),
    "identities": (ADMIN,),
    "outbox": (),
    "readings": (IG, "mash_manager"),
    "restrictions": (IG, MAKER),
    "retention_classes": tuple(ROLES),
    "users": tuple(ROLES),
    "security_keys": (),
    "recovery_codes": (),
    "sign_in_delays": (),
}
ANY = {"state": None, "cursor": None, "limit": 100}
# Each of these has a test of its own: the first below, of disposal in test_retention_refused.py, of what is due in
# test_weighing.py, of merges in test_records_pages.py, of relationships in test_relationships.py, of repeats in
# test_came_back.py, of covers in test_cover.py,
# of what was learned in test_learning.py, of the directory in test_directory.py, of second looks in
# test_second_looks.py, of what visitors tell in test_visitors.py, of links in test_check_links.py, of proofs and
# replays in test_policy_runs.py, of webhooks in test_webhooks.py, of reports in test_reports.py, of tasks in
# test_failed_pages.py, of when it was down in test_outages.py, and of what is counted in test_who_sees_numbers.py.
APART = (
    *("agency_checks", "events", "policies", "holds", "disposals", "disposal_items", "disposal_reach"),
    *("disposed_enquiries", "disposed_referrals", "merges", "relationships", "repeats"),
    *("learned_weights", "common_values", "covers", "directory_services", "capacities", "second_looks"),
    *("service_purposes", "directory_files", "tellings", "check_links", "policy_runs", "rollups", "spreads"),
    "stays",
    *("partner_figures", "report_comments", "quarterly_reports", "outages"),
    *("failing_tasks", "weighings", "due_files"),
    *("webhooks", "enquiry_facts", "decision_facts", "check_facts", "referral_facts", "counting_due", "countings"),
    *("assessment_facts", "second_look_facts", "unmet_need_facts", "standing_facts"),
)


class Scene:
    """A case of the west, of the north, one closed, one restricted, one at the hub; something of everybody's own."""

    def __init__(self, office: Any) -> None:
        self.office, self.owned = office, {name: {} for name in (*OWNED, *WHOLE)}
        for who in WHO:
            office.actor(who)
        self.cases = self._make_cases()
        self.enquiries = {case.enquiry_id: name for name, case in self.cases.items()}
        self.enquiries |= {self.fresh.id: "hub", self.sent.id: "sent"}
        for who in WHO:
            self._give_own(office.actor(who))
        self._give_all()
        office.session.flush()

    def _make_cases(self) -> dict[str, Referral]:
        office = self.office
        north = act(office, "mash_manager", a_referral(office), "allocate", team_code="social_care_north")
        closed = act(office, WEST, accepted(office, given_name="Clo"), "close", closure="RC1")
        act(office, "mash_officer", closed.enquiry, "close")
        hidden = accepted(office, given_name="Rex", family_name="Hidden")
        act(office, WEST, hidden, "close", closure="RC1")
        act(office, "mash_officer", hidden.enquiry, "close")
        self.fresh = an_enquiry(office, given_name="Nell")
        screen(office, self.fresh, ask="police", finish=False)
        self.sent = an_enquiry(office, given_name="Sen")
        self.sent.logged_by_id = office.actor("referrer").id
        with as_(office, MAKER):
            restrict(office.desk(MAKER), Restrict(enquiry_id=hidden.enquiry_id, ordinal=1, reason="Made up"))
            office.session.execute(
                text("UPDATE restriction_readers SET removed_at = now(), removed_by_id = :me WHERE user_id <> :me"),
                {"me": office.actor(MAKER).id},
            )
        return {"west": accepted(office, given_name="Wes"), "north": north, "closed": closed, "restricted": hidden}

    def _give_own(self, actor: Actor) -> None:
        """A row of each table of which everybody has their own."""
        given = ("idempotency_keys", "drafts", "opening_reasons", "sessions", "declared_interests", "staff_homes")
        for name in (*given, "reading_heads", "account_heads"):
            self.put(name, actor)
        self.put("account_events", actor, actor_id=actor.id)
        self.put("access_tokens", SYSTEM, user_id=actor.id)
        for name in ("credentials", "security_keys", "recovery_codes", "identities"):
            self.put(name, claimant(actor.id))
        self.put("readings", actor, reader_id=actor.id, reader_role=actor.role, case_kind=None, case_id=None)

    def _give_all(self) -> None:
        restriction = self.office.session.scalar(text("SELECT id FROM restrictions"))
        now = self.office.clock.now()
        about = {"restriction_id": restriction, "person_id": self.cases["restricted"].person_id, "verdict": None}
        times = {"broken_at": now, "ends_at": now + timedelta(minutes=1), "reviewed_by_id": None}
        self.put("glass_breaks", self.office.actor("emergency_duty_team"), **about, **times)
        for name in ("checkpoints", "ledger_leaves"):
            self.put(name, SYSTEM)
        self.put("sign_in_delays", NOBODY)
        for case in self.cases.values():
            person = {"person_id": case.person_id, "made_by_id": SYSTEM.id, "state": "asked", "enquiry_id": None}
            decided = {"decided_by_id": None, "decided_at": None, "passage": None, "field": "address"}
            self.put("rectifications", SYSTEM, **person, **decided)
            shared = {"recorded_at": now, "shared_at": now, "outbox_id": None, "person_id": None}
            self.put("disclosures", SYSTEM, referral_id=case.id, enquiry_id=None, **shared)
            gone = {"removed_by_id": None, "removed_at": None, "removed_reason": "", "content": b"x"}
            self.put("files", SYSTEM, referral_id=case.id, enquiry_id=None, **gone)
            of = {"enquiry_id": case.enquiry_id, "sent_id": case.enquiry_id, "clock_id": case.enquiry.clocks[0].id}
            self.put("disagreements", SYSTEM, answered_by_id=None, answer="", reason="", **of)
            for name in ("strategy_discussions", "unmet_needs", "assessments", "section_47s", "plans"):
                self.put(name, SYSTEM, referral_id=case.id)
            clock = self.office.session.scalar(text("SELECT id FROM clocks WHERE referral_id = :id"), {"id": case.id})
            if clock:
                self.put("clock_pauses", SYSTEM, clock_id=clock)
        for given, family in (("Wes", "Testley"), ("Rex", "Hidden")):
            asked = ask(self.office, given_name=given, family_name=family)
            do(self.office, IG, asked, "prepare", "send_to_review")
        material = self.office.session.scalar(text("SELECT id FROM access_exports WHERE kind = 'material' LIMIT 1"))
        of = self.office.session.scalar(text("SELECT request_id FROM access_exports WHERE id = :id"), {"id": material})
        judged = {"request_id": of, "material_id": material, "choice": "show", "held_back_for": None}
        self.put("access_judgements", self.office.actor("social_worker"), **judged)

    def put(self, name: str, actor: Actor, **values: Any) -> None:
        """A row as that actor writes it, whatever is not said made up."""
        table = Base.metadata.tables[name]
        said = {
            column.name: made_up(column, actor, self.office.clock.now()) for column in table.columns if needed(column)
        }
        act_as(self.office.session, NOBODY if actor.id == NOBODY.id else actor, self.office.clock.now())
        self.office.session.execute(insert(table).values(said | values))
        act_as(self.office.session, SYSTEM)


def needed(column: Any) -> bool:
    return column.computed is None and column.name != "xid" and (not column.nullable or bool(column.foreign_keys))


def made_up(column: Any, actor: Actor, now: datetime) -> Any:
    """Something of the column's kind: of whom it is about, the actor."""
    if column.foreign_keys:
        of = next(iter(column.foreign_keys)).target_fullname
        return actor.id if of == "users.id" else None
    kinds: dict[type, Callable[[], Any]] = {
        Enum: lambda: column.type.enums[0],
        Uuid: uuid7,
        DateTime: lambda: now,
        Date: now.date,
        Boolean: lambda: False,
        ARRAY: list,
        JSONB: dict,
        LargeBinary: lambda: str(uuid7()).encode(),
        Integer: lambda: 1,
        Text: lambda: f"x{uuid7()}",
    }
    return next(make for kind, make in kinds.items() if isinstance(column.type, kind))()


@contextmanager
def acting(office: Any, who: str) -> Iterator[None]:
    office.session.flush()
    act_as(office.session, office.actor(who), office.clock.now() + timedelta(hours=3))
    yield
    act_as(office.session, SYSTEM)


def keys(office: Any, table: Table, *more: str) -> list[Any]:
    """The key of each row that whoever acts finds, and these columns."""
    named = [column.name for column in table.primary_key] + list(more)
    found = office.session.execute(text(f"SELECT {', '.join(named)} FROM {table.name}")).all()  # noqa: S608
    return [row[0] if len(row) == 1 else tuple(row) for row in found]


def cases_of(office: Any, who: str) -> set[str]:
    """The scene's cases that somebody sees, in plain words."""
    role = office.actor(who).role
    if role in HUB:
        return {"west", "north", "closed", "hub", "sent"} | ({"restricted"} if who == MAKER else set())
    if role == "referrer":
        return set()
    return {WEST: {"west", "closed"}, "locality_manager:west": {"west", "closed"}, NORTH: {"north"}}.get(who, set())


@pytest.fixture
def scene(office):
    return Scene(office)


def protected(session) -> dict[str, bool]:
    """Every table and materialised view of the schema, and whether rows of it are held back."""
    query = "SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN"
    return dict(session.execute(text(f"{query} ('r', 'p', 'm')")).all())


def test_every_table_holds_its_rows_back_or_is_open_for_a_reason_and_is_known_here(session):
    found = protected(session)
    assert {name for name, held in found.items() if not held} == set(OPEN)
    known = {*OF_CASES, *OWNED, *WHOLE, *APART}
    assert {name for name, held in found.items() if held} == known


def test_rows_of_a_case_are_found_by_whoever_sees_the_case_and_by_nobody_else(office, scene):
    whose = {}
    for name, query in OF_CASES.items():
        rows = office.session.execute(text(query.format(name))).all()
        whose[name] = {key: scene.enquiries[enquiry] for key, enquiry in rows if enquiry in scene.enquiries}
        assert {"west", "north", "restricted"} <= set(whose[name].values()) or name in ("transfers", "clock_pauses")
    wrong = []
    for who in WHO:
        mine = cases_of(office, who)
        with acting(office, who):
            for name, cases in whose.items():
                found, due = (
                    set(keys(office, Base.metadata.tables[name])),
                    {key for key, case in cases.items() if case in mine},
                )
                if found != due | besides(office, who, scene, name):
                    wrong.append((who, name, {cases.get(key, key) for key in found ^ due}))
    assert wrong == []


def besides(office: Any, who: str, scene: Scene, name: str) -> set[UUID]:
    """What is seen beside cases: what one sent oneself, and whose record is asked for, with what is said of it."""
    if (who, name) == ("referrer", "enquiries"):
        return {scene.sent.id}
    asked_for = {scene.cases[each].person_id for each in ("west", "restricted")}  # whoever asks has to be answered
    if who == IG and name == "people":
        return asked_for
    if who == IG and name == "rectifications":
        return {key for key, person in keys(office, Base.metadata.tables[name], "person_id") if person in asked_for}
    return set()


def test_what_is_somebodys_own_is_found_by_them_and_those_who_look_after_it(office, scene):
    wrong = []
    for who in WHO:
        actor = office.actor(who)
        with acting(office, who):
            for name, (column, others) in OWNED.items():
                owners = {row[-1] for row in keys(office, Base.metadata.tables[name], column)}
                sees_all, hidden = bool({actor.role, who} & set(others)), name in ONLY_WHILE_SIGNING_IN
                if (owners - {actor.id} and not sees_all) or (hidden and owners):
                    wrong.append((who, name, "of others"))
                if sees_all and name not in ("glass_breaks", "restriction_readers") and len(owners) < len(WHO):
                    wrong.append((who, name, "not all"))
    assert wrong == []


def test_what_is_nobodys_own_is_found_whole_by_its_roles_and_not_at_all_by_others(office, scene):
    wrong = []
    for who in WHO:
        role = office.actor(who).role
        with acting(office, who):
            for name, roles in WHOLE.items():
                found = keys(office, Base.metadata.tables[name])
                if bool(found) != bool({role, who} & set(roles)):
                    wrong.append((who, name, len(found)))
    assert wrong == []


def test_partner_finds_only_the_checks_that_its_agency_was_asked(office, scene):
    screen_again = an_enquiry(office, given_name="Hal")
    screen(office, screen_again, ask="health", finish=False)
    office.session.flush()
    for who, agency in (("partner_contributor", "police"), ("partner_system/health", "health"), ("referrer", None)):
        with acting(office, who):
            found = office.session.execute(text("SELECT agency_code FROM agency_checks")).scalars().all()
        assert set(found) == ({agency} if agency else set()), who
    for who in (*HUB, WEST, NORTH, ADMIN, IG, "analyst"):
        with acting(office, who):
            assert bool(keys(office, Base.metadata.tables["agency_checks"])) is (office.actor(who).role in HUB), who


def test_events_are_found_with_the_case_that_they_are_of(office, scene):
    of = {case.id: name for name, case in scene.cases.items()} | scene.enquiries
    of |= {case.person_id: f"{name}'s person" for name, case in scene.cases.items()}
    for who in WHO:
        mine, hub = cases_of(office, who), office.actor(who).role in HUB
        with acting(office, who):
            rows = office.session.execute(text("SELECT DISTINCT case_kind, case_id FROM events")).all()
        found = {of[key] for kind, key in rows if kind not in ("policy", "access_request") and key in of}
        assert found == mine | ({f"{name}'s person" for name in mine & set(scene.cases)} if hub else set()), who
        assert {key for kind, key in rows if kind not in ("policy", "access_request")} <= set(of) or hub, who
        reviews = office.actor(who).role in WHOLE["access_requests"]
        assert any(kind == "access_request" for kind, _key in rows) is reviews, who


def test_policies_in_draft_are_their_makers(office, scene):
    unfinished = "SELECT count(*) FROM policies WHERE state NOT IN ('published', 'superseded')"
    draft = {"state": "draft", "drafted_by_id": office.actor("early_help_unit").id, "published_by_id": None}
    scene.put("policies", office.actor("early_help_unit"), **draft, reviewed_by_id=None, withdrawn_by_id=None)
    for who in WHO:
        with acting(office, who):
            seen = office.session.scalar(text(unfinished))
        assert bool(seen) is (office.actor(who).role in ("mash_manager", "early_help_unit")), who


@pytest.mark.parametrize(("who", "cases"), [(WEST, {"west", "closed"}), (NORTH, {"north"}), ("locality_worker", set())])
def test_query_that_lost_its_filter_still_finds_only_ones_own(office, scene, who, cases):
    names = scene.enquiries
    with acting(office, who):
        office.session.expire_all()
        queried = {
            "listed referrals": {each.enquiry_id for each in list_referrals(office.session, service=None, **ANY).rows},
            "listed enquiries": {each.id for each in list_enquiries(office.session, **ANY).rows},
            "referrals": {each.enquiry_id for each in office.session.query(Referral)},
            "enquiries": {each.id for each in office.session.query(Enquiry)},
            "subjects": {each.enquiry_id for each in office.session.query(Subject)},
            "joined": set(
                office.session.scalars(select(Subject.enquiry_id).join(Person, Person.id == Subject.person_id))
            ),
        }
        counted = office.session.query(Referral).count()
        assert office.session.query(Reading).all() == []
        assert {each.case_kind for each in office.session.query(Event)} <= {"enquiry", "referral", "policy"}
    assert {what: {names[key] for key in found} for what, found in queried.items()} == dict.fromkeys(queried, cases)
    assert counted == len(cases)

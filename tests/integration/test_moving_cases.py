"""Cases that stand on an earlier version of their workflow are moved, each with an event of its own, then worked."""

import re
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.acting import a_referral, act, events_of, refused, walk
from tests.conftest import MORNING, Office
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.database import Database
from triage.embedded import forget
from triage.models import Person, Referral
from triage.models.codes import TABLES
from triage.private import database_url
from triage.upkeep import migrate_command
from workflows.agency_check import AGENCY_CHECK
from workflows.enquiry import ENQUIRY
from workflows.transfer import TRANSFER

EARLIER = "UPDATE referrals SET workflow_version = 1, state = 'in_progress' WHERE state = 'accepted'"


@dataclass
class Place:
    """A database of its own, with a social care case that was begun under the earlier version."""

    owner_url: str
    database: Database
    pack: object

    def office(self, session: Session) -> Office:
        return Office(session, SettableClock(MORNING), self.pack)

    def migrate(self) -> str:
        """What `triage migrate` says."""
        done = CliRunner().invoke(migrate_command, ["--url", self.owner_url])
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
def place(pack):
    with own_database() as name, Database(role_url("triage_app", name)) as database:
        made = Place(role_url("triage_owner", name), database, pack)
        with database.transaction(SYSTEM) as session:
            office = made.office(session)
            for route in ("social_care", "early_help"):
                case = act(office, "mash_manager", a_referral(office, route), "allocate", team_code=f"{route}_west")
                walk(office, "locality_worker:west", case, "accept")
        owner = create_engine(made.owner_url, poolclass=NullPool)
        with owner.begin() as connection:
            assert connection.execute(text(EARLIER)).rowcount == 2
        yield made


def cases(session):
    return session.query(Referral).order_by(Referral.service).all()


def test_case_of_an_earlier_version_is_not_worked_and_says_what_to_do(place):
    with place.database.transaction(SYSTEM) as session:
        for case in cases(session):
            said = refused(place.office(session), "locality_worker:west", case, "complete_assessment")
            assert list(said) == ["earlier_version"]
            assert "Have `triage migrate` run" in said["earlier_version"]


def test_migrating_moves_each_case_once_with_an_event_in_its_own_chain(place):
    assert "Moved to the present version of their workflow: 2" in place.migrate()
    with place.database.transaction(SYSTEM) as session:
        before = [(case.id, case.version, case.event_number) for case in cases(session)]
        for case in cases(session):
            assert (case.state, case.workflow_version) == ("assessment", TABLES[case.service].version)
            *_, moved = events_of(place.office(session), case)
            assert (moved.type, moved.actor_id) == ("workflow_moved", SYSTEM.id)
            assert moved.data == {
                "before": "in_progress",
                "after": "assessment",
                "workflow": TABLES[case.service].name,
                "from_version": 1,
                "to_version": 2,
            }
    assert "Moved" not in place.migrate()
    with place.database.transaction(SYSTEM) as session:
        assert [(case.id, case.version, case.event_number) for case in cases(session)] == before


def test_moved_case_is_worked_on_with_the_clocks_that_it_had(place):
    place.migrate()
    with place.database.transaction(SYSTEM) as session:
        _early_help, case = cases(session)
        assessment = next(clock for clock in case.clocks if clock.kind == "assessment")
        walk(place.office(session), "locality_worker:west", case, "complete_assessment")
        assert (assessment.state, assessment.started_at) == ("met", case.requested_at)


@pytest.fixture
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("private") / "var"
    yield folder
    forget(folder)


@contextmanager
def in_private(run_dir):
    """A transaction of a command that works on this machine's private database."""
    found = database_url(None, run_dir, "nottinghamshire")
    with found as url, Database(url) as database, database.transaction(SYSTEM) as session:
        yield session


def test_private_database_is_moved_when_a_command_next_works_on_it(pack, run_dir):
    with in_private(run_dir) as session:
        office = Office(session, SettableClock(MORNING), pack)
        case = act(office, "mash_manager", a_referral(office), "allocate", team_code="social_care_west")
        reference = walk(office, "locality_worker:west", case, "accept").reference
        session.execute(text(EARLIER))
    with in_private(run_dir) as session:
        assert session.query(Referral.reference, Referral.state).all() == [(reference, "assessment")]


@pytest.mark.parametrize("table", [ENQUIRY, AGENCY_CHECK, TRANSFER], ids=lambda table: table.name)
def test_database_allows_exactly_the_states_of_the_table(office, table):
    rows = {"Enquiry": "enquiries", "Agency check": "agency_checks", "Transfer": "transfers"}[table.name]
    rule = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    allowed = office.session.scalar(rule, {"name": f"ck_{rows}_state"})
    assert set(re.findall(r"'(\w+)'", allowed)) == set(table.states)


@pytest.mark.parametrize("service", list(TABLES))
def test_database_allows_a_referral_exactly_the_states_of_its_service(office, service):
    a_referral(office)
    every = {state for table in TABLES.values() for state in table.states} | {"in_progress"}
    assert {state for state in every if is_allowed(office, service, state)} == set(TABLES[service].states)


def is_allowed(office, service, state):
    closed_at = MORNING if state == "closed" else None
    told = {"reference": f"{service} {state}", "source": "1A", "requested_at": MORNING, "closed_at": closed_at}
    undone = office.session.begin_nested()
    try:
        referral = Referral(
            person=Person(kind="child"),
            service=service,
            state=state,
            workflow_version=TABLES[service].version,
            **told,
        )
        office.session.add(referral)
        office.session.flush()
    except IntegrityError as refusal:
        return refusal.orig.diag.constraint_name != "ck_referrals_state_of_service"
    else:
        return True
    finally:
        undone.rollback()

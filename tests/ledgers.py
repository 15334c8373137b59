"""A small ledger that was kept and sealed, and what whoever owns the database could do to it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from click.testing import CliRunner, Result
from sqlalchemy import NullPool, create_engine, select, text, update
from sqlalchemy.orm import Session

from tests.conftest import MORNING, Office
from tests.making import an_enquiry, decide_as, screen
from tests.services import role_url
from triage.access.actor import SYSTEM, Actor
from triage.access.checkpoints import export, hash_checkpoint, leaf_text, tell
from triage.access.ledger import canonical, seal, seal_account, seal_reading
from triage.access.merkle import Tree
from triage.access.signing import SigningKey
from triage.cli import main
from triage.clock import SettableClock
from triage.database import Database, act_as
from triage.models import AccountEvent, AccountHead, Checkpoint, Enquiry, Event, Leaf, Reading, ReadingHead
from triage.pack import load_pack
from triage.services.accounts import AccountChange, reset_second_factor
from triage.services.auditing import verify_ledger
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.reading import note_reading, people_of
from triage.services.sealing import seal_heads

KEY, OTHER_KEY = (SigningKey(sha256(name).digest()) for name in (b"ours", b"another"))
KEYS = {KEY.public.id: KEY.public}


@dataclass
class Kept:
    """A database with a ledger in it: two enquiries and their people, what one person read, and what was sealed."""

    name: str
    clock: SettableClock = field(default_factory=lambda: SettableClock(MORNING))
    actors: dict[str, Actor] = field(default_factory=dict)
    exported: dict[int, dict[str, Any]] = field(default_factory=dict)
    first: UUID | None = None
    second: UUID | None = None
    reference: str = ""

    @property
    def reader(self) -> UUID:
        """Who read."""
        return self.actors["social_worker"].id

    @contextmanager
    def office(self) -> Iterator[Office]:
        """Everybody's desks, in a transaction that is kept."""
        with Database(role_url("triage_app", self.name)) as database, database.transaction(SYSTEM) as session:
            yield Office(session, self.clock, load_pack("nottinghamshire"), self.actors)

    def read(self, times: int) -> None:
        """The social worker opens the first enquiry so often."""
        for _ in range(times):
            with Database(role_url("triage_app", self.name)) as database:
                actor = self.actors["social_worker"]
                with database.transaction(actor) as session:
                    desk = Desk(session, actor, self.clock, load_pack("nottinghamshire"), "Made up", "request-1")
                    enquiry = session.get_one(Enquiry, self.first)
                    note_reading(desk, "enquiries.show", people_of([enquiry]), enquiry)

    def change_account(self, times: int) -> None:
        """An administrator takes away the reader's second factor so often."""
        with self.office() as office:
            desk = office.desk("administrator")
            for _ in range(times):
                act_as(office.session, desk.actor)
                reset_second_factor(desk, AccountChange(self.reader, "Made up"))

    def seal(self, key: SigningKey = KEY, **how: Any) -> Checkpoint | None:
        """As the worker does."""
        with self.office() as office:
            made = seal_heads(office.desk("system"), key, **how)
            if made:
                self.exported[made.number] = export(made, key.public)
            return made

    @contextmanager
    def owner(self, *, keep: bool = False) -> Iterator[Session]:
        """Whoever owns the database, in a transaction that is undone unless it is to be kept."""
        with Session(create_engine(role_url("triage_owner", self.name), poolclass=NullPool)) as session:
            yield session
            (session.commit if keep else session.rollback)()


def keep_ledger(name: str) -> Kept:
    """Sealed twice, and a little of it not sealed yet."""
    kept = Kept(name)
    with kept.office() as office:
        office.actors["system"] = SYSTEM
        first = an_enquiry(office)
        screen(office, first)
        kept.first, kept.reference = first.id, first.reference
    kept.read(3)
    kept.change_account(3)
    kept.seal()
    kept.clock.at += timedelta(minutes=5)
    with kept.office() as office:
        first = office.session.get_one(Enquiry, kept.first)
        decide_as(office, "social_worker", first, route="no_further_action", level=2, why_not={"early_help": "Made up"})
        kept.second = an_enquiry(office, given_name="Ben").id
    kept.read(2)
    kept.change_account(2)
    kept.seal()
    kept.clock.at += timedelta(minutes=5)
    kept.change_account(1)
    with kept.office() as office:
        act_on_enquiry(office.desk("social_worker"), EnquiryAction(enquiry_id=kept.first, action="close"))
    return kept


def faults_in(session: Session, exported: dict[str, Any] | None = None, keys: Any = KEYS) -> str:
    """What verifying finds, a fault a line."""
    schedules = load_pack("nottinghamshire").retention.known
    return "\n".join(verify_ledger(session, keys, exported, schedules=schedules).faults)


def run(session: Session, statement: str, **values: Any) -> None:
    """A statement of the owner's; it must have touched something."""
    assert session.execute(text(statement), values).rowcount


def hash_anew(session: Session, chain: UUID, since: int = 1) -> None:
    """Hash a chain of events again from an event on, and its head in the enquiry's row."""
    before = session.scalar(select(Event.hash).where(Event.case_id == chain, Event.number == since - 1)) or b""
    for event in session.scalars(
        select(Event).where(Event.case_id == chain, Event.number >= since).order_by(Event.number)
    ):
        event.previous_hash = before
        event.hash = before = seal(event)
        session.flush()
    last = session.scalar(select(Event.number).where(Event.case_id == chain).order_by(Event.number.desc()).limit(1))
    head = update(Enquiry.__table__).where(Enquiry.__table__.c.id == chain)
    session.execute(head.values(event_number=last, event_hash=before))


def hash_readings_anew(session: Session, reader: UUID) -> None:
    """The same of what somebody read."""
    _hash_apart(session, Reading, ReadingHead, "reader_id", reader, seal_reading)


def hash_account_anew(session: Session, account: UUID) -> None:
    """The same of what was done to an account."""
    _hash_apart(session, AccountEvent, AccountHead, "user_id", account, seal_account)


def _hash_apart(session: Session, model: Any, heads: Any, whose: str, key: UUID, seal_one: Any) -> None:
    before, number = b"", 0
    for entry in session.scalars(select(model).where(getattr(model, whose) == key).order_by(model.number)):
        entry.previous_hash = before
        entry.hash = before = seal_one(entry)
        number = entry.number
        session.flush()
    head = update(heads.__table__).where(heads.__table__.c[whose] == key)
    session.execute(head.values(number=number, hash=before))


def seal_anew(session: Session, key: SigningKey) -> None:
    """Make every leaf fit what stands there now, and every checkpoint fit its leaves, signed with that key."""
    run(
        session,
        "UPDATE ledger_leaves l SET hash = e.hash FROM events e WHERE e.case_id = l.chain_id AND e.number = l.number",
    )
    session.expire_all()
    tree, last = Tree(), None
    leaves = iter(session.scalars(select(Leaf).order_by(Leaf.position)).all())
    for checkpoint in session.scalars(select(Checkpoint).order_by(Checkpoint.number)):
        while tree.size < checkpoint.tree_size:
            tree.add(leaf_text(next(leaves)))
        checkpoint.root, checkpoint.frontier = tree.root, list(tree.peaks)
        checkpoint.previous, checkpoint.key_id = hash_checkpoint(last), key.public.id
        checkpoint.signature = key.sign(canonical(tell(checkpoint)))
        session.flush()
        last = checkpoint


def drop_foreign_keys(session: Session, table: str) -> None:
    """So that a row can go of which others speak."""
    found = text(
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid = CAST(:table AS regclass)"
    )
    for statement in session.scalars(found, {"table": table}).all():
        session.execute(text(statement))


class Commands:
    """The commands as they are typed, with the key in the environment."""

    def __init__(self, kept: Kept, key: SigningKey = KEY) -> None:
        self.kept, self.key = kept, key

    def __call__(self, *words: str, key: bool = True) -> Result:
        told = {"TRIAGE_DATABASE_URL": role_url("triage_app", self.kept.name)}
        if key:
            told["TRIAGE_LEDGER_KEY"] = base64.b64encode(self.key.raw).decode()
        return CliRunner(env=told).invoke(main, ["ledger", *words])

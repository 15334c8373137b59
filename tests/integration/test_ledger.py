"""Sealing: every head once, whatever order transactions end in, by one sealer; and the commands of the ledger."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from tests.conftest import Office
from tests.ledgers import KEY, KEYS, OTHER_KEY, Commands, faults_in, keep_ledger
from tests.making import an_enquiry
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.database import Database, act_as
from triage.models import Checkpoint, Event, Leaf
from triage.pack import load_pack
from triage.services.desk import Desk
from triage.services.sealing import seal_heads


@pytest.fixture
def kept():
    with own_database() as name:
        yield keep_ledger(name)


def leaves_of(kept, chain):
    with kept.owner() as session:
        return session.scalars(select(Leaf.number).where(Leaf.chain_id == chain).order_by(Leaf.number)).all()


def test_each_head_is_sealed_once_and_nothing_twice(kept):
    made = kept.seal()
    assert made.number == 3
    before = leaves_of(kept, kept.first)
    assert kept.seal() is None
    assert leaves_of(kept, kept.first) == before
    assert len(before) == len(set(before)) == 3
    with kept.owner() as session:
        assert faults_in(session) == ""


def test_quiet_hour_has_a_checkpoint_that_shows_that_nothing_happened(kept):
    made = kept.seal()
    kept.clock.at += timedelta(minutes=59)
    assert kept.seal() is None
    kept.clock.at += timedelta(minutes=1)
    quiet = kept.seal()
    assert (quiet.tree_size, quiet.root) == (made.tree_size, made.root)
    with kept.owner() as session:
        assert faults_in(session) == ""


def test_what_ends_late_is_sealed_next_though_later_work_was_sealed_before(kept):
    """A transaction that began to write first, and ends last."""
    kept.seal()
    with Database(role_url("triage_app", kept.name)) as database, database.sessions.begin() as slow:
        act_as(slow, SYSTEM)
        late = an_enquiry(_office(kept, slow), given_name="Late")
        with kept.office() as office:
            early = an_enquiry(office, given_name="Early").id
        made = kept.seal()
        assert made is None or (leaves_of(kept, early), leaves_of(kept, late.id)) == ([1], [])
        slow.commit()
    kept.seal()
    assert (leaves_of(kept, early), leaves_of(kept, late.id)) == ([1], [1])


def _office(kept, session):
    return Office(session, kept.clock, load_pack("nottinghamshire"), kept.actors)


def test_second_sealer_leaves_it_to_the_first(kept):
    with kept.office() as office, kept.office() as other:
        assert seal_heads(office.desk("system"), KEY).number == 3
        assert seal_heads(other.desk("system"), KEY) is None


def test_restored_into_a_cluster_that_counts_anew_everything_is_sealed(kept):
    """There every number of a transaction in the dump is higher than any that comes."""
    with kept.owner(keep=True) as owner:
        owner.execute(text("UPDATE events SET xid = xid + 1000000000"))
        owner.execute(text("UPDATE checkpoints SET horizon = horizon + 1000000000"))
    kept.exported.clear()
    with kept.office() as office:
        last = office.session.scalars(select(Checkpoint).order_by(Checkpoint.number)).all()[-1]
        assert seal_heads(office.desk("system"), KEY).horizon < last.horizon
    assert len(leaves_of(kept, kept.first)) == 3
    with kept.owner() as session:
        assert "kept out of the checkpoints" not in faults_in(session)


@pytest.mark.parametrize("who", ["social_worker", "mash_manager"])
@pytest.mark.parametrize("model", [Leaf, Checkpoint])
def test_only_the_service_itself_seals_and_sees_seals(kept, who, model):
    kept.seal()
    with kept.office() as office:
        actor = office.actor(who)
    with Database(role_url("triage_app", kept.name)) as database:
        with database.transaction(actor) as session:
            assert session.scalar(select(func.count()).select_from(model)) == 0
        with pytest.raises(ProgrammingError, match="row-level security"), database.transaction(actor) as session:
            seal_heads(Desk(session, actor, kept.clock, None), KEY, everything=True)


@pytest.mark.parametrize("table", ["ledger_leaves", "checkpoints", "readings", "events"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET number = 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_service_can_rewrite_nothing_of_the_ledger(session, table, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement.format(table)))


def test_event_of_another_transaction_than_its_own_is_refused(session, office):
    enquiry = an_enquiry(office)
    session.flush()
    told = [each.key for each in Event.__table__.columns if each.key not in ("id", "number", "xid")]
    columns = ", ".join(told)
    forged = f"INSERT INTO events (id, number, xid, {columns}) SELECT gen_random_uuid(), 99, 1, {columns} FROM events"
    with pytest.raises(ProgrammingError, match="row-level security"):
        session.execute(text(f"{forged} WHERE case_id = :case LIMIT 1"), {"case": enquiry.id})


def test_commands_from_a_key_to_a_verified_checkpoint(kept, tmp_path):
    ledger = Commands(kept)
    public, exported = tmp_path / "ledger.pub", tmp_path / "checkpoint.json"
    public.write_text(ledger("key").output)
    assert ledger("seal").output.startswith("Checkpoint 3: ")
    assert ledger("export-checkpoint", "--number", "2", "--out", str(exported)).exit_code == 0
    assert json.loads(exported.read_text()) == kept.exported[2]
    whole = ledger("verify", "--checkpoint", str(exported), "--public-key", str(public), key=False)
    assert whole.exit_code == 0, whole.output
    assert whole.output.startswith("Whole: ")
    assert "3 checkpoints" in whole.output
    assert "5 readings by 1 readers" in whole.output
    assert "0 not sealed yet" in whole.output


def test_verifying_what_was_changed_names_it_and_fails(kept):
    with kept.owner(keep=True) as owner:
        owner.execute(
            text("UPDATE events SET actor_name = 'x' WHERE case_id = :case AND number = 2"), {"case": kept.first}
        )
    done = Commands(kept)("verify")
    assert done.exit_code == 1
    assert f"{kept.reference}: event 2 (screening_started, 2013-05-07T09:00" in done.output
    assert "NOT WHOLE" in done.output


def test_nobodys_seal_is_trusted_unless_somebody_says_whose(kept):
    assert "Say whose seal is trusted" in str(Commands(kept)("verify", key=False).exception)
    other = Commands(kept, OTHER_KEY)("verify")
    assert other.exit_code == 1
    assert "checkpoint 1 bears no signature of a key that is trusted" in other.output


def test_two_keys_may_have_sealed_one_ledger(kept):
    kept.seal(OTHER_KEY)
    with kept.owner() as session:
        assert "checkpoint 3 bears no signature" in faults_in(session)
        assert faults_in(session, keys=KEYS | {OTHER_KEY.public.id: OTHER_KEY.public}) == ""

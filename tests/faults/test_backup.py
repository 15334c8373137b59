"""A county is backed up while people work, and is there again, whole, in another database; or nothing is."""

import base64
import os
import secrets
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from sqlalchemy import make_url

from tests.conftest import MORNING, usual_settings
from tests.ledgers import KEY, OTHER_KEY, keep_ledger, run
from tests.making import an_enquiry
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.access.passwords import keep_password
from triage.app import create_app
from triage.backup.manifest import TABLES, count_rows
from triage.backup.programs import libpq
from triage.cli import main
from triage.clock import SettableClock
from triage.models import Enquiry, File, User
from triage.whole_files import LOCK

ROOT = Path(__file__).parents[2]
BACKUP_KEY, ANOTHER = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
LETTER = secrets.token_bytes(3_000_000)  # as sealed: more than a chunk, which nothing makes smaller


@pytest.fixture(scope="module")
def kept():
    """A small county with a sealed ledger and a letter."""
    with own_database() as name:
        kept = keep_ledger(name)
        told = {"name": "a", "kind": "pdf", "size": 1, "sha256": b"x", "sent_sha256": b"x", "added_at": MORNING}
        with kept.owner(keep=True) as owner:
            owner.add(File(**told, enquiry_id=kept.first, content=LETTER, added_by_id=kept.reader))
        yield kept


@pytest.fixture
def empty():
    """A database with nothing in it."""
    with own_database(empty=True) as name:
        yield name


@pytest.fixture(scope="module")
def public_key(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "ledger.pub"
    path.write_text(str(KEY.public))
    return str(path)


def told(name, key=BACKUP_KEY):
    return {"TRIAGE_OWNER_DATABASE_URL": role_url("triage_owner", name), "TRIAGE_BACKUP_KEY": key}


def command(name, *words, key=BACKUP_KEY):
    return CliRunner(env=told(name, key)).invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def backup(kept, tmp_path_factory):
    """The county's backup."""
    return taken(kept, tmp_path_factory.mktemp("backups"))


def taken(kept, folder):
    done = command(kept.name, "backup", folder)
    assert done.exit_code == 0, done.output
    return next(folder.glob("*.backup"))


def rows_of(name):
    """Every row of every table, as text."""
    with psycopg.connect(libpq(role_url("triage_owner", name))) as connection:
        query = sql.SQL("SELECT t::text FROM {} t ORDER BY 1")
        tables = connection.execute(TABLES).fetchall()
        return {table: connection.execute(query.format(sql.Identifier(*table))).fetchall() for table in tables}


def test_what_is_restored_is_every_row_and_the_service_works_on_it(kept, backup, empty):
    done = command(empty, "restore", backup)
    assert done.exit_code == 0, done.output
    before, after = rows_of(kept.name), rows_of(empty)
    assert after == before
    assert sum(map(len, after.values())) > 100
    verdict = CliRunner(env={"TRIAGE_LEDGER_KEY": base64.b64encode(KEY.raw).decode()}).invoke(
        main, ["ledger", "verify", "--url", role_url("triage_app", empty)]
    )
    assert verdict.exit_code == 0, verdict.output
    opens_page(kept, empty)


def opens_page(kept, name):
    app = create_app(usual_settings(name), SettableClock(kept.clock.at))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.extensions["triage"].database as database:
        with database.transaction(SYSTEM) as session:
            somebody = User(username="made-up", name="Made-up Somebody", role="social_worker")
            session.add(somebody)
            session.flush()
            keep_password(session, somebody.id, "right", kept.clock.at)
        browser = app.test_client()
        assert browser.post("/sign-in", data={"username": "made-up", "password": "right"}).status_code == 302
        page = browser.get(f"/enquiries/{kept.first}")
        assert page.status_code == 200
        assert kept.reference in page.text
        assert browser.get("/health/ready").status_code == 200


def test_the_file_is_for_its_owner_alone_and_says_nothing_of_anybody(backup):
    assert backup.stat().st_mode & 0o777 == 0o600
    content = backup.read_bytes()
    assert LETTER[:64] not in content
    for word in (b"PGDMP", b"enquiries", b"Made"):
        assert word not in content


def test_it_is_one_moment_while_people_write(kept, tmp_path, public_key):
    stop = Event()

    def write() -> int:
        number = 0
        while not stop.is_set():
            with kept.office() as office:
                an_enquiry(office)
            number += 1
        return number

    with ThreadPoolExecutor(2) as people:
        writing = [people.submit(write) for _ in range(2)]
        try:
            done = command(kept.name, "backup", tmp_path, "--verify", "--public-key", public_key)
        finally:
            stop.set()
        assert all(each.result() > 1 for each in writing)
    assert done.exit_code == 0, done.output
    assert "every row counted" in done.output
    assert "Whole:" in done.output
    with own_database(empty=True) as name:
        assert command(name, "restore", next(tmp_path.glob("*.backup"))).exit_code == 0
        assert count_of(name) < count_of(kept.name)


def count_of(name):
    with psycopg.connect(libpq(role_url("triage_owner", name))) as connection:
        return count_rows(connection)["public.enquiries"]


def test_a_check_says_what_was_changed_before_it_was_backed_up(kept, tmp_path, public_key):
    with own_database(empty=True) as name:
        assert command(name, "restore", taken(kept, tmp_path)).exit_code == 0
        before, kept.name = kept.name, name
        with kept.owner(keep=True) as owner:
            run(owner, "UPDATE events SET data = '{}' WHERE case_id = :case AND number = 1", case=kept.first)
        (tmp_path / "forged").mkdir()
        forged = taken(kept, tmp_path / "forged")
        kept.name = before
    done = command(name, "restore", "--check", forged, "--public-key", public_key)
    assert done.exit_code == 1
    assert "NOT WHOLE" in done.output


def test_a_seal_that_is_not_trusted_is_no_proof(backup, tmp_path):
    (tmp_path / "another.pub").write_text(str(OTHER_KEY.public))
    done = command("none", "restore", "--check", backup, "--public-key", tmp_path / "another.pub")
    assert done.exit_code == 1
    assert "NOT WHOLE" in done.output
    assert "whose seal" in str(command("none", "restore", "--check", backup).exception)


def refused(name, *words, key=BACKUP_KEY):
    done = command(name, *words, key=key)
    assert done.exit_code == 1
    return str(done.exception)


def test_what_is_not_as_it_was_written_is_refused_and_nothing_restored(backup, empty, tmp_path):
    content = bytearray(backup.read_bytes())
    content[-100] ^= 1
    (tmp_path / "altered").write_bytes(content)
    (tmp_path / "cut").write_bytes(content[: 2 * len(content) // 3])
    assert "altered" in refused(empty, "restore", tmp_path / "altered")
    assert "cut off" in refused(empty, "restore", tmp_path / "cut")
    assert "another key" in refused(empty, "restore", backup, key=ANOTHER)
    assert "TRIAGE_BACKUP_KEY" in refused(empty, "restore", backup, key="")
    assert rows_of(empty) == {}
    assert command(empty, "restore", backup, key=f"{ANOTHER},{BACKUP_KEY}").exit_code == 0


def test_a_database_with_anything_in_it_is_left_alone(kept, backup, empty):
    assert "not empty" in refused(kept.name, "restore", backup)
    with psycopg.connect(libpq(role_url("triage_owner", empty))) as connection:
        connection.execute("CREATE TABLE a_note (a text)")
    assert "not empty" in refused(empty, "restore", backup)
    assert rows_of(empty) == {("public", "a_note"): []}


def test_a_role_that_sees_a_part_makes_no_backup(kept, tmp_path):
    words = ("backup", tmp_path, "--url", role_url("triage_app", kept.name))
    assert "triage_owner" in refused(kept.name, *words)
    assert not [*tmp_path.glob("triage-*")]


def test_the_last_few_are_kept(kept, tmp_path):
    for name in ("triage-20130101T000000Z.backup", "triage-20130102T000000Z.backup", "notes.txt"):
        (tmp_path / name).touch()
    assert command(kept.name, "backup", tmp_path, "--keep", 2).exit_code == 0
    names = {path.name for path in tmp_path.iterdir()} - {LOCK}
    assert len(names) == 3
    assert {"triage-20130102T000000Z.backup", "notes.txt"} < names


def test_the_one_just_made_is_kept_whatever_a_name_says_of_a_time_to_come(kept, tmp_path):
    (tmp_path / "triage-20991231T000000Z.backup").touch()
    done = command(kept.name, "backup", tmp_path, "--keep", 1)
    assert done.exit_code == 0
    (left,) = tmp_path.glob("*.backup")
    assert f"Written: {left}:" in done.output


def test_an_old_one_in_the_place_of_last_nights_is_told(backup, empty, tmp_path):
    another = tmp_path / "triage-20130507T010000Z.backup"
    another.write_bytes(backup.read_bytes())
    assert f"call it {backup.name}" in refused(empty, "restore", another)
    assert rows_of(empty) == {}
    done = command(empty, "restore", another.rename(tmp_path / backup.name))
    assert done.output.index("Restoring: ") < done.output.index("Restored: ")


def test_one_of_a_later_release_is_refused_before_anything_is_done(kept, backup, empty, tmp_path):
    assert command(empty, "restore", backup).exit_code == 0
    with psycopg.connect(libpq(role_url("triage_owner", empty))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before, kept.name = kept.name, empty
    later = taken(kept, tmp_path)
    kept.name = before
    with own_database(empty=True) as name:
        assert "restore it with the release that made it" in refused(name, "restore", later)
        assert rows_of(name) == {}


def test_a_restore_goes_where_it_was_found_that_nothing_is(backup, empty, monkeypatch):
    """The address says part of where it is, and PostgreSQL's own variables the rest."""
    where = make_url(role_url("triage_owner", empty))
    monkeypatch.setenv("PGHOST", where.host or str(where.query["host"]))
    monkeypatch.setenv("PGPASSWORD", where.password)
    if where.port:
        monkeypatch.setenv("PGPORT", str(where.port))
    bare = where.set(host=None, port=None, password=None, query={}).render_as_string(hide_password=False)
    done = command(empty, "restore", backup, "--url", bare)
    assert done.exit_code == 0, done.exception
    assert rows_of(empty)


def test_no_limit_of_the_server_for_usual_work_ends_it(kept, tmp_path):
    limits = "-c idle_in_transaction_session_timeout=1 -c transaction_timeout=20000 -c statement_timeout=20000"
    url = make_url(role_url("triage_owner", kept.name)).update_query_dict({"options": limits})
    done = command(kept.name, "backup", tmp_path, "--url", url.render_as_string(hide_password=False))
    assert done.exit_code == 0, done.exception


def test_a_check_puts_what_it_restores_nowhere_but_where_it_was_told(backup, tmp_path, public_key):
    """As root PostgreSQL is another user: where that one may not pass, nothing is put anywhere else, in the clear."""
    (tmp_path / "locked").mkdir(mode=0o700)
    words = ("restore", "--check", backup, "--public-key", public_key, "--work-dir", tmp_path / "locked")
    done = command("none", *words)
    found = (done.exit_code, "who may not enter" in str(done.exception))
    assert found == ((1, True) if os.geteuid() == 0 else (0, False))


def killed(name, step, times, *words):
    """The command, ended by SIGKILL before that step."""
    line = [sys.executable, "-m", "tests.faults.backing_up", step, str(times), *map(str, words)]
    done = subprocess.run(line, cwd=ROOT, env=os.environ | told(name), check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("step", "times"), [("write", 2), ("write", 4), ("finish", 1), ("rename", 1)])
def test_killed_in_the_middle_it_leaves_nothing_that_looks_whole(kept, tmp_path, step, times):
    killed(kept.name, step, times, "backup", tmp_path)
    assert [path.suffix for path in tmp_path.glob("triage-*")] == [".part"]
    assert taken(kept, tmp_path)
    assert [path.suffix for path in tmp_path.glob("triage-*")] == [".backup"]


def test_a_restore_that_is_killed_leaves_an_empty_database(kept, backup, empty):
    killed(empty, "restore", 1, "restore", backup)
    wait_until_alone(empty)
    assert rows_of(empty) == {}
    assert command(empty, "restore", backup).exit_code == 0
    with kept.owner() as owner:
        assert owner.get_one(Enquiry, kept.first)


def wait_until_alone(name):
    """Until what was begun there has been undone."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(libpq(role_url("triage_owner", name)), autocommit=True) as connection:
        while connection.execute(others).fetchone()[0]:
            pass

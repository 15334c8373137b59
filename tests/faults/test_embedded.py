"""The private PostgreSQL and Redis: kept apart, kept whole, and never left behind, whatever is killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql
from redis import Redis

from triage import embedded
from triage.embedded import EmbeddedError, Postgres, Services, data_home, forget, services

ROLES_SQL = Path(__file__).parents[2] / "migrations" / "roles.sql"
# Says the numbers of its children, one a line, once they serve; then waits to be killed.
HOLDER = """
import pathlib, sys, time, psutil
from triage.embedded import services
with services(pathlib.Path(sys.argv[1]), durable=False):
    print(*[child.pid for child in psutil.Process().children()], flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a space in its name, in which a cluster has been made."""
    folder = tmp_path_factory.mktemp("a folder with spaces") / "var"
    with services(folder, durable=False):
        pass
    yield folder
    forget(folder)


@pytest.fixture
def holder(run_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the services in `run_dir`."""
    command = [sys.executable, "-c", HOLDER, str(run_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@contextmanager
def served(run_dir: Path, *, durable: bool = False) -> Iterator[tuple[Services, list[psutil.Process]]]:
    """The services, and the processes that they are: this process may run others, for the rest of the tests."""
    before = psutil.Process().children()
    with services(run_dir, durable=durable) as here:
        yield here, [child for child in psutil.Process().children() if child not in before]


def ask(postgres: Postgres, query: str, role: str = "triage_app") -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.url(role).replace("+psycopg", "")) as connection:
        done = connection.execute(sql.SQL(query))
        return done.fetchall() if done.description else []


def pid_file(run_dir: Path) -> Path:
    return data_home(run_dir) / "postgres" / "postmaster.pid"


def gone_within(seconds: float, pids: list[int]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(psutil.pid_exists(pid) for pid in pids):
        time.sleep(0.05)
    return not any(psutil.pid_exists(pid) for pid in pids)


def test_services_listen_on_sockets_that_only_we_may_reach(run_dir: Path) -> None:
    with served(run_dir) as (here, servers):
        assert len(servers) == 2
        assert [each for each in servers if each.net_connections("inet")] == []
        for folder in (here.postgres.sockets, Path(here.redis_url.removeprefix("unix://")).parent):
            assert folder.stat().st_mode & 0o777 == 0o700


def test_the_services_role_owns_nothing_and_is_bound_by_policies(run_dir: Path) -> None:
    with services(run_dir, durable=False) as here:
        flags = "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        assert ask(here.postgres, flags) == [(False, False, False, False)]
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        assert ask(here.postgres, owner) == [("triage_owner",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(here.postgres, "CREATE TABLE mine (id int)")


def test_what_was_stored_is_there_after_a_restart(run_dir: Path) -> None:
    with services(run_dir) as here:
        ask(here.postgres, "CREATE TABLE kept AS SELECT 7 AS n", "triage_owner")
        Redis.from_url(here.redis_url).set("kept", "7")
    with services(run_dir) as here:
        assert ask(here.postgres, "SELECT n FROM kept", "triage_owner") == [(7,)]
        assert Redis.from_url(here.redis_url).get("kept") == b"7"


def test_nothing_is_left_running_when_the_block_ends(run_dir: Path) -> None:
    with served(run_dir) as (here, servers):
        everything = [each.pid for server in servers for each in (server, *server.children())]
    assert len(everything) > 2
    assert gone_within(2, everything)
    assert not here.postgres.sockets.exists()
    assert not Path(here.redis_url.removeprefix("unix://")).parent.exists()


def test_a_second_start_says_that_the_first_still_runs(run_dir: Path) -> None:
    with (
        services(run_dir, durable=False),
        pytest.raises(EmbeddedError, match=r"running in .* already"),
        services(run_dir, durable=False),
    ):
        pass


def test_no_process_outlives_a_killed_parent_and_the_next_start_finds_the_data(
    run_dir: Path, holder: subprocess.Popen[str]
) -> None:
    assert holder.stdout is not None
    pids = [int(word) for word in holder.stdout.readline().split()]
    assert len(pids) == 2
    holder.kill()
    holder.wait()
    with services(run_dir, durable=False) as here:  # at once, while the old server may still be closing its files
        assert ask(here.postgres, "SELECT 1") == [(1,)]
        assert gone_within(5, pids)


def test_a_number_left_by_a_killed_server_and_given_to_another_process_does_not_stop_the_start(run_dir: Path) -> None:
    user = embedded._unprivileged_user()
    with subprocess.Popen([str(shutil.which("sleep")), "60"], user=user) as other:
        pid_file(run_dir).write_text(f"{other.pid}\n{pid_file(run_dir).parent}\n1\n5432\n\n\n\nready   \n")
        os.chown(pid_file(run_dir), os.geteuid() if user is None else user, -1)
        try:
            with services(run_dir, durable=False) as here:
                assert ask(here.postgres, "SELECT 1") == [(1,)]
            assert other.poll() is None
        finally:
            other.kill()


def test_a_server_killed_outright_loses_nothing_that_was_committed(run_dir: Path) -> None:
    with served(run_dir, durable=True) as (here, servers):
        ask(here.postgres, "CREATE TABLE survived AS SELECT 9 AS n", "triage_owner")
        Redis.from_url(here.redis_url).set("survived", "9")
        for server in servers:
            server.send_signal(signal.SIGKILL)
    with services(run_dir) as here:
        assert ask(here.postgres, "SELECT n FROM survived", "triage_owner") == [(9,)]


def test_a_cluster_whose_making_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    half = data_home(tmp_path) / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with services(tmp_path, durable=False) as here:
        assert ask(here.postgres, "SELECT 1") == [(1,)]
    forget(tmp_path)


def test_a_start_that_fails_shows_the_end_of_the_log(tmp_path: Path) -> None:
    data = data_home(tmp_path) / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match=r"did not start[\s\S]*postgres"), services(tmp_path):
        pass
    forget(tmp_path)


def test_forget_removes_all_and_refuses_while_running(tmp_path: Path) -> None:
    with services(tmp_path / "var", durable=False) as here:
        home = data_home(tmp_path / "var")
        with pytest.raises(EmbeddedError, match=r"running in .* already"):
            forget(tmp_path / "var")
    here.postgres.sockets.mkdir()  # as a killed run leaves it
    forget(tmp_path / "var")
    assert not here.postgres.sockets.exists()
    assert not (home / "postgres").exists()
    assert not (tmp_path / "var").exists()


def test_somebody_elses_link_in_a_shared_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(EmbeddedError, match="belongs to somebody else"):
        embedded._refuse_foreign(tmp_path / "link")


def test_productions_roles_script_makes_what_the_private_server_makes_and_may_be_repeated(run_dir: Path) -> None:
    psql = embedded._binaries(embedded._unprivileged_user()) / "psql"
    passwords = {"TRIAGE_OWNER_PASSWORD": 'it\'s "odd" :\\', "TRIAGE_APP_PASSWORD": "another"}
    with services(run_dir, durable=False) as here:
        command = [psql, "-X", "-q", "-h", here.postgres.sockets, "-U", "postgres", "-f", ROLES_SQL, "postgres"]
        environment = {"PATH": os.environ["PATH"]}
        for _ in range(2):
            subprocess.run(command, env=environment | passwords, check=True, capture_output=True)
        refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert refused.returncode != 0
        assert "Set TRIAGE_OWNER_PASSWORD" in refused.stderr
        extensions = {name for (name,) in ask(here.postgres, "SELECT extname FROM pg_extension")}
        assert set(embedded.EXTENSIONS) <= extensions

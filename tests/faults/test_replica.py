"""Managers' numbers are read from a real replica that streams. While it lags or is away they are told so."""

import json
import tempfile
import time
from datetime import date
from math import inf
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from tests.faults.front_door import PACK, FrontDoor
from tests.faults.replicas import Pair, a_pair
from tests.making import a_subject
from tests.services import SECRET_KEY, own_redis
from tests.watching import samples_in, sum_of
from triage import health, replica
from triage.access.actor import NOBODY, SYSTEM
from triage.access.passwords import keep_password
from triage.access.signin import issue_token
from triage.app import create_app
from triage.cli import main
from triage.database import Database
from triage.doctor import of_database
from triage.insight.counting import refresh
from triage.insight.measures import measure
from triage.models import User
from triage.replica import INSTEAD, NOW, Replica, read_numbers
from triage.schema import load_reference_data, migrate
from triage.settings import Settings
from triage.store.replication import Lag
from triage.watching.gauges import ReplicaGauge

FIRST, LAST = date(2013, 5, 1), date(2013, 5, 31)
MAY = {"from": FIRST.isoformat(), "to": LAST.isoformat()}
PAGES = ("/measures", "/measures/enquiries/run", "/unmet-needs")
GUARD = 60  # seconds
ANSWERS = text("SELECT pg_is_in_recovery()")
COUNT = text("SELECT count(*) FROM enquiries")


class Site(NamedTuple):
    """A county whose numbers are read from a replica: a manager's browser, and a system's token."""

    pair: Pair
    door: FrontDoor
    replica: Replica
    settings: Settings
    page: FlaskClient
    token: str


@pytest.fixture(scope="module")
def site():
    with tempfile.TemporaryDirectory(prefix="triage-pair-") as folder, a_pair(Path(folder)) as pair:
        migrate(pair.primary.url("triage_owner"))
        load_reference_data(pair.primary.url("triage_owner"), PACK)
        with Database(pair.primary.url("triage_app")) as database:
            door = FrontDoor(database)
            door.staff()
            log_one(door)
            yield from open_site(pair, door, pair.follow().url("triage_app"))


def open_site(pair, door, url):
    told = {"demo": True, "secure_cookies": False, "second_factor_required": False, "secret_key": SECRET_KEY}
    urls = {"database_url": pair.primary.url("triage_app"), "insight_database_url": url, "redis_url": own_redis()}
    settings = Settings(**told, **urls)
    app = create_app(settings, door.clock, door.database)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.extensions["triage"].replica as follower:
        yield Site(pair, door, follower, settings, *let_in(app, door))


def let_in(app, door):
    manager = door.actors["mash_manager"]
    with door.desk() as desk:
        keep_password(desk.session, manager.id, "right", door.clock.now())
        token = issue_token(desk.session, desk.session.get_one(User, manager.id), "t", ["measures"], door.clock.now())
    browser = app.test_client()
    assert browser.post("/sign-in", data={"username": "mash_manager", "password": "right"}).status_code == 302
    return browser, token


@pytest.fixture(autouse=True)
def _asked_at_once(site):
    """What a test before found away is not let alone."""
    site.replica.forget_fault()


@pytest.fixture
def held_back(site, monkeypatch):
    """The replica takes what is written, and shows none of it. A second behind is more than a little."""
    catch_up(site)
    for place in (replica, health, of_database):
        monkeypatch.setattr(place, "A_LITTLE", 0.5)
    site.pair.hold_back()
    log_one(site.door)
    yield site
    site.pair.let_go()


def log_one(door):
    """An enquiry, and the numbers counted as the worker counts them."""
    door.log(a_subject())
    with door.desk() as desk:
        refresh(desk.session)


def catch_up(site):
    wait_until(lambda: site.replica.find_lag() == Lag(True, 0.0))


def wait_until(done):
    end = time.monotonic() + GUARD
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def read(site, ask, actor=SYSTEM):
    now = site.door.clock.now()
    return read_numbers(site.replica, actor, now, ask, site.door.database.transaction(actor, now))


def counted(session):
    return measure(session, PACK, "enquiries", FIRST, LAST).whole.counted


def count_here(site):
    with site.door.desk() as desk:
        return counted(desk.session)


def ask_api(site):
    answer = site.page.get(
        "/api/v1/measures/enquiries", query_string=MAY, headers={"Authorization": f"Bearer {site.token}"}
    )
    return answer.json


def test_measures_are_answered_by_the_replica_and_it_catches_up(site):
    for _ in range(2):
        log_one(site.door)
        catch_up(site)
        number, (follows, old) = read(site, counted)[0], read(site, lambda session: session.scalar(ANSWERS))
        assert (number, follows, old) == (count_here(site), True, NOW)
        assert ask_api(site)["counted"] == number


def test_no_page_says_how_old_its_numbers_are_while_the_replica_keeps_up(site):
    catch_up(site)
    for path in PAGES:
        answer = site.page.get(path, query_string=MAY)
        assert answer.status_code == 200
        assert "the copy of the records" not in answer.text.lower()


def test_pages_say_as_of_when_while_the_replica_lags(held_back):
    wait_until(lambda: held_back.replica.find_lag().seconds > 1)
    here = count_here(held_back)
    told = ask_api(held_back)
    assert told["counted"] == here - 1
    assert told["as_of"] < held_back.door.clock.now().isoformat()
    for path in PAGES:
        text = held_back.page.get(path, query_string=MAY).text
        assert "These numbers are as of" in text
        assert "What was done since is not in them." in text
    held_back.pair.let_go()
    catch_up(held_back)
    assert ask_api(held_back)["counted"] == here


def test_what_is_too_far_behind_is_not_asked(held_back, monkeypatch):
    monkeypatch.setattr(replica, "TOO_FAR", 0.0)
    assert read(held_back, counted) == (count_here(held_back), INSTEAD)


def test_each_sees_there_what_they_see_here(site):
    catch_up(site)
    seen = {}
    for actor in (*site.door.actors.values(), NOBODY):
        with site.door.database.transaction(actor, site.door.clock.now()) as session:
            here = session.scalar(COUNT)
        (seen[actor.role], follows), _old = read(
            site, lambda session: (session.scalar(COUNT), session.scalar(ANSWERS)), actor
        )
        assert (seen[actor.role], follows) == (here, True)
    assert seen["mash_manager"] > seen["locality_worker"] == 0


def test_nothing_can_be_written_there_and_no_write_goes_on_to_the_database(site):
    catch_up(site)
    written = text("INSERT INTO outbox (id, task, payload, available_at) VALUES (gen_random_uuid(), 'x', '{}', now())")
    before = site.pair.rows("outbox")
    with pytest.raises(InternalError, match="read-only"):
        read(site, lambda session: session.execute(written))
    with pytest.raises(InternalError, match="read-only"), site.replica.database.transaction(SYSTEM) as session:
        session.execute(written)
    assert site.pair.rows("outbox") == before


def test_who_opened_the_cases_behind_a_number_is_put_on_record(site):
    before = site.pair.rows("readings")
    answer = site.page.get("/measures/enquiries/cases", query_string=MAY | {"counted": "true"})
    assert answer.status_code == 200, answer.text
    assert site.pair.rows("readings") == before + 1


def test_whoever_runs_it_is_told_how_far_it_is_behind(held_back):
    wait_until(lambda: held_back.replica.find_lag().seconds > 1)
    assert ask_health(held_back)["replica"] == "behind"
    assert [(each.check, each.how) for each in of_database.look_at_replica(held_back.settings)] == [("replica", "look")]
    assert 0.5 < ask_gauge(held_back) < GUARD
    held_back.pair.let_go()
    catch_up(held_back)
    assert (ask_health(held_back)["replica"], ask_gauge(held_back)) == ("up to date", 0)
    assert [each.how for each in of_database.look_at_replica(held_back.settings)] == ["well"]


def ask_health(site):
    answer = site.page.get("/health/ready")
    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    return answer.json


def ask_gauge(site):
    registry = CollectorRegistry()
    registry.register(ReplicaGauge(site.replica))
    return sum_of(samples_in(generate_latest(registry).decode()), "triage_replica_behind_seconds")


def show_measure(site):
    asked = ("measure", "show", "enquiries", "--from", MAY["from"], "--to", MAY["to"])
    where = ("--url", site.settings.database_url, "--replica", site.settings.insight_database_url)
    text, told = (CliRunner().invoke(main, [*asked, *where, *how]) for how in ((), ("--json",)))
    return text.output, json.loads(told.stdout)


def test_the_command_reads_from_it_and_says_when_it_lags(held_back):
    wait_until(lambda: held_back.replica.find_lag().seconds > 1)
    said, told = show_measure(held_back)
    assert "Read from a replica that is" in said
    assert told["counted"] == count_here(held_back) - 1


def test_a_database_that_follows_nobody_or_another_is_not_asked(site):
    with Replica(site.settings.database_url, site.door.database) as itself:
        assert itself.find_lag() == Lag(False, inf)
        asked = site.door.database.transaction(SYSTEM)
        assert itself.read(SYSTEM, None, lambda session: session.scalar(ANSWERS), asked) == (False, INSTEAD)
    swapped = site.settings.insight_database_url.replace("/triage?", "/postgres?")
    with Replica(swapped, site.door.database) as other:
        assert other.find_lag() == Lag(False, inf)


def test_where_the_replica_is_killed_pages_read_from_the_database_and_say_so(site):
    catch_up(site)
    assert read(site, lambda session: session.scalar(ANSWERS)) == (True, NOW)  # so that a connection is open to it
    site.pair.kill_replica()
    log_one(site.door)
    for path in PAGES:
        answer = site.page.get(path, query_string=MAY)
        assert answer.status_code == 200
        assert "These were read from the records themselves, and are up to date." in answer.text
    assert ask_api(site)["counted"] == count_here(site)
    assert "this was read from the database itself" in show_measure(site)[0]
    told = ask_health(site)
    assert (told["replica"], "replica" in told["do"], ask_gauge(site)) == ("down", True, inf)
    assert [each.how for each in of_database.look_at_replica(site.settings)] == ["look"]
    site.pair.replica = site.pair.start("replica")
    site.replica.forget_fault()
    wait_until(lambda: site.replica.say_lag() == Lag(True, 0.0))
    assert read(site, counted) == (count_here(site), NOW)

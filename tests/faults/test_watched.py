"""What Prometheus is told by a real gunicorn, worker and Redis; the dashboard and the alerts ask for nothing else."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.promql import asked_in
from tests.watching import a_watched_site, ask, environment_of, samples_in, status_of, sum_of
from tests.working import send, start_worker, wait_until
from triage.processes import stop

DOCS = Path(__file__).parents[2] / "docs"
ALERTS = yaml.safe_load((DOCS / "operations/prometheus/alerts.yml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
BOARD = json.loads((DOCS / "operations/grafana/triage.json").read_text(encoding="utf-8"))
BY_PROXY = {"X_Forwarded_For": "192.0.2.1", "Forwarded": "for=192.0.2.1", "X_Real_IP": "192.0.2.1"}
OUTCOMES = {"success", "failure", "retry"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("watched")


@pytest.fixture(scope="module")
def site(place):
    kept = place / "kept"
    kept.mkdir()
    with a_watched_site(place, TMPDIR=str(kept)) as site:
        yield site


@pytest.fixture(scope="module")
def worked(site, place):
    """The site once a real worker has relayed its outbox, too."""
    patch = pytest.MonkeyPatch()
    for name, value in site.environment.items():
        patch.setenv(name, value)
    worker = start_worker(place)
    send("outbox.relay")
    wait_until(lambda: sum_of(numbers_of(site), "triage_tasks_total", task="outbox.relay", outcome="success"), place)
    yield site
    stop(worker)
    patch.undo()


def numbers_of(site):
    return samples_in(ask(site.numbers))


def answered(site, route):
    return sum_of(numbers_of(site), "triage_requests_total", route=route)


def processes_of(place):
    """The web processes that have counted anything."""
    return {int(re.findall(r"_(\d+)\.db", each.name)[0]) for each in place.rglob("counter_*.db")}


def test_what_several_web_processes_answered_adds_up_though_one_is_killed(site, place):
    asked = 0
    before = answered(site, "health.read_live")
    while len(processes_of(place)) < 2 or asked < 40:
        ask(f"{site.address}/health/live")
        asked += 1
        assert asked < 2000, "only one process answers"
    assert answered(site, "health.read_live") == before + asked
    took = [each for each in numbers_of(site) if each.name == "triage_request_seconds_count"]
    assert sum_of(took, "triage_request_seconds_count", route="health.read_live") == before + asked
    os.kill(min(processes_of(place)), signal.SIGKILL)
    end = time.monotonic() + 60
    while len(processes_of(place)) < 3 and time.monotonic() < end:
        ask(f"{site.address}/health/live")
        asked += 1
    assert len(processes_of(place)) == 3
    assert answered(site, "health.read_live") == before + asked


def test_refusals_are_counted_by_route_and_never_by_address(site):
    for path in ("/enquiries/ENQ-2013-Quillfeather", "/quillfeather?name=Quillfeather"):
        status_of(f"{site.address}{path}")
    told = ask(site.numbers)
    assert sum_of(samples_in(told), "triage_requests_total", route="none", status="404") >= 1
    assert "quillfeather" not in told.casefold()


def test_numbers_are_told_apart_from_the_pages_and_to_nobody_who_comes_through_a_proxy(site):
    assert status_of(f"{site.address}/metrics") == 404
    assert status_of(site.numbers.replace("/metrics", "/enquiries")) == 404
    for name, value in BY_PROXY.items():
        assert status_of(site.numbers, **{name: value}) == 403
    assert status_of(site.numbers) == 200


def test_nothing_listens_where_no_address_is_told(place, database_name):
    code = "from triage import gunicorn_config as it; it.when_ready(None); print(it.exporters, it.is_watched)"
    environment = environment_of(database_name) | {"TRIAGE_METRICS_ADDRESS": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=DOCS.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] False"


def test_database_and_worker_are_told_of(worked):
    numbers = numbers_of(worked)
    assert sum_of(numbers, "triage_database_up") == sum_of(numbers, "triage_redis_up") == 1
    assert sum_of(numbers, "triage_schema_behind") == 0
    assert sum_of(numbers, "triage_task_silent_seconds", task="outbox.relay") < 60


def test_doctor_hears_of_the_worker(worked):
    command = [sys.executable, "-m", "triage.cli", "doctor", "--json"]
    told = {"env": worked.environment, "cwd": DOCS.parent}
    done = subprocess.run(command, **told, capture_output=True, text=True, check=False)
    found = {each["check"]: each["how"] for each in json.loads(done.stdout)}
    assert (found["worker"], found["database"], found["schema"]) == ("well", "well", "well")


def test_readiness_hears_of_the_worker(worked):
    told = json.loads(ask(f"{worked.address}/health/ready"))
    assert (told["status"], told["worker"], told["schema"]) == ("ready", "heard of", "current")
    assert set(told["do"]) == {"ledger"}


def expressions():
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def test_dashboard_and_alerts_ask_for_nothing_that_is_not_told(worked):
    told = {}
    for each in numbers_of(worked):
        told.setdefault(each.name, []).append(each.labels)
    told |= {"up": [{"job": "triage"}], "triage_ledger_sealed_age_seconds": [{}]}
    told |= {"triage_replica_behind_seconds": [{}]}  # of one that there is: test_replica
    wrong = [
        (whose, asked)
        for whose, expression in expressions()
        for asked in asked_in(expression)
        if not fits(told.get(asked.name, ()), asked)
    ]
    assert wrong == []


def fits(told, asked):
    """Whether some of that name have these labels with these values; of what happens rarely, whether it could."""
    possible = [*told, *(labels | {"outcome": each} for labels in told if "outcome" in labels for each in OUTCOMES)]
    possible += [labels | {"status": "500"} for labels in told if "status" in labels]
    wants = [(name, value if by_pattern else re.escape(value)) for name, by_pattern, value in asked.labels]
    return any(all(re.fullmatch(value, labels.get(name, "")) for name, value in wants) for labels in possible)


def test_every_number_that_is_told_stands_on_the_dashboard(worked):
    ignored = re.compile(r"_(created|bucket|sum|count)$")
    told = {each.name for each in numbers_of(worked) if not ignored.search(each.name)}
    shown = {asked.name for _whose, expression in expressions() for asked in asked_in(expression)}
    assert told - shown == set()


def test_every_alert_says_what_it_means_and_what_to_do():
    guide = (DOCS / "operations.md").read_text(encoding="utf-8")
    told = re.findall(r"^\*\*(Triage\w+)\*\*[.:]? (.{60,})$", guide, re.MULTILINE)
    assert sorted(name for name, _words in told) == sorted(rule["alert"] for rule in RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")


def test_panels_have_places_of_their_own_and_names():
    taken = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken
        taken |= cells
    assert len({panel["title"] for panel in BOARD["panels"]}) == len(BOARD["panels"])

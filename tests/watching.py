"""The service as whoever keeps it running sees it: a real gunicorn with its numbers at an address of their own."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.services import SECRET_KEY, own_database, own_redis, role_url
from triage.embedded import _run_redis
from triage.serving import free_port, serve_web


def environment_of(database: str, **more: str) -> dict[str, str]:
    """What a process of the service is told in these tests."""
    return {
        **os.environ,
        "TRIAGE_DATABASE_URL": role_url("triage_app", database),
        "TRIAGE_REDIS_URL": own_redis(),
        "TRIAGE_SECRET_KEY": SECRET_KEY,
        "TRIAGE_DEMO": "true",
        "TRIAGE_SECURE_COOKIES": "false",
        "TRIAGE_SECOND_FACTOR_REQUIRED": "false",
        "PYTHONPATH": os.pathsep.join(sys.path),
        **more,
    }


class Watched(NamedTuple):
    """A site: its address, that of its numbers, its database's name, and what its processes are told."""

    address: str
    numbers: str
    database: str
    environment: dict[str, str]


@contextmanager
def a_watched_site(place: Path, **more: str) -> Iterator[Watched]:
    """The service on loopback with two web processes, and a Redis in which no other test's worker is heard of."""
    numbers = f"127.0.0.1:{free_port()}"
    with own_database() as name, _run_redis(place) as redis_url:
        environment = environment_of(name, TRIAGE_REDIS_URL=redis_url, **more)
        with serve_web(environment | {"TRIAGE_METRICS_ADDRESS": numbers}, place, port=0) as here:
            wait_for(f"http://{numbers}/metrics")
            yield Watched(here.url, f"http://{numbers}/metrics", name, environment)


def wait_for(url: str) -> None:
    """Until it answers."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            ask(url)
        except (URLError, OSError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{url} does not answer")


def ask(url: str, **headers: str) -> str:
    """What is answered there. HTTPError where it is refused."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with urlopen(Request(url, headers=sent), timeout=10) as answer:  # noqa: S310 - loopback
        return answer.read().decode()


def status_of(url: str, **headers: str) -> int:
    try:
        ask(url, **headers)
    except HTTPError as refusal:
        return refusal.code
    return 200


def samples_in(told: str) -> list[Sample]:
    """Every number that is told, with its name and labels."""
    return [sample for family in text_string_to_metric_families(told) for sample in family.samples]


def sum_of(samples: list[Sample], name: str, **labels: str) -> float:
    """The sum of those of that name and these labels."""
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())

"""What a process of the web server, of the worker and of PostgreSQL has of memory, once each was at work."""

import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from uuid import uuid4

import requests
from sqlalchemy import create_engine

from triage.demo.staff import PASSWORD
from triage.embedded import Services
from triage.heard import connect, listen
from triage.serving import free_port, serve_background, serve_web, service_environment

PAGES = ("/enquiries", "/duty", "/measures", "/enquiries/new", "/search")
TURNS = 10
TASKS = ("clocks.sweep", "measures.refresh", "notices.promise", "retention.dispose", "outbox.relay")
SEND = f"from worker.celery_app import app\nfor each in {TASKS}: app.send_task(each)"
PATIENCE = 300  # seconds for the worker's tasks
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE usename = 'triage_app'"


def weigh(private: Services, url: str, folder: Path, now: datetime, token: dict[str, str]) -> dict[str, float]:
    """Megabytes of the heaviest process of each kind. Of PostgreSQL's, without what all share."""
    environment = service_environment(private, token_urlsafe(48), free_port()) | {
        "TRIAGE_CLOCK_OFFSET_SECONDS": str(int((now - datetime.now(UTC)).total_seconds())),
        "TRIAGE_SECOND_FACTOR_REQUIRED": "false",
        "TRIAGE_OPEN_REQUESTS_A_MINUTE": "1000000",  # until it is ready it is asked again and again
    }
    with ExitStack() as stack:
        web = stack.enter_context(serve_web(environment, folder, port=free_port()))
        background = stack.enter_context(serve_background(environment, folder))
        _read_pages(web.url)
        _send(web.url, token, now)
        _let_work(private, environment)
        engine = create_engine(url.replace("triage_app", "postgres"))
        with engine.connect() as connection:
            backends = connection.exec_driver_sql(BACKENDS).scalars().all()
            return {
                "web": max(_megabytes(each) for each in _children(web.parts["web"].pid)),
                "worker": _megabytes(background.parts["worker"].pid),
                "PostgreSQL, a connection": max(_megabytes(each, shared=False) for each in backends),
            }


def _read_pages(address: str) -> None:
    """As a manager, who may read all of them."""
    browser = requests.Session()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(f"{address}/sign-in", timeout=60).text)
    told = {"username": "manager", "password": PASSWORD, "csrf_token": found[1] if found else ""}
    browser.post(f"{address}/sign-in", data=told, timeout=60).raise_for_status()
    for _ in range(TURNS):
        for page in PAGES:
            answer = browser.get(f"{address}{page}", timeout=60, allow_redirects=False)
            if answer.status_code != 200:
                raise AssertionError(f"{page} was answered {answer.status_code}.")


def _send(address: str, token: dict[str, str], now: datetime) -> None:
    person = {"kind": "child", "given_name": "Made", "family_name": "Up"}
    told = {"received_at": now.isoformat(), "channel": "email", "source": "6", "reported": "Made up."}
    for _ in range(TURNS):
        requests.post(
            f"{address}/api/v1/enquiries",
            json=told | {"subjects": [{"person": person, "indicators": []}]},
            headers=token | {"Idempotency-Key": str(uuid4())},
            timeout=60,
        ).raise_for_status()


def _let_work(private: Services, environment: dict[str, str]) -> None:
    """The worker does each of its tasks."""
    subprocess.run((sys.executable, "-c", SEND), env=environment, check=True)
    redis, ends = connect(private.redis_url), time.monotonic() + PATIENCE
    while not set(TASKS) <= set(listen(redis).succeeded):
        if time.monotonic() > ends:
            raise AssertionError("The worker did not do its tasks.")
        time.sleep(0.5)
    redis.delete("triage:heard")


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _megabytes(pid: int, *, shared: bool = True) -> float:
    pages = [int(each) for each in Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()]
    return (pages[1] if shared else pages[1] - pages[2]) * os.sysconf("SC_PAGE_SIZE") / 1e6

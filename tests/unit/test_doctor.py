"""What the doctor says of what it measured: plain, with what to do, and without any secret."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from triage.doctor.finding import BROKEN, LOOK, WELL, Finding
from triage.doctor.of_database import tell_skew
from triage.doctor.of_machine import MIB, look_at_zones, tell_disk
from triage.doctor.of_parts import tell_worker
from triage.doctor.of_settings import look_at_settings, tell_refused
from triage.heard import RELAY, Heard
from triage.settings import Settings

NOW = datetime(2013, 5, 7, 9, tzinfo=UTC)
GOOD = "f3b1c7d2e9a8405b6c1d7e3f9a2b8c4d5e6f7a8b9c0d1e2f"
OLD = "0a9b8c7d6e5f41302918273645546372819098a7b6c5d4e3"
NEEDED = {
    "database_url": "postgresql+psycopg://triage_app@db/triage",
    "redis_url": "redis://redis:6379/0",
    "secret_key": GOOD,
}
FULL = {
    "public_url": "https://triage.council.gov.uk",
    "smtp_from": "mash@council.gov.uk",
    "trusted_proxies": 1,
    "clamd_address": "scanner:3310",
}


pytestmark = pytest.mark.usefixtures("bare_environment")


@pytest.mark.parametrize(
    ("apart", "how"), [(0.2, WELL), (-0.9, WELL), (3, LOOK), (-3, LOOK), (6, BROKEN), (-90, BROKEN)]
)
def test_clocks_that_are_far_apart_are_broken(apart, how):
    assert tell_skew(apart).how == how


@pytest.mark.parametrize(("free", "how"), [(10_000 * MIB, WELL), (499 * MIB, LOOK), (49 * MIB, BROKEN)])
def test_little_room_is_told_before_there_is_none(free, how):
    assert tell_disk(free).how == how


@pytest.mark.parametrize(
    ("ago", "waiting", "how", "do"),
    [
        (4, 0, WELL, ""),
        (121, 40, BROKEN, "Start worker"),
        (121, 0, BROKEN, "Start beat"),
        (None, 0, BROKEN, "Start beat"),
        (None, 7, BROKEN, "Start worker"),
    ],
)
def test_whether_worker_or_beat_is_down_is_told_by_what_waits(ago, waiting, how, do):
    heard = Heard(waiting=waiting)
    if ago is not None:
        heard.succeeded[RELAY] = NOW - timedelta(seconds=ago)
    found = tell_worker(heard, NOW)
    assert found.how == how
    assert found.do.startswith(do)


def test_zone_that_is_not_known_is_broken():
    assert look_at_zones().how == WELL
    assert look_at_zones("Europe/Nottingham").how == BROKEN
    assert look_at_zones("UTC").how == BROKEN


def test_each_setting_that_is_missing_or_weak_is_named_and_not_repeated():
    with pytest.raises(ValidationError) as refusal:
        Settings(secret_key="x" * 40, redis_url="redis://:redis-is-open@redis/0", smtp_port=0)
    found = list(tell_refused(refusal.value))
    assert {each.how for each in found} == {BROKEN}
    told = "\n".join(map(str, found))
    assert "TRIAGE_DATABASE_URL is not set" in told
    assert "TRIAGE_SECRET_KEY" in told
    assert "TRIAGE_SMTP_PORT" in told
    assert "xxxx" not in told
    assert "redis-is-open" not in told


def test_what_is_for_the_demo_alone_is_named_together():
    with pytest.raises(ValidationError) as refusal:
        Settings(**NEEDED, secure_cookies=False)
    (found,) = tell_refused(refusal.value)
    assert "TRIAGE_SECURE_COOKIES" in found.says


def test_settings_that_lack_nothing_are_well():
    (found,) = look_at_settings(Settings(**NEEDED, **FULL))
    assert found.how == WELL


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"demo": True}, "TRIAGE_DEMO"),
        ({"public_url": None}, "TRIAGE_PUBLIC_URL"),
        ({"smtp_from": "mash@triage.example"}, "TRIAGE_SMTP_FROM"),
        ({"trusted_proxies": 0}, "TRIAGE_TRUSTED_PROXIES"),
        ({"secret_key": f"{GOOD},{OLD}"}, "TRIAGE_SECRET_KEY"),
        ({"owner_database_url": "postgresql+psycopg://triage_owner@db/triage"}, "TRIAGE_OWNER_DATABASE_URL"),
        ({"clamd_address": ""}, "scanner"),
    ],
)
def test_setting_that_will_do_but_not_for_ever_is_worth_a_look(other, says):
    (found,) = look_at_settings(Settings(**(NEEDED | FULL | other)))
    assert found.how == LOOK
    assert says in found.says
    assert found.do
    assert GOOD not in str(found)


def test_finding_is_one_line_with_what_to_do():
    line = str(Finding("mail", BROKEN, "it does not answer.", "Start it."))
    assert line == "broken  mail: it does not answer. Start it."

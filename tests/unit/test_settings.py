"""Settings come from the environment or from files; a secret that is none stops the start, and is not repeated."""

import secrets
from base64 import b64encode
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from triage.access.signing import make_key
from triage.cli import main
from triage.errors import CommandRefused
from triage.serving import EVERYWHERE
from triage.settings import Settings
from triage.weak import weakness_of

NEEDED = {"database_url": "postgresql+psycopg://triage_app@db/triage", "redis_url": "redis://redis:6379/0"}
GOOD = "f3b1c7d2e9a8405b6c1d7e3f9a2b8c4d5e6f7a8b9c0d1e2f"
WEAK = {
    "too short": "a1B2c3D4e5F6",
    "the documentation's words": "at least 32 random characters, the same for every web process: changeme",
    "one letter": "x" * 64,
    "one word again and again": "correct-horse" * 4,
    "digits in a row": "1234567890" * 5,
    "few different characters": "abababcdcdcdabababcdcdcdabababcdcdcdab",
    "the demo's password": "made-up-people-made-up-places-and-42",
    "the tests' word": "not-a-secret-but-long-enough-for-a-test",
}


pytestmark = pytest.mark.usefixtures("bare_environment")


@pytest.mark.parametrize("key", WEAK.values(), ids=WEAK)
def test_weak_key_stops_the_start_and_is_not_repeated(key):
    with pytest.raises(ValidationError) as refusal:
        Settings(**NEEDED, secret_key=key)
    assert "secret_key" in str(refusal.value)
    assert key not in str(refusal.value)


@pytest.mark.parametrize("key", WEAK.values(), ids=WEAK)
def test_weak_old_key_stops_the_start_as_well(key):
    with pytest.raises(ValidationError):
        Settings(**NEEDED, secret_key=f"{GOOD},{key}")


@given(st.integers())
def test_random_keys_are_taken(seed):
    assert weakness_of(Random(seed).randbytes(32).hex()) is None


def test_keys_that_the_service_makes_itself_are_taken():
    assert weakness_of(secrets.token_urlsafe(48)) is None


@pytest.mark.parametrize("password", ["changeme", "postgres", "Password", "triage_app"])
@pytest.mark.parametrize("name", ["database_url", "owner_database_url", "insight_database_url"])
def test_known_password_of_the_database_stops_the_start_and_is_not_repeated(name, password):
    url = f"postgresql+psycopg://triage_app:{password}@db/triage"
    with pytest.raises(ValidationError) as refusal:
        Settings(**(NEEDED | {name: url}), secret_key=GOOD)
    assert name in str(refusal.value)
    assert f":{password}@" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis://:changeme@redis:6379/0",
        "valkey://:changeme@redis:6379/0",
        "sentinel://:changeme@one,two/hub",
        "sentinel://one,two/hub?sentinel_password=changeme",
    ],
)
def test_known_password_of_redis_stops_the_start(url):
    with pytest.raises(ValidationError, match="everybody tries first"):
        Settings(**(NEEDED | {"redis_url": url}), secret_key=GOOD)


def test_known_password_behind_escapes_stops_the_start():
    with pytest.raises(ValidationError):
        Settings(**(NEEDED | {"database_url": "postgresql+psycopg://triage_app:ch%61ngeme@db/triage"}), secret_key=GOOD)


def test_known_password_beside_the_address_stops_the_start_and_is_not_repeated(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "changeme")
    with pytest.raises(ValidationError) as refusal:
        Settings(**NEEDED, secret_key=GOOD)
    assert "database_url" in str(refusal.value)
    assert "changeme" not in str(refusal.value)
    monkeypatch.setenv("PGPASSWORD", GOOD)
    assert Settings(**NEEDED, secret_key=GOOD).redis_url == NEEDED["redis_url"]


WEAK_LEDGER_KEYS = {
    "of zeros": bytes(32),
    "of one letter": b"k" * 32,
    "that repeats itself": b"0123456789abcdef" * 2,
    "of known words": b"a-changeme-key-of-32-characters!",
}


@pytest.mark.parametrize("raw", [*WEAK_LEDGER_KEYS.values(), b"too short"], ids=[*WEAK_LEDGER_KEYS, "too short"])
def test_ledger_key_that_anybody_would_guess_stops_the_start_and_is_not_repeated(raw):
    key = b64encode(raw).decode()
    with pytest.raises(ValidationError) as refusal:
        Settings(**NEEDED, secret_key=GOOD, ledger_key=key)
    assert "ledger_key" in str(refusal.value)
    assert key not in str(refusal.value)


def test_ledger_keys_that_the_service_makes_are_taken():
    assert all(Settings(**NEEDED, secret_key=GOOD, ledger_key=make_key()).ledger_key for _ in range(200))


PROVIDER = {"oidc_issuer": "https://id.example", "oidc_client_id": "triage", "oidc_client_secret": "made-up"}
UNSAFE = {
    "cookies without TLS": ({"secure_cookies": False}, "TRIAGE_SECURE_COOKIES"),
    "no second factor": ({"second_factor_required": False}, "TRIAGE_SECOND_FACTOR_REQUIRED"),
    "another time": ({"clock_offset_seconds": -1}, "TRIAGE_CLOCK_OFFSET_SECONDS"),
    "no way in": ({"local_accounts": False}, "nobody could sign in"),
    "a provider in the clear": (PROVIDER | {"oidc_issuer": "http://id.example"}, "does not begin with https://"),
    "a provider named like us": (PROVIDER | {"oidc_issuer": "http://localhost.id.example"}, "https://"),
    "a provider nowhere": (PROVIDER | {"oidc_issuer": "https:///x"}, "https://"),
    "a provider that does not know us": (PROVIDER | {"oidc_client_secret": ""}, "TRIAGE_OIDC_CLIENT_SECRET"),
}


@pytest.mark.parametrize(("told", "says"), UNSAFE.values(), ids=UNSAFE)
def test_what_is_for_the_demo_alone_stops_the_start_elsewhere(told, says):
    with pytest.raises(ValidationError, match=says) as refusal:
        Settings(**NEEDED, secret_key=GOOD, **told)
    assert GOOD not in str(refusal.value)
    assert Settings(**NEEDED, secret_key=GOOD, **told, demo=True).demo


@pytest.mark.parametrize("issuer", ["https://id.example/tenant", "http://localhost:5000", "http://127.0.0.1:9"])
def test_provider_by_tls_or_on_this_machine_is_taken(issuer):
    told = PROVIDER | {"oidc_issuer": issuer, "local_accounts": False, "second_factor_required": False}
    assert Settings(**NEEDED, secret_key=GOOD, **told).oidc_issuer == issuer


def test_settings_show_no_secret():
    hidden = "kept-7f3a"
    urls = {name: url.replace("://", f"://someone:{hidden}@") for name, url in NEEDED.items()}
    settings = Settings(**urls, owner_database_url=urls["database_url"], secret_key=GOOD)
    assert [word for word in (hidden, GOOD) if word in repr(settings)] == []


def test_each_setting_may_stand_in_a_file(tmp_path, monkeypatch):
    for name, value in (NEEDED | {"secret_key": GOOD, "smtp_port": "2525"}).items():
        (tmp_path / name).write_text(f"{value}\n", encoding="utf-8")
        monkeypatch.setenv(f"TRIAGE_{name.upper()}_FILE", str(tmp_path / name))
    settings = Settings()
    assert settings.secret_keys == (GOOD,)
    assert (settings.database_url, settings.smtp_port) == (NEEDED["database_url"], 2525)
    monkeypatch.setenv("TRIAGE_SMTP_PORT", "26")
    assert Settings().smtp_port == 26


def test_file_that_is_not_there_is_named_by_its_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIAGE_SECRET_KEY_FILE", str(tmp_path / "gone"))
    with pytest.raises(CommandRefused, match="TRIAGE_SECRET_KEY_FILE"):
        Settings(**NEEDED)


def test_commands_read_the_database_from_a_file_too(tmp_path, monkeypatch):
    (tmp_path / "url").write_text("postgresql+psycopg://nobody@127.0.0.1:1/nowhere", encoding="utf-8")
    command = ["issue-token", "somebody", "--scope", "read"]
    assert "Missing option '--url'" in CliRunner().invoke(main, command).output
    monkeypatch.setenv("TRIAGE_DATABASE_URL_FILE", str(tmp_path / "url"))
    assert "Missing option" not in CliRunner().invoke(main, command).output


def test_demo_is_served_to_this_machine_alone_unless_told():
    refused = CliRunner().invoke(main, ["demo", "--host", EVERYWHERE])
    assert refused.exit_code == 2
    assert "--let-others-in" in refused.output

"""Production's shape, as docker-compose.yml and the Dockerfile state it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from triage.settings import Settings
from worker.queues import QUEUES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
WORKERS = ("worker-urgent", "worker", "worker-long")
TOLD = ("web", *WORKERS, "beat")
OURS = ("migrate", "reseal", "backup", *TOLD)
LASTING = ("db", "redis", *TOLD)
SECRET = re.compile(r"PASSWORD|SECRET|AUTH|TOKEN", re.IGNORECASE)
REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")


# What no part is told here, and why.
LEFT_OUT = {
    "owner_database_url": "for `migrate` alone",
    "ledger_key": "for the worker alone",
    "backup_key": "for `backup` alone",
    "snapshot_dir": "for the worker alone",
    "snapshot_keep": "for the worker alone",
    "secure_cookies": "for the demo alone",
    "clock_offset_seconds": "for the demo alone",
    "demo": "for the demo alone",
}


def secrets_of(service: dict[str, Any]) -> dict[str, str]:
    """Those that are told: what names a file tells none."""
    told = service.get("environment", {})
    return {name: value for name, value in told.items() if SECRET.search(name) and not name.endswith("_FILE")}


def settings_of(name: str) -> set[str]:
    """The settings that a part is told, itself or by a file."""
    told = (key for key in SERVICES[name]["environment"] if key.startswith("TRIAGE_"))
    return {key.removeprefix("TRIAGE_").removesuffix("_FILE").lower() for key in told}


def test_the_parts_are_those_of_production() -> None:
    assert set(SERVICES) == {"db", "redis", *OURS}
    assert SERVICES["db"]["image"] == "postgres:18"


@pytest.mark.parametrize("name", LASTING)
def test_each_lasting_part_is_watched_and_restarted(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries"} <= set(check)
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_written_in_the_file(name: str) -> None:
    for variable, value in secrets_of(SERVICES[name]).items():
        assert REQUIRED.fullmatch(value), f"{variable} must be required from outside"


def test_no_address_carries_a_literal_password() -> None:
    for password in re.findall(r"//[^/@\s]*:((?:\$\{[^}]*\}|[^/@\s])+)@", TEXT):
        assert REQUIRED.fullmatch(password)


def test_the_schema_is_migrated_once_before_anything_serves() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in TOLD:
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }


def test_each_part_is_told_no_more_than_it_needs() -> None:
    assert set(secrets_of(SERVICES["migrate"])) == {"PGPASSWORD"}
    for name in TOLD:
        environment = SERVICES[name]["environment"]
        assert "TRIAGE_OWNER_PASSWORD" not in str(environment)
        assert "POSTGRES_PASSWORD" not in str(environment)
        assert "triage_app@" in environment["TRIAGE_DATABASE_URL"]


def test_who_has_both_owner_and_key_runs_by_hand_alone() -> None:
    assert SERVICES["reseal"]["profiles"] == ["by-hand"]
    assert set(secrets_of(SERVICES["reseal"])) == {"PGPASSWORD", "TRIAGE_SECRET_KEY"}


def test_backups_are_made_by_hand_or_timer_by_whom_nobody_reaches() -> None:
    backup = SERVICES["backup"]
    assert backup["profiles"] == ["by-hand"]
    assert backup["networks"] == ["inside"]
    assert set(secrets_of(backup)) == {"PGPASSWORD"}
    assert backup["volumes"] == ["${TRIAGE_BACKUP_PATH:-./backups}:/backups"]
    assert not any("TRIAGE_BACKUP_KEY" in SERVICES[name]["environment"] for name in OURS if name != "backup")


def test_every_setting_that_is_given_is_one_the_service_reads() -> None:
    for name in OURS:
        assert settings_of(name) <= set(Settings.model_fields)


@pytest.mark.parametrize("name", TOLD)
def test_every_setting_can_be_told_or_is_left_out_for_a_reason(name: str) -> None:
    workers = {setting for setting, why in LEFT_OUT.items() if why == "for the worker alone"}
    left_out = set(LEFT_OUT) - (workers if name == "worker" else set())
    assert settings_of(name) == set(Settings.model_fields) - left_out


def test_providers_secret_comes_by_a_file_that_may_be_left_out() -> None:
    for name in TOLD:
        assert SERVICES[name]["secrets"] == ["oidc_client_secret"]
        assert SERVICES[name]["environment"]["TRIAGE_OIDC_CLIENT_SECRET_FILE"] == "/run/secrets/oidc_client_secret"
    assert SERVICES["migrate"]["secrets"] == []
    assert COMPOSE["secrets"]["oidc_client_secret"]["file"].endswith(":-/dev/null}")


def test_there_is_exactly_one_beat_and_any_number_of_workers() -> None:
    beat = SERVICES["beat"]
    assert beat["deploy"]["replicas"] == 1
    assert beat["container_name"]
    assert beat["deploy"]["update_config"]["order"] == "stop-first"
    assert not any({"container_name", "ports"} & set(SERVICES[name]) for name in WORKERS)


def test_each_queue_has_a_worker_to_itself() -> None:
    commands = [SERVICES[name]["command"] for name in WORKERS]
    assert [command[command.index("--queues") + 1] for command in commands] == list(QUEUES)


def test_only_the_web_is_published_and_only_to_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


@pytest.mark.parametrize("name", OURS)
def test_our_own_parts_run_with_nothing_to_spare(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_redis_keeps_its_tasks_and_forgets_none_to_save_memory() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert SERVICES["redis"]["volumes"] == ["queue:/data"]


def test_the_databases_roles_are_made_by_the_script_that_is_tested() -> None:
    source, _target, mode = SERVICES["db"]["volumes"][1].split(":")
    assert (ROOT / source).is_file()
    assert mode == "ro"


def test_the_image_runs_as_a_user_who_is_not_root() -> None:
    last = DOCKERFILE.rsplit("FROM ", 1)[1]
    user = re.findall(r"^USER (\S+)$", last, re.MULTILINE)
    assert user
    assert user[-1].split(":")[0] not in {"root", "0"}
    assert last.index("USER") < last.index("CMD")


def test_the_image_takes_packages_by_hash_and_leaves_its_tools_behind() -> None:
    installs = [line for line in DOCKERFILE.splitlines() if re.search(r"pip (install|sync)", line)]
    assert installs
    assert all("--require-hashes" in line for line in installs)
    last = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert "node" not in last
    assert "pip" not in last


def test_what_the_image_copies_is_there_and_is_not_ignored() -> None:
    let_in = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists()
            assert any(source == rule or source.startswith(f"{rule}/") or Path(source).match(rule) for rule in let_in)

"""All that can be configured, from environment variables that begin with TRIAGE_, or from the files that they name."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from triage.access.signing import find_key
from triage.calling_out import read_networks
from triage.errors import CommandRefused
from triage.redis_url import Broker, broker_of, check_redis_url
from triage.unsafe import find_unsafe
from triage.weak import is_known, weakness_of

PREFIX = "TRIAGE_"
DEFAULT_PACK = "nottinghamshire"
LEAST_KEY = 32  # characters


class Settings(BaseSettings):
    """Typed settings. Each is read from TRIAGE_<NAME>, or from the file that TRIAGE_<NAME>_FILE names.

    A wrong value stops the start with its name and without the value.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: str = Field(description="PostgreSQL as the service's own role, which owns nothing", repr=False)
    owner_database_url: str | None = Field(
        None, description="PostgreSQL as the schema's owner: migrations only", repr=False
    )
    insight_database_url: str = Field(
        "", description="a replica of it, of which what only reads for managers is asked: none unless given", repr=False
    )
    redis_url: str = Field(description="Redis or Valkey: see triage/redis_url.py for each form", repr=False)
    secret_key: SecretStr = Field(
        description="signs cookies and encrypts drafts: 32 characters or more; several, newest first, between commas"
    )
    pack: str = Field(DEFAULT_PACK, description="the authority's pack of configuration")
    ledger_key: SecretStr | None = Field(None, description="signs the ledger's checkpoints: 32 bytes in base64")
    backup_key: SecretStr | None = Field(
        None, description="seals backups: 32 bytes in base64; several, newest first, between commas"
    )
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_from: str = "mash@triage.example"
    secure_cookies: bool = Field(True, description="send the session cookie over TLS only")
    trusted_proxies: int = Field(0, ge=0, le=9, description="how many proxies of our own a request has come through")
    open_requests_a_minute: int = Field(
        300,
        ge=10,
        description="how often one address may ask for what is open to everybody: a whole office may share one",
    )
    public_url: str | None = Field(None, description="where people find the service, like https://triage.example")
    session_idle_minutes: int = Field(30, ge=1, description="after which without a sign of life one signs in again")
    session_hours: int = Field(12, ge=1, description="after which one signs in again in any case")
    local_accounts: bool = Field(True, description="people may sign in by username and password")
    second_factor_required: bool = Field(True, description="whoever signs in by password sets up a second factor")
    oidc_issuer: str | None = Field(None, description="the council's identity provider, by its issuer's address")
    oidc_client_id: str = Field("", description="what this service is called there")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="by which this service is recognised there")
    oidc_name: str = Field("your council account", description="what people call an account there")
    oidc_claim: Literal["email", "preferred_username"] = Field(
        "email", description="which claim names somebody at their first sign-in: a verified address, or a username"
    )
    draft_days: int = Field(7, ge=1, le=90, description="how long what was typed and not sent is kept")
    telling_days: int = Field(14, ge=1, le=90, description="how long the public form keeps what was not sent")
    progress_days: int = Field(90, ge=1, le=365, description="how long whoever sent it may look where it stands")
    link_days: int = Field(5, ge=1, le=30, description="how long the link in a letter to a partner opens its question")
    tellings_an_hour: int = Field(20, ge=1, description="how many forms one line may begin, and send")
    all_tellings_an_hour: int = Field(300, ge=1, description="how many all may begin before they ring instead")
    file_limit: int = Field(10_000_000, ge=1, description="bytes of one letter or photograph, at most")
    case_limit: int = Field(100_000_000, ge=1, description="bytes of all those of one enquiry or referral, at most")
    clamd_address: str = Field(
        "", pattern=r"^(unix:/.+|.+:[0-9]{1,5})?$", description="ClamAV's daemon, which then looks at every file first"
    )
    webhook_networks: str = Field(
        "", description="private networks to which webhooks may go, like 10.20.0.0/16, between commas: none else"
    )
    metrics_address: str = Field(
        "",
        pattern=r"^(.+:[0-9]{1,5})?$",
        description="where Prometheus may ask, as host:port, apart from the pages: nowhere unless given",
    )
    traces_endpoint: str = Field(
        "",
        pattern=r"^(https?://.+)?$",
        description="where traces go, like http://collector:4318/v1/traces of OpenTelemetry: nowhere unless given",
    )
    snapshot_dir: str = Field(
        "", description="a folder for what is open, to print on the day that the service is down: none unless named"
    )
    snapshot_keep: int = Field(4, ge=1, le=100, description="how many of those are kept")
    demo: bool = Field(False, description="made-up people on one machine: what is unsafe elsewhere is let be")
    clock_offset_seconds: int = Field(0, description="the demo alone: how far its clock stands from the machine's")

    @cached_property
    def secret_keys(self) -> tuple[str, ...]:
        """The newest secret key, then those that still open what they sealed."""
        return split_keys(self.secret_key.get_secret_value())

    @field_validator("secret_key")
    @classmethod
    def _all_strong(cls, keys: SecretStr) -> SecretStr:
        for key in split_keys(keys.get_secret_value()):
            if len(key) < LEAST_KEY:
                raise ValueError(f"each key has {LEAST_KEY} characters or more")
            if weakness := weakness_of(key):
                raise ValueError(f"a key {weakness}: make one with openssl rand -hex 32")
        return keys

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, networks: str) -> str:
        read_networks(networks)
        return networks

    @field_validator("database_url", "owner_database_url", "insight_database_url", "redis_url")
    @classmethod
    def _no_known_password(cls, url: str | None, about: ValidationInfo) -> str | None:
        parts = urlsplit(url or "")
        elsewhere = os.environ.get("PGPASSWORD") if url and about.field_name != "redis_url" else None
        password = unquote(parts.password) if parts.password else elsewhere
        passwords = [password, *parse_qs(parts.query).get("sentinel_password", ())]
        if any(each and is_known(each, unquote(parts.username or "")) for each in passwords):
            raise ValueError("its password is one that everybody tries first: set another")
        return url

    @field_validator("redis_url")
    @classmethod
    def _leads_to_redis(cls, url: str) -> str:
        return check_redis_url(url)

    @field_validator("ledger_key")
    @classmethod
    def _signs(cls, key: SecretStr | None) -> SecretStr | None:
        try:
            find_key(key and key.get_secret_value())
        except CommandRefused as refusal:
            raise ValueError(str(refusal)) from None
        return key

    @model_validator(mode="after")
    def _is_safe(self) -> "Settings":
        if not self.demo and (unsafe := list(find_unsafe(self))):
            raise ValueError("; ".join(unsafe))
        return self

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the code says, then the environment, then the files that it names."""
        return sources["init_settings"], sources["env_settings"], _Files(settings_cls)

    @cached_property
    def broker(self) -> Broker:
        """Redis as Celery finds it."""
        return broker_of(self.redis_url)


class _Files(PydanticBaseSettingsSource):
    """Settings whose values stand in files, as secret stores hand them out."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return read_named_file(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: read_named_file(name) for name in self.settings_cls.model_fields}
        return {name: value for name, value in found.items() if value is not None}


def split_keys(keys: str) -> tuple[str, ...]:
    """The secret keys, newest first, of a setting that has them between commas."""
    return tuple(key.strip() for key in keys.split(","))


def read_named_file(name: str) -> str | None:
    """What the file says that TRIAGE_<NAME>_FILE names, or None. CommandRefused where there is no such file."""
    path = os.environ.get(f"{PREFIX}{name.upper()}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandRefused(f"{PREFIX}{name.upper()}_FILE names a file that cannot be read. Put it there.") from error

"""All that can be configured, from environment variables that begin with TRIAGE_."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_PACK = "nottinghamshire"
LEAST_KEY = 32  # characters


class Settings(BaseSettings):
    """Typed settings. Each is read from TRIAGE_<NAME>; a wrong value stops the start with its name."""

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL as the service's own role, which owns nothing")
    owner_database_url: str | None = Field(None, description="PostgreSQL as the schema's owner: migrations only")
    redis_url: str = Field(description="Redis, as redis://host:port/0 or unix:///path/to/socket")
    secret_key: SecretStr = Field(
        description="signs cookies and encrypts drafts: 32 characters or more; several, newest first, between commas"
    )
    pack: str = Field(DEFAULT_PACK, description="the authority's pack of configuration")
    ledger_key: SecretStr | None = Field(None, description="signs the ledger's checkpoints: 32 bytes in base64")
    ledger_key_file: Path | None = Field(None, description="where that key stands, instead of the key itself")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_from: str = "mash@triage.example"
    secure_cookies: bool = Field(True, description="send the session cookie over TLS only")
    trusted_proxies: int = Field(0, ge=0, description="how many proxies stand in front and say whom they pass on")
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
    clock_offset_seconds: int = Field(0, description="the demo alone: how far its clock stands from the machine's")

    @cached_property
    def secret_keys(self) -> tuple[str, ...]:
        """The newest secret key, then those that still open what they sealed."""
        return tuple(key.strip() for key in self.secret_key.get_secret_value().split(","))

    @field_validator("secret_key")
    @classmethod
    def _all_long(cls, keys: SecretStr) -> SecretStr:
        if any(len(key.strip()) < LEAST_KEY for key in keys.get_secret_value().split(",")):
            raise ValueError(f"each key has {LEAST_KEY} characters or more")
        return keys

    @cached_property
    def celery_broker_url(self) -> str:
        """The broker's address in the form that Celery reads (a socket is redis+socket://)."""
        if self.redis_url.startswith("unix://"):
            return "redis+socket://" + self.redis_url.removeprefix("unix://")
        return self.redis_url

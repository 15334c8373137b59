"""All that can be configured, from environment variables that begin with TRIAGE_."""

from functools import cached_property

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_PACK = "nottinghamshire"


class Settings(BaseSettings):
    """Typed settings. Each is read from TRIAGE_<NAME>; a wrong value stops the start with its name."""

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL as the service's own role, which owns nothing")
    owner_database_url: str | None = Field(None, description="PostgreSQL as the schema's owner: migrations only")
    redis_url: str = Field(description="Redis, as redis://host:port/0 or unix:///path/to/socket")
    secret_key: SecretStr = Field(description="signs session cookies; at least 32 characters", min_length=32)
    pack: str = Field(DEFAULT_PACK, description="the authority's pack of configuration")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_from: str = "mash@triage.example"
    secure_cookies: bool = Field(True, description="send the session cookie over TLS only")
    clock_offset_seconds: int = Field(0, description="the demo alone: how far its clock stands from the machine's")

    @cached_property
    def celery_broker_url(self) -> str:
        """The broker's address in the form that Celery reads (a socket is redis+socket://)."""
        if self.redis_url.startswith("unix://"):
            return "redis+socket://" + self.redis_url.removeprefix("unix://")
        return self.redis_url

"""Settings, in one place: read from the environment, described by ``throughline doctor``."""

from functools import cache
from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """``THROUGHLINE_*`` variables, and the customary ``DATABASE_URL`` and ``BROKER_URL``."""

    model_config = SettingsConfigDict(env_prefix="THROUGHLINE_", populate_by_name=True)

    database_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_URL", "THROUGHLINE_DATABASE_URL"),
        description="PostgreSQL 15 to 17, perhaps through a pooler; unset: the embedded server",
    )
    database_direct_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_DIRECT_URL", "THROUGHLINE_DATABASE_DIRECT_URL"),
        description="The same server without the pooler: migrations, LISTEN, session locks",
    )
    broker_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("BROKER_URL", "THROUGHLINE_BROKER_URL"),
        description="amqp:// or redis://; unset: the work queue lives in PostgreSQL",
    )
    home: Path = Field(
        default_factory=lambda: Path.cwd() / ".throughline",
        description="Directory of the embedded server, the master key and sandbox state",
    )
    master_key: str | None = Field(
        default=None, description="Base64 of 32 bytes; unset: a file under the home directory"
    )
    host: str = "127.0.0.1"
    port: int = 8420
    sandbox_accounting_port: int = Field(default=8471, description="Port of the sandbox vendors")
    sandbox_crm_port: int = 8472
    sandbox_tax_port: int = 8473
    pool_size: int = Field(default=16, ge=2, le=90, description="Database connections a process")
    pooled: bool = Field(
        default=False, description="DATABASE_URL goes through a pooler in transaction mode"
    )
    accounting_url: str | None = Field(
        default=None, description="Where issued documents are delivered to"
    )
    delivery_lease_s: float = Field(
        default=180, ge=2, description="Seconds until what a dead delivery worker held is taken up"
    )
    tax_url: str | None = Field(
        default=None, description="The tax engine that contracts may name; told what is issued"
    )
    crm_url: str | None = Field(default=None, description="Where deal actuals are delivered to")
    log_level: str = "WARNING"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()

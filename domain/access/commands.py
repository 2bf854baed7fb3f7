"""Handing out and revoking API keys."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.api_key import ApiKey
from domain.access.roles import ADMIN, SYSTEM, Role
from domain.command import Answer, Command
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork


class IssueApiKey(Command):
    """Hand out a key; the caller makes the secret and sends only its SHA-256."""

    ROLES: ClassVar = frozenset({ADMIN, SYSTEM})
    key_id: UUID
    holder: str = Field(min_length=1, max_length=100, description="Actor named in the audit trail")
    roles: tuple[Role, ...] = Field(min_length=1)
    entities: tuple[str, ...] = Field(min_length=1, description="Entity codes; * is every entity")
    secret_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    expires_on: date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, WrongEntity where the issuer reaches less than the key would."""
        for entity in self.entities:
            work.actor.require_entity(entity)
        work.enter(self.entities[0])
        if work.load_or_none(ApiKey, self.key_id):
            raise AlreadyTaken(f"key {self.key_id} exists", field="key_id")
        key = ApiKey(
            self.key_id,
            self.holder,
            self.roles,
            self.entities,
            self.secret_sha256,
            self.expires_on,
        )
        return Answer(id=work.add(key).id)


class RevokeApiKey(Command):
    """Stop a key from working."""

    ROLES: ClassVar = frozenset({ADMIN, SYSTEM})
    key_id: UUID

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity where the caller reaches less than the key does."""
        key = work.load(ApiKey, self.key_id)
        for entity in key.entities:
            work.actor.require_entity(entity)
        work.enter(key.entities[0])
        key.revoke()
        return Answer(id=key.id)

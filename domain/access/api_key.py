"""An API key: roles and entities that a caller acts with until it expires or is revoked."""

import hmac
from datetime import date
from hashlib import sha256
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Root, event
from domain.errors import Refusal


class InvalidKey(Refusal):
    """The key is unknown, expired, revoked or mistyped."""

    code = "INVALID_KEY"


class ApiKey(Root):
    """Only the SHA-256 of the secret is kept."""

    class Issued(Root.Created):
        """A key was handed out."""

        TOPIC = "access.api_key_issued"
        holder: str
        roles: tuple[str, ...]
        entities: tuple[str, ...]
        secret_sha256: str
        expires_on: date

    class Revoked(Root.Event):
        """The key stopped working."""

        TOPIC = "access.api_key_revoked"

    @event(Issued)
    def __init__(
        self,
        id: UUID,
        holder: str,
        roles: tuple[str, ...],
        entities: tuple[str, ...],
        secret_sha256: str,
        expires_on: date,
    ) -> None:
        self.holder = holder
        self.roles = roles
        self.entities = entities
        self.secret_sha256 = secret_sha256
        self.expires_on = expires_on
        self.revoked = False

    def revoke(self) -> None:
        """Twice changes nothing."""
        if not self.revoked:
            self._revoked()

    def actor(self, secret: str, today: date) -> Actor:
        """Who acts with this key. Raises InvalidKey."""
        given = sha256(secret.encode()).hexdigest()
        known = hmac.compare_digest(given, self.secret_sha256)
        if not known or self.revoked or today > self.expires_on:
            raise InvalidKey("this API key is not valid")
        return Actor(self.holder, frozenset(self.roles), frozenset(self.entities))

    @event(Revoked)
    def _revoked(self) -> None:
        self.revoked = True

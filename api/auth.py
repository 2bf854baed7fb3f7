"""API keys as callers send them: ``Authorization: Bearer tl_<id>_<secret>``.

A key is looked up in the log and kept for a few seconds, so a revoked one stops working soon
everywhere. Only a hash of what was sent is kept.
"""

import re
import time
from hashlib import sha256
from uuid import UUID

from domain.access.api_key import ApiKey, InvalidKey
from domain.actor import Actor
from domain.store import Store

SENT = re.compile(
    r"Bearer +tl_(?P<id>[0-9a-f]{32})_(?P<secret>[\x21-\x7e]{16,200})", re.IGNORECASE
)
KEPT_S = 3.0
MOST_KEPT = 10_000


def written(id_: UUID, secret: str) -> str:
    """A key in the form that its holder sends."""
    return f"tl_{id_.hex}_{secret}"


class Keys:
    """Who acts with what was sent."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[bytes, tuple[float, Actor]] = {}

    def known(self, header: str) -> Actor | None:
        """The actor of a key that was checked just now; does no I/O."""
        found = self._known.get(_hashed(header))
        return found[1] if found and found[0] > time.monotonic() else None

    def actor(self, header: str) -> Actor:
        """The actor of a key, from the log. Raises InvalidKey."""
        sent = SENT.fullmatch(header.strip())
        if sent is None:
            raise InvalidKey("send a key: Authorization: Bearer tl_...")
        key_id = UUID(sent["id"])
        key = self._store.load_fresh([key_id]).get(key_id)
        if not isinstance(key, ApiKey):
            raise InvalidKey("this API key is not valid")
        actor = key.actor(sent["secret"], self._store.today())
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[_hashed(header)] = time.monotonic() + KEPT_S, actor
        return actor


def _hashed(header: str) -> bytes:
    return sha256(header.encode()).digest()

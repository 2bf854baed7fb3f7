"""Ids of streams: time-ordered, so neighbours in time are neighbours on disk."""

import secrets
import time
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).date()


def new_id() -> UUID:
    """A random UUID version 7 of this millisecond (RFC 9562)."""
    stamp = (time.time_ns() // 1_000_000) << 80
    return _shaped(stamp | secrets.randbits(74), version=7)


@lru_cache(maxsize=65536)
def named_id(kind: str, key: str, on: date = _EPOCH) -> UUID:
    """The one id of what ``kind`` and ``key`` name: always the same for the same words.

    A UUID version 8 whose leading bits are the day ``on``, so that ids of one time lie together.
    """
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    stamp = int(midnight.timestamp() * 1000) & ((1 << 48) - 1)
    digest = int.from_bytes(sha256(f"{kind}\0{key}".encode()).digest()[:10], "big")
    return _shaped(stamp << 80 | digest, version=8)


def _shaped(bits: int, *, version: int) -> UUID:
    bits &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=bits | version << 76 | 0x2 << 62)

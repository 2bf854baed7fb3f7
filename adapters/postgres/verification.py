"""The verification of the log: everything recomputed from event 1 and compared with its seals.

Owns the findings. Positions must be gapless and recorded times never decrease; every checkpoint
must state the chain hash, root and frontier that its events have, under a signature of ours. A
change is located between two checkpoints: after one that differs but is signed, the search goes
on from what it states, so that a change is reported once and not at every checkpoint behind it.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from psycopg import Connection

from adapters.postgres.event_bytes import PAGE, event_pages, position_and_time
from adapters.postgres.seal import (
    COLUMNS,
    Checkpoint,
    LogDamagedError,
    LogDigest,
    PublicKeys,
    by_id,
    checkpoint_of,
)

MOST_FINDINGS = 1_000
CHECKPOINT_PAGE = 1_000


@dataclass(frozen=True)
class Finding:
    """One thing that is off. ``code``: gap, time, seal, signature or published."""

    position: int
    code: str
    detail: str


@dataclass(frozen=True)
class Verification:
    """What was recomputed; ``found`` counts what is off, ``findings`` are the first thousand."""

    events: int
    sealed: int
    checkpoints: int
    chain_hash: bytes
    merkle_root: bytes
    findings: tuple[Finding, ...]
    found: int

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.found


def verify(
    conn: Connection[Any],
    public_keys: Iterable[Ed25519PublicKey],
    *,
    published: Iterable[Checkpoint] = (),
    page: int = PAGE,
) -> Verification:
    """Recompute chain and tree over the whole log, and check every checkpoint.

    ``published`` are checkpoints kept outside the database: the only witnesses against someone
    who holds the signing key and has sealed another history. Appends and seals may go on.
    """
    sealed, end = _extent(conn)
    search = _Search(by_id(public_keys), _checkpoints(conn, sealed), published)
    for events in event_pages(conn, 0, end, page):
        for event in events:
            search.read(event)
    return search.finish()


class _Search:
    """The walk along the log: what was read, which checkpoint comes next, what was found."""

    def __init__(
        self, keys: PublicKeys, seals: Iterator[Checkpoint], published: Iterable[Checkpoint]
    ) -> None:
        self._keys, self._seals = keys, seals
        self._published = {checkpoint.size: checkpoint for checkpoint in published}
        self._digest = LogDigest()
        self._seal = next(seals, None)
        self._events = self._checkpoints = self._sealed = self._found = 0
        self._position, self._recorded_us = 0, -(1 << 63)
        self._findings: list[Finding] = []

    def read(self, event: bytes) -> None:
        """Take the next event of the log."""
        position, recorded_us = position_and_time(event)
        while self._seal is not None and self._seal.size < position:
            self._compare(self._seal)
        if position != self._position + 1:
            self._missing(position - 1)
        if recorded_us < self._recorded_us:
            self._find(position, "time", "recorded before the event in front of it")
        self._digest.add(event)
        self._events += 1
        self._position, self._recorded_us = position, recorded_us

    def finish(self) -> Verification:
        """Check what is left when the log has ended."""
        while self._seal is not None:
            if self._seal.size > self._position:
                self._missing(self._seal.size)
                self._position = self._seal.size
            self._compare(self._seal)
        for size in self._published:
            self._find(size, "published", "a published checkpoint is not among the stored ones")
        return Verification(
            self._events,
            self._sealed,
            self._checkpoints,
            self._digest.chain_hash,
            self._digest.frontier.root(),
            tuple(self._findings),
            self._found,
        )

    def _compare(self, seal: Checkpoint) -> None:
        doubt = seal.doubt(self._keys)
        if doubt:
            self._find(seal.size, "signature", doubt)
        differing = _differences(seal, self._digest)
        if differing:
            self._find(
                seal.size,
                "seal",
                f"{differing}: sealed otherwise, events {self._sealed + 1} to {seal.size}",
            )
            if not doubt:
                self._go_on_from(seal)
        self._witness(seal)
        self._checkpoints += 1
        self._sealed = seal.size
        self._seal = next(self._seals, None)

    def _go_on_from(self, seal: Checkpoint) -> None:
        with suppress(LogDamagedError):  # its frontier is forged; the finding says so already
            self._digest = LogDigest.after(seal)

    def _witness(self, seal: Checkpoint) -> None:
        witness = self._published.pop(seal.size, None)
        if witness is None:
            return
        if doubt := witness.doubt(self._keys):
            self._find(seal.size, "published", f"the published checkpoint is none: {doubt}")
        elif witness.statement() != seal.statement():
            self._find(seal.size, "published", "the published checkpoint states otherwise")

    def _missing(self, last: int) -> None:
        first = self._position + 1
        self._find(first, "gap", f"events {first} to {last} are missing")

    def _find(self, position: int, code: str, detail: str) -> None:
        self._found += 1
        if len(self._findings) < MOST_FINDINGS:
            self._findings.append(Finding(position, code, detail))


def _differences(seal: Checkpoint, digest: LogDigest) -> str:
    """Name what a checkpoint states otherwise than the events before it."""
    pairs = {
        "chain hash": (seal.chain_hash, digest.chain_hash),
        "Merkle root": (seal.merkle_root, digest.frontier.root()),
        "frontier": (list(seal.frontier), digest.frontier.peaks),
    }
    return ", ".join(name for name, (stated, found) in pairs.items() if stated != found)


def _extent(conn: Connection[Any]) -> tuple[int, int]:
    """Read the sizes of seals and log at one instant, so that growth is not taken for damage."""
    sealed, end = conn.execute(
        "SELECT (SELECT coalesce(max(size), 0) FROM checkpoints),"
        " (SELECT coalesce(max(position), 0) FROM events)"
    ).fetchall()[0]
    return sealed, end


def _checkpoints(conn: Connection[Any], through: int) -> Iterator[Checkpoint]:
    after = -1
    while rows := conn.execute(
        f"SELECT {COLUMNS} FROM checkpoints WHERE size > %s AND size <= %s ORDER BY size LIMIT %s",
        (after, through, CHECKPOINT_PAGE),
    ).fetchall():
        yield from map(checkpoint_of, rows)
        after = rows[-1][0]

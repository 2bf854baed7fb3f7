"""The seal of the log: a hash chain and a Merkle tree over every event, signed now and then.

Owns the checkpoints. The chain starts from 32 zero bytes and goes on with SHA-256 of the hash so
far and the event's leaf hash; the tree is RFC 6962's over the same leaves. A checkpoint states
both after the first ``size`` events and is signed with Ed25519. Whoever keeps one outside this
database can later tell that nothing before it was changed, not even by us.

The signing key is derived from the master key, so there is one secret to keep and none to store.
Its public half should be kept where the database is not: after a change of master key, the log
is verified with the public keys of both.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from psycopg import Connection

from adapters.postgres.event_bytes import event_pages, position_and_time
from adapters.postgres.master_key import MasterKey
from adapters.postgres.merkle import Frontier, leaf_hash

Connect = Callable[[], AbstractContextManager[Connection[Any]]]
PublicKeys = Mapping[str, Ed25519PublicKey]

CHAIN_START = bytes(32)
SEAL_LOCK = 7310102  # beside the append lock of migrations/0002_append.sql
COLUMNS = "size, chain_hash, merkle_root, frontier, sealed_at, key_id, signature"


class LogDamagedError(Exception):
    """The log or its last checkpoint is not what was sealed; nothing is sealed on top of that."""


def signing_key(master: MasterKey) -> Ed25519PrivateKey:
    """Derive the key that signs checkpoints from the master key."""
    return Ed25519PrivateKey.from_private_bytes(master.derive("seal/ed25519/1"))


def key_id(key: Ed25519PublicKey) -> str:
    """Fingerprint of a public key: the first 16 bytes of its SHA-256, hexadecimal."""
    return sha256(key.public_bytes_raw()).hexdigest()[:32]


def by_id(keys: Iterable[Ed25519PublicKey]) -> PublicKeys:
    """Public keys by the fingerprints that checkpoints name."""
    return {key_id(key): key for key in keys}


@dataclass(frozen=True)
class Checkpoint:
    """The state of chain and tree after the first ``size`` events. Hashes are 32 raw bytes."""

    size: int
    chain_hash: bytes
    merkle_root: bytes
    frontier: tuple[bytes, ...]
    sealed_at: datetime
    key_id: str
    signature: bytes

    def statement(self) -> bytes:
        """Give the text that is signed; the frontier needs no line, its root tells it."""
        return statement(self.size, self.chain_hash, self.merkle_root, self.sealed_at)

    def doubt(self, keys: PublicKeys) -> str:
        """Say why the signature does not convince; empty where it does."""
        key = keys.get(self.key_id)
        if key is None:
            return f"signed with a key that is not known, {self.key_id}"
        try:
            key.verify(self.signature, self.statement())
        except InvalidSignature:
            return "the signature does not fit size, hashes and time"
        return ""


def statement(size: int, chain_hash: bytes, merkle_root: bytes, sealed_at: datetime) -> bytes:
    """Text of a checkpoint: five lines of ASCII, hashes hexadecimal, time in UTC."""
    sealed = sealed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    lines = (
        "throughline checkpoint 1",
        f"size {size}",
        f"chain {chain_hash.hex()}",
        f"root {merkle_root.hex()}",
        f"sealed {sealed}",
    )
    return "".join(f"{line}\n" for line in lines).encode()


class LogDigest:
    """Chain hash and tree of the events so far, in constant memory."""

    def __init__(self, chain_hash: bytes = CHAIN_START, frontier: Frontier | None = None) -> None:
        self.chain_hash = chain_hash
        self.frontier = frontier or Frontier()

    @classmethod
    def after(cls, checkpoint: Checkpoint) -> "LogDigest":
        """Continue from a checkpoint. Raises LogDamagedError if its frontier is not its root's."""
        try:
            frontier = Frontier(checkpoint.size, checkpoint.frontier)
        except ValueError as error:
            raise LogDamagedError(f"checkpoint {checkpoint.size}: {error}") from error
        if frontier.root() != checkpoint.merkle_root:
            raise LogDamagedError(f"checkpoint {checkpoint.size}: frontier and root disagree")
        return cls(checkpoint.chain_hash, frontier)

    def add(self, event: bytes) -> None:
        """Take the next event, as its canonical bytes."""
        leaf = leaf_hash(event)
        self.chain_hash = sha256(self.chain_hash + leaf).digest()
        self.frontier.append(leaf)


class Sealer:
    """Seals what was appended since the last checkpoint; one at a time, however many there are.

    ``connect`` gives a connection as a context manager that commits, such as ``pool.connection``.
    ``earlier_keys`` are public keys of before the last change of master key.
    """

    def __init__(
        self,
        connect: Connect,
        key: Ed25519PrivateKey,
        earlier_keys: Iterable[Ed25519PublicKey] = (),
    ) -> None:
        self._connect = connect
        self._key = key
        self._key_id = key_id(key.public_key())
        self._trusted = by_id([*earlier_keys, key.public_key()])

    def seal(self, limit: int, *, at: datetime) -> Checkpoint | None:
        """Seal up to ``limit`` further events under one checkpoint, stamped ``at`` (aware).

        None where nothing is new, or where another sealer is at work just now. The lock lasts
        until the checkpoint is committed, and only then does the next one read it: seals never
        fork. Raises LogDamagedError where a position is missing or the last checkpoint is not
        one of ours, ValueError for a time without a zone.
        """
        if at.tzinfo is None:
            raise ValueError("a checkpoint's time needs a zone")
        with self._connect() as conn, conn.transaction():
            # A snapshot older than the lock would show an outdated last checkpoint.
            conn.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            if not _leads(conn):
                return None
            digest = self._resume(conn)
            if not _advance(conn, digest, limit):
                return None
            checkpoint = self._sign(digest, at)
            _insert(conn, checkpoint)
        return checkpoint

    def _resume(self, conn: Connection[Any]) -> LogDigest:
        last = last_checkpoint(conn)
        if last is None:
            return LogDigest()
        if doubt := last.doubt(self._trusted):
            raise LogDamagedError(f"checkpoint {last.size}: {doubt}")
        return LogDigest.after(last)

    def _sign(self, digest: LogDigest, at: datetime) -> Checkpoint:
        frontier = digest.frontier
        size, chain_hash, root = frontier.size, digest.chain_hash, frontier.root()
        signature = self._key.sign(statement(size, chain_hash, root, at))
        peaks = tuple(frontier.peaks)
        return Checkpoint(size, chain_hash, root, peaks, at, self._key_id, signature)


def last_checkpoint(conn: Connection[Any]) -> Checkpoint | None:
    """Read the checkpoint of the largest size."""
    sql = f"SELECT {COLUMNS} FROM checkpoints ORDER BY size DESC LIMIT 1"
    found = [checkpoint_of(row) for row in conn.execute(sql)]
    return found[0] if found else None


def checkpoint_of(row: tuple[Any, ...]) -> Checkpoint:
    """Make a checkpoint of a row of COLUMNS."""
    size, chain_hash, root, frontier, *rest = row
    return Checkpoint(size, chain_hash, root, tuple(frontier), *rest)


def _leads(conn: Connection[Any]) -> bool:
    row = conn.execute("SELECT pg_try_advisory_xact_lock(%s)", (SEAL_LOCK,)).fetchone()
    return bool(row and row[0])


def _advance(conn: Connection[Any], digest: LogDigest, limit: int) -> bool:
    """Take up to ``limit`` further events; whether there were any."""
    size = digest.frontier.size
    for page in event_pages(conn, size, size + limit):
        for event in page:
            position, _ = position_and_time(event)
            if position != digest.frontier.size + 1:
                raise LogDamagedError(f"event {digest.frontier.size + 1} is missing")
            digest.add(event)
    return digest.frontier.size > size


def _insert(conn: Connection[Any], made: Checkpoint) -> None:
    conn.execute(
        f"INSERT INTO checkpoints ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            made.size,
            made.chain_hash,
            made.merkle_root,
            list(made.frontier),
            made.sealed_at,
            made.key_id,
            made.signature,
        ),
    )

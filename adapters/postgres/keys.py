"""Keys of personal data: one a person, wrapped by the master key, destroyed to erase.

A field is stored as ``enc:1:`` and the unpadded base64url of nonce, AES-256-GCM ciphertext and
tag; it opens only for its subject and in its place. The log keeps that ciphertext for ever:
destroying the key erases the text and changes no hash.

A destroyed key may live on in two places. Other processes hold it in memory until they re-read
it, ``fresh_s`` seconds (60) after they last did. And the database's dead rows, write-ahead log
and backups hold it still wrapped: rewrapping to a new master key and destroying the old one
makes those worthless too.
"""

import os
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection

from adapters.postgres.master_key import KEY_BYTES, MasterKey
from domain.errors import Refusal

_Row = tuple[UUID, bytes | None, str]
Connect = Callable[[], AbstractContextManager[Connection[Any]]]

NONCE_BYTES = 12
PREFIX = "enc:1:"
ERASED = "[erased]"
REWRAP_PAGE = 500


class SubjectErased(Refusal):
    """The person was erased: their key is destroyed and never made again."""

    code = "SUBJECT_ERASED"


class UnreadableError(Exception):
    """A field or key does not open: altered, moved, its key missing, or another master key."""


class _Held(NamedTuple):
    key: bytes | None  # None: destroyed, which is final and never read again
    cipher: AESGCM | None
    read_at: float


class SubjectKeys:
    """The data keys of people, kept in ``keys.subjects`` and for a short while in memory.

    ``connect`` gives a connection as a context manager that commits, such as ``pool.connection``;
    a key is committed before anything encrypted with it can be. ``others`` are master keys that
    may still be read, while a new one is being introduced. Safe for threads.
    """

    def __init__(
        self,
        connect: Connect,
        master: MasterKey,
        *,
        others: Iterable[MasterKey] = (),
        fresh_s: float = 60.0,
        most: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect, self._clock = connect, clock
        self._fresh_s, self._most = fresh_s, most
        self._master = master
        self._wrappers = {key.id: _wrapper(key) for key in (master, *others)}
        self._cache: OrderedDict[UUID, _Held] = OrderedDict()
        self._lock = Lock()

    def get_or_create(self, subject: UUID) -> bytes:
        """Give the AES-256 key of ``subject``, made on first use. Raises SubjectErased."""
        return self._usable(subject)[0]

    def load_many(self, subjects: Iterable[UUID]) -> dict[UUID, bytes | None]:
        """Read keys of many subjects at once: None where destroyed, left out where none exists."""
        found = self._load(set(subjects))
        return {subject: held.key for subject, held in found.items()}

    def prepare(self, subjects: Iterable[UUID]) -> None:
        """Make the keys that do not exist yet in one write, ahead of a bulk import."""
        wanted = set(subjects)
        missing = wanted - self._load(wanted).keys()
        if missing:
            self._create(sorted(missing))  # in one order, so that two imports never deadlock

    def destroy(self, subject: UUID) -> datetime:
        """Destroy the key for good, even of a subject yet unknown; answers when it was.

        Again: the first date. Other processes stop reading within ``fresh_s`` seconds.
        """
        with self._connect() as conn:
            rows = conn.execute(
                "INSERT INTO keys.subjects AS s (subject, master_id, destroyed_at)"
                " VALUES (%s, %s, now()) ON CONFLICT (subject) DO UPDATE"
                " SET wrapped_key = NULL, destroyed_at = coalesce(s.destroyed_at, now())"
                " RETURNING destroyed_at",
                (subject, self._master.id),
            ).fetchall()
        self._remember({subject: _Held(None, None, self._clock())})
        destroyed_at: datetime = rows[0][0]
        return destroyed_at

    def rewrap(self, new_master: MasterKey) -> int:
        """Wrap every key by ``new_master`` and use it from now on; answers how many were.

        Processes that may meanwhile read a key need both masters. What is interrupted, or was
        overtaken by a process still writing under the old one, is finished by running it again.
        """
        self._wrappers[new_master.id] = _wrapper(new_master)
        self._master = new_master
        count = 0
        while page := self._rewrap_page():
            count += page
        return count

    def encrypt(self, subject: UUID, place: bytes, text: str) -> str:
        """Turn ``text`` into ASCII that opens only for ``subject`` in ``place``. SubjectErased."""
        cipher = self._usable(subject)[1]
        nonce = os.urandom(NONCE_BYTES)
        sealed = cipher.encrypt(nonce, text.encode(), subject.bytes + place)
        return _text_of(nonce + sealed)

    def decrypt(self, subject: UUID, place: bytes, text: str) -> str:
        """Give the text again, ``[erased]`` where the key is destroyed. Raises UnreadableError."""
        held = self._find(subject)
        if held is None:
            raise UnreadableError(f"no key is kept for subject {subject}")
        if held.cipher is None:
            return ERASED
        sealed = _bytes_of(text)
        try:
            plain = held.cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], subject.bytes + place
            )
        except (InvalidTag, ValueError):
            raise UnreadableError(
                f"a field of subject {subject} was altered, moved or written with another key"
            ) from None
        return plain.decode()

    def _usable(self, subject: UUID) -> tuple[bytes, AESGCM]:
        held = self._find(subject) or self._create([subject])[subject]
        if held.key is None or held.cipher is None:
            raise SubjectErased(f"Subject {subject} was erased; nothing is recorded about them.")
        return held.key, held.cipher

    def _find(self, subject: UUID) -> _Held | None:
        return self._recall(subject, self._clock()) or self._load((subject,)).get(subject)

    def _load(self, subjects: Iterable[UUID]) -> Mapping[UUID, _Held]:
        read_at = self._clock()
        found = {subject: self._recall(subject, read_at) for subject in subjects}
        missing = [subject for subject, held in found.items() if held is None]
        read = self._read(missing, read_at) if missing else {}
        self._remember(read)
        return {subject: held for subject, held in found.items() if held} | read

    def _recall(self, subject: UUID, now: float) -> _Held | None:
        with self._lock:
            held = self._cache.get(subject)
            if held is None or (held.key and now - held.read_at >= self._fresh_s):
                return None
            self._cache.move_to_end(subject)
            return held

    def _remember(self, read: Mapping[UUID, _Held]) -> None:
        with self._lock:
            for subject, held in read.items():
                known = self._cache.get(subject)
                if known is None or known.key is not None:  # a late read revives nothing
                    self._cache[subject] = held
                self._cache.move_to_end(subject)
            while len(self._cache) > self._most:
                self._cache.popitem(last=False)

    def _read(self, subjects: list[UUID], read_at: float) -> dict[UUID, _Held]:
        with self._connect() as conn:
            rows = conn.execute(
                "SELECT subject, wrapped_key, master_id FROM keys.subjects"
                " WHERE subject = ANY(%s)",
                (subjects,),
            ).fetchall()
        return {row[0]: self._held(row, read_at) for row in rows}

    def _create(self, subjects: Sequence[UUID]) -> dict[UUID, _Held]:
        """Insert new keys, or take those that another process inserted first."""
        read_at = self._clock()
        wrapped = [self._wrap(subject, secrets.token_bytes(KEY_BYTES)) for subject in subjects]
        with self._connect() as conn:
            rows = conn.execute(
                "INSERT INTO keys.subjects (subject, wrapped_key, master_id)"
                " SELECT subject, wrapped_key, %s"
                " FROM unnest(%s::uuid[], %s::bytea[]) AS new (subject, wrapped_key)"
                " ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject"
                " RETURNING subject, wrapped_key, master_id",
                (self._master.id, list(subjects), wrapped),
            ).fetchall()
        made = {row[0]: self._held(row, read_at) for row in rows}
        self._remember(made)
        return made

    def _held(self, row: _Row, read_at: float) -> _Held:
        subject, wrapped, master_id = row
        if wrapped is None:
            return _Held(None, None, read_at)
        key = self._unwrap(subject, wrapped, master_id)
        return _Held(key, AESGCM(key), read_at)

    def _wrap(self, subject: UUID, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrappers[self._master.id].encrypt(nonce, key, subject.bytes)

    def _unwrap(self, subject: UUID, wrapped: bytes, master_id: str) -> bytes:
        wrapper = self._wrappers.get(master_id)
        if wrapper is None:
            raise UnreadableError(f"the key of {subject} needs master key {master_id}")
        try:
            return wrapper.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject.bytes)
        except (InvalidTag, ValueError):
            raise UnreadableError(f"the stored key of subject {subject} was altered") from None

    def _rewrap_page(self) -> int:
        """Rewrap some keys, locked meanwhile: one destroyed just now must not come back."""
        with self._connect() as conn, conn.transaction(), conn.cursor() as cursor:
            rows = cursor.execute(
                "SELECT subject, wrapped_key, master_id FROM keys.subjects"
                " WHERE wrapped_key IS NOT NULL AND master_id <> %s"
                " ORDER BY subject LIMIT %s FOR UPDATE",
                (self._master.id, REWRAP_PAGE),
            ).fetchall()
            cursor.executemany(
                "UPDATE keys.subjects SET wrapped_key = %s, master_id = %s WHERE subject = %s",
                [
                    (self._wrap(subject, self._unwrap(subject, *row)), self._master.id, subject)
                    for subject, *row in rows
                ],
            )
        return len(rows)


def _wrapper(master: MasterKey) -> AESGCM:
    return AESGCM(master.derive("subject-keys/1"))


def _bytes_of(text: str) -> bytes:
    """Decode an encrypted field; its one spelling is accepted, no other."""
    try:
        sealed = urlsafe_b64decode(text.removeprefix(PREFIX) + "==")
    except ValueError:
        sealed = b""
    if _text_of(sealed) != text:
        raise UnreadableError("this is not an encrypted field")
    return sealed


def _text_of(sealed: bytes) -> str:
    return PREFIX + urlsafe_b64encode(sealed).rstrip(b"=").decode()

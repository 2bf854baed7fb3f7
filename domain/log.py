"""The port to the log: what running commands needs of the recorder."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol
from uuid import UUID

from domain.request import AlreadyAnswered, Request


class Log(Protocol):
    """What the store needs of the recorder beyond the library's own methods."""

    def append(self, stored_events: Sequence[Any], request: Request) -> int:
        """Append one command's events; its last position. Raises every other verdict."""

    def select_streams(self, ids: Sequence[UUID]) -> Iterator[Any]:
        """Stored events of several streams, each in order of version."""

    def select_latest(self, tag: str) -> tuple[int, Any]:
        """Position and stored event that carried the tag last; (0, None) where none did."""

    def select_tagged(self, tag: str) -> Sequence[UUID]:
        """Streams of every event that carried the tag, in the order of their ids."""

    def find_answer(self, command_id: UUID, request_hash: bytes) -> AlreadyAnswered | None:
        """The stored answer of a command. Raises KeyReused where the content differs."""

    def import_events(self, batch: Sequence[tuple[Request, Sequence[Any]]]) -> int:
        """Append many commands in one transaction; the last position.

        Raises Conflict, AlreadyTaken.
        """

    def select_answers(
        self, command_ids: Sequence[UUID]
    ) -> dict[UUID, tuple[bytes, AlreadyAnswered]]:
        """Stored answers of several commands, each with the hash of its request."""

    def find_taken(self, claims: Sequence[str]) -> str | None:
        """One of these natural keys that belongs to a record already, if any does."""

    def find_answers(self, keys: Sequence[tuple[UUID, bytes]]) -> dict[UUID, AlreadyAnswered]:
        """Stored answers of several commands. Raises KeyReused where content differs."""

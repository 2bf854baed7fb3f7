"""What travels with an append: the request, its cause, and every verdict it may get."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.command import Answer, Command
from domain.errors import Refusal
from domain.unit_of_work import EntityNotNamed, StaleVersion, UnitOfWork


class KeyReused(Refusal):
    """The idempotency key was used before with other content or by somebody else."""

    code = "KEY_REUSED"


def reused(command_id: UUID) -> KeyReused:
    """The refusal of a key that stands for something else."""
    return KeyReused(f"command id {command_id} was used for another request", field="command_id")


class Conflict(Exception):
    """Something the command relied on has changed; nothing was written."""


class AlreadyTaken(Refusal):
    """A natural key (a code, a number, a bank reference) belongs to another record."""

    code = "ALREADY_TAKEN"


class TooBusy(Refusal):
    """Others kept changing the same records; nothing was written, and a retry is safe."""

    code = "TOO_BUSY"


class AlreadyAnswered(Exception):
    """The key and content were accepted before; carries the stored answer."""

    def __init__(self, position: int, answer: bytes) -> None:
        super().__init__(position)
        self.position = position
        self.answer = answer


@dataclass(frozen=True)
class Cause:
    """Where a command came from: one correlation a chain, the causing event, a trace."""

    correlation_id: UUID | None = None
    causation_id: int | None = None
    trace: str = ""


@dataclass(frozen=True)
class Request:
    """All an append carries besides the events themselves."""

    command_id: UUID
    request_hash: bytes
    answer: bytes
    actor: str
    cause: Cause
    entity: str
    effective_date: date
    consulted: dict[UUID, int]
    guards: dict[str, int]


@dataclass(frozen=True)
class Outcome:
    """The answer of a command and the log's position that holds it (None for a dry run)."""

    answer: Answer
    position: int | None
    repeated: bool = False


def check_version(command: Command, work: UnitOfWork) -> None:
    """Raise StaleVersion unless a changed record had the version the caller expects."""
    if command.expected_version is None:
        return
    seen = [agg.version - len(agg.pending_events) for agg in work.changed.values()]
    if command.expected_version not in seen:
        raise StaleVersion(
            f"expected version {command.expected_version}, found {max(seen, default=0)}",
            field="expected_version",
        )


def request_of(
    command: Command, work: UnitOfWork, answer: Answer, cause: Cause, request_hash: bytes
) -> Request:
    """The envelope of what a command decided. Raises EntityNotNamed.

    What it loaded and left as it was counts as consulted: that nothing was to do must hold, too.
    """
    if not work.entity:
        raise EntityNotNamed("the command did not say for which legal entity it acts")
    unchanged = {id_: a.version for id_, a in work.changed.items() if not a.pending_events}
    return Request(
        command_id=command.command_id,
        request_hash=request_hash,
        answer=answer.model_dump_json().encode(),
        actor=work.actor.id,
        cause=cause,
        entity=work.entity,
        effective_date=work.effective_date or command.effective_on(work.today),
        consulted=work.consulted | unchanged,
        guards=work.guards,
    )


def repeat(command: Command, prior: AlreadyAnswered) -> Outcome:
    """The first answer, again; without a position where its batch is not yet appended."""
    answer = command.ANSWER.model_validate_json(prior.answer)
    return Outcome(answer, prior.position or None, repeated=True)

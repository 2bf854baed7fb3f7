"""Vouching for a report by its digest."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command, Value
from domain.ledger.attestation import Attestation, DigestDiffers, Given, Said
from domain.ledger.commands import CONTROLLERS
from domain.organisation.commands import legal_entity
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork


class ParameterInput(Value):
    """A parameter of a report, as text."""

    name: str = Field(max_length=60)
    value: str = Field(max_length=200)


class AttestReport(Command):
    """Vouch for what a report says as of a position; its digest is worked out again first."""

    ROLES: ClassVar = CONTROLLERS
    GATHERED: ClassVar = frozenset({"found"})
    attestation_id: UUID
    entity: str = Field(description="Legal entity the report is about")
    report: str = Field(max_length=60)
    parameters: tuple[ParameterInput, ...] = Field(
        default=(), max_length=20, description="All but entity and known; effective is needed"
    )
    known: int = Field(ge=0, description="Position of the log that the report is as of")
    digest: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 that is vouched for")
    statement: str = Field(default="", max_length=2000)
    found: str = ""

    def run(self, work: UnitOfWork) -> Answer:
        """Raises DigestDiffers, AlreadyTaken, NotFound, WrongEntity."""
        entity = legal_entity(work, self.entity)
        if work.load_or_none(Attestation, self.attestation_id):
            raise AlreadyTaken("the attestation exists", field="attestation_id")
        if self.found != self.digest:
            raise DigestDiffers(f"the report has digest {self.found}", field="digest")
        listed = sorted(self.parameters, key=lambda one: one.name)
        given = tuple(Given(one.name, one.value) for one in listed)
        made = Attestation(
            self.attestation_id, entity.code, Said(self.report, given, self.known, self.digest),
            self.statement, work.actor.id,
        )  # fmt: skip
        return Answer(id=work.add(made).id)

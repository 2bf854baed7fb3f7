"""Parking clients: billing runs pass them over until they are taken up again."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.billing.documents import BILLERS
from domain.command import Answer, Command
from domain.organisation.client import Client
from domain.unit_of_work import UnitOfWork


class ClientCommand(Command):
    """A client to be billed."""

    client_id: UUID

    def client(self, work: UnitOfWork) -> Client:
        """Raises NotFound, WrongEntity."""
        client = work.load(Client, self.client_id)
        work.enter(client.entity)
        return client


class ParkClient(ClientCommand):
    """Have billing runs pass a client over; an invoice by hand is still possible."""

    ROLES: ClassVar = BILLERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        client = self.client(work)
        client.park(self.why)
        return Answer(id=client.id)


class UnparkClient(ClientCommand):
    """Let billing runs take a parked client up again."""

    ROLES: ClassVar = BILLERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        client = self.client(work)
        client.unpark()
        return Answer(id=client.id)

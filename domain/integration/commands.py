"""The vendor's answer comes back as a command like any other."""

from typing import ClassVar

from pydantic import Field

from domain.access.roles import SYSTEM
from domain.command import Answer, Command
from domain.integration.delivery import Delivery, delivery_id
from domain.unit_of_work import UnitOfWork


class RecordDelivery(Command):
    """Note what an external system answered to a document."""

    ROLES: ClassVar = frozenset({SYSTEM})
    connection: str
    key: str
    kind: str
    entity: str
    external_id: str = Field(default="", description="Empty where the document was refused")
    found_existing: bool = False
    error: str = ""

    def run(self, work: UnitOfWork) -> Answer:
        """Never refuses: what happened outside has happened."""
        work.enter(self.entity)
        id_ = delivery_id(self.connection, self.key)
        delivery = work.load_or_none(Delivery, id_) or work.add(
            Delivery(id_, self.connection, self.key, self.kind)
        )
        if self.external_id:
            delivery.succeed(self.external_id, found_existing=self.found_existing)
        else:
            delivery.die(self.error)
        return Answer(id=id_)

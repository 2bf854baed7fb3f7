"""A contract's account: what was billed under it, and the limits that watch it.

Every document of a contract goes through this one stream, so caps and purchase orders hold
whatever runs at once. Where a revenue run earns, it also keeps the position in layers, so that
each amount leaves the books at the rate it came in at.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.identity import named_id


def account_id(contract_id: UUID) -> UUID:
    """The stream of a contract's account."""
    return named_id("contract account", str(contract_id))


class ContractAccount(Root):
    """``billed`` is net of tax and of credit memos, in the contract's currency."""

    class Opened(Root.Created):
        """The first document of a contract."""

        TOPIC = "contracts.account_opened"
        contract_id: UUID
        entity: str
        currency: str

    class Charged(Root.Event):
        """An invoice bills some of the contract; ``net`` is below zero for a credit memo."""

        TOPIC = "contracts.account_charged"
        document_id: UUID
        number: str
        charged_on: date
        net: Decimal

    @event(Opened)
    def __init__(self, id: UUID, contract_id: UUID, entity: str, currency: str) -> None:
        self.contract_id = contract_id
        self.entity = entity
        self.currency = currency
        self.billed = Decimal(0)

    def charge(self, document_id: UUID, number: str, charged_on: date, net: Decimal) -> None:
        """Note a document; a credit memo gives its net back."""
        self._charged(document_id, number, charged_on, net)

    @event(Charged)
    def _charged(self, document_id: UUID, number: str, charged_on: date, net: Decimal) -> None:
        del document_id, number, charged_on
        self.billed += net

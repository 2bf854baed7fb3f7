"""Fixing the exchange rate of a contract's price."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from domain.command import Answer, Exact
from domain.contracts.clause_commands import MANAGERS, ContractCommand
from domain.contracts.fixed_rate import ContractRates, FixedRate, contract_rates_id
from domain.money import CurrencyMismatch
from domain.organisation.commands import legal_entity
from domain.pricing.published_rate import PER_BASE, Direction
from domain.unit_of_work import UnitOfWork


class FixContractRate(ContractCommand):
    """Agree on the rate at which a contract's own price is earned in the books from a day on."""

    ROLES: ClassVar = MANAGERS
    from_date: date
    rate: Exact = Field(gt=0, max_digits=24, decimal_places=12)
    direction: Direction = Field(
        default=PER_BASE,
        description="Contract's units for one of the books; or the books' for one, or 100, of it",
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises CurrencyMismatch for a contract in the books' own currency, NotFound.

        WrongEntity.
        """
        contract = self.contract(work)
        if contract.currency == legal_entity(work, contract.entity).currency:
            raise CurrencyMismatch(f"{contract.name} is in the books' currency", field="rate")
        id_ = contract_rates_id(contract.id)
        rates = work.load_or_none(ContractRates, id_) or work.add(
            ContractRates(id_, contract.id, contract.entity)
        )
        rates.fix(FixedRate(self.from_date, self.rate, self.direction))
        return Answer(id=rates.id)

"""The exchange rate a contract fixes: what our own price is worth in the books.

What clients owe and pay is booked at the day's rate all the same; the difference to the price is
realised with the invoice.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.identity import named_id
from domain.pricing.fx import Quote, crossed, quote
from domain.pricing.published_rate import Direction, Published
from domain.unit_of_work import UnitOfWork

CONTRACT = "contract"


@dataclass(frozen=True)
class FixedRate:
    """From a day on ``figure`` holds, quoted against the books' currency by ``direction``."""

    from_date: date
    figure: Decimal
    direction: Direction

    def quote(self, of: str, to: str) -> Quote:
        """The contract's currency to that of the books."""
        figures = Published(self.figure, self.direction), Published(Decimal(1))
        return crossed(of, to, figures, CONTRACT, self.from_date)


def contract_rates_id(contract_id: UUID) -> UUID:
    """The stream of a contract's fixed rates."""
    return named_id("contract rates", str(contract_id))


class ContractRates(Root):
    """Rates by the day they begin; a later one holds from its day on."""

    class Agreed(Root.Created):
        """A contract fixes its first rate."""

        TOPIC = "contracts.rates_agreed"
        contract_id: UUID
        entity: str

    class Fixed(Root.Event):
        """A rate holds from a day on."""

        TOPIC = "contracts.rate_fixed"
        contract_id: UUID
        entity: str
        rate: FixedRate

    @event(Agreed)
    def __init__(self, id: UUID, contract_id: UUID, entity: str) -> None:
        self.contract_id = contract_id
        self.entity = entity
        self.rates: dict[date, FixedRate] = {}

    def fix(self, rate: FixedRate) -> None:
        """The same again changes nothing; another of the same day replaces it from now on."""
        if self.rates.get(rate.from_date) != rate:
            self._fixed(self.contract_id, self.entity, rate)

    def on(self, day: date) -> FixedRate | None:
        """The rate of a day; None before the first."""
        begun = [from_date for from_date in self.rates if from_date <= day]
        return self.rates[max(begun)] if begun else None

    @event(Fixed)
    def _fixed(self, contract_id: UUID, entity: str, rate: FixedRate) -> None:
        del contract_id, entity
        self.rates[rate.from_date] = rate


def price_quote(work: UnitOfWork, contract_id: UUID | None, of: str, to: str, on: date) -> Quote:
    """The rate our own price is earned at: the contract's, else the day's. Raises MissingRate."""
    if of == to or contract_id is None:
        return quote(work, of, to, on)
    rates = work.find(ContractRates, contract_rates_id(contract_id))
    fixed = rates.on(on) if rates else None
    return fixed.quote(of, to) if fixed else quote(work, of, to, on)

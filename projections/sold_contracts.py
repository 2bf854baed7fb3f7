"""What was sold: price and term of contracts, changes of them, steps of a sale, days' rates."""

from collections.abc import Mapping
from decimal import Decimal

from domain.contracts.contract import Contract
from domain.policies import contract_id
from domain.pricing.fx import ECB, FxRates, fx_id
from domain.pricing.published_rate import PER_BASE, Published
from domain.sales.opportunity import Opportunity
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

SOLD = Table(
    "sold_contracts",
    {
        "contract_id": "uuid", "position": "bigint", "sold_on": "date", "entity": "text",
        "currency": "text", "price": "numeric", "opportunity_id": "uuid?", "ends_on": "date",
        "by_run": "boolean",
    },
    key=("contract_id",),
    indexes=("entity, sold_on",),
)  # fmt: skip
SCOPE = Table(
    "scope_changes",
    {
        "position": "bigint", "contract_id": "uuid", "effective_date": "date", "price": "numeric",
        "ends_on": "date",
    },
    key=("position",),
    indexes=("contract_id",),
)  # fmt: skip
SALE_STEPS = Table(
    "sale_steps",
    {"position": "bigint", "contract_id": "uuid", "effective_date": "date", "step": "text"},
    key=("position",),
    indexes=("contract_id",),
)
RATES = Table(
    "fx_quotes",
    {"position": "bigint", "currency": "text", "quoted_on": "date", "per_base": "numeric"},
    key=("position", "currency"),
    indexes=("currency, quoted_on",),
)


def per_base(rates: Mapping[str, Decimal], directions: Mapping[str, str]) -> dict[str, Decimal]:
    """Units of each currency for one of the base."""
    figures = {c: Published.of(rate, directions.get(c, PER_BASE)) for c, rate in rates.items()}
    return {currency: one.pair[0] / one.pair[1] for currency, one in figures.items()}


class SoldContracts(Projection):
    """Facts of the sale; what became of them is other projections' business.

    A step is won, reopened, activated or terminated: each win has a contract of its own.
    """

    name = "sold_contracts"
    version = 3
    tables = (SOLD, SCOPE, SALE_STEPS, RATES)

    @on(Contract.Drafted)
    def drafted(self, fact: Contract.Drafted, at: Recorded, fold: Fold) -> None:
        """A price was agreed."""
        fold.put(SOLD, contract_id=at.stream_id, position=at.position, sold_on=at.effective_date,
                 entity=fact.entity, currency=fact.currency, price=fact.value,
                 opportunity_id=fact.opportunity_id, ends_on=fact.ends_on,
                 by_run=not fact.terms.earned_at_once)  # fmt: skip

    @on(Contract.Changed)
    def changed(self, fact: Contract.Changed, at: Recorded, fold: Fold) -> None:
        """A change order moved the price."""
        fold.append(SCOPE, at.position, at.stream_id, fact.effective_on, fact.price,
                    fact.ends_on)  # fmt: skip

    @on(Opportunity.ClosedWon)
    def won(self, fact: Opportunity.ClosedWon, at: Recorded, fold: Fold) -> None:
        """The client said yes."""
        fold.append(SALE_STEPS, at.position, contract_id(at.stream_id, fact.again),
                    fact.closed_on, "won")  # fmt: skip

    @on(Opportunity.Reopened)
    def reopened(self, fact: Opportunity.Reopened, at: Recorded, fold: Fold) -> None:
        """A yes taken back."""
        if fact.was == "won":
            fold.append(SALE_STEPS, at.position, contract_id(at.stream_id, fact.again),
                        fact.reopened_on, "reopened")  # fmt: skip

    @on(Contract.Activated)
    def activated(self, fact: Contract.Activated, at: Recorded, fold: Fold) -> None:
        """Both sides are bound."""
        del fact
        fold.append(SALE_STEPS, at.position, at.stream_id, at.effective_date, "activated")

    @on(Contract.Terminated)
    def terminated(self, fact: Contract.Terminated, at: Recorded, fold: Fold) -> None:
        """It ends early."""
        fold.append(SALE_STEPS, at.position, at.stream_id, fact.terminated_on, "terminated")

    @on(FxRates.Recorded)
    def quoted(self, fact: FxRates.Recorded, at: Recorded, fold: Fold) -> None:
        """A day's rates, the base among them."""
        rates = per_base(fact.rates, fact.directions)
        self._rates({fact.base: Decimal(1), **rates}, at, fold)

    @on(FxRates.Corrected)
    def corrected(self, fact: FxRates.Corrected, at: Recorded, fold: Fold) -> None:
        """The day's rates, again; a later position holds."""
        self._rates(per_base(fact.rates, fact.directions), at, fold)

    def _rates(self, rates: dict[str, Decimal], at: Recorded, fold: Fold) -> None:
        """Those that documents are booked at; a day's rates are effective on their day."""
        if at.stream_id != fx_id(ECB, at.effective_date):
            return
        for currency, per_base in rates.items():
            fold.append(RATES, at.position, currency, at.effective_date, per_base)

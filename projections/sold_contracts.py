"""What was sold: price of each contract on its day, milestones planned, and rates of the days."""

from decimal import Decimal

from domain.contracts.contract import Contract
from domain.delivery.project import Project
from domain.pricing.fx import ECB, FxRates, fx_id
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

SOLD = Table(
    "sold_contracts",
    {
        "contract_id": "uuid", "position": "bigint", "sold_on": "date", "entity": "text",
        "currency": "text", "price": "numeric", "model": "text",
    },
    key=("contract_id",),
    indexes=("entity, sold_on",),
)  # fmt: skip
PLANNED = Table(
    "planned_milestones",
    {
        "milestone_id": "uuid", "position": "bigint", "project_id": "uuid",
        "planned_on": "date", "amount": "numeric",
    },
    key=("milestone_id",),
    indexes=("project_id",),
)  # fmt: skip
RATES = Table(
    "fx_quotes",
    {"position": "bigint", "currency": "text", "quoted_on": "date", "per_base": "numeric"},
    key=("position", "currency"),
    indexes=("currency, quoted_on",),
)


class SoldContracts(Projection):
    """Facts of the sale; what became of them is other projections' business."""

    name = "sold_contracts"
    tables = (SOLD, PLANNED, RATES)

    @on(Contract.Drafted)
    def drafted(self, fact: Contract.Drafted, at: Recorded, fold: Fold) -> None:
        """A price was agreed."""
        fold.put(SOLD, contract_id=at.stream_id, position=at.position, sold_on=at.effective_date,
                 entity=fact.entity, currency=fact.currency, price=fact.value,
                 model=fact.terms.model)  # fmt: skip

    @on(Project.MilestonePlanned)
    def planned(self, fact: Project.MilestonePlanned, at: Recorded, fold: Fold) -> None:
        """Something the client will pay for."""
        fold.put(PLANNED, milestone_id=fact.milestone_id, position=at.position,
                 project_id=at.stream_id, planned_on=at.effective_date,
                 amount=fact.amount)  # fmt: skip

    @on(FxRates.Recorded)
    def quoted(self, fact: FxRates.Recorded, at: Recorded, fold: Fold) -> None:
        """A day's rates, the base among them."""
        self._rates({fact.base: Decimal(1), **fact.rates}, at, fold)

    @on(FxRates.Corrected)
    def corrected(self, fact: FxRates.Corrected, at: Recorded, fold: Fold) -> None:
        """The day's rates, again; a later position holds."""
        self._rates(fact.rates, at, fold)

    def _rates(self, rates: dict[str, Decimal], at: Recorded, fold: Fold) -> None:
        """Those that documents are booked at; a day's rates are effective on their day."""
        if at.stream_id != fx_id(ECB, at.effective_date):
            return
        for currency, per_base in rates.items():
            fold.append(RATES, at.position, currency, at.effective_date, per_base)

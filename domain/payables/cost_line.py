"""What a cost is for: its account, its project and axes, and whether it is an asset."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.errors import Refusal
from domain.ledger import chart
from domain.ledger.dimensions import Dimensions
from domain.ledger.journal import Line

CostType = Literal["material", "subcontract", "equipment", "expense", "overhead"]
Treatment = Literal["opex", "capex"]
ACCOUNTS: dict[CostType, str] = {
    "material": chart.PROJECT_EXPENSES,
    "subcontract": chart.SUBCONTRACTORS,
    "equipment": chart.PROJECT_EXPENSES,
    "expense": chart.PROJECT_EXPENSES,
    "overhead": chart.OVERHEADS,
}
"""Where a cost goes by its type, unless its line says."""
PROJECT_ACCOUNTS = frozenset({chart.LABOUR, chart.SUBCONTRACTORS, chart.PROJECT_EXPENSES})
ASSET_ACCOUNTS = frozenset({chart.EQUIPMENT, chart.INTANGIBLES})


class DimensionNeeded(Refusal):
    """The account asks of each line what it is for: a project, a cost code."""

    code = "DIMENSION_NEEDED"


class NotACost(Refusal):
    """A bill's line goes to an expense or an asset account."""

    code = "NOT_A_COST"


@dataclass(frozen=True)
class CostLine:
    """A line of a bill or a credit; the functional amounts are at the bill's rate.

    ``dimensions.cost_code`` is one of the project's budget, or its order's.
    """

    no: int
    account: str
    text: str
    net: Decimal
    tax: Decimal
    functional_net: Decimal
    functional_tax: Decimal
    project_id: UUID | None
    dimensions: Dimensions
    commitment_id: UUID | None

    def debit(self, currency: str) -> Line:
        """What its approval debits."""
        return Line(self.account, currency, self.net, self.functional_net, self.project_id,
                    self.dimensions)  # fmt: skip

    @property
    def treatment(self) -> Treatment:
        """Whether it buys something that lasts."""
        return "capex" if self.account in ASSET_ACCOUNTS else "opex"

    @property
    def on_project(self) -> bool:
        """Whether a project bears it as a cost."""
        return self.project_id is not None and self.treatment == "opex"


def account_for(given: str | None, cost_type: CostType, treatment: Treatment) -> str:
    """The account of a line. Raises NotACost, UnknownAccount."""
    if treatment == "capex":
        code = given or chart.EQUIPMENT
        if code not in ASSET_ACCOUNTS:
            raise NotACost(f"{code} holds no assets", field="lines")
        return code
    code = given or ACCOUNTS[cost_type]
    found = chart.account(code)
    if found.control or (found.type != "expense" and code != chart.PREPAID):
        raise NotACost(f"{code} {found.name} takes no cost of a bill", field="lines")
    return code


def require_axes(line: CostLine) -> None:
    """Costs of projects name project and cost code. Raises DimensionNeeded."""
    if line.account in PROJECT_ACCOUNTS and line.project_id is None:
        raise DimensionNeeded(f"{line.account} is for projects: say which", field="lines")
    if line.on_project and not line.dimensions.cost_code:
        raise DimensionNeeded("say the cost code of the project's budget", field="lines")

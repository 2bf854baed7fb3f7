"""The words of revenue: each list of them with the name and the meaning it has in the schema."""

from typing import get_args

from domain.contracts.contract import Recognition
from domain.ledger.book import ContractCost, Onerous
from domain.revenue.cost_asset import Nature
from domain.revenue.modification import Remaining
from domain.revenue.obligation import Kind, Measure, Pattern, Role, SspBasis
from domain.revenue.onerous import Policy
from domain.revenue.remeasurement import MixedPolicy
from domain.revenue.variable import Method

CONFIRMED = (
    "separate_contract", "prospective", "cumulative_catch_up", "mixed", "variable_consideration",
)  # fmt: skip
REVENUE: dict[tuple[str, ...], tuple[str, str]] = {
    get_args(Recognition): ("Recognition", "With the approval of work, or by a revenue run."),
    get_args(Kind): ("ObligationKind", "What is promised: one thing, or a series of like ones."),
    get_args(Pattern): ("ObligationPattern", "When control passes."),
    get_args(Measure): ("ProgressMeasure", "What progress is measured by."),
    get_args(Role): ("ObligationRole", "Whether all of the price is ours, or the fee."),
    get_args(SspBasis): ("SellingPriceBasis", "What a standalone selling price rests on."),
    get_args(Method): ("EstimateMethod", "How a variable amount is estimated."),
    get_args(Policy): ("OnerousPolicy", "Which losses still to come are provided for."),
    get_args(MixedPolicy): ("MixedPolicy", "What is shared where only some of it is distinct."),
    get_args(Remaining): (
        "RemainingPromises",
        "Whether what remains is distinct from what passed.",
    ),
    get_args(Nature): ("ContractCostNature", "A cost to win a contract, or to fulfil it."),
    CONFIRMED: ("ModificationTreatment", "How a change of a contract is accounted for."),
    get_args(Onerous): (
        "BookOnerous",
        "Contracts that a book provides for losses of.",
    ),
    get_args(ContractCost): ("BookContractCost", "What a book does with cost to win or set up."),
    ("main",): ("RevenueBook", "A book of an entity's ledger."),
}

"""Posting rules of what standards treat differently: onerous contracts and contract cost.

A fact names the books it is absent from. There the layer takes back what the main book has, and
has what the book has instead.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.aggregate import Root
from domain.ledger import chart
from domain.ledger.entry import Entry, both
from domain.revenue.cost_asset import ContractCostAsset, CostOf
from domain.revenue.provisions import ContractProvisions


def with_layers(entry: Entry, absent_from: Iterable[str]) -> Iterable[Entry]:
    """The entry, and its mirror in the books that do not have it."""
    yield entry
    for book in absent_from:
        yield replace(entry, lines=tuple(line.mirrored() for line in entry.lines), book=book)


def loss_provided(fact: ContractProvisions.LossProvided) -> Iterable[Entry]:
    """The loss still to come: Dr 5050, Cr 2240."""
    change = fact.provision.change
    lines = both(chart.ONEROUS_COST, chart.ONEROUS, fact.owing.books, change, change, None)
    entry = Entry("loss_provided", fact.owing.entity, fact.owing.books, fact.provided_on,
                  "Onerous contract", "", lines)  # fmt: skip
    return with_layers(entry, fact.absent_from)


def loss_released(fact: ContractProvisions.LossReleased) -> Iterable[Entry]:
    """A provision used: Dr 2240, Cr 5050."""
    used = -fact.provision.change
    lines = both(chart.ONEROUS, chart.ONEROUS_COST, fact.owing.books, used, used, None)
    entry = Entry("loss_released", fact.owing.entity, fact.owing.books, fact.released_on,
                  "Onerous contract", "", lines)  # fmt: skip
    return with_layers(entry, fact.absent_from)


def cost_capitalized(fact: ContractCostAsset.Capitalized) -> Iterable[Entry]:
    """Cost to obtain: Dr 1310, Cr 2100. Cost to fulfil, labour so far: Dr 1300, Cr 5000.

    Where it is expensed: Dr 5060 and Dr 5000 instead, the asset taken back.
    """
    obtain = fact.cost.nature == "obtain"
    credit = chart.PAYROLL_OWED if obtain else chart.LABOUR
    spent = chart.CONTRACT_COST if obtain else chart.LABOUR
    yield _contract_cost("cost_capitalized", fact.cost, fact.capitalized_on, fact.amount, credit)
    for book in fact.absent_from:
        lines = both(spent, cost_account(fact.cost), fact.cost.books, fact.amount, fact.amount,
                     None)  # fmt: skip
        yield Entry("cost_capitalized", fact.cost.entity, fact.cost.books, fact.capitalized_on,
                    "Contract cost", "", lines, book)  # fmt: skip


def cost_amortized(fact: ContractCostAsset.Amortized) -> Iterable[Entry]:
    """Months of benefit: Dr 5060, Cr 1310 or 1300."""
    entry = _contract_cost("cost_amortized", fact.cost, fact.amortized_on, -fact.amount,
                           chart.CONTRACT_COST)  # fmt: skip
    return with_layers(entry, fact.absent_from)


def cost_impaired(fact: ContractCostAsset.Impaired) -> Iterable[Entry]:
    """What will not come back: Dr 5060, Cr 1310 or 1300."""
    entry = _contract_cost("cost_impaired", fact.cost, fact.impaired_on, -fact.loss,
                           chart.CONTRACT_COST)  # fmt: skip
    return with_layers(entry, fact.absent_from)


def _contract_cost(rule: str, cost: CostOf, on: date, change: Decimal, other: str) -> Entry:
    """What the asset gains (Dr) or loses (Cr), and where that comes from or goes."""
    lines = both(cost_account(cost), other, cost.books, change, change, None)
    shown = lines if change >= 0 else (lines[1], lines[0])
    return Entry(rule, cost.entity, cost.books, on, "Contract cost", "", shown)


def cost_account(cost: CostOf) -> str:
    """Where an asset of this nature stands."""
    return chart.OBTAINING_COST if cost.nature == "obtain" else chart.FULFILMENT_COST


STANDARDS_RULES: dict[type[Root.Event], tuple[Callable[[Any], Iterable[Entry]], ...]] = {
    ContractProvisions.LossProvided: (loss_provided,),
    ContractProvisions.LossReleased: (loss_released,),
    ContractCostAsset.Capitalized: (cost_capitalized,),
    ContractCostAsset.Amortized: (cost_amortized,),
    ContractCostAsset.Impaired: (cost_impaired,),
}

"""Cases of revenue: from published terms to the calculators' and back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.revenue.agency import ControlFacts, present, propose_role
from domain.revenue.allocation import (
    Allocation,
    allocate,
    allocate_discount,
    allocate_residual,
    allocate_variable,
)
from domain.revenue.figures import cumulative_deltas
from domain.revenue.progress import Progress
from tests.golden import revenue_modification, revenue_rights, revenue_variable
from tests.golden.revenue_words import (
    Words,
    currency_of,
    flag,
    found,
    maybe,
    number,
    numbers,
    obligations_of,
    price_of,
    promises_of,
    texts,
)


def shares(allocation: Allocation) -> Words:
    """Figures a publisher prints of an allocation."""
    whole = sum((share.ssp for share in allocation.shares), Decimal(0))
    return {
        "allocated": {share.obligation: share.amount for share in allocation.shares},
        "discount": {share.obligation: share.discount for share in allocation.shares},
        "total_ssp": whole,
        "total_discount": whole - allocation.price,
        "transaction_price": allocation.price,
        "total": sum(share.amount for share in allocation.shares),
    }


def ssp_allocation(words: Words) -> Words:
    rows = obligations_of(words)
    split = allocate(
        price_of(words, rows), promises_of(rows), currency_of(words), unit=maybe(words, "unit")
    )
    return shares(split) | by_cost(words, rows, split)


def by_cost(words: Words, rows: list[Words], split: Allocation) -> Words:
    """Revenue of each line by its cost, and what its invoices are beyond it at the end."""
    money = currency_of(words)
    spent = {row["id"]: numbers(row, "cost_by_period", "cost_by_year") for row in rows}
    revenue: dict[str, tuple[Decimal, ...]] = {}
    for row in rows:
        costs = spent[row["id"]]
        if not costs:
            continue
        whole = number(row, "estimated_cost", "total_cost", default=sum(costs, Decimal(0)))
        done = [Progress(sum(costs[:no], Decimal(0)), whole) for no in range(1, len(costs) + 1)]
        allocated = split.amount_of(row["id"])
        to_date = [one.of(allocated, money) for one in done]
        revenue[row["id"]] = cumulative_deltas(to_date)
    billed = {row["id"]: maybe(row, "milestone_amount", "billed", "price") for row in rows}
    ahead = {
        name: amount - sum(revenue[name])
        for name, amount in billed.items()
        if amount is not None and name in revenue
    }
    by_period = [sum(period) for period in zip(*revenue.values(), strict=False)]
    return {
        "revenue_by_period": revenue,
        "total_revenue_by_period": by_period,
        "billed_minus_recognised_at_completion": ahead,
    }


def discount(words: Words) -> Words:
    rows = obligations_of(words)
    names = texts(words, "discount_attributed_to", "discounted", "bundle")
    return shares(
        allocate_discount(price_of(words, rows), promises_of(rows), names, currency_of(words),
                          unit=maybe(words, "unit"))
    )  # fmt: skip


def residual(words: Words) -> Words:
    rows = obligations_of(words)
    promises = promises_of(rows)
    known = {promise.obligation for promise in promises}
    name = found(words, "residual", "residual_obligation", "residual_to")
    name = name or next(row["id"] for row in rows if row["id"] not in known)
    return shares(
        allocate_residual(
            price_of(words, []),
            [promise for promise in promises if promise.obligation != name],
            name,
            currency_of(words),
            bundle=texts(words, "bundle", "discount_attributed_to"),
            bundle_price=maybe(words, "bundle_price"),
            unit=maybe(words, "unit"),
        )
    )


def variable_to_one(words: Words) -> Words:
    rows = obligations_of(words)
    variable = number(words, "variable", "variable_amount", "variable_estimate", "bonus",
                      "variable_consideration")  # fmt: skip
    fixed = maybe(words, "fixed", "fixed_price", "fixed_consideration", "base")
    total = maybe(words, "transaction_price", "price")
    if fixed is None:
        assert total is not None
        fixed = total - variable
    names = texts(words, "variable_attributed_to", "variable_to", "attributed_to")
    return shares(
        allocate_variable(fixed, variable, names, promises_of(rows), currency_of(words),
                          fixed_to=texts(words, "fixed_attributed_to", "fixed_to"),
                          unit=maybe(words, "unit"))
    )  # fmt: skip


def principal_agent(words: Words) -> Words:
    """Both presentations, and the one that the facts or the case call for."""
    money = currency_of(words)
    gross = number(words, "customer_pays", "gross", "gross_amount", "price")
    fee = maybe(words, "commission", "fee")
    rate = maybe(words, "commission_rate", "commission_pct", "fee_pct")
    if fee is None and rate is not None:
        fee = gross * (rate if rate <= 1 and "commission_rate" in words else rate / 100)
    cost = number(words, "supplier_cost", "supplier_gets", "cost", default=gross - (fee or 0))
    both = {
        role: line(present(gross, cost, role, money))
        for role in ("principal", "agent")
        if role == "principal" or cost <= gross
    }
    role = found(words, "role") or role_of(words)
    return {**both, "role": role, "difference_in_revenue": cost, **both.get(role, {})}


def role_of(words: Words) -> str:
    facts = words.get("indicators", words)
    controls = found(facts, "controls_before_transfer", "controls")
    return propose_role(
        ControlFacts(
            controls_before_transfer=controls,
            primarily_responsible=flag(facts, "primarily_responsible",
                                       "primary_responsibility", default=False),
            inventory_risk=flag(facts, "inventory_risk", default=False),
            sets_price=flag(facts, "sets_price", "price_discretion", "pricing_discretion",
                            default=False),
        )
    ).role  # fmt: skip


def line(shown: Any) -> Words:
    return {
        "revenue": shown.revenue,
        "cost": shown.cost,
        "gross_profit": shown.gross_profit,
        "due_to_supplier": shown.due_to_supplier,
    }


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "revenue.ssp_allocation": ssp_allocation,
    "revenue.ssp_allocation+cost_to_cost": ssp_allocation,
    "revenue.relative_ssp": ssp_allocation,
    "revenue.discount_to_some_obligations": discount,
    "revenue.discount_allocation": discount,
    "revenue.residual_allocation": residual,
    "revenue.residual_approach": residual,
    "revenue.variable_to_one_obligation": variable_to_one,
    "revenue.variable_consideration_to_one_obligation": variable_to_one,
    "revenue.variable_consideration_allocation": variable_to_one,
    "revenue.principal_vs_agent": principal_agent,
    "revenue.principal_agent": principal_agent,
    "revenue.gross_vs_net": principal_agent,
    **revenue_modification.TOPICS,
    **revenue_variable.TOPICS,
    **revenue_rights.TOPICS,
}

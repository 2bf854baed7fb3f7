"""Cases of allocation: pools, services that serve one another, rates, splits and re-runs."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from domain.allocation.cost_object import CostObject
from domain.allocation.plan import allocate, default_order
from domain.allocation.pool import Allocated, Method, Pool
from domain.allocation.reciprocal import borne, reciprocal, rounded
from domain.allocation.run import AllocatedLine, Run, differences
from domain.allocation.step_down import direct, least_received_first, step_down
from domain.errors import Refusal
from domain.ledger.period import month_of
from domain.money import split
from tests.golden.given import Given, currency, day, first, has, number
from tests.golden.overhead import (
    activity_based,
    burden,
    dual_rates,
    overhead_rates,
)

POOLS = ("pools", "services", "service", "service_departments", "cost_pools", "support")
COSTS = ("cost", "amount", "pool", "total", "overhead")
DRIVERS = ("driver", "drivers", "weights", "base", "bases", "shares", "share_to", "usage",
           "allocation_base", "headcount", "hours", "revenue", "direct_cost", "direct_material",
           "ratios")  # fmt: skip
BEARERS = ("operating", "production", "producing", "operating_departments",
           "production_departments", "departments", "final", "revenue_departments")  # fmt: skip
REST = "the others"
Answer = Callable[[Given], Any]


def share(value: Any) -> Fraction:
    """A share as publishers write it: 1/5, 0.2 or 20%."""
    text = str(value).strip()
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def listed(given: Given) -> list[Given]:
    """The pools: a list, or a mapping by name; a case with one pool is the pool."""
    found = first(given, *POOLS) or [{"id": "pool", **given}]
    if isinstance(found, Mapping):
        found = [{"id": name, **(one if isinstance(one, Mapping) else {"cost": one})}
                 for name, one in found.items()]  # fmt: skip
    return list(found)


def name_of(one: Given) -> str:
    """A pool's or department's name."""
    return str(first(one, "id", "name", "department", "code"))


def weights_of(one: Given) -> dict[str, Decimal]:
    """A driver by cost object; shares become whole numbers in the same proportions."""
    found = first(one, *DRIVERS) or {}
    if isinstance(found, list):
        found = {
            str(first(each, "id", "name", "department", "project") or no): number(
                each, "quantity", "value", "driver", "weight", *DRIVERS
            )
            if isinstance(each, Mapping) else each
            for no, each in enumerate(found)
        }  # fmt: skip
    ratios = {str(to): share(weight) for to, weight in found.items()}
    common = 1
    for ratio in ratios.values():
        common = common * ratio.denominator
    return {to: Decimal(int(ratio * common)) for to, ratio in ratios.items()}


def pools_of(given: Given, method: Method) -> list[Pool]:
    """Pools, each a cost object of its own name."""
    found = listed(given)
    if any(has(one, "share_from", "from", "receives") for one in found):
        return served(given, found, method)
    shared = weights_of(given) if not has(given, *POOLS) or has(given, *DRIVERS) else {}
    return [
        Pool(name_of(one), number(one, *COSTS), weights_of(one) or shared, method, name_of(one))
        for one in found
    ]


def bearers(given: Given) -> list[Given]:
    """The departments that serve nobody, where the case lists them."""
    found = first(given, *BEARERS) or []
    if isinstance(found, Mapping):
        return [
            {"id": name, **(one if has_cost(one) else {"share_from": one})}
            for name, one in found.items()
            if isinstance(one, Mapping)
        ]
    return [one for one in found if isinstance(one, Mapping)]


def has_cost(one: Given) -> bool:
    """Whether a department has cost of its own."""
    return has(one, *COSTS, "direct_cost", "own_cost") or has(one, "share_from")


def own_costs(given: Given) -> dict[str, Decimal]:
    """What departments had before anything was passed on to them."""
    said = first(given, "direct_cost", "own_cost", "department_cost") or {}
    told_so = {str(to): Decimal(str(one)) for to, one in said.items()} if isinstance(
        said, Mapping) else {}  # fmt: skip
    listed_ = {
        name_of(one): number(one, *COSTS, "direct_cost", "own_cost", default="0")
        for one in bearers(given)
    }
    return listed_ | told_so


def served(given: Given, found: list[Given], method: Method) -> list[Pool]:
    """Pools whose takers say which share they take of each; the rest goes to the others."""
    others = bearers(given)
    takers = [*found, *others]
    pools = []
    for one in found:
        shares = {
            name_of(taker): share(taken[name_of(one)])
            for taker in takers
            if name_of(one) in (taken := first(taker, "share_from", "from", "receives") or {})
        }
        if any(one_share > 1 for one_share in shares.values()):
            shares = {to: one_share / 100 for to, one_share in shares.items()}
        rest = 1 - sum(shares.values(), Fraction(0))
        weights = weights_of({"driver": {**shares, **({REST: rest} if rest > 0 else {})}})
        pools.append(Pool(name_of(one), number(one, *COSTS), weights, method, name_of(one)))
    return pools


def told(
    given: Given, pools: list[Pool], found: Allocated, sums: Mapping[str, Decimal] | None = None
) -> dict[str, Any]:
    """Figures under the names that publishers use; ``sums``: totals that were rounded once."""
    code = currency(given)
    services = {pool.of for pool in pools}
    finals = {
        to: amount for to, amount in (sums or found.by_object()).items() if to not in services
    }
    own = own_costs(given)
    gross: dict[str, Any] = {name: rounded(one, code) for name, one in found.exact.items()}
    gross = gross or dict(found.gross)
    by_pool: dict[str, dict[str, Decimal]] = {}
    for one in found.shares:
        by_pool.setdefault(one.pool, {})[one.to] = one.amount
    after = {
        f"{code_}_pool_after_step_{no}": found.gross[code_]
        for no, code_ in enumerate(list(found.gross)[1:], 1)
    }
    return {
        "allocated": finals, "allocation": finals, "sum": sum(finals.values()),
        "total": sum(finals.values()), "gross_cost": gross, "gross": gross,
        "by_pool": by_pool, "allocated_by_pool": by_pool, "order": list(found.gross),
        "total_cost": {to: amount + own.get(to, Decimal(0)) for to, amount in finals.items()},
        "parts": list(finals.values()), "lines": finals, **after, **finals,
    }  # fmt: skip


def by_direct(given: Given) -> Any:
    pools = pools_of(given, "direct")
    return told(given, pools, direct(pools, currency(given)))


def by_steps(given: Given) -> Any:
    pools = {pool.code: pool for pool in pools_of(given, "step")}
    order = first(given, "order", "sequence")
    listed_ = [pools[str(name)] for name in order or ()]
    ordered = listed_ or least_received_first(list(pools.values()))
    return told(given, ordered, step_down(ordered, currency(given)))


def by_equations(given: Given) -> Any:
    pools = pools_of(given, "reciprocal")
    found = reciprocal(pools, currency(given))
    return told(given, pools, found, borne(pools, found, currency(given)))


def by_rules(given: Given) -> Any:
    """Pools that name their methods, side by side."""
    raw = {name_of(one): str(one.get("method", "direct")) for one in listed(given)}
    words: dict[str, Method] = {"step_down": "step", "step": "step", "reciprocal": "reciprocal"}
    pools = [
        Pool(pool.code, pool.amount, pool.weights, words.get(raw[pool.code], "direct"), pool.of)
        for pool in pools_of(given, "direct")
    ]
    return told(given, pools, allocate(default_order(pools), currency(given)))


def by_remainder(given: Given) -> Any:
    amount = number(given, "amount", "total", "pool", "cost")
    found = first(given, "ratios", "weights", "shares", "parts", "into", "count", "driver", "n")
    names = list(found) if isinstance(found, Mapping) else []
    values = list(found.values()) if isinstance(found, Mapping) else found
    if isinstance(values, list):
        ratios = [share(one) for one in values]
    else:
        ratios = [Fraction(1)] * int(str(values))
    parts = split(amount, ratios, currency(given))
    named = dict(zip(names, parts, strict=True)) if names else {}
    return {"parts": named or parts, "allocated": named or parts, "sum": sum(parts), **named}


def of_run(given: Given, run: Given, no: int) -> Run:
    """A run of a case: figures given, or a pool to be shared by a driver."""
    amounts = first(run, "allocated", "amounts") or by_direct({**given, **run})["allocated"]
    lines = tuple(
        AllocatedLine("", no, CostObject("department", to), "", Decimal(str(amount)))
        for to, amount in amounts.items()
    )
    on = day(str(first(given, "month", "date") or "2025-01-01") + "-01")
    return Run(no, month_of(on), on, currency(given), 0, (), lines)


def by_rerun(given: Given) -> Any:
    """What a re-run with another driver changes."""
    before = of_run(given, first(given, "before", "original", "first", "old") or {}, 1)
    after = of_run(given, first(given, "after", "rerun", "second", "new") or {}, 2)
    changed = {one.to.key: one.change for one in differences([before], [after])}
    every = [line.to.key for run in (before, after) for line in run.lines]
    delta = {to: changed.get(to, Decimal(0)) for to in every}
    return {
        "delta": delta, "difference": delta, "change": delta, "sum": sum(delta.values()),
        "before": {line.to.key: line.amount for line in before.lines},
        "after": {line.to.key: line.amount for line in after.lines},
        "reversal": {line.to.key: -line.amount for line in before.lines},
    }  # fmt: skip


@cache
def refusable(answer: Answer) -> Answer:
    """A refusal is an answer, too."""

    def answered(given: Given) -> Any:
        try:
            return answer(given)
        except Refusal as refusal:
            return {"refused": True, "error": refusal.code, "code": refusal.code}

    return answered


_DIRECT = ("direct", "by_headcount", "headcount", "by_hours", "hours", "by_revenue", "revenue",
           "by_direct_cost", "direct_cost", "direct_material", "by_material", "material_usage",
           "usage", "fixed", "fixed_share", "driver", "drivers", "zero_driver", "negative_driver",
           "driver_zero", "single_pool")  # fmt: skip
TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    name: refusable(answer)
    for name, answer in {
        **{f"allocation.{name}": by_direct for name in _DIRECT},
        "allocation.step_down": by_steps,
        "allocation.step": by_steps,
        "allocation.sequential": by_steps,
        "allocation.reciprocal": by_equations,
        "allocation.reciprocal_three": by_equations,
        "allocation.simultaneous": by_equations,
        "allocation.mixed": by_rules,
        "allocation.largest_remainder": by_remainder,
        "allocation.split": by_remainder,
        "allocation.rerun": by_rerun,
        "allocation.rerun_delta": by_rerun,
        "allocation.supersede": by_rerun,
        "allocation.dual_rate": dual_rates,
        "allocation.overhead_rate": overhead_rates,
        "allocation.predetermined_rate": overhead_rates,
        "allocation.predetermined_overhead_rate": overhead_rates,
        "allocation.overhead_applied": overhead_rates,
        "allocation.burden": burden,
        "allocation.burden_rate": burden,
        "allocation.activity_based": activity_based,
        "allocation.activity_based_costing": activity_based,
        "allocation.abc": activity_based,
    }.items()
}

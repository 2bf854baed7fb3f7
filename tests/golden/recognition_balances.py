"""Cases of contract balances: positions, retainage, what remains, WIP and contract costs."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

from domain.money import split
from domain.revenue.contract_cost import ContractCost, by_months, by_revenue, impair, treat
from domain.revenue.position import Position, position, present, rollforward
from domain.revenue.remaining import Expected, Obligation, backlog, remaining, total
from domain.revenue.retainage import Certificate, Draw, draws
from domain.revenue.wip import Contract, Row, row, totals
from tests.golden.comparison import LeftOpen
from tests.golden.recognition_cost import over_cost
from tests.golden.recognition_terms import (
    EAC,
    PRICE,
    TO_DATE,
    Answer,
    Input,
    amount_of,
    currency_of,
    day,
    listed,
    rate_pct,
    raw,
    sides,
)

ACCOUNTS = {"trade_receivable": "ar_trade", "retainage": "ar_retainage"}


def _earned(case: Input) -> tuple[Answer, Decimal]:
    """What is earned: as said, from cost and profit, or measured by cost."""
    said = raw(case, "earned", "revenue_to_date", "recognised", "recognised_to_date", "revenue")
    if said is not None:
        return {}, Decimal(str(said))
    if "earnings" in case:
        return {}, amount_of(case, "cost") + amount_of(case, "earnings")
    answer = over_cost(case)
    return answer, answer["revenue_to_date"]


def _billed_to_date(case: Input) -> Decimal:
    return amount_of(case, "billed", "billings", "billed_to_date", "billings_to_date", "invoiced")


def _contract(case: Input, name: str = "") -> Position:
    paid = raw(case, "paid", "receipts", "cash_received")
    return position(
        str(case.get("id", name)),
        _earned(case)[1],
        _billed_to_date(case),
        paid=None if paid is None else sum(listed(paid), Decimal(0)),
    )


def asset_or_liability(case: Input) -> Answer:
    answer, earned = _earned(case)
    scenarios = listed(case.get("billed_scenarios")) or [_billed_to_date(case)]
    found = [sides(position("", earned, billed)) for billed in scenarios]
    return answer | found[0] | {"earned": earned, "positions": found}


def net_per_contract(case: Input) -> Answer:
    if years := case.get("years"):
        return {year: net_per_contract(figures) for year, figures in years.items()}
    if not (contracts := case.get("contracts")):
        return net_of_totals(case)
    found = [_contract(each, str(no)) for no, each in enumerate(contracts)]
    shown = present(found)
    return {
        "revenue_to_date": sum(_earned(each)[1] for each in contracts),
        "net_position": shown.net,
        "contract_assets": shown.contract_assets,
        "contract_liabilities": shown.contract_liabilities,
        "receivables": shown.receivables,
        "positions": [sides(each) for each in found],
    }


def net_of_totals(case: Input) -> Answer:
    """All contracts as one figure: their net is known, of each side only the difference."""
    _, earned = _earned(case)
    net = position("", earned, _billed_to_date(case)).net
    why = "totals leave open which contracts are assets and which liabilities"
    return {
        "revenue_to_date": earned, "net_position": net,
        "contract_assets": LeftOpen(why, "contract_liabilities", net),
        "contract_liabilities": LeftOpen(why, "contract_assets", -net),
    }  # fmt: skip


def retained(case: Input) -> Answer:
    contract = amount_of(case, "contract", *PRICE)
    default = str(rate_pct(case, "retainage") / 100)
    done, requests = Decimal(0), []
    for draw in case["draws"]:
        this = raw(draw, "completed_this_period", "work_this_period", "amount")
        done = amount_of(draw, "complete_to_date", "completed_to_date", default=str(done))
        done += Decimal(0) if this is None else Decimal(str(this))
        rate = rate_pct(draw, "retainage", default)
        stored = amount_of(draw, "stored_materials")
        freed = amount_of(draw, "released", "release")
        requests.append(Draw(day(draw["date"]), done, rate, stored, None, freed))
    limit = raw(case, "retainage_limit", "retainage_cap")
    found = draws(
        contract,
        tuple(requests),
        currency_of(case),
        case.get("basis", "to_date"),
        None if limit is None else Decimal(str(limit)),
    )
    return _certificates(found)


def _certificates(found: tuple[Certificate, ...]) -> Answer:
    return {
        "entries": [{"date": str(each.drawn_on), "lines": _lines(each)} for each in found],
        "retainage_balance": [each.retainage for each in found],
        "billed_to_date": [each.billed_to_date for each in found],
        "earned_to_date": [each.earned_to_date for each in found],
        "due": [each.due_now for each in found],
        "current_payment_due": [each.due_now for each in found],
        "balance_to_finish": [each.to_finish for each in found],
    }


def _lines(each: Certificate) -> list[Answer]:
    return [
        {"account": ACCOUNTS.get(line.account, line.account)}
        | ({"dr": line.debit} if line.debit else {"cr": line.credit})
        for line in each.lines
    ]


def remains(case: Input) -> Answer:
    if raw(case, "contracts", "obligations"):
        return _disclosed(case)
    unbilled = raw(case, "unbilled_contracted", "contracted_unbilled", "unbilled", "backlog")
    if unbilled is None:
        left = amount_of(case, *PRICE) - _earned(case)[1]
        return _banded(case, left) | {"rpo": left, "remaining": left}
    ahead = amount_of(case, "billed_not_recognised", "contract_liabilities", "deferred_revenue")
    rpo = total(ahead, Decimal(str(unbilled)))
    return _banded(case, rpo) | {"rpo": rpo, "remaining": rpo}


def _banded(case: Input, rpo: Decimal) -> Answer:
    """The next year's part, where the case says its share."""
    pct = raw(case, "within_12_months_pct", "current_pct")
    if pct is None:
        return {}
    soon = rpo * Decimal(str(pct)) / 100
    return {"within_12_months": soon, "current": soon, "later": rpo - soon}


def _disclosed(case: Input) -> Answer:
    promises = [
        _promise(each, no) for no, each in enumerate(raw(case, "contracts", "obligations"))
    ]
    found = remaining(
        promises,
        bands=tuple(case.get("bands", (12, 24))),
        exclude_one_year=bool(case.get("exclude_one_year")),
        exclude_right_to_invoice=bool(case.get("exclude_right_to_invoice")),
    )
    return {
        "rpo": found.total,
        "excluded": found.excluded,
        "contract_liability": found.billed,
        "unbilled": found.unbilled,
        "bands": [band.amount for band in found.bands],
    }


def _promise(each: Input, no: int) -> Obligation:
    expected = raw(each, "expected_by_month", "expected")
    left, months = raw(each, "remaining", "unsatisfied"), raw(each, "remaining_months", "months")
    if expected is None and left is not None and months:
        expected = list(split(Decimal(str(left)), [Decimal(1)] * int(months), "USD"))
    return Obligation(
        str(each.get("id", no)),
        amount_of(each, "allocated", *PRICE, "remaining", "unsatisfied"),
        _earned(each | {"recognised": amount_of(each, "recognised", "earned", "revenue_to_date")})[
            1
        ],
        _billed_to_date(each),
        tuple(Expected(month, value) for month, value in enumerate(listed(expected), 1)),
        int(amount_of(each, "original_months", "original_duration_months", "months")),
        bool(each.get("right_to_invoice")),
    )


def rolled(case: Input) -> Answer:
    """A liability's movements stand the other way round than a net position's."""
    owed = raw(case, "opening_contract_liability", "contract_liability_opening")
    sign = -1 if owed is not None else 1
    opening = raw(case, "opening", "opening_position", "contract_asset_opening")
    found = rollforward(
        sign * Decimal(str(owed if owed is not None else opening or 0)),
        recognised=amount_of(case, "recognised", "revenue_recognised", "revenue"),
        billed=amount_of(case, "billed", "billings", "cash_received"),
        reclassified=amount_of(case, "reclassified", "transferred_to_receivables"),
        fx=sign * amount_of(case, "fx", "fx_difference"),
        other=sign * amount_of(case, "other"),
    )
    return {
        "closing": sign * found.closing,
        "closing_position": found.closing,
        "contract_asset": max(found.closing, Decimal(0)),
        "contract_liability": max(-found.closing, Decimal(0)),
        "recognised_from_opening": found.from_opening_liability,
        "revenue_from_opening_liability": found.from_opening_liability,
    }


def order_book(case: Input) -> Answer:
    if (price := raw(case, *PRICE)) is not None:
        left = Decimal(str(price)) - _earned(case)[1]
        return {"backlog": left, "closing": left}
    found = backlog(
        amount_of(case, "opening", "opening_backlog"),
        awarded=amount_of(case, "awarded", "new_awards", "new_contracts"),
        changed=amount_of(case, "changed", "change_orders"),
        earned=amount_of(case, "earned", "revenue", "revenue_recognised"),
        cancelled=amount_of(case, "cancelled", "cancellations"),
    )
    return {"backlog": found.closing, "closing": found.closing, "closing_backlog": found.closing}


def _row(case: Input, currency: str) -> Row:
    to_date = amount_of(case, *TO_DATE)
    estimated = amount_of(case, *EAC)
    if left := raw(case, "estimate_to_complete", "cost_to_complete"):
        estimated = to_date + Decimal(str(left))
    contract = Contract(
        str(raw(case, "id", "job") or ""),
        amount_of(case, *PRICE),
        estimated,
        to_date,
        _billed_to_date(case),
        amount_of(case, "prior_revenue_to_date"),
        amount_of(case, "prior_cost_to_date"),
    )
    return row(contract, currency, case.get("progress_decimals"))


def wip(case: Input) -> Answer:
    jobs = raw(case, "jobs", "contracts", "rows")
    found = [_row(each, currency_of(case)) for each in jobs or [case]]
    rows = [_columns(each) for each in found]
    whole = totals(found)
    sums = vars(whole) | {"over_billing": whole.over_billed, "under_billing": whole.under_billed}
    return {"rows": rows, "jobs": rows, "contracts": rows, "totals": sums} | (
        sums if jobs else rows[0]
    )


def _columns(each: Row) -> Answer:
    pct = each.progress.ratio * 100
    return vars(each) | {
        "progress": each.progress.ratio,
        "percent_complete": pct,
        "progress_pct": pct,
        "earned_revenue": each.earned,
        "revenue_to_date": each.earned,
        "over_billing": each.over_billed,
        "under_billing": each.under_billed,
        "overbilling": each.over_billed,
        "underbilling": each.under_billed,
        "contract_liability": each.over_billed,
        "contract_asset": each.under_billed,
        "gross_profit_to_date": each.profit_to_date,
        "estimated_gross_profit": each.estimated_profit,
        "revenue_remaining": each.backlog,
    }


def contract_cost(case: Input) -> Answer:
    amount = amount_of(case, "commission", "amount", "cost", "incremental_cost", "setup_cost")
    if not amount:
        value = amount_of(case, "contract_value", *PRICE)
        amount = value * rate_pct(case, "commission") / 100
    months = int(raw(case, "months", "amortisation_months", "life_months") or 0)
    months = months or int(amount_of(case, "years", "customer_life_years") * 12)
    kind: Literal["obtain", "fulfil"]
    kind = "fulfil" if "setup_cost" in case or case.get("kind") == "fulfil" else "obtain"
    expedient = bool(raw(case, "practical_expedient", "one_year_expedient"))
    cost = ContractCost(
        kind, amount, months or len(case.get("revenue_by_period", [])),
        bool(case.get("incremental", True)),
    )  # fmt: skip
    found = treat(cost, one_year_expedient=expedient)
    answer = {"capitalised": found.capitalised, "expensed": found.expensed}
    return answer | _written_off(case, found.capitalised, cost.months)


def _written_off(case: Input, asset: Decimal, months: int) -> Answer:
    if revenue := raw(case, "revenue_by_period", "revenue_by_year"):
        plan = by_revenue(asset, listed(revenue), currency_of(case))
    else:
        plan = by_months(asset, months, currency_of(case), case.get("residual", "last_month"))
    passed = int(raw(case, "months_elapsed", "months_passed") or 0)
    left = plan.balances[passed - 1] if passed else asset
    years = [sum(plan.amounts[i : i + 12]) for i in range(0, len(plan.amounts), 12)]
    return {
        "monthly_amortisation": plan.amounts[0],
        "annual_amortisation": years[0],
        "amortisation_by_year": years,
        "amortisation_by_period": list(plan.amounts),
        "amortisation": list(plan.amounts),
        "last_month_amortisation": plan.amounts[-1],
        "balances": list(plan.balances),
        "amortised_to_date": asset - left,
        "carrying_amount": left,
        "balance": left,
    }


def impairment(case: Input) -> Answer:
    found = impair(
        amount_of(case, "carrying_amount", "carrying", "asset"),
        amount_of(case, "remaining_consideration", "consideration"),
        amount_of(case, "remaining_costs", "direct_costs", "costs_to_complete"),
        currency_of(case),
    )
    return {
        "impairment": found.loss,
        "impairment_loss": found.loss,
        "recoverable": found.recoverable,
        "carrying_amount": found.carrying,
    }


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "revenue.contract_asset_liability_position": asset_or_liability,
    "revenue.contract_position_net_per_contract": net_per_contract,
    "revenue.over_under_billing": asset_or_liability,
    "revenue.contract_rollforward": rolled,
    "revenue.contract_liability_rollforward": rolled,
    "revenue.retainage": retained,
    "revenue.remaining_performance_obligations": remains,
    "revenue.backlog": order_book,
    "revenue.wip_schedule": wip,
    "revenue.capitalised_contract_cost": contract_cost,
    "revenue.contract_cost_amortisation": contract_cost,
    "revenue.contract_cost_practical_expedient": contract_cost,
    "revenue.contract_cost_impairment": impairment,
}

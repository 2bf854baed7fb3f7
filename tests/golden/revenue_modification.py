"""Cases of contract modifications, by the shape of the contract that was modified."""

import re
from decimal import Decimal
from typing import Any

from domain.revenue import modification as assessor
from domain.revenue.allocation import Promise, allocate, change_after_modification, change_price
from domain.revenue.progress import Progress
from domain.revenue.remeasurement import (
    Blended,
    CatchUp,
    MixedPolicy,
    ModifiedObligation,
    Remeasured,
    Units,
    blend_and_extend,
    blend_units,
    catch_up,
    remeasure,
    separate_contract,
    unpriced_change_order,
)
from tests.golden.revenue_words import (
    Words,
    currency_of,
    day,
    flag,
    found,
    maybe,
    number,
    obligations_of,
    progress_of,
    promises_of,
    rows_of,
    term_of,
    texts,
)

SSP = "ssp", "total_modified_ssp", "modified_ssp", "total_ssp"
REMAINING_SSP = (
    "remaining_ssp", "remaining_modified_ssp", "modified_remaining_ssp", "ssp_remaining",
    "ssp_of_remaining",
)  # fmt: skip
CHANGE = "price_change", "consideration_change", "change", "price_increase", "additional_price"


def modification(words: Words) -> Any:
    """A modified contract of any shape."""
    shapes = (
        (("original_units", "units"), of_units),
        (("annual_fee", "monthly_fee", "fee", "revised_annual_fee"), of_series),
        (("po1",), of_several),
        (("cost_to_date",), of_project),
        (("service", "service_from", "service_start"), of_term),
    )
    for names, reader in shapes:
        if found(words, *names) is not None:
            return reader(words)
    return of_several(words) if obligations_of(words) else of_progress(words)


def proposal(words: Words, **facts: Any) -> str:
    """The treatment the assessor proposes, from what the case says and its shape implies."""
    distinct = found(words, "remaining_distinct", "remaining_goods_distinct")
    remaining = {True: "distinct", False: "not_distinct", "mixed": "mixed"}[
        facts.pop("distinct", True) if distinct is None else distinct
    ]
    return assessor.propose(
        assessor.Modification(
            approved=flag(words, "approved", default=True),
            price_agreed=flag(words, "price_agreed", "price_approved", default=True),
            remaining=remaining,  # type: ignore[arg-type]
            added_distinct=flag(words, "added_distinct", default=True),
            **facts,
        )
    ).treatment


def of_units(words: Words) -> Words:
    money = currency_of(words)
    contract = Units(
        number(words, "original_units", "units"),
        number(words, "original_price", "unit_price", "price"),
        number(words, "delivered", "delivered_units", "units_delivered", default="0"),
    )
    removed = maybe(words, "removed_units", "units_removed")
    added = number(words, "added_units", "units_added", default=-(removed or Decimal(0)))
    price = number(words, "added_price", "added_unit_price", default=contract.unit_price)
    at_ssp = flag(words, "added_price_is_ssp", "added_at_ssp",
                  default=maybe(words, "added_ssp", "ssp_at_modification") == price)  # fmt: skip
    treatment = proposal(words, adds=added > 0, added_at_ssp=at_ssp, reduces_or_reshapes=added < 0)
    answer: Words = {"treatment": treatment, "remaining_units": contract.remaining}
    if treatment == "separate_contract":
        apart = separate_contract(contract, added, price, money)
        total = apart.remaining_revenue + apart.added_revenue
        return answer | {
            "remaining_original_revenue": apart.remaining_revenue,
            "added_revenue": apart.added_revenue,
            "total_remaining_revenue": total,
        }
    past = maybe(words, "credit_for_past", "credit_on_delivered")
    each = number(words, "credit_per_delivered_unit", default="0")
    credit = each * contract.delivered if past is None else past
    if treatment == "cumulative_catch_up":
        whole = contract.units + added
        total = contract.units * contract.unit_price + added * price - credit
        done = Progress(Decimal(1)).of(contract.unit_price * contract.delivered, money)
        return answer | caught(catch_up(total, Progress(contract.delivered, whole), done, money))
    return answer | blended(blend_units(contract, added, price, money, credit_for_past=credit))


def blended(result: Blended) -> Words:
    return {
        "remaining_consideration": result.consideration,
        "remaining_transaction_price": result.consideration,
        "remaining_units": result.remaining,
        "remaining_years": result.remaining,
        "blended_price": result.price,
        "price_per_unit": result.price,
        "revenue_per_unit": result.price,
        "revenue_per_remaining_unit": result.price,
        "revenue_per_remaining_year": result.price,
        "revenue_per_remaining_month": result.price,
        "revenue_per_remaining_period": result.price,
        "revenue_now": result.revenue_now,
        "revenue_adjustment": result.revenue_now,
        "catch_up": Decimal(0),
    }


def of_series(words: Words) -> Words:
    money = currency_of(words)
    fee = number(words, "annual_fee", "monthly_fee", "fee", default="0")
    done = number(words, "at_end_of_year", "at_end_of_month", "at_end_of_period", "elapsed")
    whole = number(words, "years", "months", "periods", "term_years")
    revised = revised_fee(words, fee)
    longer = number(words, "extension_years", "extension_months", "extension_periods", default="0")
    extension = number(words, "extension_fee", "extension_total", default=longer * number(
        words, "extension_annual_fee", "extension_monthly_fee", default="0"))  # fmt: skip
    ssp = number(words, "ssp_at_modification", "ssp", default="0")
    treatment = proposal(
        words,
        adds=longer > 0,
        added_at_ssp=ssp > 0 and extension == ssp * longer,
        reduces_or_reshapes=revised != fee,
    )
    left = whole - done
    result = blended(blend_and_extend(revised * left, left, extension, longer, money))
    apart = {"remaining_original_revenue": revised * left, "added_revenue": extension}
    return {"treatment": treatment, **result, **apart}


def revised_fee(words: Words, fee: Decimal) -> Decimal:
    named = [name for name in words if re.fullmatch(r"revised_\w*fee", name)]
    return number(words, *named, default=fee)


def caught(result: CatchUp) -> Words:
    return {
        "revised_price": result.price,
        "revised_cumulative": result.revised_cumulative,
        "revenue_to_date": result.revised_cumulative,
        "catch_up": result.catch_up,
        "future_revenue": result.future_revenue,
        "lifetime_consideration": result.price,
        "transaction_price": result.price,
    }


def of_term(words: Words) -> Words:
    """A service over days; the change comes before the day it is dated on."""
    money, term = currency_of(words), term_of(words)
    price, change = number(words, "price", "transaction_price"), number(words, *CHANGE)
    on = day(found(words, "modification_date", "modified_on"))
    before = term.before(on).of(price, money)
    after = term_of(words, "revised_service", "new_service", "service")
    added = rows_of(words, "added_obligations") or added_rows(words)
    at_ssp = flag(words, "added_price_is_ssp", "price_reflects_ssp", default=False)
    treatment = proposal(words, adds=bool(added), added_at_ssp=at_ssp)
    answer = {"treatment": treatment, "historical_revenue": before, "recognised_to_date": before}
    if treatment == "cumulative_catch_up":
        return answer | caught(catch_up(price + change, after.before(on), before, money))
    remaining = number(words, *REMAINING_SSP, default=price - before)
    ids = ModifiedObligation("original", before, term.before(on), True, remaining, remaining)  # noqa: FBT003
    rows = [ids, *(modified(row, money) for row in added)]
    return answer | shared(remeasure(price, change, rows, money))


def added_rows(words: Words) -> list[Words]:
    value = found(words, "added")
    rows = [] if value is None else value if isinstance(value, list) else [value]
    return [{"id": f"added{no or ''}", **row} for no, row in enumerate(rows)]


def modified(row: Words, money: str) -> ModifiedObligation:
    allocated = number(row, "allocated", default="0")
    progress = progress_of(found(row, "progress_at_modification", "progress") or 0)
    recognised = maybe(row, "recognised", "recognized", "recognised_to_date")
    then = progress_of(found(row, "progress_before") or 0)
    start = then if found(row, "progress_before") is not None else progress
    total = maybe(row, *SSP)
    remaining = maybe(row, *REMAINING_SSP)
    return ModifiedObligation(
        row["id"],
        start.of(allocated, money) if recognised is None else recognised,
        progress,
        flag(row, "distinct", "remaining_distinct", default=True),
        (remaining or Decimal(0)) if total is None else total,
        (total or Decimal(0)) if remaining is None else remaining,
    )


def of_several(words: Words) -> Words:
    money = currency_of(words)
    named = [{"id": key, **words[key]} for key in words if re.fullmatch(r"po\d+", key)]
    rows = [modified(row, money) for row in (named or obligations_of(words))]
    rows += [modified(row, money) for row in added_rows(words)]
    said = str(found(words, "policy", "mixed_policy") or "remaining")
    policy: MixedPolicy = "updated_total_price" if "total" in said else "updated_remaining_price"
    kinds = {row.distinct for row in rows}
    treatment = proposal(
        words,
        adds=bool(added_rows(words)),
        added_at_ssp=flag(words, "added_price_is_ssp", default=False),
        reduces_or_reshapes=False in kinds,
        distinct="mixed" if len(kinds) > 1 else True in kinds,
    )
    price = number(words, "price", "transaction_price")
    result = remeasure(price, number(words, *CHANGE, default="0"), rows, money, policy)
    return {"treatment": treatment, **shared(result)}


def shared(result: Remeasured) -> Words:
    rows = result.obligations
    answer: Words = {
        "allocation": [row.allocated for row in rows],
        "allocated": {row.obligation: row.allocated for row in rows},
        "entitlements": [row.entitlement for row in rows],
        "catch_up": result.catch_up,
        "historical_revenue": result.recognised,
        "future_revenue": sum(row.future_revenue for row in rows),
        "future_revenue_by_obligation": [row.future_revenue for row in rows],
        "lifetime_consideration": result.lifetime,
        "updated_total_price": result.lifetime,
        "unrecognised_original_consideration": result.lifetime - result.recognised,
    }
    for name in ("price", "transaction_price", "consideration"):
        answer[f"remaining_{name}"] = result.lifetime - result.recognised
    for row in rows:
        answer[f"catch_up_{row.obligation}"] = row.catch_up
        answer[f"entitlement_{row.obligation}"] = row.entitlement
        answer[f"entitlement_basis_{row.obligation}"] = row.entitlement
        answer[f"revised_cumulative_{row.obligation}"] = row.revised_cumulative
        answer[f"future_revenue_{row.obligation}"] = row.future_revenue
    partly = [row for row in rows if row.catch_up]
    answer["entitlement_basis"] = (partly or rows)[0].entitlement
    return answer


def of_project(words: Words) -> Words:
    """A project measured by cost, whose price and cost a change moves."""
    money = currency_of(words)
    cost = number(words, "cost_to_date")
    before = number(words, "total_cost", "total_estimated_cost", "estimated_cost")
    more = number(words, "cost_change", "added_cost", "cost_increase", default="0")
    after = number(words, "revised_total_cost", "new_total_cost", default=before + more)
    price = number(words, "price", "transaction_price", "fixed_price")
    bonus = number(words, "variable_included", "bonus_included", "bonus", default="0")
    change = number(words, *CHANGE, default="0") + bonus
    new = number(words, "revised_price", "new_price", default=price + change)
    done = maybe(words, "recognised", "revenue_recognised", "revenue_to_date")
    was, now = (
        in_decimals(words, Progress(cost, before)),
        in_decimals(words, Progress(cost, after)),
    )
    recognised = was.of(price, money) if done is None else done
    treatment = proposal(words, distinct=False, adds=False)
    result = caught(catch_up(new, now, recognised, money))
    progress = now.done / now.whole
    known = {"treatment": treatment, "progress": progress, "recognised_before": recognised}
    if treatment != "variable_consideration":
        return known | {"prior_revenue": recognised} | result
    return known | unpriced(words, price, now, recognised, money)


def in_decimals(words: Words, progress: Progress) -> Progress:
    decimals = found(words, "progress_decimals")
    return progress if decimals is None else progress.to_decimals(int(decimals))


def unpriced(
    words: Words, price: Decimal, progress: Progress, recognised: Decimal, money: str
) -> Words:
    order = unpriced_change_order(
        price,
        number(words, "estimated_change", "estimated_price", *CHANGE),
        progress,
        recognised,
        money,
        enforceable=flag(words, "enforceable", default=True),
        probable=flag(words, "probable", "probable_no_reversal", default=True),
    )
    return {"included": order.included, **caught(order.revenue)}


def of_progress(words: Words) -> Words:
    """A contract of one obligation whose progress the case states."""
    money = currency_of(words)
    progress = progress_of(found(words, "progress", "progress_at_modification"))
    price, change = number(words, "price", "transaction_price"), number(words, *CHANGE)
    recognised = number(words, "recognised", "revenue_to_date",
                        default=progress.of(price, money))  # fmt: skip
    treatment = proposal(words, distinct=False)
    if treatment == "cumulative_catch_up":
        result = catch_up(price + change, progress, recognised, money)
        return {"treatment": treatment, **caught(result)}
    left = price + change - recognised
    return {"treatment": treatment, "remaining_consideration": left, "future_revenue": left,
            "catch_up": Decimal(0), "lifetime_consideration": price + change}  # fmt: skip


def price_change(words: Words) -> Any:
    """A change of the price alone: of obligations with a basis, else as a modification."""
    rows = obligations_of(words)
    promises = promises_of(rows)
    if not promises:
        return modification(words)
    money = currency_of(words)
    before = allocate(number(words, "price", "transaction_price"), promises, money)
    satisfied = texts(words, "satisfied", "satisfied_obligations")
    change = number(words, *CHANGE, default="0")
    after = [Promise(row["id"], number(row, "ssp")) for row in rows_of(words, "modified")]
    if after:
        later = change_after_modification(change, before, satisfied, after)
        parts = {share.obligation: share.after - share.before for share in later.shares}
        return {"revenue_now": later.revenue_now, "changes": parts}
    stated = [found(row, "progress") for row in rows]
    share = [
        progress_of(one if one is not None else int(row["id"] in satisfied))
        for row, one in zip(rows, stated, strict=True)
    ]
    new = number(words, "revised_price", "new_price", default=before.price + change)
    moved = change_price(before, new, share, only=texts(words, "attributed_to"))
    return {
        "allocated": {one.obligation: one.after for one in moved.shares},
        "allocated_before": {one.obligation: one.before for one in moved.shares},
        "revenue_now": moved.revenue_now,
        "catch_up": moved.revenue_now,
        "catch_up_by_obligation": {one.obligation: one.revenue_now for one in moved.shares},
    }


def change_order(words: Words) -> Words:
    return modification({"price_agreed": False, **words})  # type: ignore[no-any-return]


TOPICS = {
    f"revenue.modification_{name}": modification
    for name in (
        "separate_contract", "prospective", "cumulative_catch_up", "catch_up", "mixed",
        "series_blend_and_extend", "blend_and_extend", "scope_decrease", "termination",
        "partial_termination", "series", "blended_price",
    )
} | {
    "revenue.modification": modification,
    "revenue.modification_price_change": price_change,
    "revenue.price_change": price_change,
    "revenue.transaction_price_change": price_change,
    "revenue.modification_change_order": change_order,
    "revenue.modification_unpriced_change_order": change_order,
    "revenue.unpriced_change_order": change_order,
}  # fmt: skip

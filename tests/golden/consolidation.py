"""Cases of groups: charges between entities, translation, eliminations, minorities."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.delivery.rating import Bill, RatedTime, cost_of
from domain.delivery.timesheet import Timesheet
from domain.group.charge import ChargeLine
from domain.group.clearing import net
from domain.group.elimination import acquire, moved_shares
from domain.group.intercompany_rule import Accounts, Parties
from domain.group.minorities import attribute
from domain.group.transfer_price import HourlyPrice, TransferTerms, price_of_cost, price_of_time
from domain.group.translation import GroupRow, Key, Rates, Translated, TrialRow, translate
from domain.ledger.delivery_posting import time_cost, time_value
from domain.ledger.entry import Entry
from domain.ledger.intercompany_posting import charge_entries
from domain.money import quantize
from domain.pricing.fx import Quote
from tests.golden.given import Given, currency, first, has, maybe, number, pct

ZERO, ONE = Decimal(0), Decimal(1)
DAY, OPENED, CLOSED = date(2025, 1, 15), date(2024, 12, 31), date(2025, 1, 31)
NOBODY = UUID(int=0)
WORDS = {
    "5000": "project_cost", "5090": "payroll_absorption", "1500": "ic_unbilled",
    "4500": "ic_accrued_revenue", "1200": "unbilled", "4000": "accrued_revenue",
    "5030": "ic_cost", "2400": "ic_payable",
}  # fmt: skip


def same(of: str, to: str) -> Quote:
    """As if one were the other: cases tell amounts in transaction currency only."""
    return Quote(of, to, ONE, ONE, "case", DAY)


def time_recharge(given: Given) -> dict[str, Any]:
    """What approval posts in both books, through the posting rules themselves."""
    lender, price, sold = given["lender"], given["transfer_price"], given.get("customer_rate")
    home, minutes = lender["currency"], int(number(given, "hours") * 60)
    between = Parties(lender["entity"], borrower(given), price["currency"], home,
                      price["currency"], Accounts())  # fmt: skip
    cost = cost_of(minutes, number(lender, "cost_rate"), ZERO, lender["entity"], same(home, home))
    hourly = maybe(price, "rate", "hourly_rate")
    markup = pct(price, "markup", default="0")
    terms = TransferTerms(DAY, markup, (HourlyPrice("", hourly),) if hourly is not None else ())
    charged = price_of_time(terms, minutes, "", cost.amount, same(home, price["currency"])).amount
    bill = bill_of(given, minutes, between.receiver) if sold else None
    one = RatedTime(NOBODY, NOBODY, None, DAY, minutes, "", "", cost, bill, "")
    fact = Timesheet.TimeApproved.__new__(Timesheet.TimeApproved)
    fact.__dict__["rated"] = (one,)
    quotes = same(price["currency"], home), same(price["currency"], price["currency"])
    line = ChargeLine(NOBODY, DAY, "", NOBODY, charged, *quotes)
    entries = [*time_cost(fact), *charge_entries("charge", between, (line,)), *time_value(fact)]
    value = bill.amount if bill else ZERO
    return {
        "actuals": {
            "cost": told(charged, price["currency"]),
            "resourcing_cost": told(cost.amount, home),
            "interorg_sales": told(charged, price["currency"]),
            "unbilled_sales": told(value, sold["currency"]) if sold else None,
        },
        "transfer_amount": charged, "amount": charged, "cost": cost.amount,
        "entries": [
            said(entry, between) for entry in entries
            if "5030" not in {line.account for line in entry.lines}
        ],
        "group_view": {
            "revenue": told(value, sold["currency"]) if sold else None,
            "eliminated_revenue_and_cost": told(charged, price["currency"]),
            "remaining_cost": told(cost.amount, home),
        },
    }  # fmt: skip


def borrower(given: Given) -> str:
    """Named, or the lender's name with the other country's letters."""
    named = first(given, "borrower")
    if named:
        return str(named["entity"] if isinstance(named, Mapping) else named)
    return str(given["transfer_price"]["currency"])[:2] + str(given["lender"]["entity"])[2:]


def bill_of(given: Given, minutes: int, entity: str) -> Bill:
    sold = given["customer_rate"]
    rate = number(sold, "rate")
    amount = quantize(rate * minutes / 60, sold["currency"])
    return Bill(entity, sold["currency"], rate, amount,
                same(sold["currency"], sold["currency"]), amount)  # fmt: skip


def said(entry: Entry, between: Parties) -> dict[str, Any]:
    role = "lender" if entry.entity == between.provider else "borrower"
    return {
        "entity": f"{entry.entity} ({role})",
        "lines": [
            {"account": WORDS[line.account], "dr" if line.amount > 0 else "cr": abs(line.amount),
             "currency": line.currency}
            for line in entry.lines
        ],
    }  # fmt: skip


def told(amount: Decimal, code: str) -> str:
    return f"{amount.normalize():f} {code}"


def markup(given: Given) -> dict[str, Any]:
    code = currency(given)
    cost = number(given, "cost", "cost_base", "costs")
    terms = TransferTerms(DAY, pct(given, "markup", "mark_up", default="0"))
    found = price_of_cost(terms, cost, same(code, code)).amount
    return {"transfer_price": found, "price": found, "charge": found, "amount": found,
            "revenue": found, "markup_amount": found - cost, "profit": found - cost}  # fmt: skip


def netting(given: Given) -> dict[str, Any]:
    one = number(given, "first_owes", "a_owes_b", "payable", "due_to", "owed")
    other = number(given, "second_owes", "b_owes_a", "receivable", "due_from", "owing")
    found = net(one, other)
    left = abs(found.left)
    return {"netted": found.netted, "offset": found.netted, "net": left, "left": left,
            "net_payment": left, "remaining": left}  # fmt: skip


def sales_eliminated(given: Given) -> dict[str, Any]:
    """Sales and cost without those between members; profit still inside, and released."""
    between = number(given, "intercompany_sales", "interco_sales")
    up = number(given, "unrealised_end_upstream", default="0")
    down = number(given, "unrealised_end_downstream", default="0")
    up_begin = number(given, "realised_begin_upstream", default="0")
    down_begin = number(given, "realised_begin_downstream", default="0")
    unearned = up + down - up_begin - down_begin
    sales = total(given.get("sales")) - between
    cogs = total(first(given, "cogs", "cost")) - between + unearned
    incomes = first(given, "gross_profit", "income", "net_income") or {}
    names = list(incomes)
    dividend = number(given, "dividend_to_parent", default="0")
    income = total(incomes) - dividend - unearned
    own = Decimal(str(incomes[names[-1]])) if names else ZERO
    found = attribute(own, up - up_begin, pct(given, "nci", default="0") / 100, currency(given))
    return {
        "consolidated_sales": sales, "consolidated_revenue": sales, "revenue": sales,
        "consolidated_cogs": cogs, "consolidated_cost": cogs, "cost": cogs,
        "consolidated_gross_profit": sales - cogs, "gross_profit": sales - cogs,
        "consolidated_income": income, "nci": found.minorities,
        "parent": income - found.minorities, "eliminated": between,
    }  # fmt: skip


def total(value: Any) -> Decimal:
    """Of a figure for each member, or one figure."""
    listed = value.values() if isinstance(value, Mapping) else value
    if not isinstance(listed, Iterable) or isinstance(listed, str):
        listed = [value or 0]
    return sum((Decimal(str(one)) for one in listed), ZERO)


def shared(given: Given) -> dict[str, Any]:
    """A subsidiary's result between minorities and parent, whoever sold."""
    result = number(given, "subsidiary_income", "net_income", "income", "profit")
    inside = number(given, "unrealised_profit", "unrealised", "unrealised_gain", default="0")
    share = (
        pct(given, "nci", "nci_share") / 100 if has(given, "nci", "nci_share", "nci_pct")
        else ONE - pct(given, "ownership", "parent_share", "share") / 100
    )  # fmt: skip
    up = attribute(result, inside, share, currency(given))
    down = attribute(result, ZERO, share, currency(given))
    upstream = str(first(given, "direction") or "upstream") != "downstream"
    chosen = up if upstream else down
    return {"nci_if_upstream": up.minorities, "nci_if_downstream": down.minorities,
            "nci": chosen.minorities, "nci_share": chosen.minorities,
            "parent": result - inside - chosen.minorities}  # fmt: skip


def inside_inventory(given: Given) -> dict[str, Any]:
    """Profit in what the buyer still holds."""
    price = number(
        given, "transfer_price", "intercompany_sales", "sales", "selling_price", "price"
    )
    if has(given, "cost", "cost_to_seller"):
        profit = price - number(given, "cost", "cost_to_seller")
    elif has(given, "markup", "markup_pct", "markup_on_cost", "markup_on_cost_pct"):
        rate = pct(given, "markup", "markup_on_cost")
        profit = price * rate / (100 + rate)
    else:
        profit = price * pct(given, "margin", "gross_margin", "gross_profit", default="0") / 100
    stems = ("remaining", "unsold", "ending_inventory", "in_inventory", "remaining_share")
    share = pct(given, *stems, default="100") / 100
    code = currency(given)
    found = quantize(profit * share, code)
    nci = attribute(ZERO, found, pct(given, "nci", default="0") / 100, code).minorities
    upstream = str(first(given, "direction") or "") == "upstream"
    held = quantize(price * share, code)
    return {"unrealised_profit": found, "unrealised": found, "elimination": found,
            "profit": profit, "realised_profit": profit - found,
            "inventory_before": held, "inventory": held - found, "inventory_at_cost": held - found,
            "nci_share": nci if upstream else ZERO}  # fmt: skip


def balances(given: Given) -> dict[str, Any]:
    claim = number(given, "due_from", "receivable", "intercompany_receivable")
    debt = number(given, "due_to", "payable", "intercompany_payable")
    gone = min(claim, debt)
    return {"eliminated": gone, "elimination": gone, "difference": claim - debt,
            "matched": claim == debt, "consolidated_receivable": claim - gone,
            "consolidated_payable": debt - gone, "remaining": claim - debt}  # fmt: skip


def acquisition(given: Given) -> dict[str, Any]:
    """Goodwill by share of net assets, or in full where minorities have a value of their own."""
    price = number(given, "consideration", "price", "purchase_price", "investment", "cost")
    equity = maybe(given, "net_assets", "fair_value_net_assets", "identifiable_net_assets")
    if equity is None:
        equity = total(first(given, "equity", "subsidiary_equity"))
    share = (
        pct(given, "ownership", "share", "parent_share", "acquired", default="100") / 100
        if not has(given, "nci", "nci_pct", "nci_share") else ONE - pct(given, "nci") / 100
    )  # fmt: skip
    found = acquire(price, equity, share, currency(given))
    worth = maybe(given, "nci_fair_value", "fair_value_nci")
    nci = found.minority_share if worth is None else worth
    goodwill = price + nci - equity
    return {"goodwill": max(goodwill, ZERO), "bargain_gain": max(-goodwill, ZERO),
            "bargain_purchase_gain": max(-goodwill, ZERO), "nci": nci,
            "nci_at_acquisition": nci, "parent_share": found.parent_share,
            "investment_eliminated": price, "equity_eliminated": equity}  # fmt: skip


def ownership(given: Given) -> dict[str, Any]:
    """Shares that change hands while control stays: a matter of equity (IFRS 10.23)."""
    code = currency(given)
    before = pct(given, "before", "ownership_before", "share_before", "from") / 100
    after = pct(given, "after", "ownership_after", "share_after", "to") / 100
    assets = number(given, "net_assets", "subsidiary_net_assets", "equity")
    paid = number(given, "consideration", "price", "proceeds", "paid")
    moved = moved_shares(after - before, assets, code)
    received = paid if after > before else -paid
    return {"nci_change": -moved, "nci_before": quantize(assets * (ONE - before), code),
            "nci_after": quantize(assets * (ONE - after), code), "nci_adjustment": abs(moved),
            "equity_adjustment": moved - received, "parent_equity_change": moved - received,
            "gain_in_profit": ZERO}  # fmt: skip


def translation(given: Given) -> dict[str, Any]:
    """A subsidiary's year at three rates; its parent beside it, where the case has one."""
    own, shown = codes(given)
    rates = {name: quote(given, name, own, shown) for name in ("opening", "average", "closing")}
    historical = quote(given, "historical", own, shown, "opening")
    opened = accounts(given.get("opening") or {}, OPENED)
    closed = accounts(given["closing"], CLOSED) + results(given)
    when = Rates(rates["opening"], {}, {}, historical)
    before = translate("S", opened, when, {}, {"S": OPENED}).rows
    old: dict[Key, GroupRow] = {(row.account, row.counterparty): row for row in before}
    capital = [row for row in opened if row.account == "3000"]
    later = Rates(rates["closing"], {date(2025, 1, 1): rates["average"]}, {}, historical)
    rows = [row for row in closed if row.account not in ("3000", "3100")] + capital
    found = translate("S", [*rows, *(r for r in opened if r.account == "3100")], later, old,
                      {"S": OPENED})  # fmt: skip
    return figures(given, found)


def figures(given: Given, found: Translated) -> dict[str, Any]:
    value = {row.account: row.value for row in found.rows}
    assets, liabilities = value.get("1000", ZERO), -value.get("2000", ZERO)
    revenue, expenses = -value.get("4000", ZERO), value.get("6000", ZERO)
    capital, cta = -value.get("3000", ZERO), -value.get("3200", ZERO)
    proof = found.proof
    answer = {
        "sub_assets": assets, "sub_liabilities": liabilities,
        "sub_equity_at_closing": assets - liabilities, "share_capital_historical": capital,
        "share_capital": capital, "revenue": revenue, "expenses": expenses,
        "net_income": revenue - expenses, "cta": cta, "net_assets": assets - liabilities,
        "assets": assets, "liabilities": liabilities,
        "retained_earnings": revenue - expenses - value.get("3100", ZERO),
        "cta_split": {"opening_net_assets": proof.from_opening,
                      "profit_average_to_closing": proof.from_result},
    }  # fmt: skip
    if parent := given.get("parent"):
        answer["consolidated"] = together(parent, answer, cta)
    return answer


def together(parent: Given, sub: Mapping[str, Any], cta: Decimal) -> dict[str, Any]:
    """Parent and subsidiary, the investment against the capital it paid for."""
    share = acquire(number(parent, "investment"), sub["share_capital_historical"], ONE, "JPY")
    assets = number(parent, "other_assets_close", "other_assets") + sub["sub_assets"]
    revenue = number(parent, "revenue", default="0") + sub["revenue"]
    expenses = number(parent, "expenses", default="0") + sub["expenses"]
    retained = number(parent, "retained_earnings", default="0") + sub["net_income"]
    liabilities = number(parent, "liabilities", default="0") + sub["sub_liabilities"]
    return {"other_assets": assets, "revenue": revenue, "expenses": expenses,
            "retained_earnings": retained, "goodwill": share.goodwill,
            "equity": number(parent, "share_capital") + retained + cta,
            "liabilities": liabilities}  # fmt: skip


def codes(given: Given) -> tuple[str, str]:
    """Two currencies; figures in whole units are answered in whole units."""
    listed = [value for part in ("opening", "closing", "pl") for value in
              (given.get(part) or {}).values()]  # fmt: skip
    whole = all(Decimal(str(one)) == int(Decimal(str(one))) for one in listed)
    return "USD", "JPY" if whole else "EUR"


def quote(given: Given, name: str, own: str, shown: str, other: str = "") -> Quote:
    """A rate as units of the member's currency for one of the group's, or the other way round."""
    rate = number(given, f"{name}_rate", name if name == "average" else f"{name}_rate",
                  f"{other}_rate")  # fmt: skip
    quoted = str(given.get("quote", ""))
    direct = quoted.upper().startswith(str(given.get("presentation", "?")).upper())
    of, to = (ONE, rate) if direct else (rate, ONE)
    return Quote(own, shown, of, to, "case", DAY)


def accounts(given: Given, on: date) -> list[TrialRow]:
    signs = {"assets": ("1000", 1), "liabilities": ("2000", -1), "share_capital": ("3000", -1),
             "retained_earnings": ("3100", -1)}  # fmt: skip
    return [
        TrialRow("S", signs[name][0], "", on, signs[name][1] * Decimal(str(value)))
        for name, value in given.items() if name in signs
    ]  # fmt: skip


def results(given: Given) -> list[TrialRow]:
    listed = first(given, "pl", "income_statement") or {}
    signs = {"revenue": ("4000", -1), "expenses": ("6000", 1)}
    return [
        TrialRow("S", signs[name][0], "", CLOSED, signs[name][1] * Decimal(str(value)))
        for name, value in listed.items() if name in signs
    ]  # fmt: skip


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "intercompany.time_recharge": time_recharge,
    "intercompany.labour_recharge": time_recharge,
    "intercompany.markup": markup,
    "intercompany.cost_plus": markup,
    "intercompany.transfer_price": markup,
    "intercompany.netting": netting,
    "intercompany.bilateral_netting": netting,
    "consolidation.revenue_cost_elimination": sales_eliminated,
    "consolidation.intercompany_sales": sales_eliminated,
    "consolidation.nci_upstream_vs_downstream": shared,
    "consolidation.nci": shared,
    "consolidation.nci_share": shared,
    "consolidation.unrealised_profit": inside_inventory,
    "consolidation.unrealised_profit_inventory": inside_inventory,
    "consolidation.intercompany_balance": balances,
    "consolidation.balance_elimination": balances,
    "consolidation.goodwill": acquisition,
    "consolidation.investment_elimination": acquisition,
    "consolidation.ownership_change": ownership,
    "fx.translation_cta": translation,
    "fx.translation": translation,
    "consolidation.translation": translation,
}  # fmt: skip

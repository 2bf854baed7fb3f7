"""Cases of exchange differences: realised when something settles, unrealised at a month's end."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.ledger import chart
from domain.ledger.foreign_balance import ForeignBalance, Revalued, revalue
from domain.ledger.period import month_after, month_of
from domain.pricing.fx import Quote
from domain.receivables.across import Across
from domain.receivables.reduction import relieved
from tests.golden.exchange_rates import DAY, books_of, codes, into_books, known, missing_rate
from tests.golden.given import Given, day, first, has, maybe, number

CLOSING = (
    "closing_rate",
    "new_rate",
    "closing",
    "month_end_rate",
    "period_end_rate",
    "year_end_rate",
)
BOOKED_AT = ("rate", "booking_rate", "invoice_rate", "historical_rate", "rate_at_invoice",
             "transaction_rate", "original_rate", "spot_rate")  # fmt: skip
SETTLED_AT = ("settlement_rate", "payment_rate", "paid_rate", "receipt_rate", "rate_at_payment",
              "rate_at_settlement")  # fmt: skip
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ZERO = Decimal(0)


def at(given: Given, names: tuple[str, ...], books: str) -> Quote:
    """Books for one unit of the foreign currency, or the other way where the case says so."""
    rate = number(given, *names)
    quote = Quote("USD", books, Decimal(1), rate, "published", DAY)
    return Quote("USD", books, rate, Decimal(1), "published", DAY) if per_base(given) else quote


def per_base(given: Given) -> bool:
    """Whether rates are foreign units for one of the books."""
    words = str(first(given, "quote", "quotation", "quoted") or "").lower()
    head, _, tail = words.partition(" per ")
    return bool(tail) and (
        tail.strip() == str(first(given, "functional", "books", "base")).lower()
        or head in ("foreign", "fc", "foreign units")
    )


def foreign(given: Given) -> Decimal:
    """The foreign amount: under a plain name, or one that ends in its currency."""
    plain = ("amount", "fc_amount", "amount_fc", "balance_fc", "balance", "foreign_amount", "fc",
             "receivable", "payable", "open")  # fmt: skip
    if has(given, *plain):
        return number(given, *plain)
    ending = [
        name for name in given if name.rpartition("_")[2] in {*codes({name.rpartition("_")[2]: 0})}
    ]
    return number(given, *ending, *codes(given))


def owed(given: Given) -> bool:
    """Whether we owe it."""
    said = (str(given.get(name, "")) for name in ("kind", "type", "account"))
    words = " ".join((*said, *given))
    return any(word in words for word in ("payable", "liability", "bill", "loan", "supplier"))


def valued(given: Given, account: str = chart.RECEIVABLES) -> Revalued:
    """A balance at the closing rate, a debt below zero."""
    books, sign = books_of(given), -1 if owed(given) else 1
    amount = sign * foreign(given)
    booked = maybe(given, "book_value", "booked", "carrying_amount", "book_before")
    value = at(given, BOOKED_AT, books).convert(amount) if booked is None else sign * booked
    return revalue(ForeignBalance(account, "USD", amount, value), at(given, CLOSING, books))


def revaluation(given: Given) -> dict[str, Any]:
    row = valued(given)
    gain = row.difference
    return {
        "booked": abs(row.balance.booked), "book_before": abs(row.balance.booked),
        "closing": abs(row.value), "book_after": abs(row.value), "value": abs(row.value),
        "unrealised": gain, "unrealised_gain": gain, "unrealised_gain_loss": gain,
        "unrealised_loss": -gain, "gain_loss": gain, "difference": gain, "gain": gain,
        "loss": -gain, "reversal": -gain, "reversed": -gain, "after_reversal": ZERO,
        "net_after_reversal": ZERO, "book_after_reversal": abs(row.balance.booked),
        "entries": [entry("fx_unrealised", gain)],
    }  # fmt: skip


def entry(stem: str, gain: Decimal) -> dict[str, Any]:
    side = "cr" if gain > 0 else "dr"
    return {"lines": [{"account": f"{stem}_{'gain' if gain > 0 else 'loss'}", side: abs(gain)}]}


def reversal(given: Given) -> dict[str, Any]:
    """A revaluation, and the day on which it is put back."""
    closing_on = first(given, "closing_date", "period_end", "month_end", "date")
    on = None if closing_on is None else month_after(month_of(day(closing_on))).isoformat()
    return {**revaluation(given), "reversal_date": on, "reversal_on": on, "reversed_on": on}


def cumulative_delta(given: Given) -> dict[str, Any]:
    """A bank account month by month: each run posts what is new since the last."""
    if not has(given, "rates", "months", "runs"):
        return revaluation(given)
    books, amount = books_of(given), foreign(given)
    value = maybe(given, "book_value", "booked")
    booked = at(given, BOOKED_AT, books).convert(amount) if value is None else value
    answer: dict[str, Any] = {"value_after": [], "deltas": [], "gains_losses": []}
    for one in first(given, "rates", "months", "runs"):
        held = maybe(one, "balance_fc", "balance")
        amount = amount if held is None else held
        booked += number(one, "booked_movement", "movement", default="0")
        balance = ForeignBalance(chart.BANK, "USD", amount, booked)
        row = revalue(balance, into_books({"base": books, **one}, books))
        booked = row.value
        answer["value_after"].append(row.value)
        answer["deltas"].append(row.difference)
        answer |= named_month(str(one.get("date", "")), row.difference)
    answer["gains_losses"] = answer["deltas"]
    answer["total"] = sum(answer["deltas"], ZERO)
    return answer


def named_month(on: str, gain: Decimal) -> dict[str, Decimal]:
    parts = [part for part in on.split("-") if len(part) == 2]
    if not parts:
        return {}
    month = MONTHS[int(parts[0]) - 1]
    return {f"{month}_gain": gain, f"{month}_loss": -gain, f"{month}_gain_loss": gain}


def settlement(given: Given) -> dict[str, Any]:
    """Payments of one item at their own rates; the last one takes all that is left."""
    books = books_of(given)
    part_of = first(given, "invoice", "bill", "receivable", "payable")
    item = {**given, **part_of} if isinstance(part_of, dict) else given
    amount, sign = foreign(item), -1 if owed(given) else 1
    booked = maybe(item, "booked", "book_value")
    open_ = amount
    left = at(item, BOOKED_AT, books).convert(amount) if booked is None else booked
    whole, realised, paid, relieved_ = left, [], [], []
    for one in first(given, "payments", "receipts", "settlements") or [
        {"amount": amount, "rate": number(given, *SETTLED_AT)}
    ]:
        part = foreign(one)
        worth = at({**given, **one}, ("rate", *SETTLED_AT), books).convert(part)
        gone = relieved(part, open_, left, books)
        open_, left = open_ - part, left - gone
        realised.append(sign * (worth - gone))
        paid.append(worth)
        relieved_.append(gone)
    total = sum(realised, ZERO)
    return {
        "booked": whole, "realised": realised if len(realised) > 1 else total, "total": total,
        "realised_total": total, "realised_gain": total, "realised_loss": -total,
        "realised_gain_loss": total, "gain_loss": total, "gain": total, "loss": -total,
        "by_payment": realised, "realised_by_payment": realised, "paid": sum(paid, ZERO),
        "relieved": relieved_, "received": paid if len(paid) > 1 else paid[0],
        "settled": sum(paid, ZERO), "open": open_, "open_fc": open_, "open_functional": left,
        "remaining": open_, "remaining_fc": open_, "remaining_functional": left,
        "remaining_booked": left, "fx_gain": total, "fx_loss": -total,
        "entries": [entry("fx_realised", total)],
    }  # fmt: skip


def advance(given: Given) -> dict[str, Any]:
    """An expense that uses up an advance: the advance leaves at its own rate."""
    books = str(given.get("functional", "USD"))
    paid, spent = given["advance"], given["expense"]
    code = next(one for one in codes(paid) if one.upper() != books.upper())
    used = min(number(paid, code), number(spent, code))
    left = relieved(used, number(paid, code), number(paid, books.lower()), known(books))
    worth = relieved(used, number(spent, code), number(spent, books.lower()), known(books))
    gain = worth - left
    lines = [{"account": "expense", "dr": worth}, {"account": "employee_advance", "cr": left}]
    lines += entry("fx_realised", gain)["lines"] if gain else []
    lines = [lines[0], *lines[2:], lines[1]] if gain < 0 else lines
    return {"fx_gain": gain, "fx_loss": -gain, "realised": gain, "gain_loss": gain,
            "entries": [{"lines": lines}]}  # fmt: skip


def three_currencies(given: Given) -> dict[str, Any]:
    """An invoice in one currency paid in another, books in a third."""
    books, invoice, receipt = str(given["functional"]), given["invoice"], given["receipt"]
    owed_in, paid_in = next(codes(invoice)), next(codes(receipt))
    code = books.lower()

    def rate(amount: Decimal, figure: Decimal, to: str) -> Decimal:
        return Quote("USD", known(to), Decimal(1), figure, "published", DAY).convert(amount)

    amount, money = number(invoice, owed_in), number(receipt, paid_in)
    booked = rate(amount, number(invoice, f"rate_{code}", f"{code}_per_{owed_in}", "rate"), books)
    taken = rate(money, number(receipt, f"{owed_in}_per_{paid_in}"), owed_in)
    quote = Quote(known(owed_in), known(books), Decimal(1),
                  number(receipt, f"{code}_per_{owed_in}"), "published", DAY)  # fmt: skip
    applied = min(taken, amount)
    across = Across(
        "", "", UUID(int=0), "", "", known(owed_in), applied,
        relieved(applied, amount, booked, known(books)), quote.convert(applied), known(paid_in),
        money, rate(money, number(receipt, f"{code}_per_{paid_in}"), books), known(books), DAY,
        quote,
    )  # fmt: skip
    return {
        "booked": booked, f"{owed_in}_applied": applied, f"{code}_applied": across.worth,
        f"{code}_received": across.paid, "standard_gain_loss": across.by_invoice,
        "alternate_currency_gain_loss": across.by_payment,
        "total_gain_loss": across.paid - across.booked,
        "gain_loss": across.paid - across.booked,
    }  # fmt: skip


def closing_rate(given: Given) -> dict[str, Any]:
    """What it makes of a balance, or which one it is where only rates are given."""
    return revaluation(given) if has(given, *CLOSING) else missing_rate(given)


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "fx.closing_rate": closing_rate,
    "fx.revaluation": revaluation,
    "fx.unrealised": revaluation,
    "fx.unrealised_loss": revaluation,
    "fx.unrealised_gain": revaluation,
    "fx.revaluation_reversal": reversal,
    "fx.revaluation_cumulative_delta": cumulative_delta,
    "fx.bank_revaluation": cumulative_delta,
    "fx.realised": settlement,
    "fx.realised_gain": settlement,
    "fx.realised_loss": settlement,
    "fx.realised_gain_on_payable": settlement,
    "fx.settlement": settlement,
    "fx.partial_settlement": settlement,
    "fx.realised_on_advance": advance,
    "fx.three_currency_settlement": three_currencies,
    "fx.alternate_currency_receipt": three_currencies,
}

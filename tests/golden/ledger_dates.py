"""Cases of periods: on which day something is booked that belongs into a closed month."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.ledger.period import Calendar, calendar_id, month_after, month_of, months_between
from domain.pricing.fx import Quote
from tests.firm import CLEAN
from tests.golden.exchange_rates import known
from tests.golden.given import Given, answers, cases, day, first, number

LOCK = ("lock_date", "locked_until", "closed_until", "period_lock_date", "fiscal_lock_date")


def booked_on(wanted: date, lock: date | None) -> date:
    """The day, or the first open one after the months that are closed."""
    first_day = min(wanted, lock or wanted)
    calendar = Calendar(calendar_id("X"), "X")
    for month in months_between(first_day, month_after(max(wanted, lock or wanted))):
        calendar.open(month)
    if lock is None:
        return wanted
    for month in months_between(first_day, lock):
        if month_after(month) - timedelta(days=1) <= lock:
            calendar.soft_close(month)
            calendar.hard_close(month, CLEAN, (), "nobody")
    found = calendar.first_open(wanted)
    assert found is not None
    return max(found, lock + timedelta(days=1)) if wanted <= lock else found


def lock_of(given: Given) -> date | None:
    """The last day of the closed months."""
    lock = first(given, *LOCK)
    return None if lock is None else day(lock)


def derived(given: Given) -> dict[str, Any]:
    """What a rule derives keeps the day of its fact while that is open."""
    found = []
    for one in cases(given):
        on = day(first(one, "payment_date", "effective_date", "event_date", "date", "posted_for",
                       "document_date", "invoice_date"))  # fmt: skip
        booked = booked_on(on, lock_of(one))
        found.append({"posting_date": booked.isoformat(), "accounting_date": booked.isoformat(),
                      "effective_date": on.isoformat(), "moved": booked != on})  # fmt: skip
    return answers(given, found)


def reversal(given: Given) -> dict[str, Any]:
    """A reversal is dated when it is made, the original stays where it is."""
    made_on = day(first(given, "reversal_made_on", "reversed_on", "reversal_date", "made_on"))
    on = booked_on(made_on, lock_of(given)).isoformat()
    return {"reversal_accounting_date": on, "accounting_date": on, "posting_date": on,
            "reversal_date": on, "original_unchanged": True,
            "original_accounting_date": given.get("document_date")}  # fmt: skip


def difference(given: Given) -> dict[str, Any]:
    """What matching two documents realises, on the day they are matched."""
    books = known(str(given.get("functional", "USD")))
    sides = (given["invoice"], first(given, "credit_note", "payment", "receipt"))
    worth = [in_books(one, books) for one in sides]
    gain = worth[1] - worth[0]
    matched = day(first(given, "matched_on", "reconciled_on", "payment_date", "matching_date"))
    on = booked_on(matched, lock_of(given)).isoformat()
    return {"exchange_difference": gain, "difference": gain, "gain_loss": gain,
            "posting_date": on, "accounting_date": on}  # fmt: skip


def in_books(one: Given, books: str) -> Decimal:
    """A document's worth by its own rate."""
    rate_name = next(name for name in one if "_per_" in name or name == "rate")
    amount = next(Decimal(str(value)) for name, value in one.items()
                  if name not in ("date", rate_name, "currency"))  # fmt: skip
    rate = number(one, rate_name)
    of, to = (rate, Decimal(1)) if rate_name.endswith(("_per_unit", "_per_base")) else (
        Decimal(1), rate)  # fmt: skip
    return Quote("USD", books, of, to, "published", date(2000, 1, 1)).convert(amount)


def status(given: Given) -> dict[str, Any]:
    """Whether a month takes an entry of a day."""
    found = derived(given)
    allowed = found["accounting_date"] == found["effective_date"]
    month = month_of(day(str(found["accounting_date"]))).strftime("%Y-%m")
    return {**found, "allowed": allowed, "accepted": allowed, "refused": not allowed,
            "period": month}  # fmt: skip


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "ledger.backdated_derived_entry": derived,
    "ledger.derived_entry_date": derived,
    "ledger.period_lock": status,
    "ledger.period_closed": status,
    "ledger.reversal_after_lock": reversal,
    "ledger.fx_difference_posting_date": difference,
}

"""The average rate of a month: the mean of the rates published on its days (IAS 21.40)."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from domain.ledger.period import month_after
from domain.pricing.fx import ECB, FxRates, MissingRate, Quote, fx_id
from domain.unit_of_work import UnitOfWork


def average_quote(work: UnitOfWork, of: str, to: str, month: date) -> Quote:
    """From one currency to another over a month. Raises MissingRate where there is none."""
    if of == to:
        return Quote(of, to, Decimal(1), Decimal(1), "same currency", month)
    last = month_after(month) - timedelta(days=1)
    days = (month + timedelta(days=no) for no in range(last.day))
    found = [rates for day in days if (rates := work.find(FxRates, fx_id(ECB, day)))]
    pairs = [(one.per_base(of), one.per_base(to)) for one in found]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    if not known:
        raise MissingRate(f"no {ECB} rate from {of} to {to} in {month:%Y-%m}")
    source = f"{ECB}, average of {len(known)} days"
    return Quote(of, to, mean(a for a, _ in known), mean(b for _, b in known), source, last)


def mean(figures: Iterable[Decimal]) -> Decimal:
    """To 28 digits; at least one figure."""
    listed = list(figures)
    return sum(listed, Decimal(0)) / len(listed)

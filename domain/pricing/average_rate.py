"""The average rate of a month: of the days on which a source published, without any rounding.

Source: IAS 21.40 and ASC 830-30-55-10: an average for income and expenses of a period.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from domain.ledger.period import month_after
from domain.pricing.fx import MissingRate, Quote, quote_of, sources_of
from domain.unit_of_work import UnitOfWork


def average(quotes: Sequence[Quote]) -> Quote:
    """The mean of figures of one pair of currencies, dated by the last of them.

    The published figures are averaged, not their inverses: the sums are kept, so that converting
    divides once. Raises MissingRate for none.
    """
    if not quotes:
        raise MissingRate("no rate to average")
    last = max(quotes, key=lambda one: one.quoted_on)
    return Quote(
        last.of, last.to, sum((one.of_per_base for one in quotes), Decimal(0)),
        sum((one.to_per_base for one in quotes), Decimal(0)),
        f"{last.source}, average of {len(quotes)}", last.quoted_on,
    )  # fmt: skip


def average_of_month(work: UnitOfWork, of: str, to: str, month: date) -> Quote:
    """Of all days of a month (its first day) that the preferred source published.

    Raises MissingRate where no source published any.
    """
    if of == to:
        return Quote(of, to, Decimal(1), Decimal(1), "same currency", month)
    days = [month + timedelta(days=no) for no in range((month_after(month) - month).days)]
    for source in sources_of(work):
        found = [one for day in days if (one := quote_of(work, source, of, to, day))]
        if found:
            return average(found)
    raise MissingRate(f"no rate from {of} to {to} in {month:%Y-%m}")

"""Cases of exchange rates: quoted in any direction, inverted, crossed, averaged, missing."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.money import UnknownCurrency, minor_unit
from domain.pricing.average_rate import average
from domain.pricing.fx import DAYS_BACK, Quote, crossed
from domain.pricing.published_rate import ONE, Direction, Published
from tests.golden.given import Given, day, first, has, maybe, number

DAY = date(2000, 1, 1)
BOOKS = ("functional", "functional_currency", "books", "base", "base_currency", "home_currency",
         "reporting_currency")  # fmt: skip
BASE = Published(ONE)
PER_BASE = (
    "fc_per_base",
    "fc_per_unit",
    "foreign_per_base",
    "units_per_base",
    "fc_per_functional",
)
PER_UNIT = ("base_per_fc", "rate", "exchange_rate", "functional_per_fc", "per_unit", "spot_rate",
            "spot", "base_per_unit", "direct_rate", "direct_quote")  # fmt: skip
PER_100 = ("per_100", "quoted_per_100", "rate_per_100", "base_per_100", "quote_per_100",
           "base_per_100_fc", "rate_per_100_units")  # fmt: skip
RATES = ("rates", "daily_rates", "rates_by_day", "published")


def books_of(given: Given) -> str:
    """The currency of the books; a made-up one has two decimals."""
    return known(str(first(given, *BOOKS) or "USD"))


def known(code: str) -> str:
    """A currency of the table, upper case; a made-up one has the decimals of most."""
    try:
        minor_unit(code.upper())
    except UnknownCurrency:
        return "USD"
    return code.upper()


def codes(given: Mapping[str, Any]) -> Iterator[str]:
    """Names of fields that are currency codes."""
    for name in given:
        if len(name) == 3 and name.isalpha():
            try:
                minor_unit(name.upper())
            except UnknownCurrency:
                continue
            yield name


def published(given: Given) -> Published:
    """A figure and its direction, by the name it is given under."""
    by: tuple[tuple[tuple[str, ...], Direction], ...] = (
        (PER_100, "per_100"), (PER_BASE, "per_base"), (PER_UNIT, "per_unit"),
    )  # fmt: skip
    for names, direction in by:
        if has(given, *names):
            return Published(number(given, *names), direction)
    text = next((name for name in given if "_per_" in name), "rate")
    base = str(first(given, *BOOKS) or "").lower()
    return Published(number(given, text), "per_unit" if text.startswith(base) else "per_base")


def into_books(given: Given, books: str, foreign: str = "USD") -> Quote:
    """The quote of a foreign currency to the books."""
    return crossed(foreign, books, (published(given), BASE), "published", DAY)


def amount_in(given: Given) -> Decimal:
    """The foreign amount, under a name or under its currency's code."""
    names = ("fc", "amount", "fc_amount", "foreign_amount", "amount_fc", "balance_fc", "balance")
    if has(given, *names):
        return number(given, *names)
    return number(given, *codes(given))


def quote_convention(given: Given) -> dict[str, Any]:
    books = books_of(given)
    rows = first(given, "rows", "lines", "amounts") or [given]
    found = [into_books({**given, **row}, books).convert(amount_in(row)) for row in rows]
    single = {} if len(found) != 1 else {
        "base_amount": found[0], "amount": found[0], "converted": found[0], "result": found[0],
        "functional": found[0], "functional_amount": found[0],
    }  # fmt: skip
    return {"base_amounts": found, "functional_amounts": found, **single,
            **rates_of(into_books({**given, **rows[0]}, books))}  # fmt: skip


def rates_of(quote: Quote) -> dict[str, Any]:
    return {"rate": quote.shown, "rate_per_unit": quote.shown, "direct": quote.shown,
            "inverse": quote.inverse().shown, "inverse_rate": quote.inverse().shown}  # fmt: skip


def inverse_quote(given: Given) -> dict[str, Any]:
    quote = into_books(given, books_of(given))
    amount = maybe(given, "amount", "fc", "fc_amount", "foreign_amount")
    turned = {} if amount is None else {
        "amount": quote.convert(amount), "converted": quote.convert(amount),
        "base_amount": quote.convert(amount), "converted_back": quote.inverse().convert(amount),
    }  # fmt: skip
    return {**rates_of(quote), "inverse": quote.inverse().shown, **turned}


def all_crosses(given: Given) -> dict[str, Any]:
    """Every pair of a day's rates, both ways round."""
    base = str(first(given, "base", "base_currency") or "EUR")
    listed: Mapping[str, Any] = first(given, *RATES)
    figures = {base: BASE, **{code: Published(Decimal(str(one))) for code, one in listed.items()}}
    answer: dict[str, Any] = {"missing_currency": None, "missing": None}
    for of, one in figures.items():
        for to, other in figures.items():
            if of != to:
                quote = crossed(known(of), known(to), (one, other), "published", DAY)
                name = f"{of}_{to}".lower()
                answer |= {name: quote.shown, f"{name}_inverse": quote.inverse().shown}
    return answer


def triangulation(given: Given) -> dict[str, Any]:
    """One currency to another through a third."""
    of = str(first(given, "from", "of", "source_currency"))
    to = str(first(given, "to", "target", "target_currency"))
    base = str(first(given, "via", "base", "base_currency", "through") or "EUR")
    listed: Mapping[str, Any] = first(given, *RATES)
    direction: Direction = "per_unit" if given.get("quote") == "base per unit" else "per_base"

    def figure(code: str) -> Published:
        named = first(listed, code, code.lower(), f"{base}_{code}", f"{base}{code}",
                      f"{base}/{code}", f"{base}_{code}".lower())  # fmt: skip
        return BASE if code == base else Published(Decimal(str(named)), direction)

    quote = crossed(known(of), known(to), (figure(of), figure(to)), "published", DAY)
    amount = maybe(given, "amount")
    converted = None if amount is None else quote.convert(amount)
    return {"cross_rate": quote.shown, "rate": quote.shown, "inverse": quote.inverse().shown,
            "amount": converted, "converted": converted, "result": converted}  # fmt: skip


def by_day(given: Given) -> list[tuple[date, Decimal]]:
    """Rates with their days, in order; a list has none, so each takes the next one."""
    listed = first(given, *RATES)
    if isinstance(listed, Mapping):
        return sorted((day(on), Decimal(str(rate))) for on, rate in listed.items())
    return sorted(
        (day(one["date"]), number(one, "rate", "value", *PER_BASE)) if isinstance(one, Mapping)
        else (DAY + timedelta(days=no), Decimal(str(one)))
        for no, one in enumerate(listed)
    )  # fmt: skip


def average_rate(given: Given) -> dict[str, Any]:
    """The mean of the days that are published; what it makes of an amount."""
    books = books_of(given)
    per_base = "per" in str(given.get("quote", "")) and not has(given, "amount_base")
    direction: Direction = "per_base" if per_base else "per_unit"
    quotes = [crossed("USD", books, (Published(rate, direction), BASE), "published", on)
              for on, rate in by_day(given)]  # fmt: skip
    found = average(quotes)
    shown = (found.inverse() if per_base else found).shown
    amount = maybe(given, "amount", "fc", "fc_amount", "foreign_amount", "revenue", "expense")
    converted = None if amount is None else found.convert(amount)
    return {"average": shown, "average_rate": shown, "rate": shown, "days": len(quotes),
            "amount": converted, "converted": converted, "functional": converted,
            "translated": converted}  # fmt: skip


def missing_rate(given: Given) -> dict[str, Any]:
    """The last rate published by a day, refused where it is older than a week."""
    wanted = day(str(first(given, "date", "on", "transaction_date", "wanted", "posting_date")))
    most = int(number(given, "max_age_days", "days_back", default=str(DAYS_BACK)))
    known_by = [(on, rate) for on, rate in by_day(given) if on <= wanted]
    last = known_by[-1] if known_by else None
    found = last if last and (wanted - last[0]).days <= most else None
    used = {"rate": None, "rate_date": None, "age_days": None} if found is None else {
        "rate": found[1], "rate_date": found[0].isoformat(), "age_days": (wanted - found[0]).days,
    }  # fmt: skip
    flagged = found is not None and found[0] != wanted
    return {**used, "quoted_on": used["rate_date"], "refused": found is None, "flagged": flagged,
            "stale": flagged, "result": "refused" if found is None else "used"}  # fmt: skip


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "fx.quote_convention": quote_convention,
    "fx.per_100_quote": quote_convention,
    "fx.conversion": quote_convention,
    "fx.inverse_quote": inverse_quote,
    "fx.inverse_rate": inverse_quote,
    "fx.rate_source_ecb": all_crosses,
    "fx.cross_rates": all_crosses,
    "fx.triangulation": triangulation,
    "fx.average_rate": average_rate,
    "fx.missing_rate": missing_rate,
    "fx.stale_rate": missing_rate,
}

"""The words published revenue cases use for one thing, and how their figures are read."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.revenue.allocation import Promise
from domain.revenue.progress import Progress
from domain.revenue.term import Term

Words = dict[str, Any]
FICTIONAL = {"CU": "EUR", "": "EUR"}


def currency_of(words: Words) -> str:
    """Standards count in currency units, which have two decimals here."""
    code = str(words.get("currency", ""))
    return FICTIONAL.get(code, code)


def found(words: Words, *names: str) -> Any:
    """The first of some names that is there, else None."""
    return next((words[name] for name in names if words.get(name) is not None), None)


def number(words: Words, *names: str, default: str | Decimal | None = None) -> Decimal:
    value = found(words, *names)
    if value is None:
        assert default is not None, f"none of {', '.join(names)}"
        value = default
    return Decimal(str(value))


def maybe(words: Words, *names: str) -> Decimal | None:
    value = found(words, *names)
    return None if value is None else Decimal(str(value))


def numbers(words: Words, *names: str) -> list[Decimal]:
    """A list of figures, or one figure as a list of one."""
    value = found(words, *names)
    values = [] if value is None else value if isinstance(value, list) else [value]
    return [Decimal(str(one)) for one in values]


def flag(words: Words, *names: str, default: bool) -> bool:
    value = found(words, *names)
    return default if value is None else value in {True, "true", "yes"}


def texts(words: Words, *names: str) -> list[str]:
    value = found(words, *names)
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def pct(words: Words, *names: str, default: str | None = None) -> Decimal:
    """Per cent; a figure of at most 1 under a name that does not say per cent is a fraction."""
    name = next((one for one in names if words.get(one) is not None), None)
    if name is None:
        assert default is not None, f"none of {', '.join(names)}"
        return Decimal(default)
    value = Decimal(str(words[name]).rstrip("%"))
    says_so = "pct" in name or "percent" in name or "%" in str(words[name])
    return value if says_so or value > 1 else value * 100


def day(text: str, *, last: bool = False) -> date:
    """A date, or the first or last day of a month like 2026-02."""
    if len(text) > len("2026-02"):
        return date.fromisoformat(text[:10])
    first = date.fromisoformat(f"{text}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return following - timedelta(days=1) if last else first


def term_of(words: Words, *names: str) -> Term:
    value = found(words, *(names or ("service", "term")))
    if value is None:
        value = [
            found(words, "service_from", "service_start"),
            found(words, "service_to", "service_end"),
        ]
    start, end = (value["from"], value["to"]) if isinstance(value, Mapping) else value
    return Term.of_days(day(start), day(end, last=True))


def rows_of(words: Words, *names: str) -> list[Words]:
    """Obligations, lines or products: a list of objects, or one figure or object by id."""
    value = found(words, *names)
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [
            {"id": key, **(one if isinstance(one, Mapping) else {"ssp": one})}
            for key, one in value.items()
        ]
    assert isinstance(value, Sequence)
    return [{"id": name_of(row, no), **row} for no, row in enumerate(value, 1)]


def name_of(row: Words, no: int = 0) -> str:
    return str(found(row, "id", "name", "product", "obligation") or no)


def obligations_of(words: Words) -> list[Words]:
    return rows_of(words, "obligations", "performance_obligations", "contract_lines", "lines",
                   "products", "items")  # fmt: skip


def ssp_of(row: Words) -> Decimal | None:
    return maybe(row, "ssp", "standalone_selling_price", "standalone_price")


def promises_of(rows: list[Words]) -> list[Promise]:
    return [
        Promise(row["id"], ssp)
        for row in rows
        if (ssp := ssp_of(row)) is not None and found(row, "basis", "ssp_basis") != "residual"
    ]


def price_of(words: Words, rows: list[Words]) -> Decimal:
    """The transaction price, or the sum of what the lines are invoiced at."""
    price = maybe(words, "transaction_price", "price", "contract_price", "total_price", "total")
    if price is not None:
        return price
    named = ("milestone_amount", "price", "contract_price", "amount", "stated_price")
    return sum((number(row, *named, default="0") for row in rows), Decimal(0))


def progress_of(value: Any) -> Progress:
    """A share of one, or done and whole."""
    if isinstance(value, Mapping):
        return Progress(Decimal(str(value["done"])), Decimal(str(value["whole"])))
    return Progress(Decimal(str(value)))

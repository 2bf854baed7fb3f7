"""Fields of a published billing case: names that differ, units, rates as fraction or percent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.billing.proration import Span
from domain.money import UnknownCurrency, minor_unit

MINOR_UNITS = {"cent", "cents", "minor", "minor_unit", "minor_units", "pence"}
MONTHS = {
    "month": 1,
    "monthly": 1,
    "bimonthly": 2,
    "quarter": 3,
    "quarterly": 3,
    "semiannual": 6,
    "biannual": 6,
    "half_year": 6,
    "year": 12,
    "yearly": 12,
    "annual": 12,
    "annually": 12,
}


@dataclass(frozen=True)
class Fields:
    """A case's input; amounts come and go in the unit of the case."""

    raw: Mapping[str, Any]

    @property
    def currency(self) -> str:
        """The case's, or one with cents where it names none of ISO 4217."""
        code = str(self.raw.get("currency", "EUR"))
        try:
            minor_unit(code)
        except UnknownCurrency:
            return "EUR"
        return code

    @property
    def scale(self) -> Decimal:
        return minor_unit(self.currency) if self.raw.get("unit") in MINOR_UNITS else Decimal(1)

    def get(self, *names: str) -> Any:
        """The first of these that the case has."""
        return next((self.raw[name] for name in names if self.raw.get(name) is not None), None)

    def has(self, *names: str) -> bool:
        return self.get(*names) is not None

    def money(self, *names: str) -> Decimal:
        """An amount in whole currency; 0 where the case has none."""
        return self.amount(self.get(*names) or 0)

    def amount(self, value: Any) -> Decimal:
        return Decimal(str(value)) * self.scale

    def amounts(self, *names: str) -> list[Decimal]:
        """A list, or one amount as a list."""
        return [self.amount(value) for value in listed(self.get(*names))]

    def number(self, *names: str) -> Decimal:
        return Decimal(str(self.get(*names) or 0))

    def pct(self, *names: str) -> Decimal:
        """A rate as percent: "0.10" and "10" are ten percent, unless the name says percent."""
        for name in names:
            if self.raw.get(name) is not None:
                return percent(name, self.raw[name])
        return Decimal(0)

    def day(self, *names: str) -> date | None:
        found = self.get(*names)
        return date.fromisoformat(found) if found else None

    def span(self, *names: str) -> Span:
        """Two dates, the last included unless the case says half-open."""
        first, last = (date.fromisoformat(on) for on in self.get(*names))
        if self.raw.get("half_open") or self.raw.get("end_inclusive") is False:
            return Span(first, last)
        return Span.through(first, last)

    def months(self) -> int:
        """Length of the case's billing period."""
        found = self.get("interval_months", "period_months", "interval", "billing_period")
        if found is None:
            named = (name for name in self.raw if name.startswith("calendar_"))
            found = next((name.removeprefix("calendar_") for name in named), "month")
        return MONTHS.get(str(found).lower()) or int(found)

    def out(self, value: Any) -> Any:
        """Amounts of an answer in the unit of the case."""
        if isinstance(value, Decimal):
            return value / self.scale
        if isinstance(value, Mapping):
            return {name: self.out(one) for name, one in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self.out(one) for one in value]
        return value

    def of(self, raw: Mapping[str, Any]) -> "Fields":
        """A part of the case, in the same currency and unit."""
        keys = ("currency", "unit")
        return Fields({**{key: self.raw[key] for key in keys if key in self.raw}, **raw})


def percent(name: str, value: Any) -> Decimal:
    number = Decimal(str(value).rstrip("%"))
    said = name.endswith(("pct", "percent")) or str(value).endswith("%")
    return number if said or abs(number) > 1 else number * 100


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def last_day(span: Span) -> date:
    return span.ends_before - timedelta(days=1)

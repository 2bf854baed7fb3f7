"""What a published case gives: its fields under any of the names publishers use for them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from domain.money import UnknownCurrency, minor_unit

Given = Mapping[str, Any]
UNNAMED = "USD"


def has(given: Given, *names: str) -> bool:
    """Whether any of the names is given, and not null."""
    return any(given.get(name) is not None for name in names)


def first(given: Given, *names: str) -> Any:
    """The first of the names that is given; None where none is."""
    return next((given[name] for name in names if given.get(name) is not None), None)


def number(given: Given, *names: str, default: str | None = None) -> Decimal:
    """A figure under one of its names; a missing one without default is an error."""
    value = first(given, *names)
    if value is None:
        assert default is not None, f"none of {names} is given"
        return Decimal(default)
    return Decimal(str(value))


def maybe(given: Given, *names: str) -> Decimal | None:
    """A figure that may be missing."""
    return number(given, *names) if has(given, *names) else None


def numbers(given: Given, *names: str) -> list[Decimal]:
    """A list of figures, or one figure as a list of one; a mapping gives its values."""
    value = first(given, *names)
    if isinstance(value, Mapping):
        value = list(value.values())
    return [Decimal(str(one)) for one in (value if isinstance(value, list) else [value])]


def pct(given: Given, *stems: str, default: str | None = None) -> Decimal:
    """A percentage: ``x_percent`` and ``x_pct`` are in percent, ``x`` and ``x_rate`` fractions."""
    for stem in stems:
        if has(given, f"{stem}_percent", f"{stem}_pct"):
            return number(given, f"{stem}_percent", f"{stem}_pct")
        if has(given, stem, f"{stem}_rate", f"{stem}_fraction"):
            return number(given, stem, f"{stem}_rate", f"{stem}_fraction") * 100
    assert default is not None, f"none of {stems} is given"
    return Decimal(default)


def currency(given: Given) -> str:
    """The case's currency; a made-up one has two decimals, whole units if it says unit 1."""
    code = str(given.get("currency", UNNAMED))
    try:
        minor_unit(code)
    except UnknownCurrency:
        code = UNNAMED
    in_minor = given.get("unit") in {"cent", "minor", "1"}
    return "JPY" if in_minor and minor_unit(code) != 1 else code


def day(value: str) -> date:
    """A date, or the date of an instant."""
    return date.fromisoformat(value[:10])


def cases(given: Given) -> Iterator[Given]:
    """The cases of a list, each with the fields they share; a single one is a list of one."""
    listed: Sequence[Given] = given.get("cases") or [{}]
    shared = {name: value for name, value in given.items() if name != "cases"}
    for one in listed:
        yield {**shared, **one}


def answers(given: Given, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Figures as lists where the case is a list, else single."""
    if "cases" not in given:
        return dict(found[0])
    return {name: [one[name] for one in found] for name in found[0]}

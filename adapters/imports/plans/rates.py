"""Exchange rates: each day of a file becomes one command, each rate of it gets a verdict.

A day's command holds every rate of the day that could be read: it replaces what was known of
the day, so the rates of a day are gathered from the whole file before anything is given out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from adapters.imports import ecb
from adapters.imports.plans.planned import Plan, Planned, Spot, with_content
from adapters.imports.plans.window import Window
from adapters.imports.verdict import Broken, CellError, broken
from domain.pricing.commands import CurrencyRate, ImportFxRates
from domain.pricing.fx import ECB, fx_id


@dataclass(slots=True)
class _Day:
    """What a file quotes for one day."""

    rates: dict[str, Decimal] = field(default_factory=dict)
    spots: list[Spot] = field(default_factory=list)

    def add(self, row: ecb.RateRow) -> None:
        self.rates[row.currency] = row.rate
        self.spots.append(Spot(row.line, row.currency))


class RatePlan:
    """The plan of one file of rates; each rate is a row. ``notes`` tells of how many days."""

    def __init__(self, path: Path, today: date, window: Window) -> None:
        self._rows, self._window = ecb.read(path, today), window
        self._day_count = 0

    def steps(self) -> Plan:
        """Give days and broken rates in the order of the file."""
        days: dict[date, _Day] = {}
        bad: list[Planned | Broken] = []
        for row in self._rows:
            if isinstance(row, Broken):
                bad.append(row)
            elif trouble := _outside(row, self._window):
                bad.append(trouble)
            else:
                days.setdefault(row.rate_date, _Day()).add(row)
        self._day_count = len(days)
        commands = [_command(day, found) for day, found in days.items()]
        yield from sorted([*bad, *commands], key=_line)

    @property
    def notes(self) -> Sequence[str]:
        """How many days the rates are of."""
        return [f"rates of {self._day_count:,} days"]


def _outside(row: ecb.RateRow, window: Window) -> Broken | None:
    try:
        window.check(row.rate_date, row.currency)
    except CellError as trouble:
        return broken(row, trouble)
    return None


def _command(day: date, found: _Day) -> Planned:
    rates = tuple(
        CurrencyRate(currency=currency, rate=_plain(rate))
        for currency, rate in sorted(found.rates.items())
    )
    command = ImportFxRates(quoted_on=day, source=ECB, base=ecb.BASE, rates=rates)
    id_: UUID = fx_id(ECB, day)
    keyed = with_content(command, "rates", ECB, day.isoformat())
    return Planned(id_, (keyed,), tuple(found.spots))


def _plain(rate: Decimal) -> Decimal:
    """4.6300 as 4.63: the same rate is the same command, however a file writes it."""
    return Decimal(f"{rate.normalize():f}")


def _line(one: Planned | Broken) -> int:
    return one.line if isinstance(one, Broken) else one.spots[0].line

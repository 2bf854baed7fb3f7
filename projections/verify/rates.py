"""Exchange rates that facts used: each was published, and how many were of an earlier day."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from domain.billing.payment import Payment
from domain.contracts.fixed_rate import CONTRACT
from domain.pricing.fx import FxRates, Quote, crossed
from projections.recorded import Recorded
from projections.verify.check import Check, Evidence


class RatesUsed(Check):
    """A quote's figures are those of a version of its day's rates that its source published.

    Rates that a contract fixed, and averages, are of no single day.
    """

    name = "rates used were published"

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._days: dict[Any, FxRates] = {}
        self._versions: dict[tuple[str, date], list[FxRates]] = defaultdict(list)
        self._seen: set[Quote] = set()
        self._used = self._older = 0

    def read(self, page: Sequence[Recorded]) -> None:
        """Follow what is published, and look at what is used."""
        for at in page:
            if isinstance(at.fact, FxRates.Recorded | FxRates.Corrected):
                self._publish(at)
            for quote in quotes_of(at.fact):
                self._used += 1
                self._older += at.effective_date > quote.quoted_on
                if quote not in self._seen:
                    self._seen.add(quote)
                    self._look_up(at, quote)

    def _publish(self, at: Recorded) -> None:
        fact = at.fact
        if isinstance(fact, FxRates.Recorded):
            self._days[at.stream_id] = FxRates(
                at.stream_id, fact.source, fact.quoted_on, fact.base, fact.rates, fact.directions
            )
        day = self._days[at.stream_id]
        version = FxRates(day.id, day.source, day.quoted_on, day.base, fact.rates, fact.directions)
        self._versions[day.source, day.quoted_on].append(version)

    def _look_up(self, at: Recorded, quote: Quote) -> None:
        versions = self._versions.get((quote.source, quote.quoted_on), ())
        if not any(said(version, quote) == quote for version in versions):
            self.find(
                f"event {at.position}: {quote.source} never said {quote.to_per_base} {quote.to}"
                f" for {quote.of_per_base} {quote.of} of {quote.quoted_on}"
            )

    def conclude(self) -> str:
        """How many, and how many of an earlier day than what used them."""
        return f"{self._used} used, {self._older} of an earlier day"


def said(version: FxRates, quote: Quote) -> Quote | None:
    """The quote that a version of a day's rates gives of the same two currencies."""
    first, second = version.published(quote.of), version.published(quote.to)
    if first is None or second is None:
        return None
    return crossed(quote.of, quote.to, (first, second), version.source, version.quoted_on)


def quotes_of(fact: Any) -> Iterator[Quote]:
    """Quotes that a fact took from published rates."""
    found = [getattr(fact, "quote", None), *getattr(fact, "quotes", ())]
    if isinstance(fact, Payment.AppliedAcross):
        found.append(fact.across.quote)
    yield from (one for one in found if isinstance(one, Quote) and one.of != one.to
                and one.source != CONTRACT and "average" not in one.source)  # fmt: skip

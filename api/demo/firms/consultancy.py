"""A consultancy: hours, capped at a blended rate here, by rate card and order there."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from api.demo.firms.sample import FIRST, MANAGER, OFFICE, Phase, Sample
from api.demo.month import workdays
from domain.command import Command
from domain.contracts.clause_commands import AttachPurchaseOrder, SetCap, SetTimeTerms

PEOPLE = {"P1": ("principal", 95), "P2": ("consultant", 62), "P3": ("analyst", 48)}
WORK = (("Harbour", 1), ("Orchard", 2), ("Meridian", 3))
OCTOBER = 10


class Consultancy(Sample):
    """Advises by the hour."""

    CODE = "CO01"
    NAME = "Plumbline Advisers B.V. (fictional)"
    CURRENCY, COUNTRY, ZONE = "EUR", "NL", "Europe/Amsterdam"
    CLIENTS: ClassVar = {
        "HARB": "Harbour Freight Union", "ORCH": "Orchard Dairy", "MERI": "Meridian Toys|USD",
    }  # fmt: skip
    REPORTS: ClassVar = {
        "cap-usage": ("contract", "source", "limit_name", "currency", "most", "used", "left",
                      "used_pct"),
        "contract-rollforward": (), "realisation": (), "leakage": (),
    }  # fmt: skip

    def agreeing(self) -> Iterator[Command]:
        """Three clients, three ways to pay for an hour."""
        for code, (role, cost) in PEOPLE.items():
            yield from self.person(code, role, cost)
        for currency, more in (("EUR", 0), ("USD", 25)):
            yield self.rate_card(currency, principal=210 + more, consultant=140 + more,
                                 analyst=105 + more)  # fmt: skip
        yield from self._agreed("Harbour", "HARB", 120_000)
        yield self._cap(110_000, FIRST)
        yield self.do(SetTimeTerms, "Harbour", contract_id=self.id("contract", "Harbour"),
                      from_date=FIRST, unit_minutes=15, mode="UP", blended_rate=130)  # fmt: skip
        yield from self._agreed("Orchard", "ORCH", 90_000)
        yield self._order("OD-4471", 130_000, FIRST)
        yield self.do(SetTimeTerms, "Orchard", contract_id=self.id("contract", "Orchard"),
                      from_date=FIRST, unit_minutes=6, discount_pct=5)  # fmt: skip
        yield from self._agreed("Meridian", "MERI", 80_000, "USD")

    def month(self, month: date) -> Iterator[Phase]:
        """Everybody works at every client; in October they agree to a higher cap and order."""
        if month.month == OCTOBER:
            yield OFFICE, [self._cap(260_000, month), self._order("OD-5120", 160_000, month)]
        yield OFFICE, self._days(month)
        yield OFFICE, self.submitted(PEOPLE, month)
        yield MANAGER, self.approved(PEOPLE, month)

    def _agreed(
        self, name: str, client: str, value: int, currency: str = "EUR"
    ) -> Iterator[Command]:
        yield from self.contract(name, client, value=value, currency=currency,
                                 billing_model="time_and_materials", tax_rate_pct=21,
                                 rate_card_id=self.id("card", currency))  # fmt: skip
        yield self.project(name, name)

    def _cap(self, limit: int, from_: date) -> Command:
        return self.do(SetCap, f"{limit}", contract_id=self.id("contract", "Harbour"),
                       name="not to exceed", limit=limit, effective_date=from_)  # fmt: skip

    def _order(self, number: str, limit: int, from_: date) -> Command:
        return self.do(AttachPurchaseOrder, number, contract_id=self.id("contract", "Orchard"),
                       number=number, limit=limit, effective_date=from_)  # fmt: skip

    def _days(self, month: date) -> Iterator[Command]:
        """Two clients a day; lengths follow from the day."""
        for day in workdays(month.month):
            for no, person in enumerate(PEOPLE):
                for client, step in WORK:
                    if (day.day + no + step) % 3:
                        minutes = 150 + 13 * ((day.day + no) % 5) + 7 * step
                        yield self.logged(person, client, day, minutes, activity="advice")

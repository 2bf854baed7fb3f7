"""An agency on retainers: hours that live on, a budget of money, and one billed in arrears."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from api.demo.firms.sample import FIRST, MANAGER, OFFICE, Phase, Sample
from api.demo.month import workdays
from domain.billing.retainer_commands import SetRetainerTerms
from domain.command import Command
from domain.delivery.expense_commands import ApproveExpense, RecordExpense

PEOPLE = {"A1": ("designer", 55), "A2": ("writer", 48)}
TERMS: dict[str, dict[str, Any]] = {
    "Sundial": {"unit": "hours", "allowance": 20, "fee": 2400, "carry_limit": 8,
                "carry_periods": 1},
    "Velvet": {"unit": "money", "allowance": 1500, "fee": 1200, "carry_periods": 0,
               "expenses": True, "overage": "absorbed"},
    "Halcyon": {"unit": "hours", "allowance": 12, "fee": 1500, "carry_periods": 0,
                "in_advance": False},
}  # fmt: skip
OVERAGE = {"Sundial": 6000, "Halcyon": 4000}
"""What may come above an allowance in the year."""


class Agency(Sample):
    """Designs and writes, so many hours or so much money a month."""

    CODE = "AG01"
    NAME = "Paper Lantern Agency S.A.S. (fictional)"
    CURRENCY, COUNTRY, ZONE = "EUR", "FR", "Europe/Paris"
    CLIENTS: ClassVar = {
        "SUN": "Sundial Tea", "VELV": "Velvet Bicycles", "HALC": "Halcyon Cinema|USD",
    }  # fmt: skip
    REPORTS: ClassVar = {
        "retainer-balances": ("contract", "period", "unit", "opening", "funded", "drawn",
                              "expired", "closing", "fee_earned", "fee_closing"),
        "contract-rollforward": (), "deferred-and-unbilled": (), "leakage": (),
    }  # fmt: skip

    def agreeing(self) -> Iterator[Command]:
        """A retainer with each client; what is above it has a price, or is for nothing."""
        for code, (role, cost) in PEOPLE.items():
            yield from self.person(code, role, cost)
        for currency, rate in (("EUR", 130), ("USD", 150)):
            yield self.rate_card(currency, designer=rate, writer=rate - 10)
        for name, client in zip(TERMS, self.CLIENTS, strict=True):
            yield from self._retained(name, client, "USD" if client == "HALC" else "EUR")

    def month(self, month: date) -> Iterator[Phase]:
        """Both work for everybody; Velvet pays the trains of its allowance too."""
        yield OFFICE, self._days(month)
        yield OFFICE, self.submitted(PEOPLE, month)
        yield MANAGER, self.approved(PEOPLE, month)
        ticket = self.id("ticket", str(month))
        yield OFFICE, [self.do(
            RecordExpense, f"{month}", expense_id=ticket, person_id=self.id("person", "A1"),
            project_id=self.id("project", "Velvet"), spent_on=workdays(month.month)[7],
            category="travel", net={"amount": 80, "currency": "EUR"},
            tax={"amount": 0, "currency": "EUR"},
        )]  # fmt: skip
        yield MANAGER, [self.do(ApproveExpense, f"{month}", expense_id=ticket)]

    def _retained(self, name: str, client: str, currency: str) -> Iterator[Command]:
        fees, above = 12 * TERMS[name]["fee"], OVERAGE.get(name, 0)
        yield from self.contract(name, client, value=fees + above, currency=currency,
                                 billing_model="time_and_materials", recognition="by_run",
                                 rate_card_id=self.id("card", currency))  # fmt: skip
        yield self.project(name, name)
        yield self.do(SetRetainerTerms, name, contract_id=self.id("contract", name),
                      from_date=FIRST, **TERMS[name])  # fmt: skip
        promises: dict[str, dict[str, Any]] = {
            "allowance": {"ssp": fees, "kind": "series", "measure": "retainer"},
        }  # fmt: skip
        if above:
            promises["above"] = {"ssp": above, "measure": "as_invoiced"}
        yield from self.promising(name, Decimal(fees + above), **promises)

    def _days(self, month: date) -> Iterator[Command]:
        """Both for Sundial every day, one for the others every second; some months are busier."""
        minutes = 45 + 5 * (month.month * 5 % 7)
        for no, day in enumerate(workdays(month.month)):
            for person in PEOPLE:
                yield self.logged(person, "Sundial", day, minutes // 2, activity="studio")
            for name in ("Velvet", "Halcyon") if no % 2 else ():
                person = list(PEOPLE)[(no // 2 + len(name)) % 2]
                yield self.logged(person, name, day, minutes, activity="studio")

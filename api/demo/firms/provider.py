"""A managed-service provider: onboarding, care ahead and in arrears, and metered backups."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from api.demo.firm import YEAR
from api.demo.firms.sample import FIRST, LAST, OFFICE, Phase, Sample
from api.demo.month import workdays
from domain.billing.recurring_commands import SetRecurringPlan
from domain.billing.usage_commands import RecordUsage, SetUsagePrice
from domain.command import Command
from domain.revenue.run_commands import SatisfyObligation

MARCH, FEBRUARY = date(YEAR, 3, 1), 2


class Provider(Sample):
    """Cares for other firms' machines, for a price a month."""

    CODE = "MS01"
    NAME = "Kestrel Cloud Care GmbH (fictional)"
    CURRENCY, COUNTRY, ZONE = "EUR", "DE", "Europe/Berlin"
    CLIENTS: ClassVar = {
        "FERN": "Fernhill Clinics", "COPPER": "Copper Lane Stores", "LARK": "Larkspur Legal|USD",
    }  # fmt: skip
    REPORTS: ClassVar = dict.fromkeys(
        ("usage", "contract-rollforward", "deferred-and-unbilled", "revenue-waterfall"), ()
    )

    def agreeing(self) -> Iterator[Command]:
        """Onboarding with care ahead; care in arrears from March; care by the quarter in USD."""
        yield from self._sold("Fernhill care", "FERN", "7200", care={"ssp": 6000}, onboarding={
            "ssp": 1200, "pattern": "point_in_time", "measure": None,
        })  # fmt: skip
        yield self._plan("Fernhill care", "care", "500")
        yield self._plan("Fernhill care", "onboarding", "1200", interval_months=12)
        yield from self._sold("Copper Lane care", "COPPER", "9000",
                              care={"ssp": 9000, "starts_on": MARCH})  # fmt: skip
        yield self._plan("Copper Lane care", "care", "900", starts_on=MARCH, in_advance=False)
        yield from self._sold("Larkspur care", "LARK", "9600", currency="USD", care={"ssp": 9600})
        yield self._plan("Larkspur care", "care", "2400", interval_months=3)
        yield from self._sold("Copper Lane backup", "COPPER", "4500",
                              backup={"ssp": 4500, "measure": "as_invoiced"})  # fmt: skip
        yield self.do(SetUsagePrice, "backup", **self._backup(), unit="GB", from_date=FIRST,
                      tiers=[{"up_to": 500, "rate": "0.40"}, {"rate": "0.25"}])  # fmt: skip

    def month(self, month: date) -> Iterator[Phase]:
        """Machines need no timesheets: they are metered; in February Fernhill is on board."""
        yield OFFICE, [
            self.do(RecordUsage, f"backup {day}", **self._backup(), used_on=day,
                    quantity=90 + 11 * month.month, reference=f"{day}")
            for day in workdays(month.month)[::5]
        ]  # fmt: skip
        if month.month == FEBRUARY:
            yield OFFICE, [self.do(
                SatisfyObligation, "on board", contract_id=self.id("contract", "Fernhill care"),
                obligation="onboarding", satisfied_on=date(YEAR, FEBRUARY, 14),
            )]  # fmt: skip

    def _sold(
        self, name: str, client: str, price: str, currency: str = "EUR", **promises: Any
    ) -> Iterator[Command]:
        yield from self.contract(name, client, value=price, billing_model="fixed_fee",
                                 recognition="by_run", currency=currency)  # fmt: skip
        yield from self.promising(name, Decimal(price), **promises)

    def _backup(self) -> dict[str, Any]:
        return {"contract_id": self.id("contract", "Copper Lane backup"), "name": "backup"}

    def _plan(self, contract: str, name: str, price: str, **terms: Any) -> Command:
        return self.do(SetRecurringPlan, f"{contract} {name}", **{
            "plan_id": self.id("plan", contract, name), "name": name, "price": price,
            "contract_id": self.id("contract", contract), "starts_on": FIRST,
            "ends_before": date(LAST.year + 1, 1, 1), **terms,
        })  # fmt: skip

"""A builder: a schedule of values, monthly applications, retainage kept and released."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from api.demo.firm import YEAR
from api.demo.firms.sample import FIRST, MANAGER, OFFICE, Phase, Sample
from api.demo.month import last_day
from domain.billing.progress_commands import (
    CertifyPayApplication,
    SetScheduleOfValues,
    SubmitPayApplication,
)
from domain.billing.retainage_commands import (
    BillRetainage,
    ReleaseRetainage,
    SetRetainageTerms,
)
from domain.command import Command
from domain.contracts.change_order_commands import (
    ApproveChangeOrder,
    DraftChangeOrder,
    SubmitChangeOrder,
)
from domain.delivery.project_commands import BaselineBudget
from domain.receivables.deposit_commands import RecordDeposit

VALUES = {"groundworks": 60_000, "frame": 90_000, "roof": 50_000, "fit-out": 40_000}
WORKS: dict[int, dict[str, tuple[int, int]]] = {
    1: {"groundworks": (20_000, 0)}, 2: {"groundworks": (40_000, 0)},
    3: {"frame": (20_000, 8_000)}, 4: {"frame": (30_000, 5_000)}, 5: {"frame": (40_000, 0)},
    6: {"roof": (15_000, 4_000)}, 7: {"roof": (20_000, 0), "loading dock": (6_000, 0)},
    8: {"roof": (15_000, 0), "loading dock": (9_000, 0)}, 9: {"fit-out": (25_000, 0)},
    10: {"fit-out": (15_000, 0)},
}  # fmt: skip
"""Work done and materials stored, by line, in each month."""
APRIL, JUNE, NOVEMBER, DECEMBER = 4, 6, 11, 12
GATE = "loading dock"


class Builder(Sample):
    """Builds a hall and is paid by the month for what the architect certifies."""

    CODE = "BU01"
    NAME = "Granite & Larch Builders Ltd (fictional)"
    CURRENCY, COUNTRY, ZONE = "GBP", "GB", "Europe/London"
    CLIENTS: ClassVar = {"FERRY": "Ferry Hall Trust"}
    REPORTS: ClassVar = {
        "pay-applications": ("application", "period_to", "contract_sum", "completed_and_stored",
                             "retainage", "previous_certificates", "due", "certified"),
        "schedule-of-values": ("application", "item", "scheduled", "previous", "this_period",
                               "stored", "percent", "balance_to_finish", "retainage"),
        "contract-rollforward": (),
    }  # fmt: skip

    def agreeing(self) -> Iterator[Command]:
        """A hall of 240,000; a tenth is kept, from half of the work on a twentieth."""
        yield from self.contract("Ferry hall", "FERRY", value=sum(VALUES.values()),
                                 billing_model="fixed_fee", tax_rate_pct=20)  # fmt: skip
        yield self.project("Ferry hall", "Ferry hall")
        lines = [{"item": item, "scheduled": worth} for item, worth in VALUES.items()]
        yield self.do(SetScheduleOfValues, "hall", **self._hall(), lines=lines)
        yield self.do(SetRetainageTerms, "hall", **self._hall(), on_total=True,
                      steps=[{"rate_pct": 10}, {"from_pct": 50, "rate_pct": 5}],
                      conditions=["handover"])  # fmt: skip

    def month(self, month: date) -> Iterator[Phase]:
        """Apply, have it certified; between them a deposit, an extra dock and the handover."""
        day = last_day(month.month)
        if month == FIRST:
            yield OFFICE, [self._deposit(month)]
        if month.month == JUNE:
            yield OFFICE, self._dock(month)
            yield MANAGER, [self.do(
                ApproveChangeOrder, "dock", change_order_id=self.id("order", "dock"),
                approved_on=month, client_reference="letter of the trust",
            )]  # fmt: skip
        if done := WORKS.get(month.month):
            yield OFFICE, [self._application(month, day, done)]
            yield MANAGER, [self._certificate(month, day)]
        if month.month == NOVEMBER:
            yield OFFICE, [self.do(
                ReleaseRetainage, "hall", **self._hall(), release_id=self.id("release"),
                released_on=day, met=["handover"], evidence="protocol of the handover",
            )]  # fmt: skip
        if month.month == DECEMBER:
            yield OFFICE, [self.do(BillRetainage, "hall", **self._hall(),
                                   invoice_id=self.id("retainage"), issued_on=day)]  # fmt: skip

    def _hall(self) -> dict[str, Any]:
        return {"contract_id": self.id("contract", "Ferry hall")}

    def _deposit(self, month: date) -> Command:
        return self.do(
            RecordDeposit, "hall", **self._hall(), deposit_id=self.id("deposit"),
            received_on=month.replace(day=15), bank_reference="deposit of the trust",
            amount={"amount": 12_000, "currency": self.CURRENCY},
        )  # fmt: skip

    def _dock(self, month: date) -> Iterator[Command]:
        """The client wants a loading dock more."""
        order = {"change_order_id": self.id("order", "dock")}
        project = {"project_id": self.id("project", "Ferry hall")}
        yield self.do(BaselineBudget, "hall", **project, lines=[
            {"role": "site", "month": date(YEAR, 1, 1), "hours": 2400, "cost": 180_000,
             "revenue": sum(VALUES.values())},
        ])  # fmt: skip
        yield self.do(DraftChangeOrder, "dock", **order, **self._hall(), **project, name=GATE,
                      scope="a loading dock", price=15_000, takes_effect_on=month)  # fmt: skip
        yield self.do(SubmitChangeOrder, "dock", **order)

    def _application(self, month: date, day: date, done: dict[str, tuple[int, int]]) -> Command:
        lines = [{"item": item if item in VALUES else f"CO {item}", "this_period": worth,
                  "stored": stored} for item, (worth, stored) in done.items()]  # fmt: skip
        return self.do(SubmitPayApplication, f"{month}", **self._hall(), period_to=day,
                       application_id=self.id("application", str(month)), lines=lines)  # fmt: skip

    def _certificate(self, month: date, day: date) -> Command:
        """In April the architect sees less than was applied for."""
        less = {"certified": 22_500, "why": "a frame out of plumb"}
        return self.do(CertifyPayApplication, f"{month}", **self._hall(), certified_on=day,
                       application_id=self.id("application", str(month)),
                       certificate=f"certificate {month:%m}",
                       **(less if month.month == APRIL else {}))  # fmt: skip

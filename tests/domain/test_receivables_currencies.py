"""Whatever currency and rates: a settled receivable is zero in it and in the books."""

from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.money import minor_unit, quantize
from tests.domain.named import new
from tests.domain.paper_firm import ANYBODY, PaperFirm

FIRST = date(2025, 1, 3)
HOURLY = {"USD": "151.37", "JPY": "16243", "KWD": "47.123"}
USUAL = {"USD": "1.05", "JPY": "160", "KWD": "0.32"}
NOTHING = Decimal(0), Decimal(0)
WAYS = ("pay", "deposit", "memo", "across", "overpay")
STEPS = st.lists(
    st.tuples(st.sampled_from(WAYS), st.integers(1, 99), st.decimals("0.7", "1.4", places=4)),
    min_size=1, max_size=6,
)  # fmt: skip


@cache
def stage(currency: str) -> tuple[PaperFirm, UUID, UUID]:
    """A firm with an invoice in a currency; its contract and the invoice."""
    firm = PaperFirm()
    firm.found()
    publish(firm, FIRST, Decimal(1))
    firm.do("PublishRateCard", rate_card_id=new("card"), name="card", entity="DE01",
            currency=currency,
            lines=[{"hourly_rate": HOURLY[currency], "from_date": FIRST}])  # fmt: skip
    contract, project = firm.win(currency=currency, rate_card_id=new("card"))
    invoice = firm.bill("one", contract, FIRST, firm.work(project, FIRST, 437))
    return firm, contract, invoice


def publish(firm: PaperFirm, on: date, move: Decimal) -> None:
    """Rates of a day, all moved by a factor against the usual."""
    firm.rates(on, GBP="0.83", **{c: f"{Decimal(rate) * move:.6f}" for c, rate in USUAL.items()})


class Settling:
    """An invoice on its way to nothing, a day a step."""

    def __init__(self, currency: str) -> None:
        found, self.contract, self.invoice = deepcopy(stage(currency))
        self.firm, self.currency, self.day, self.made = found, currency, FIRST, 0

    @property
    def open(self) -> Decimal:
        """What the invoice asks for."""
        found: Decimal = self.firm.replayed(self.invoice).open
        return found

    def money(self, amount: Decimal, currency: str = "") -> dict[str, str]:
        """An amount as a command takes it."""
        return {"amount": str(amount), "currency": currency or self.currency}

    def step(self, way: str, pct: int, move: Decimal) -> None:
        """Settle some of what is open, at the rates of another day."""
        self.day += timedelta(days=1)
        self.made += 1
        publish(self.firm, self.day, move)
        part = quantize(self.open * pct / 100, self.currency)
        if part:
            getattr(self, way)(part)

    def do(self, command: str, **fields: Any) -> None:
        """A command by somebody who may."""
        self.firm.do(command, ANYBODY, **fields)

    def receive(self, amount: Decimal, currency: str = "") -> UUID:
        """Money of the day."""
        payment = new(f"payment {self.made}")
        self.do("RecordPayment", payment_id=payment, client_id=self.firm.client,
                received_on=self.day, bank_reference=f"in {self.made}",
                amount=self.money(amount, currency))  # fmt: skip
        return payment

    def pay(self, part: Decimal, over: Decimal = Decimal(0)) -> None:
        payment = self.receive(part + over)
        self.do("ApplyPayment", payment_id=payment, invoice_id=self.invoice,
                applied_on=self.day, amount=self.money(part))  # fmt: skip
        if over:
            self.do("RefundPayment", payment_id=payment, refunded_on=self.day,
                    bank_reference=f"out {self.made}", amount=self.money(over))  # fmt: skip

    def overpay(self, part: Decimal) -> None:
        self.pay(part, minor_unit(self.currency) * 7)

    def across(self, part: Decimal) -> None:
        payment = self.receive(Decimal("12.34"), "GBP")
        self.do("ApplyPayment", payment_id=payment, invoice_id=self.invoice, applied_on=self.day,
                amount=self.money(part),
                paid=self.money(Decimal("12.34"), "GBP"))  # fmt: skip

    def deposit(self, part: Decimal) -> None:
        of = {"contract_id": self.contract}
        self.do("RecordDeposit", **of, deposit_id=new(f"deposit {self.made}"),
                received_on=self.day, bank_reference=f"in {self.made}",
                amount=self.money(part))  # fmt: skip
        self.do("ApplyDeposit", **of, invoice_id=self.invoice, applied_on=self.day,
                amount=self.money(part))  # fmt: skip

    def memo(self, part: Decimal) -> None:
        net = quantize(part / 2, self.currency)
        if net:
            self.do("IssueCreditMemo", memo_id=new(f"memo {self.made}"), invoice_id=self.invoice,
                    issued_on=self.day, why="agreed",
                    lines=[{"no": 1, "net": str(net)}])  # fmt: skip


@pytest.mark.parametrize("currency", HOURLY)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_nothing_is_left_of_what_is_settled(
    currency: str, steps: list[tuple[str, int, Decimal]]
) -> None:
    play = Settling(currency)
    for step in steps:
        play.step(*step)
    play.step("pay", 100, Decimal("1.1"))

    balances = play.firm.balances()

    assert play.open == 0
    for key in (("1100", currency), ("2230", currency), ("2210", currency), ("2230", "GBP")):
        assert balances.get(key, NOTHING) == NOTHING
    assert sum(books for _, books in balances.values()) == 0

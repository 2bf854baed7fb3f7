"""Two people at once: nothing is paid, run or taken twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from domain.errors import Refusal
from tests.domain.named import new
from tests.domain.samples_assets import used
from tests.domain.samples_payables import cost, owed, payment, vendor
from tests.firm import Firm


def at_once(*asked: Callable[[], Any]) -> list[str]:
    """What became of each: done, or the code of its refusal."""

    def tried(ask: Callable[[], Any]) -> str:
        try:
            ask()
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(asked)) as pool:
        return sorted(pool.map(tried, asked))


def test_a_bill_is_not_paid_twice_by_two_people(firm: Firm) -> None:
    vendor(firm)
    firm.do("CreateProject", project_id=new("ahead"), code="A", name="a", entity="DE01")
    bill = owed(firm, "B1", cost("100.00"))

    def pay(name: str) -> Callable[[], Any]:
        return lambda: firm.do("PayVendorBill", **bill, **payment(name, "60.00"))

    assert at_once(pay("one"), pay("two")) == ["ABOVE_OPEN", "done"]


def test_a_month_is_written_off_once_by_two_runs(firm: Firm) -> None:
    for name in ("laptop", "press"):
        used(firm, name)

    def run() -> Any:
        return firm.do("RunDepreciation", entity="DE01", month="2025-01-01")

    assert at_once(run, run, run) == ["ALREADY_RUN", "ALREADY_RUN", "done"]
    asset: Any = firm.store.load_fresh([new("asset laptop")])[new("asset laptop")]
    assert asset.accumulated == Decimal("50.00")


def test_an_asset_that_comes_during_a_run_is_in_it_or_waits_for_the_next(firm: Firm) -> None:
    used(firm, "laptop")

    def run() -> Any:
        return firm.do("RunDepreciation", entity="DE01", month="2025-01-01")

    assert at_once(run, lambda: used(firm, "press")) == ["done", "done"]
    answer: Any = firm.do("RunDepreciation", entity="DE01", month="2025-02-01").answer
    taken = [firm.store.load_fresh([new(f"asset {name}")])[new(f"asset {name}")]
             for name in ("laptop", "press")]  # fmt: skip
    assert [one.accumulated for one in taken if hasattr(one, "accumulated")] == [Decimal(100)] * 2
    assert answer.caught_up in (Decimal(0), Decimal("50.00"))

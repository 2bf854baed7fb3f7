"""Revenue of an obligation is within its price, adds up, and falls for a reason only."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Refusal
from projections.verify.recognition import Recognition
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_revenue import ACCOUNTANT, CONTROLLER, change, new, ready, run
from tests.firm import Firm
from tests.projections.faults import found, off, rewrite

D = Decimal
NAME = "revenue within its price"
LINES = "revenue.revenue_recognized"
Change = Callable[[dict[str, Any]], None]


def check_of(firm: PaperFirm) -> Recognition:
    """The check, after all facts of a firm on paper."""
    nothing: Any = None
    check = Recognition(nothing)
    page: Any = [SimpleNamespace(position=no, fact=fact.event)
                 for no, fact in enumerate(firm.facts, 1)]  # fmt: skip
    check.read(page)
    return check


def findings(firm: PaperFirm) -> list[str]:
    return check_of(firm)._findings


def test_the_lines_of_a_year_hold(year: Firm) -> None:
    verdict = found(year)[NAME]

    assert verdict.holds
    assert verdict.figures == "3 lines of 1 obligations"


def above(line: dict[str, Any]) -> None:
    line["cumulative"], line["delta"] = "1200.01", "1000.01"


def gap(line: dict[str, Any]) -> None:
    line["cumulative"] = "301.00"


def fall(line: dict[str, Any]) -> None:
    line["cumulative"], line["delta"] = "190.00", "-10.00"


@pytest.mark.parametrize(
    ("damage", "words"),
    [(above, "has 1200.01 recognised of 1200.00 allocated"), (gap, "due was 200.00 + 100.00"),
     (fall, "fell by 10.00, and nothing says why")],
)  # fmt: skip
def test_a_line_that_cannot_be_is_named(
    year: Firm, damage: Callable[[dict[str, Any]], None], words: str
) -> None:
    def change_line(facts: dict[str, Any]) -> None:
        damage(facts["lines"][0])

    position = rewrite(year, LINES, change_line)

    assert off(year)[NAME][0].startswith(f"event {position}")
    assert words in off(year)[NAME][0]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["run", "again", "measure", "price", "modify", "reverse", "override"]),
        st.integers(1, 120),
    ),
    min_size=3, max_size=14,
)  # fmt: skip


class Months:
    """A contract by hours, run month by month, and all that may lower what it has earned."""

    def __init__(self) -> None:
        self.firm = PaperFirm()
        self.firm.found()
        self.contract = ready(self.firm, "care", "5000", currency="EUR", value="5000",
                              measure="hours", whole="100")  # fmt: skip
        self.month = 0

    def do(self, step: str, no: int) -> None:
        """Take a step; a refused one changes nothing."""
        try:
            getattr(self, f"{step}_")(no)
        except Refusal:
            return

    def earn(self, month: int, hours: int) -> None:
        run(self.firm, self.contract, f"2025-{month:02}", hours=str(hours))

    def run_(self, no: int) -> None:
        if self.month < 12:
            self.earn(self.month + 1, no)
            self.month += 1

    def again_(self, no: int) -> None:
        self.earn(max(self.month, 1), no)

    def measure_(self, no: int) -> None:
        self.firm.do("MeasureProgress", ACCOUNTANT, contract_id=self.contract, whole=str(no),
                     obligation="support",
                     measured_on=f"2025-{max(self.month, 1):02}-28")  # fmt: skip

    def price_(self, no: int) -> None:
        self.firm.do("DetermineTransactionPrice", ACCOUNTANT, contract_id=self.contract,
                     fixed=str(no * 50), determined_on="2025-01-03")  # fmt: skip

    def modify_(self, no: int) -> None:
        name = f"change {len(self.firm.facts)}"
        given = {"obligation": "support", "distinct": no % 2 == 0, "total_ssp": "5000",
                 "remaining_ssp": "2500", "whole": str(100 + no)}  # fmt: skip
        change(self.firm, self.contract, name, price_change=str(no - 60 or 1), changes=[given],
               remaining="distinct" if no % 2 == 0 else "not_distinct")  # fmt: skip
        self.firm.do("ConfirmModification", CONTROLLER, modification_id=new(name),
                     change_order_id=new(f"order {name}"), why="agreed")  # fmt: skip

    def reverse_(self, no: int) -> None:
        del no
        self.firm.do("ReverseRecognition", CONTROLLER, contract_id=self.contract, why="wrong",
                     month=f"2025-{max(self.month, 1):02}-01")  # fmt: skip

    def override_(self, no: int) -> None:
        at = f"2025-{max(self.month, 1):02}"
        self.firm.do("OverrideProgress", CONTROLLER, contract_id=self.contract, why="rework",
                     obligation="support", pct=str(min(no, 100)), from_on=f"{at}-01",
                     expires_on=f"{at}-28")  # fmt: skip


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_runs_measures_and_changes_do_revenue_stays_within_its_price(
    steps: list[tuple[str, int]],
) -> None:
    months = Months()
    for step, no in steps:
        months.do(step, no)

    assert findings(months.firm) == []

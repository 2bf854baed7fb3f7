"""A change order of July approved in September: everything agrees, and July stays what it was."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from adapters.sandbox.crm import crm
from adapters.sandbox.serve import running
from tests.conftest import cloned
from tests.firm import Firm
from tests.journeys.late_change import (
    ADVICE,
    BUILD,
    FIXED,
    JULY,
    MODIFICATION,
    SEPTEMBER,
    WHOLE,
    WORKED,
    LateChange,
    last_day,
)
from tests.projections.faults import off

D = Decimal
MONTHS = [date(2025, month, 1) for month in range(1, 9)]
DAYS = (last_day(date(2025, 6, 1)), JULY, last_day(MONTHS[-1]))
PLANS = {"budget-vs-actual", "change-orders", "earned-value", "margin-bridge", "project-outlook"}
"""What is planned for July by what is known since; the books hold none of it."""
BOOKS = ("general-ledger", "revenue-by-month", "trial-balance")


@dataclass
class Seen:
    """The story, and what it looked like on the way."""

    story: LateChange
    closed_at: int = 0
    blocked: list[str] = field(default_factory=list)
    before: dict[date, dict[str, str]] = field(default_factory=dict)
    approvals: dict[str, UUID] = field(default_factory=dict)
    assessed: Any = None
    shown: Any = None
    done: Any = None
    recorded_by_showing: int = 0


@pytest.fixture(scope="module")
def seen(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """January to September, lived once for all that is asked below."""
    home: Path = tmp_path_factory.mktemp("late change")
    with (
        cloned(server, template, home) as system,
        running(crm()) as url,
        httpx.Client(base_url=url, timeout=5) as http,
    ):
        firm = Firm(system)
        firm.found()
        yield lived(LateChange(firm, http))


def lived(story: LateChange) -> Seen:
    found = Seen(story)
    story.begin()
    for month in MONTHS:
        found.blocked += story.live(month)
    for month in MONTHS:
        story.close(month)
    story.draft()
    found.closed_at = story.end()
    found.before = {day: story.digests(found.closed_at, day) for day in DAYS}
    found.approvals = {name: story.approve(name) for name in (BUILD, ADVICE)}
    found.assessed = story.assess()
    before = story.end()
    found.shown = story.confirm(dry_run=True)
    found.recorded_by_showing = story.end() - before
    found.done = story.confirm()
    story.firm.settle()
    found.blocked += story.live(SEPTEMBER.replace(day=1))
    story.deliver()
    return found


def test_what_is_closed_was_billed_to_the_cap_and_no_further(seen: Seen) -> None:
    assert seen.blocked == ["CAP_EXCEEDED"]


def test_an_approval_is_one_append(seen: Seen) -> None:
    fixed = ["contracts.change_order_approved", "contracts.contract_changed",
             "delivery.budget_changed", "delivery.milestone_planned"]  # fmt: skip
    capped = ["contracts.cap_set", "contracts.change_order_approved",
              "contracts.contract_changed", "contracts.purchase_order_attached",
              "delivery.budget_changed"]  # fmt: skip

    assert facts_of(seen, BUILD) == fixed
    assert facts_of(seen, ADVICE) == capped


def facts_of(seen: Seen, name: str) -> list[str]:
    with seen.story.firm.system.connect() as conn:
        rows = conn.execute("SELECT topic FROM events WHERE command_id = %s ORDER BY topic",
                            [seen.approvals[name]]).fetchall()  # fmt: skip
    return [row[0] for row in rows]


@pytest.mark.parametrize(("name", "value"), [(BUILD, D(18000)), (ADVICE, D(10800))])
def test_contract_budget_limits_and_crm_agree(seen: Seen, name: str, value: Decimal) -> None:
    story, at = seen.story, {"contract": name}
    contract, project = (story.firm.store.load_fresh([id_])[id_] for id_ in (
        story.contracts[name], story.projects[name]))  # fmt: skip
    [planned] = story.rows("budget-vs-actual", SEPTEMBER, project=name, role="all")

    assert contract.value == value  # type: ignore[attr-defined]
    assert project.budget["revenue"] == D(planned["budget_value"]) == value  # type: ignore[attr-defined]
    assert project.budget["cost"] == D(planned["budget_cost"])  # type: ignore[attr-defined]
    assert D(story.deal(name)["amount"]) == value
    limits = {row["source"]: D(row["most"]) for row in story.rows("cap-usage", SEPTEMBER, **at)}
    assert limits == ({"cap": value, "order": value} if name == ADVICE else {})
    milestones = project.milestones.values()  # type: ignore[attr-defined]
    assert sum(one.amount for one in milestones) == (value if name == BUILD else 0)


def test_work_beyond_the_old_cap_is_billed_up_to_the_new_one(seen: Seen) -> None:
    [cap] = seen.story.rows("cap-usage", SEPTEMBER, contract=ADVICE, source="cap")
    position = seen.story.rows("contract-position", SEPTEMBER, contract=ADVICE)

    assert (D(cap["used"]), D(cap["left"])) == (D(10800), D(0))
    assert D(position[0]["billed"]) == D(cap["used"])


def test_the_treatment_follows_from_the_order(seen: Seen) -> None:
    assert seen.assessed.treatment == "cumulative_catch_up"
    assert (seen.assessed.price_change, seen.assessed.changed_on) == (6000, date(2025, 9, 10))


def test_the_impact_is_shown_before_it_is_recorded(seen: Seen) -> None:
    caught_up = (D(18000) * WORKED / WHOLE).quantize(D("0.01")) - D(7680)

    assert seen.recorded_by_showing == 0
    assert seen.shown == seen.done
    assert [(one.delta, one.catch_up) for one in seen.done.lines] == [(caught_up, True)]
    assert seen.done.booked_on == date(2025, 9, 10)
    assert any("64" in step for step in seen.done.lines[0].steps)


def test_revenue_ledger_and_position_agree_at_the_end_of_every_month(seen: Seen) -> None:
    for day in (*(last_day(month) for month in MONTHS), SEPTEMBER):
        [held] = seen.story.rows("trial-balance", day, account="1200")
        positions = seen.story.rows("contract-position", day)
        net = sum(D(row["asset"]) - D(row["liability"]) for row in positions)
        assert D(held["debit"]) - D(held["credit"]) == net


def test_what_is_left_to_earn_is_the_new_price_less_what_is_earned(seen: Seen) -> None:
    [position] = seen.story.rows("contract-position", SEPTEMBER, contract=BUILD)
    left = seen.story.rows("remaining-performance-obligations", SEPTEMBER)

    earned = (D(18000) * 72 / WHOLE).quantize(D("0.01"))
    assert D(position["recognised"]) == earned
    assert sum(D(row["amount"]) for row in left) == D(18000) - earned


@pytest.mark.parametrize("name", FIXED)
@pytest.mark.parametrize("day", DAYS)
def test_whoever_asks_as_of_then_gets_the_same_bytes(seen: Seen, name: str, day: date) -> None:
    now = seen.story.ask(name, day, known=seen.closed_at)

    assert now.digest == seen.before[day][name]


def test_the_books_of_july_stand_whatever_is_known_since(seen: Seen) -> None:
    now = seen.story.digests(seen.story.end())

    moved = {name for name in FIXED if now[name] != seen.before[JULY][name]}
    assert moved == PLANS
    assert not moved & set(BOOKS)


def test_the_catch_up_is_revenue_of_september(seen: Seen) -> None:
    rows = seen.story.rows("revenue-by-month", SEPTEMBER, account="4010")
    by_month = {row["month"]: D(row["revenue"]) for row in rows}

    assert by_month["2025-07-01"] == by_month["2025-01-01"] == D(960)
    to_date = (D(18000) * 72 / WHOLE).quantize(D("0.01"))
    assert by_month["2025-09-01"] == to_date - 7680
    assert sum(by_month.values()) == to_date


def test_the_bridge_tells_the_change_as_scope(seen: Seen) -> None:
    [bridge] = seen.story.rows("margin-bridge", SEPTEMBER, contract=BUILD)

    assert D(bridge["scope"]) == D(6000) - D(550)
    assert D(bridge["residual"]) == 0


def test_the_crm_hears_each_change_once_and_actuals_by_the_new_budget(seen: Seen) -> None:
    story = seen.story
    story.close(SEPTEMBER)
    story.deliver()
    updates = story.http.get(f"/deals/{BUILD}").json()["updates"]
    [planned] = story.rows("budget-vs-actual", SEPTEMBER, project=BUILD, role="all")

    assert len(updates) == len(set(updates))
    assert sum(update.startswith("change-") for update in updates) == 1
    told = story.deal(BUILD)
    assert D(told["project_budget"]) == D(planned["budget_cost"]) == 6050
    assert D(told["project_actual_cost"]) == D(planned["actual_cost"])


def test_every_invariant_holds(seen: Seen) -> None:
    assert off(seen.story.firm) == {}
    assert MODIFICATION in seen.story.firm.store.load_fresh([MODIFICATION])

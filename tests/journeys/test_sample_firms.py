"""What firms of different kinds meet in a month: runs again, changes in it, caps reached."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from api.commands.run import recognise
from api.commands.run_billing import accrue_all, issue_all, operator, prepare, propose
from domain.identity import named_id
from domain.ledger.period import month_after
from tests.domain.samples_revenue import allocated, identified, promise
from tests.firm import CHIEF, Firm
from tests.journeys.books import in_books, report
from tests.projections.faults import off

YEAR = [date(2025, month, 1) for month in range(1, 13)]


def last_day(month: date) -> date:
    return month_after(month) - timedelta(days=1)


@pytest.fixture
def provider(firm: Firm) -> Firm:
    """A managed-service provider: onboarding for 1,200 and care for 500 a month."""
    contract = identified(firm, "Care", currency="EUR", value="7200")
    service = {"starts_on": "2025-01-01", "ends_on": "2025-12-31"}
    promise(firm, contract, "care", ssp="6000", **service)
    promise(firm, contract, "onboarding", ssp="1200", pattern="point_in_time", measure=None)
    allocated(firm, contract, "7200")
    plan = {"contract_id": contract, "starts_on": "2025-01-01", "ends_before": "2026-01-01"}
    firm.do("SetRecurringPlan", plan_id=named_id("plan", "care"), name="Care", price="500", **plan)
    firm.do("SetRecurringPlan", plan_id=named_id("plan", "onboarding"), name="Onboarding",
            price="1200", interval_months=12, **plan)  # fmt: skip
    firm.do("SatisfyObligation", contract_id=contract, obligation="onboarding",
            satisfied_on="2025-02-14")  # fmt: skip
    firm.settle()
    return firm


def bill(firm: Firm, month: date) -> list[str]:
    """Charge, propose, have approved and issue what is due by the end of a month."""
    on, run = last_day(month), named_id("run", f"{month}")
    assert accrue_all(firm.system, "DE01", on) == []
    firm.settle()
    known, found = propose(firm.system, "DE01", on, on, run)
    if not found:
        return []
    firm.system.store.execute(prepare(run, "DE01", on, on, known, found), operator())
    firm.do("ApproveRun", CHIEF, run_id=run)
    numbers, refused = issue_all(firm.system, run)
    assert refused == []
    firm.settle()
    return numbers


def earn(firm: Firm, month: date) -> list[Decimal]:
    """Run revenue of a month; what each obligation earned."""
    lines = recognise(firm.system, "DE01", month, dry_run=False)
    assert [line.refusal for line in lines if line.refusal] == []
    firm.settle()
    return [line.delta for line in lines if line.delta]


def test_running_a_month_again_bills_and_earns_nothing(provider: Firm) -> None:
    bill(provider, YEAR[0])
    earn(provider, YEAR[0])

    assert propose(provider.system, "DE01", last_day(YEAR[0]), last_day(YEAR[0]),
                   named_id("run", "again"))[1] == []  # fmt: skip
    assert earn(provider, YEAR[0]) == []


def test_more_seats_in_a_billed_month_come_with_the_next_run(provider: Firm) -> None:
    bill(provider, YEAR[0])
    provider.do("ChangeSubscription", plan_id=named_id("plan", "care"), from_date="2025-01-17",
                quantity="2", why="ten more seats")  # fmt: skip

    bill(provider, YEAR[1])

    rows = report(provider.system, "receivables-ageing", last_day(YEAR[1]))
    stub = (Decimal(500) * 15 / 31).quantize(Decimal("0.01"))
    assert sum(Decimal(row["total"]) for row in rows) == 500 + 1200 + stub + 1000


@pytest.fixture
def consultancy(firm: Firm) -> tuple[Firm, UUID, UUID]:
    """Capped time and materials at a blended rate, rounded up to the quarter hour."""
    card = named_id("card", "in EUR")
    firm.do("PublishRateCard", rate_card_id=card, name="in EUR", entity="DE01", currency="EUR",
            lines=[{"hourly_rate": "150", "from_date": "2025-01-01"}])  # fmt: skip
    contract, project = firm.win("Advice", currency="EUR", rate_card_id=card, value="20000",
                                 tax_rate_pct="0")  # fmt: skip
    firm.do("SetTimeTerms", contract_id=contract, from_date="2025-01-01", unit_minutes="15",
            mode="UP", blended_rate="130")  # fmt: skip
    firm.do("SetCap", contract_id=contract, name="not to exceed", limit="10000.00")
    return firm, contract, project


def test_a_consultancy_bills_up_to_its_cap_and_no_further(
    consultancy: tuple[Firm, UUID, UUID],
) -> None:
    firm, _, project = consultancy
    numbers = []
    for month in YEAR[:6]:
        for week in (6, 13, 20):
            firm.work(project, month.replace(day=week + 1), minutes=301)
        firm.settle()
        numbers += bill(firm, month)

    entry, on = Decimal("5.25") * 130, last_day(YEAR[5])
    assert len(numbers) == 5
    assert in_books(firm.system, "DE01", "1100", on) == Decimal("10000.00")
    assert in_books(firm.system, "DE01", "4090", on) == entry * 15 - 10000
    assert -in_books(firm.system, "DE01", "4000", on) == entry * 18
    assert in_books(firm.system, "DE01", "1200", on) == entry * 3
    blocked = propose(firm.system, "DE01", on, on, named_id("run", "blocked"))[1]
    assert [one.given.blocker for one in blocked] == ["CAP_EXCEEDED"]
    assert off(firm) == {}

"""A billing run on a real database: proposed, approved by somebody else, issued, once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from click import BadParameter

from api.commands import run_billing
from api.commands.run_billing import issue_all, minimums_of, prepare, propose, run_id_of
from domain.delivery.time_entry import timesheet_id
from domain.identity import named_id
from domain.policies import project_id
from tests.firm import CHIEF, Firm

RUN = named_id("run", "January")
ON = date(2025, 1, 31)


@pytest.fixture
def busy(firm: Firm) -> Firm:
    """Two contracts with unbilled time, one of them suspended."""
    for month in range(1, 3):
        firm.rates(date(2025, month, 28), USD="1.04", GBP="0.83")
    for name in ("Fine", "Held up"):
        contract, project = firm.win(name)
        firm.work(project, date(2025, 1, 3 if name == "Fine" else 6))
    firm.do("SuspendContract", contract_id=contract, why="a dispute")
    firm.settle()
    return firm


def prepared(firm: Firm) -> list[run_billing.Proposed]:
    """Propose the month and put it on record."""
    known, found = propose(firm.system, "DE01", ON, ON, RUN)
    command = prepare(RUN, "DE01", ON, ON, known, found)
    firm.system.store.execute(command, run_billing.operator())
    return found


def test_a_proposal_is_what_is_issued_then(busy: Firm) -> None:
    found = prepared(busy)
    told = {one.name: one.given for one in found}
    assert told["Held up"].blocker == "CONTRACT_SUSPENDED"
    assert (told["Fine"].net, told["Fine"].tax) == (Decimal("1200.00"), Decimal("228.00"))
    busy.do("ApproveRun", CHIEF, run_id=RUN)

    numbers, refused = issue_all(busy.system, RUN)

    assert (numbers, refused) == (["DE01-INV-2025-00001"], [])
    busy.settle()
    with busy.system.connect() as conn:
        rows: Any = conn.execute("SELECT net, tax FROM invoices").fetchall()
    assert rows == [(told["Fine"].net, told["Fine"].tax)]


def test_an_invoice_of_a_run_happens_on_its_date_whenever_it_is_issued(busy: Firm) -> None:
    prepared(busy)
    busy.do("ApproveRun", CHIEF, run_id=RUN)
    issue_all(busy.system, RUN)

    with busy.system.connect() as conn:
        dates = conn.execute(
            "SELECT DISTINCT effective_date FROM events WHERE topic = 'billing.invoice_issued'"
        ).fetchall()
    assert dates == [(ON,)]


def test_a_week_of_two_contracts_is_billed_in_one_run(busy: Firm) -> None:
    _, project = busy.win("Also fine")
    busy.work(project, date(2025, 1, 3))
    busy.settle()
    prepared(busy)
    busy.do("ApproveRun", CHIEF, run_id=RUN)

    numbers, refused = issue_all(busy.system, RUN)

    assert (len(numbers), refused) == (2, [])


def test_issuing_again_issues_nothing(busy: Firm) -> None:
    prepared(busy)
    busy.do("ApproveRun", CHIEF, run_id=RUN)
    issue_all(busy.system, RUN)

    assert issue_all(busy.system, RUN) == ([], [])
    busy.settle()
    assert propose(busy.system, "DE01", ON, ON, named_id("run", "again"))[1][0].given.blocker


def test_a_rehearsal_records_nothing(busy: Firm) -> None:
    with busy.system.connect() as conn:
        before = conn.execute("SELECT max(position) FROM events").fetchone()
        twice = [propose(busy.system, "DE01", ON, ON, RUN) for _ in range(2)]
        after = conn.execute("SELECT max(position) FROM events").fetchone()

    assert before == after
    assert twice[0] == twice[1]


def test_a_run_names_whom_it_passes_over_and_what_is_too_small(busy: Firm) -> None:
    busy.do("ParkClient", CHIEF, client_id=busy.client, why="a dispute")
    busy.settle()
    parked = propose(busy.system, "DE01", ON, ON, RUN)[1]
    busy.do("UnparkClient", CHIEF, client_id=busy.client)
    busy.settle()
    small = propose(busy.system, "DE01", ON, ON, RUN, {"USD": Decimal("1200.01")})[1]

    assert {one.given.blocker for one in parked} == {"CLIENT_PARKED"}
    told = {one.name: one.given for one in small}
    assert (told["Fine"].blocker, told["Fine"].net) == ("BELOW_MINIMUM", Decimal("1200.00"))


def test_a_run_says_what_is_held(busy: Firm) -> None:
    project = project_id(named_id("opportunity", "Fine"))
    held = [busy.work(project, date(2025, 1, day)) for day in (8, 9)]
    busy.settle()

    def told() -> Any:
        busy.settle()
        return {one.name: one.given for one in propose(busy.system, "DE01", ON, ON, RUN)[1]}

    def hold(pair: Any) -> None:
        busy.do("HoldBillable", kind="time", holder_id=pair[0], item_id=pair[1], why="not yet")

    hold(held[0])
    assert (told()["Fine"].net, told()["Fine"].text) == (Decimal("2400.00"), "1 held: 1200.00 USD")
    hold(held[1])
    sheet: Any = busy.store.load_fresh([timesheet_id(busy.person, date(2025, 1, 3))])
    [(holder, aggregate)] = sheet.items()
    hold((holder, next(iter(aggregate.entries))))

    assert told()["Fine"].blocker == "BILLABLE_HELD"
    assert told()["Fine"].text == "3 held: 3600.00 USD"


def test_over_the_same_things_it_is_the_same_run_until_discarded(busy: Firm) -> None:
    def run_id() -> Any:
        found = propose(busy.system, "DE01", ON, ON, RUN)[1]
        return run_id_of(busy.system, "DE01", ON, ON, found), found

    first, found = run_id()
    busy.system.store.execute(prepare(first, "DE01", ON, ON, 1, found), run_billing.operator())
    busy.settle()
    assert run_id()[0] == first

    busy.do("DiscardRun", CHIEF, run_id=first, why="a mistake")
    assert run_id()[0] != first

    busy.work(project_id(named_id("opportunity", "Fine")), date(2025, 1, 8))
    busy.settle()
    assert run_id()[0] != first


@pytest.mark.parametrize("given", ["50", "EUR", "XXXX=5", "EUR=much"])
def test_a_minimum_is_a_currency_and_an_amount(given: str) -> None:
    with pytest.raises(BadParameter):
        minimums_of([given])
    assert minimums_of(["EUR=50", "JPY=5000"]) == {"EUR": Decimal(50), "JPY": Decimal(5000)}

"""A billing run on a real database: proposed, approved by somebody else, issued, once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from api.commands import run_billing
from api.commands.run_billing import issue_all, prepare, propose
from domain.identity import named_id
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

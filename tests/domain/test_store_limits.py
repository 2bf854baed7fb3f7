"""Limits of a contract hold whoever bills at once; a rehearsal says what will happen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from domain.contracts.account import ContractAccount, account_id
from domain.request import Outcome
from domain.store import Store
from tests.adapters.writers import CONTRACT, approved, attempt, invoice, sign, store_at
from tests.domain.samples import new
from tests.firm import CHIEF, Firm

ROUNDS = 40


@pytest.fixture
def office(firm: Firm) -> Firm:
    """The firm with one contract of 100 EUR an hour."""
    sign(firm)
    return firm


@pytest.fixture
def other(office: Firm) -> Iterator[Store]:
    """Another process's store on the same log."""
    with store_at(office.system.addresses.pooled) as store:
        yield store


def account(store: Store) -> ContractAccount:
    """The contract's account as the log has it."""
    id_ = account_id(CONTRACT)
    found = store.load_fresh([id_])[id_]
    assert isinstance(found, ContractAccount)
    return found


def test_two_clients_never_bill_past_a_cap_together(office: Firm, other: Store) -> None:
    """Each round has 150 EUR of room for two hours of 100: one is cut or comes too late."""
    sources = approved(office, 2 * ROUNDS)
    with ThreadPoolExecutor(2) as pool:
        for no in range(ROUNDS):
            office.do("SetCap", contract_id=CONTRACT, name="all", limit=str(150 * (no + 1)))
            start = Barrier(2)

            def bill(store: Store, at: int, start: Barrier = start) -> str:
                command = invoice(f"limit {at}", sources[at])
                start.wait()
                return attempt(store, command)

            tries = [pool.submit(bill, office.store, 2 * no), pool.submit(bill, other, 2 * no + 1)]
            assert [each.result(timeout=30) for each in tries] == ["", ""]
            assert account(other).billed == 150 * (no + 1)

    written = sum(amount for amount, _ in account(other).written.values())
    assert written == 50 * ROUNDS


def test_one_of_two_gets_the_rest_of_an_order(office: Firm, other: Store) -> None:
    first, second = approved(office, 2)
    office.do("AttachPurchaseOrder", contract_id=CONTRACT, number="PO-1", limit="100")
    start = Barrier(2)

    def bill(store: Store, name: str, source: Any) -> str:
        start.wait()
        return attempt(store, invoice(name, source))

    with ThreadPoolExecutor(2) as pool:
        tries = [
            pool.submit(bill, office.store, "a", first),
            pool.submit(bill, other, "b", second),
        ]
        found = sorted(each.result(timeout=30) for each in tries)

    assert found == ["", "PO_EXHAUSTED"]


def test_a_rehearsed_invoice_answers_what_the_real_one_will(office: Firm) -> None:
    sources = approved(office, 4)
    office.do("DefineTaxCode", entity="DE01", code="VAT", name="VAT", country="DE",
              from_date="2025-01-01", taxes=[{"name": "VAT", "rate_pct": "19"}])  # fmt: skip
    office.do("SetContractTax", contract_id=CONTRACT, tax_code="VAT", per_document=True)
    office.do("SetCap", contract_id=CONTRACT, name="all", limit="300")
    command = invoice("i", *sources).model_copy(update={"discount_pct": Decimal(10)})
    before = office.store.recorder.max_notification_id()

    rehearsed: Outcome = office.store.execute(
        command.model_copy(update={"dry_run": True, "command_id": new("rehearsal")}), CHIEF
    )

    assert office.store.recorder.max_notification_id() == before
    real: Any = office.store.execute(command, CHIEF).answer
    assert rehearsed.answer == real
    assert (real.net, real.tax, real.discount, real.written_down) == (300, 57, 40, 60)
    assert real.warnings == tuple(
        f"cap all: {pct} % reached, 300.00 of 300 used" for pct in (75, 90, 100)
    )

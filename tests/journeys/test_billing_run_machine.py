"""Anything goes in billing at once: runs, holds, write-downs, voiding and rebilling race.

Who wins is not predicted. What was accepted is applied to the model in the one order in which all
of it can have been: taken back, written down, held, billed.
"""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from api.commands.run_billing import issue_all, operator, prepare, propose
from api.wiring import System
from domain.billing.run_commands import run_invoice_id
from domain.money import quantize
from domain.store import Store
from tests.adapters.writers import attempt, crowd, made
from tests.domain.samples import new
from tests.firm import Firm
from tests.journeys import test_billing_machine as plain
from tests.journeys.test_billing_machine import (
    CENTS,
    FIRST_DAY,
    KINDS,
    Books,
    Desk,
    Thing,
    asked,
)
from tests.projections.faults import off

LATER, LAST = FIRST_DAY + timedelta(days=90), FIRST_DAY + timedelta(days=119)
ORDER = ("take back", "write down", "hold", "bill")
OPS = st.sampled_from(["bill", "run", "hold", "write down", "void", "rebill", "credit"])
NAMES = count(1)
REFUSALS = {
    "", "NOT_BILLABLE", "BILLABLE_HELD", "INVOICE_TOUCHED", "VOID_TOO_LATE", "OVER_WRITTEN_DOWN",
    "OVER_CREDITED", "PARTIAL_RESTORE", "PROPOSAL_BLOCKED",
}  # fmt: skip


@dataclass
class Op:
    """Something that is tried on a store; ``accepted`` tells the model, at its place in ORDER."""

    place: str
    attempt: Callable[[Store], set[str]]
    accepted: Callable[[], object]


class Races(Desk):
    """Two things at once from two processes; invoices are found by what stands on them.

    What a step draws from must not depend on who wins, so there is no bundle of invoices.
    """

    things = Desk.things

    @rule(first=OPS, second=OPS, chosen=st.lists(things, min_size=1, max_size=3), cents=CENTS)
    def race(self, first: str, second: str, chosen: list[Thing], cents: int) -> None:
        """Two people do something about the same things in the same moment."""
        ops = [self.op(name, chosen, cents) for name in (first, second)]
        start = Barrier(2)

        def run(op: Op, store: Store) -> set[str]:
            start.wait()
            return op.attempt(store)

        stores = (self.firm.store, self.books.other)
        codes = crowd([partial(run, op, store) for op, store in zip(ops, stores, strict=True)])
        assert set().union(*codes) <= REFUSALS, codes
        done = [op for op, said in zip(ops, codes, strict=True) if "" in said]
        for op in sorted(done, key=lambda op: ORDER.index(op.place)):
            op.accepted()

    @rule()
    def run_billing(self) -> None:
        """Bill all there is by a run: everything free is billed, what is held is not."""
        op = self.run_op()
        assert op.attempt(self.firm.store) <= {""}
        op.accepted()
        assert all(one.invoice or one.held or not one.worth for one in self.books.things)

    @rule(thing=things)
    def set_apart(self, thing: Thing) -> None:
        """Hold a thing, or let it go."""
        name = "ReleaseBillable" if thing.held else "HoldBillable"
        why = {} if thing.held else {"why": "x"}
        code = attempt(self.firm.store, made(name, **named(thing), **why))
        assert code in {"", "NOT_BILLABLE"}
        thing.held ^= not code

    @rule(thing=things, cents=CENTS)
    def give_up(self, thing: Thing, cents: int) -> None:
        """Write some of a thing down."""
        op = self.write_down_op([thing], cents)
        if "" in op.attempt(self.firm.store):
            op.accepted()

    def op(self, name: str, chosen: list[Thing], cents: int) -> Op:
        ops: dict[str, Callable[[], Op]] = {
            "bill": lambda: self.bill_op(chosen), "run": self.run_op,
            "hold": lambda: self.hold_op(chosen[0]),
            "write down": lambda: self.write_down_op(chosen, cents),
            "void": lambda: self.take_back_op("VoidInvoice", chosen),
            "rebill": lambda: self.take_back_op("RebillInvoice", chosen),
            "credit": lambda: self.credit_op(chosen),
        }  # fmt: skip
        return ops[name]()

    def bill_op(self, chosen: list[Thing]) -> Op:
        id_, command = self.invoice_of(chosen, 90)
        return Op("bill", one(command), partial(self.billed, id_, chosen))

    def run_op(self) -> Op:
        """A run prepared from what is known now; a thing may be gone by the time it is issued."""
        self.firm.settle()
        run_id = new(f"race run {next(NAMES)}")
        known, found = propose(self.firm.system, "DE01", LAST, LATER, run_id)
        if not found:
            return Op("bill", lambda _: set(), list)
        command = prepare(run_id, "DE01", LAST, LATER, known, found)
        self.firm.store.execute(command, operator())
        self.firm.do("ApproveRun", run_id=run_id)
        contracts = [each.given.contract_id for each in found]
        return Op(
            "bill", partial(issued, self.firm, run_id), lambda: self.learn(run_id, contracts)
        )

    def learn(self, run_id: UUID, contracts: list[UUID]) -> None:
        """Take over what a run has billed."""
        ids = [run_invoice_id(run_id, contract) for contract in contracts]
        known = {thing.id: thing for thing in self.books.things}
        for id_, invoice in self.firm.store.load_fresh(ids).items():
            document: Any = invoice
            sources = [s.id for line in document.lines.values() for s in line.sources]
            self.billed(id_, [known[source] for source in sources])

    def hold_op(self, thing: Thing) -> Op:
        def held() -> None:
            thing.held = True

        return Op("hold", one(made("HoldBillable", **named(thing), why="x")), held)

    def write_down_op(self, chosen: list[Thing], cents: int) -> Op:
        thing = chosen[0]
        amount = min(quantize(Decimal(cents) / 100, "USD"), thing.worth or Decimal("0.01"))

        def written() -> None:
            thing.written += amount

        command = made("WriteDownBillable", **named(thing), amount=str(amount), on=LATER, why="x")
        return Op("write down", one(command), written)

    def take_back_op(self, name: str, chosen: list[Thing]) -> Op:
        """Void or rebill the invoice that the first thing stands on."""
        invoice = chosen[0].invoice
        if invoice is None:
            return self.bill_op(chosen)
        again = new(f"again {next(NAMES)}")
        more = {"new_invoice_id": again} if name == "RebillInvoice" else {}
        command = made(name, invoice_id=invoice, memo_id=new(f"race memo {next(NAMES)}"), why="x",
                       issued_on=self.loaded(invoice).issued_on, **more)  # fmt: skip

        def taken_back() -> None:
            freed = [thing for thing in self.books.things if thing.invoice == invoice]
            for thing in freed:
                thing.invoice = None
            if more:
                self.billed(again, freed)

        return Op("take back", one(command), taken_back)

    def credit_op(self, chosen: list[Thing]) -> Op:
        """Credit all of the first line of the invoice that the first thing stands on."""
        invoice = chosen[0].invoice
        if invoice is None:
            return self.bill_op(chosen)
        command = made("IssueCreditMemo", memo_id=new(f"race memo {next(NAMES)}"), why="x",
                       invoice_id=invoice, lines=[{"no": 1, "restore": True}],
                       issued_on=FIRST_DAY + timedelta(days=95))  # fmt: skip

        return Op("take back", one(command), partial(self.free, invoice, 1))


def one(command: Any) -> Callable[[Store], set[str]]:
    """Try one command; its code."""
    return lambda store: {attempt(store, command)}


def issued(firm: Firm, run_id: UUID, store: Store) -> set[str]:
    """Issue a run; the codes of its refusals, and nothing where something was issued."""
    system: System = copy(firm.system)
    system.__dict__["store"] = store
    numbers, refused = issue_all(system, run_id)
    return {why.code for _, why in refused} | ({""} if numbers else set())


def named(thing: Thing) -> dict[str, Any]:
    """How a command names it."""
    return {"kind": thing.kind, "holder_id": thing.holder, "item_id": thing.id}


WANTED = (
    "billing.invoice_issued", "billing.credit_memo_issued", "billing.run_invoice_issued",
    "contracts.billable_held", "contracts.billable_released", "contracts.billable_written_down",
)  # fmt: skip


@pytest.fixture
def books(firm: Firm) -> Iterator[Books]:
    """The firm with a rate for every day, and a second process's store."""
    yield from plain.opened(firm)


def test_consumption_is_conserved_whatever_races(books: Books) -> None:
    machine: Any = partial(Races, books)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],  # a run leaves its traces in the log: none can be shrunk
            suppress_health_check=list(HealthCheck),
        ),
    )

    kinds = {row[0]: row[1] for row in asked(books, KINDS)}
    assert min(kinds.get(topic, 0) for topic in WANTED) >= 1, kinds
    assert off(books.firm) == {}

"""Anything goes in billing: whatever is done in whatever order, nothing is lost or doubled."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from domain.money import quantize
from domain.store import Store
from tests.adapters.writers import attempt, made, store_at
from tests.domain.samples import new, usd
from tests.firm import WORKER, Firm

FIRST_DAY = date(2025, 1, 2)
DAYS = 120
NAMES = count(1)
TYPES = st.sampled_from(["time", "time", "expense"])
CENTS = st.integers(1, 200_000)


@dataclass
class Thing:
    """A billable thing as the model knows it; ``invoice`` is where it stands."""

    kind: str
    holder: UUID
    id: UUID
    amount: Decimal
    invoice: UUID | None = None
    written: Decimal = Decimal(0)
    held: bool = False

    @property
    def worth(self) -> Decimal:
        """What may be billed of it."""
        return self.amount - self.written

    @property
    def source(self) -> dict[str, Any]:
        """How an invoice names it."""
        return {"kind": self.kind, "holder_id": self.holder, "ids": [self.id]}


def obstacles(chosen: list[Thing]) -> set[str]:
    """What an invoice of these things may be refused for; nothing where it may not."""
    gone = any(thing.invoice or not thing.worth for thing in chosen)
    held = any(thing.held for thing in chosen)
    if any(thing.invoice for thing in chosen):
        return {"NOT_BILLABLE"}
    found = {"NOT_BILLABLE": gone, "BILLABLE_HELD": held}
    return {code for code, is_so in found.items() if is_so} or {""}


@dataclass
class Books:
    """The firm, another process's store, and every thing and document of all runs."""

    firm: Firm
    other: Store
    things: list[Thing] = field(default_factory=list)
    invoices: list[UUID] = field(default_factory=list)
    payments: list[UUID] = field(default_factory=list)


class Desk(RuleBasedStateMachine):
    """A contract of its own, work and expenses to bill, and what must hold after any step."""

    things: Bundle[Thing] = Bundle("things")

    def __init__(self, books: Books) -> None:
        super().__init__()
        self.books, self.firm = books, books.firm
        self.name = f"run {next(NAMES)}"
        self.days = (FIRST_DAY + timedelta(days=n) for n in range(DAYS))

    @initialize(target=things)
    def sign(self) -> Any:
        """A contract and a person of this run's own, and some work to begin with."""
        self.contract, self.project = self.firm.win(self.name)
        self.person = new(self.name)
        self.firm.do("RegisterPerson", person_id=self.person, code=self.name, entity="DE01",
                     role="consultant")  # fmt: skip
        self.firm.do("SetCostRate", person_id=self.person, from_date="2025-01-01",
                     hourly_rate="61.37")  # fmt: skip
        return multiple(self.spend(4999, 5), *(self.work(minutes) for minutes in (29, 480, 61)))

    def keep(self, kind: str, holder: UUID, id_: UUID, amount: Decimal) -> Thing:
        self.books.things.append(Thing(kind, holder, id_, amount))
        return self.books.things[-1]

    @rule(target=things, minutes=st.integers(1, 700))
    def more_work(self, minutes: int) -> Any:
        """Approve some time on a day of its own."""
        return self.work(minutes)

    def work(self, minutes: int) -> Any:
        day = next(self.days, None)
        if day is None:
            return multiple()
        given = {"person_id": self.person}
        logged: Any = self.firm.do("LogTime", WORKER, **given, project_id=self.project,
                                   work_date=day, minutes=minutes).answer  # fmt: skip
        self.firm.do("SubmitTimesheet", WORKER, **given, week=day)
        self.firm.do("ApproveTime", **given, week=day)
        amount = quantize(Decimal(150) * minutes / 60, "USD")
        return self.keep("time", logged.id, logged.entry_id, amount)

    @rule(target=things, cents=CENTS, markup=st.sampled_from([0, 5, 33]))
    def more_spending(self, cents: int, markup: int) -> Thing:
        """Approve an expense."""
        return self.spend(cents, markup)

    def spend(self, cents: int, markup: int) -> Thing:
        id_, net = new(f"expense {next(NAMES)}"), Decimal(cents) / 100
        self.firm.do("RecordExpense", WORKER, expense_id=id_, person_id=self.person,
                     project_id=self.project, spent_on=FIRST_DAY, category="travel",
                     net=usd(str(net)), tax=usd("0.00"), markup_pct=str(markup))  # fmt: skip
        self.firm.do("ApproveExpense", expense_id=id_)
        return self.keep("expense", id_, id_, quantize(net * (100 + markup) / 100, "USD"))

    def invoice_of(self, things: list[Thing], day: int) -> tuple[UUID, Any]:
        id_ = new(f"invoice {next(NAMES)}")
        chosen = {thing.id: thing for thing in things}.values()
        return id_, made("IssueInvoice", invoice_id=id_, contract_id=self.contract,
                         issued_on=FIRST_DAY + timedelta(days=day),
                         sources=[thing.source for thing in chosen])  # fmt: skip

    def billed(self, id_: UUID, things: list[Thing]) -> UUID:
        self.books.invoices.append(id_)
        for thing in things:
            thing.invoice = id_
        return id_

    def free(self, invoice: UUID, no: int) -> None:
        freed = {source.id for source in self.loaded(invoice).lines[no].sources}
        for thing in self.books.things:
            if thing.id in freed:
                thing.invoice = None

    def loaded(self, id_: UUID) -> Any:
        return self.firm.store.load_fresh([id_])[id_]

    @invariant()
    def what_is_billed_stands_where_the_model_says(self) -> None:
        for thing in self.books.things[-6:]:
            holder = self.loaded(thing.holder)
            state = holder.entries[thing.id].state if thing.kind == "time" else holder.state
            assert (state == "billed") is (thing.invoice is not None)

    def teardown(self) -> None:
        """After every run the sub-ledgers equal the ledger."""
        self.firm.settle()
        for check in CHECKS:
            check(self.books)


class Billing(Desk):
    """Approve, bill, bill at once, credit, free, bill again, pay in parts, settle."""

    things = Desk.things
    invoices: Bundle[UUID] = Bundle("invoices")

    @rule(target=invoices, chosen=st.lists(things, min_size=1, max_size=5), day=st.integers(0, 90))
    def bill_some(self, chosen: list[Thing], day: int) -> Any:
        """Bill some things; refused where one of them is billed already."""
        return self.bill(chosen, day)

    def bill(self, chosen: list[Thing], day: int) -> Any:
        id_, command = self.invoice_of(chosen, day)
        code = attempt(self.firm.store, command)

        assert code in obstacles(chosen)
        return multiple() if code else self.billed(id_, chosen)

    @rule(target=invoices, chosen=st.lists(things, min_size=1, max_size=4), day=st.integers(0, 90))
    def bill_at_once(self, chosen: list[Thing], day: int) -> Any:
        """Two clients bill the same things in the same moment: one of them does."""
        tries = [self.invoice_of(chosen, day) for _ in range(2)]
        start = Barrier(2)

        def run(store: Store, command: Any) -> str:
            start.wait()
            return attempt(store, command)

        stores = (self.firm.store, self.books.other)
        with ThreadPoolExecutor(2) as pool:
            sent = [
                pool.submit(run, store, command)
                for store, (_, command) in zip(stores, tries, strict=True)
            ]
            codes = [each.result(timeout=30) for each in sent]
        if (found := obstacles(chosen)) != {""}:
            assert set(codes) <= found
            return multiple()
        assert sorted(codes) == ["", "NOT_BILLABLE"]
        return self.billed(tries[codes.index("")][0], chosen)

    @rule(invoice=invoices, line=st.integers(1, 5), share=st.integers(1, 100), free=st.booleans())
    def credit(self, invoice: UUID, line: int, share: int, free: bool) -> None:
        """Take back a part of a line, or free all of it."""
        lines_of = self.loaded(invoice).lines
        line = 1 + line % len(lines_of)
        net = lines_of[line].net
        part = {} if share == 100 or free else {"net": str(quantize(net * share / 100, "USD"))}
        given = {"memo_id": new(f"memo {next(NAMES)}"), "invoice_id": invoice, "why": "x",
                 "issued_on": FIRST_DAY + timedelta(days=95)}  # fmt: skip
        lines = [{"no": line, "restore": free, **part}]
        if part == {"net": "0.00"}:
            return
        code = attempt(self.firm.store, made("IssueCreditMemo", **given, lines=lines))
        assert code in {"", "OVER_CREDITED", "UNKNOWN_LINE", "PARTIAL_RESTORE"}
        if free and not code:
            self.free(invoice, line)

    @rule(target=invoices, chosen=st.lists(things, min_size=1, max_size=3), day=st.integers(0, 90))
    def bill_again(self, chosen: list[Thing], day: int) -> Any:
        """Free the whole invoice some things stand on, where that can be, and bill them again."""
        for invoice in {thing.invoice for thing in chosen if thing.invoice}:
            lines = [{"no": no, "restore": True} for no in self.loaded(invoice).lines]
            command = made("IssueCreditMemo", memo_id=new(f"memo {next(NAMES)}"), why="x",
                           invoice_id=invoice, lines=lines,
                           issued_on=FIRST_DAY + timedelta(days=95))  # fmt: skip
            if attempt(self.firm.store, command):
                return multiple()
            for no in self.loaded(invoice).lines:
                self.free(invoice, no)
        return self.bill(chosen, day)

    @rule(invoice=invoices, cents=CENTS, day=st.integers(0, 100))
    def pay(self, invoice: UUID, cents: int, day: int) -> None:
        """Receive some money and apply as much of it as is open."""
        id_, amount = new(f"payment {next(NAMES)}"), Decimal(cents) / 100
        on = FIRST_DAY + timedelta(days=day)
        self.firm.do("RecordPayment", payment_id=id_, client_id=self.firm.client, received_on=on,
                     amount=usd(str(amount)), bank_reference=str(id_))  # fmt: skip
        self.books.payments.append(id_)
        applied = min(amount, self.loaded(invoice).open)
        if applied > 0:
            self.firm.do("ApplyPayment", payment_id=id_, invoice_id=invoice, applied_on=on,
                         amount=usd(str(applied)))  # fmt: skip


def asked(books: Books, question: str) -> list[Any]:
    with books.firm.system.connect() as conn:
        return conn.execute(question.encode()).fetchall()


def account(books: Books, code: str) -> tuple[Decimal, Decimal]:
    """Balance of an account, in dollars and in the books."""
    [found] = asked(
        books,
        "SELECT coalesce(sum(amount), 0), coalesce(sum(functional), 0) FROM ledger_lines"
        f" WHERE account = '{code}' AND currency = 'USD'",
    )
    return found[0], found[1]


def moved(books: Books, table: str) -> tuple[Decimal, Decimal]:
    """Sum of a sub-ledger's moves, in dollars and in the books."""
    [found] = asked(
        books, f"SELECT coalesce(sum(amount), 0), coalesce(sum(functional), 0) FROM {table}"
    )
    return found[0], found[1]


def the_books_balance(books: Books) -> None:
    assert (
        asked(books, "SELECT 1 FROM ledger_lines GROUP BY journal_id HAVING sum(functional) <> 0")
        == []
    )
    assert asked(books, "SELECT slot FROM projections WHERE halted IS NOT NULL") == []
    assert asked(books, "SELECT error FROM dead_letters") == []


def receivables_are_what_invoices_have_open(books: Books) -> None:
    invoices: list[Any] = list(books.firm.store.load_fresh(books.invoices).values())
    zero = Decimal(0)
    open_ = sum((i.open for i in invoices), zero), sum((i.functional_open for i in invoices), zero)

    assert account(books, "1100") == moved(books, "receivable_moves") == open_
    assert all(i.open >= 0 and bool(i.open) >= bool(i.functional_open) for i in invoices)


def the_position_is_what_is_unbilled(books: Books) -> None:
    left = sum((t.worth for t in books.things if t.invoice is None), Decimal(0))

    assert account(books, "1200") == moved(books, "unbilled_moves")
    assert account(books, "1200")[0] == left


def credits_are_what_clients_have_left(books: Books) -> None:
    payments: list[Any] = list(books.firm.store.load_fresh(books.payments).values())
    amount = sum(p.left for p in payments)
    functional = sum(p.functional_left for p in payments)
    for memo in memos(books):
        owed = memo.totals.gross - memo.from_open
        amount, functional = amount + owed, functional + memo.quote.convert(owed)

    assert account(books, "2230") == (-amount, -functional)


def memos(books: Books) -> Iterator[Any]:
    store = books.firm.store
    topics = ["billing.credit_memo_issued"]
    for note in store.recorder.select_notifications(1, 10**6, topics=topics):
        yield store.mapper.to_domain_event(note)


def nothing_is_billed_twice(books: Books) -> None:
    rows = asked(
        books, "SELECT item_id, sum(amount), max(amount) FROM unbilled_moves GROUP BY item_id"
    )
    left = {row[0]: row[1] for row in rows}

    assert left == {t.id: t.worth if t.invoice is None else 0 for t in books.things}
    assert all(0 <= total <= amount for _, total, amount in rows)


def invoices_add_up(books: Books) -> None:
    assert asked(
        books,
        "SELECT i.id FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id GROUP BY i.id,"
        " i.net, i.tax, i.gross HAVING sum(l.net) <> i.net OR sum(l.tax) <> i.tax"
        " OR i.gross <> i.net + i.tax",
    ) == []  # fmt: skip
    numbers = [row[0] for row in asked(books, "SELECT number FROM invoices ORDER BY number")]
    assert numbers == [f"DE01-INV-2025-{n:05d}" for n in range(1, len(numbers) + 1)]


CHECKS: tuple[Callable[[Books], None], ...] = (
    the_books_balance,
    receivables_are_what_invoices_have_open,
    the_position_is_what_is_unbilled,
    credits_are_what_clients_have_left,
    nothing_is_billed_twice,
    invoices_add_up,
)


KINDS = "SELECT topic, count(*) FROM events GROUP BY topic"
WANTED = (
    "billing.invoice_issued", "billing.credit_memo_issued", "billing.payment_applied",
    "delivery.time_restored", "delivery.expense_billed",
)  # fmt: skip
"""Facts without which a run of the machine would have tried nothing."""


@pytest.fixture
def books(firm: Firm) -> Iterator[Books]:
    """The firm with a rate for every day, and a second process's store."""
    yield from opened(firm)


def opened(firm: Firm) -> Iterator[Books]:
    """The firm's books, with rates that move from day to day."""
    random = Random(7)  # noqa: S311 -- rates of a fictional year
    for n in range(DAYS):
        firm.rates(FIRST_DAY + timedelta(days=n), USD=f"{random.uniform(0.9, 1.2):.4f}")
    with store_at(firm.system.addresses.pooled) as other:
        yield Books(firm, other)


def test_nothing_is_lost_or_doubled_whatever_is_billed_credited_and_paid(books: Books) -> None:
    machine: Any = partial(Billing, books)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],  # a run leaves its traces in the log: none can be shrunk
            suppress_health_check=list(HealthCheck),
        ),
    )
    kinds = {row[0]: row[1] for row in asked(books, KINDS)}
    assert min(kinds.get(topic, 0) for topic in WANTED) >= 1, kinds

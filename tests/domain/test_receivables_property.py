"""Whatever happens to receivables: control accounts are their sub-ledgers, settled is zero."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.billing.invoice import Invoice
from domain.billing.payment import Payment
from domain.errors import Refusal
from domain.receivables.allowance import CreditLossAllowance
from domain.receivables.credit_account import credit_account_id
from domain.receivables.memo_credit import MemoCredit
from domain.receivables.write_off import WriteOff
from tests.domain.named import new
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import usd

FIRST = date(2025, 1, 8)
INVOICES = 2
KINDS = ("pay", "apply", "early", "close", "unapply", "bounce", "memo", "use", "unuse", "refund",
         "give_up", "ask_again", "recover", "forgive")  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 3), st.integers(0, 3), st.integers(1, 99)),
    min_size=6, max_size=25,
)  # fmt: skip
ZERO = Decimal(0), Decimal(0)


@cache
def stage() -> PaperFirm:
    """Two invoices in dollars, a rate for every day, and generous policies."""
    firm = PaperFirm()
    firm.found()
    for day in range(60):
        firm.rates(FIRST + timedelta(days=day), USD=f"1.0{(day * 7919) % 900 + 13:03d}")
    firm.do("SetTolerance", entity="DE01", amount="50")
    firm.do("SetWriteOffLimit", entity="DE01", amount="5000")
    firm.do("SetEarlyPaymentTerms", client_id=firm.client, from_date="2025-01-01",
            discount_pct="3", days=100)  # fmt: skip
    contract, project = firm.win("Deal", rate_card_id=firm.card, tax_rate_pct="19")
    for no in range(INVOICES):
        work = firm.work(project, FIRST + timedelta(days=no * 7), 97 + no)
        firm.bill(str(no), contract, FIRST + timedelta(days=no * 7), work)
    return firm


def one_of(found: Sequence[Any], no: int) -> Any:
    """One of them, if there are any."""
    return found[no % max(len(found), 1)]


class Play:
    """Steps on a firm of its own; what is refused did not happen."""

    def __init__(self) -> None:
        self.firm = deepcopy(stage())
        self.invoices = self.of(Invoice)
        self.day = FIRST + timedelta(days=14)
        self.made = 0
        for kind, pct in (("pay", 99), ("pay", 98), ("apply", 99), ("memo", 41), ("give_up", 9)):
            self.step(kind, 3, kind == "give_up", pct)

    def of(self, kind: Any) -> list[UUID]:
        """Ids of everything of a kind, in order."""
        begins = {Invoice: Invoice.Issued, Payment: Payment.Recorded,
                  MemoCredit: MemoCredit.Begun, WriteOff: WriteOff.Proposed}[kind]  # fmt: skip
        return [fact.originator_id for fact in self.firm.all(begins)]

    def memos(self) -> list[tuple[UUID, UUID]]:
        """Invoices and their memos."""
        return [(m.originator_id, m.memo_id) for m in self.firm.all(Invoice.Credited)]

    def step(self, kind: str, a: int, b: int, pct: int) -> None:
        """One thing happens, a day later."""
        self.day += timedelta(days=1)
        self.made += 1
        try:
            getattr(self, kind)(a, self.invoices[b % INVOICES], pct)
        except (Refusal, IndexError):
            return

    def do(self, command: str, **fields: Any) -> None:
        """A command by somebody who may."""
        self.firm.do(command, ANYBODY, **fields)

    def part(self, invoice: UUID, pct: int) -> dict[str, str]:
        """Some of what is open."""
        return usd(f"{self.firm.replayed(invoice).open * pct / 90:.2f}")

    def pay(self, a: int, _invoice: UUID, pct: int) -> None:
        self.do("RecordPayment", payment_id=new(f"p{self.made}"), client_id=self.firm.client,
                received_on=self.day, bank_reference=f"p{self.made}",
                amount=usd(f"{pct * (a + 1)}.37"))  # fmt: skip

    def apply(self, a: int, invoice: UUID, pct: int, **more: bool) -> None:
        payment = one_of(self.of(Payment), a)
        left = self.firm.replayed(payment).left
        open_ = self.firm.replayed(invoice).open
        amount = min(left, open_) if pct % 2 else min(left, open_) * pct / 100
        self.do("ApplyPayment", payment_id=payment, invoice_id=invoice, applied_on=self.day,
                amount=usd(f"{amount:.2f}"), **more)  # fmt: skip

    def early(self, a: int, invoice: UUID, pct: int) -> None:
        self.apply(a, invoice, pct, take_discount=True)

    def close(self, a: int, invoice: UUID, pct: int) -> None:
        self.apply(a, invoice, 99 if pct % 2 else pct, close_difference=True)

    def unapply(self, a: int, _invoice: UUID, _pct: int) -> None:
        uses = [(id_, used) for id_ in self.of(Payment) for used in self.firm.replayed(id_).uses]
        payment, invoice = one_of(uses, a)
        self.do("UnapplyPayment", payment_id=payment, invoice_id=invoice, unapplied_on=self.day)

    def bounce(self, a: int, _invoice: UUID, _pct: int) -> None:
        self.do(
            "ReversePayment", payment_id=one_of(self.of(Payment), a), reversed_on=self.day, why="x"
        )

    def memo(self, _a: int, invoice: UUID, pct: int) -> None:
        self.do("IssueCreditMemo", memo_id=new(f"m{self.made}"), invoice_id=invoice, why="x",
                issued_on=self.day, lines=[{"no": 1, "net": f"{pct}.11"}])  # fmt: skip

    def use(self, a: int, invoice: UUID, pct: int) -> None:
        source, memo = one_of(self.memos(), a)
        owed = self.firm.replayed(source).owed.get(memo)
        most = owed.amount if owed and pct % 2 else Decimal(pct)
        amount = min(self.firm.replayed(invoice).open, most)
        self.do("ApplyCredit", invoice_id=source, memo_id=memo, to_invoice_id=invoice,
                applied_on=self.day, amount=usd(f"{amount:.2f}"))  # fmt: skip

    def unuse(self, a: int, _invoice: UUID, _pct: int) -> None:
        credits_ = [self.firm.replayed(id_) for id_ in self.of(MemoCredit)]
        memo_id, invoice = one_of([(c.memo_id, used) for c in credits_ for used in c.uses], a)
        source = next(source for source, memo in self.memos() if memo == memo_id)
        self.do("UnapplyCredit", invoice_id=source, memo_id=memo_id, to_invoice_id=invoice,
                unapplied_on=self.day)  # fmt: skip

    def refund(self, a: int, _invoice: UUID, pct: int) -> None:
        if pct % 2:
            source, memo = one_of(self.memos(), a)
            what: dict[str, Any] = {"invoice_id": source, "memo_id": memo}
        else:
            what = {"payment_id": one_of(self.of(Payment), a)}
        self.do("RefundCredit" if pct % 2 else "RefundPayment", refunded_on=self.day,
                bank_reference=f"r{self.made}", amount=usd(f"{pct}.00"), **what)  # fmt: skip

    def give_up(self, a: int, invoice: UUID, pct: int) -> None:
        self.do("WriteOffReceivable", write_off_id=new(f"w{self.made}"), invoice_id=invoice,
                amount=self.part(invoice, pct), why="x", written_off_on=self.day,
                reclaims_tax=bool(a % 2))  # fmt: skip

    def ask_again(self, a: int, _invoice: UUID, _pct: int) -> None:
        self.do("ReverseWriteOff", write_off_id=one_of(self.of(WriteOff), a), reversed_on=self.day,
                why="x")  # fmt: skip

    def recover(self, a: int, _invoice: UUID, pct: int) -> None:
        self.do("RecoverWriteOff", write_off_id=one_of(self.of(WriteOff), a), received_on=self.day,
                amount=usd(f"{pct}.00"), bank_reference=f"b{self.made}")  # fmt: skip

    def forgive(self, _a: int, invoice: UUID, _pct: int) -> None:
        self.do("WriteOffSmallDifference", invoice_id=invoice, written_off_on=self.day)

    def sub_ledger(self, ids: Sequence[UUID], amount: str, books: str) -> tuple[Decimal, Decimal]:
        """The sum of what aggregates keep, in their currency and in the books."""
        found = [self.firm.replayed(id_) for id_ in ids]
        return (sum((getattr(one, amount) for one in found), Decimal(0)),
                sum((getattr(one, books) for one in found), Decimal(0)))  # fmt: skip

    def unused_credits(self) -> tuple[Decimal, Decimal]:
        """What memos left owing and nobody used yet."""
        begun = {self.firm.replayed(id_).memo_id for id_ in self.of(MemoCredit)}
        owed = [one for invoice in self.invoices
                for memo, one in self.firm.replayed(invoice).owed.items()
                if memo not in begun]  # fmt: skip
        return (sum((one.amount for one in owed), Decimal(0)),
                sum((one.functional for one in owed), Decimal(0)))  # fmt: skip


def check(play: Play) -> None:
    """Control accounts are their sub-ledgers; who owes nothing owes nothing in the books."""
    balances = play.firm.balances()
    opened = play.sub_ledger(play.invoices, "open", "functional_open")
    assert balances.get(("1100", "USD"), ZERO) == opened
    assert play.firm.replayed(credit_account_id(play.firm.client)).owed == opened[1]
    left = play.sub_ledger(play.of(Payment), "left", "functional_left")
    credit = play.sub_ledger(play.of(MemoCredit), "left", "functional_left")
    unused = play.unused_credits()
    owed = tuple(-sum(each) for each in zip(left, credit, unused, strict=True))
    assert balances.get(("2230", "USD"), ZERO) == owed
    moves = play.firm.all(CreditLossAllowance.Moved)
    books = sum(value for (code, _), (_, value) in balances.items() if code == "1110")
    assert -books == sum(move.amount for move in moves)
    for id_ in (*play.invoices, *play.of(Payment), *play.of(MemoCredit)):
        one = play.firm.replayed(id_)
        amount = one.open if id_ in play.invoices else one.left
        books = one.functional_open if id_ in play.invoices else one.functional_left
        assert amount >= 0
        assert books >= 0
        assert amount or not books


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_a_settled_foreign_receivable_is_zero_in_both_currencies(
    steps: list[tuple[str, int, int, int]],
) -> None:
    play = Play()
    for step in steps:
        play.step(*step)
        check(play)

    for invoice in play.invoices:
        open_ = play.firm.replayed(invoice).open
        if open_:
            play.made += 1
            play.pay(9, invoice, 99)
            play.do("ApplyPayment", payment_id=play.of(Payment)[-1], invoice_id=invoice,
                    amount=usd(str(open_)), applied_on=play.day)  # fmt: skip

    assert play.firm.balances()["1100", "USD"] == ZERO
    check(play)

"""Consolidated invoices: one number and total, one invoice a contract, all or none."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.consent import OtherClient
from domain.billing.consolidated import (
    ConsolidatedInvoice,
    NotAPart,
    part_id,
    spread,
)
from domain.billing.documents import NothingToBill
from domain.billing.invoice import Invoice, OverApplied, OverCredited, PartialRestore
from domain.billing.payment import Payment
from domain.billing.payment_refusals import ClientUnknown
from domain.consumption import BilledElsewhere
from domain.contracts.contract import ContractSuspended
from domain.money import CurrencyMismatch
from domain.receivables.collection import Collection, DunningNotDue
from domain.receivables.credit_account import credit_account_id
from domain.request import AlreadyTaken
from domain.revenue.position import ContractTwice
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import usd
from tests.domain.samples_consolidated import deals, issue, part

D = Decimal


class Stage:
    """Two contracts of one client; 150.00 and 300.00 USD of work, not taxed."""

    def __init__(self, firm: PaperFirm, **terms: Any) -> None:
        self.firm = firm
        self.deals = deals(firm, "First", "Second", **terms)
        self.parts = self.work(60, 120)
        self.ids = [part_id(new("doc"), contract) for contract, _ in self.deals]

    def work(self, *minutes: int) -> list[dict[str, Any]]:
        return [part(self.firm, *deal, some)
                for deal, some in zip(self.deals, minutes, strict=True)]  # fmt: skip

    def issue(self) -> Any:
        return issue(self.firm, "doc", self.parts)

    def invoices(self) -> list[Any]:
        return [self.firm.replayed(id_) for id_ in self.ids]

    def opens(self) -> list[Decimal]:
        return [one.open for one in self.invoices()]

    def pay(self, amount: str, **fields: Any) -> None:
        """Receive money, and settle the document with it."""
        name = f"pay {len(self.firm.facts)}"
        self.firm.do("RecordPayment", payment_id=new(name), client_id=self.firm.client,
                     received_on="2025-01-09", amount=usd(amount),
                     bank_reference=name)  # fmt: skip
        self.firm.do("SettleConsolidatedInvoice", document_id=new("doc"), payment_id=new(name),
                     amount=usd(amount), applied_on="2025-01-10", **fields)  # fmt: skip

    def refuses(self, refusal: Any, command: str, /, **changed: Any) -> str:
        """What the document's command says of why it is refused."""
        every: dict[str, dict[str, Any]] = {
            "IssueConsolidatedInvoice": {"issued_on": "2025-01-09", "parts": self.parts},
            "CreditConsolidatedInvoice": {"issued_on": "2025-01-10", "why": "a mistake"},
            "SettleConsolidatedInvoice": {"payment_id": new("p"), "applied_on": "2025-01-10",
                                          "amount": usd("1.00")},
        }  # fmt: skip
        fields = {"document_id": new("doc"), **every[command], **changed}
        return self.firm.refuses(refusal, command, **fields).message


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """Work of two contracts, not billed."""
    return Stage(paper)


def test_parts_share_one_number_and_sum_to_the_document(at: Stage) -> None:
    answer = at.issue()

    document = at.firm.last(ConsolidatedInvoice.Issued)
    assert (answer.number, answer.due) == ("DE01-INV-2025-00001", D("450.00"))
    assert (document.number, document.total) == (answer.number, answer.due)
    assert [(one.number, one.open) for one in at.invoices()] == [
        ("DE01-INV-2025-00001/1", D("150.00")), ("DE01-INV-2025-00001/2", D("300.00")),
    ]  # fmt: skip
    assert [one.part_of.document_id for one in at.invoices()] == [new("doc")] * 2


def test_the_next_invoice_takes_the_next_number(at: Stage) -> None:
    at.issue()
    at.firm.bill("alone", at.deals[0][0], date(2025, 1, 9), at.firm.work(at.deals[0][1],
                 date(2025, 1, 7)))  # fmt: skip
    issue(at.firm, "another", at.work(60, 60))

    numbers = [fact.number for fact in at.firm.all(Invoice.Issued)]
    assert numbers[2:] == ["DE01-INV-2025-00002", "DE01-INV-2025-00003/1",
                           "DE01-INV-2025-00003/2"]  # fmt: skip


def test_it_is_due_when_the_last_of_its_contracts_allows(paper: PaperFirm) -> None:
    at = Stage(paper)
    at.deals = [at.deals[0], *deals(paper, "Patient", payment_terms_days=60)]
    at.parts = at.work(60, 60)

    at.issue()

    assert paper.last(ConsolidatedInvoice.Issued).due_on == date(2025, 3, 10)
    assert {fact.due_on for fact in paper.all(Invoice.Issued)} == {date(2025, 3, 10)}


def test_the_books_hold_each_part_and_their_sum(at: Stage) -> None:
    at.issue()

    issued = at.firm.all(Invoice.Issued)
    owed = at.firm.balances()["1100", "USD"]
    assert owed == (D("450.00"), sum(fact.totals.functional for fact in issued))
    assert at.firm.replayed(credit_account_id(at.firm.client)).owed == owed[1]


def test_the_same_work_is_billed_on_one_document(at: Stage) -> None:
    at.issue()

    assert at.refuses(
        BilledElsewhere, "IssueConsolidatedInvoice", document_id=new("other")
    ).startswith("contract First: ")
    at.refuses(AlreadyTaken, "IssueConsolidatedInvoice")


def test_a_part_that_is_refused_refuses_all_and_names_its_contract(at: Stage) -> None:
    at.firm.do("SuspendContract", contract_id=at.deals[1][0], why="a dispute")

    assert at.refuses(ContractSuspended, "IssueConsolidatedInvoice").startswith(
        "contract Second: "
    )
    assert at.firm.all(Invoice.Issued) == []


def test_a_contract_is_billed_in_one_part(at: Stage) -> None:
    at.refuses(ContractTwice, "IssueConsolidatedInvoice", parts=[at.parts[0], at.parts[0]])


def test_contracts_of_one_client_in_one_currency_are_billed_together(at: Stage) -> None:
    firm = at.firm
    firm.do("RegisterLegalEntity", code="DE02", name="Suedlicht GmbH", currency="EUR",
            country="DE")  # fmt: skip
    terms = {"value": "1", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
             "billing_model": "time_and_materials", "payment_terms_days": 30,
             "rate_card_id": firm.card}  # fmt: skip
    for name, entity in (("near", "DE01"), ("far", "DE02")):
        firm.do("RegisterClient", client_id=new(name), code=name.upper(), name=name,
                entity=entity, currency="USD")  # fmt: skip
        firm.do("DraftContract", contract_id=new(f"of {name}"), client_id=new(name), name=name,
                currency="USD", **terms)  # fmt: skip
        parts = [at.parts[0], {**at.parts[1], "contract_id": new(f"of {name}")}]
        assert name in at.refuses(OtherClient, "IssueConsolidatedInvoice", parts=parts)
    firm.do("DraftContract", contract_id=new("euro"), client_id=firm.client, name="euro",
            currency="EUR", **{**terms, "billing_model": "fixed_fee",
                               "rate_card_id": None})  # fmt: skip
    parts = [at.parts[0], {**at.parts[1], "contract_id": new("euro")}]

    at.refuses(CurrencyMismatch, "IssueConsolidatedInvoice", parts=parts)


def test_a_dry_run_of_the_whole_answers_what_is_issued(at: Stage) -> None:
    answer = at.issue()

    assert [(one.number, one.due) for one in answer.parts] == [
        (one.number, one.open) for one in at.invoices()
    ]
    assert answer.net + answer.tax == answer.due == sum(one.due for one in answer.parts)


def test_a_payment_settles_parts_as_printed(at: Stage) -> None:
    at.issue()

    at.pay("200.00")

    assert at.opens() == [D("0.00"), D("250.00")]
    assert [fact.amount for fact in at.firm.all(Payment.Applied)] == [D(150), D(50)]


def test_a_payment_settles_the_parts_named_first(at: Stage) -> None:
    at.issue()

    at.pay("310.00", first=[at.ids[1]])

    assert at.opens() == [D("140.00"), D("0.00")]


def test_what_settles_a_document_is_checked(at: Stage) -> None:
    at.issue()
    at.firm.do("RecordPayment", payment_id=new("p"), client_id=at.firm.client,
               received_on="2025-01-09", amount=usd("900.00"), bank_reference="p")  # fmt: skip

    at.refuses(OverApplied, "SettleConsolidatedInvoice", amount=usd("450.01"))
    at.refuses(NothingToBill, "SettleConsolidatedInvoice", amount=usd("0.00"))
    euro = {"amount": "1.00", "currency": "EUR"}
    at.refuses(CurrencyMismatch, "SettleConsolidatedInvoice", amount=euro)
    at.firm.do("RegisterClient", client_id=new("other"), code="OTHER", name="Other",
               entity="DE01", currency="USD")  # fmt: skip
    for name, whose in (("strange", {"client_id": new("other")}), ("unknown", {"entity": "DE01"})):
        at.firm.do("RecordPayment", payment_id=new(name), received_on="2025-01-09",
                   amount=usd("9.00"), bank_reference=name, **whose)  # fmt: skip
    at.refuses(OtherClient, "SettleConsolidatedInvoice", payment_id=new("strange"))
    at.refuses(ClientUnknown, "SettleConsolidatedInvoice", payment_id=new("unknown"))
    at.refuses(NotAPart, "SettleConsolidatedInvoice", first=[new("nobody")])


def test_crediting_the_document_credits_each_part_and_frees_the_work(at: Stage) -> None:
    at.issue()

    at.firm.do("CreditConsolidatedInvoice", document_id=new("doc"), issued_on="2025-01-10",
               why="a mistake", restore=True)  # fmt: skip

    assert at.opens() == [D("0.00"), D("0.00")]
    memos = [fact.number for fact in at.firm.all(Invoice.Credited)]
    assert memos == ["DE01-CM-2025-00001", "DE01-CM-2025-00002"]
    assert issue(at.firm, "again", at.parts).due == D("450.00")
    at.firm.do("IssueCreditMemo", memo_id=new("m"), invoice_id=part_id(new("again"),
               at.deals[0][0]), issued_on="2025-01-10", why="x", lines=[{"no": 1}])  # fmt: skip
    assert at.firm.last(Invoice.Credited).number == "DE01-CM-2025-00003"


def test_a_document_is_credited_as_far_as_something_is_left(at: Stage) -> None:
    at.issue()
    whole = {"document_id": new("doc"), "issued_on": "2025-01-10", "why": "a mistake"}
    at.firm.do("IssueCreditMemo", memo_id=new("m"), invoice_id=at.ids[0], why="a gesture",
               issued_on="2025-01-10", lines=[{"no": 1, "net": "10.00"}])  # fmt: skip
    told = at.refuses(PartialRestore, "CreditConsolidatedInvoice", restore=True)
    assert told.startswith("contract First: ")

    at.firm.do("CreditConsolidatedInvoice", **whole)

    assert at.opens() == [D("0.00"), D("0.00")]
    at.refuses(OverCredited, "CreditConsolidatedInvoice")


def test_a_part_is_voided_and_paid_like_any_invoice(at: Stage) -> None:
    at.issue()

    at.firm.do("VoidInvoice", invoice_id=at.ids[0], memo_id=new("void"), issued_on="2025-01-10",
               why="a mistake")  # fmt: skip
    at.pay("300.00")

    assert at.opens() == [D("0.00"), D("0.00")]


def test_a_document_is_reminded_of_once(at: Stage) -> None:
    at.issue()
    levels = [{"level": 1, "days_overdue": 10, "fee": "5"}]
    at.firm.do("SetDunningPolicy", entity="DE01", levels=levels)

    at.firm.do("SendDunning", invoice_id=at.ids[1], sent_on="2025-03-10")

    sent = at.firm.all(Collection.DunningSent)
    assert [(fact.of.invoice_id, fact.open, fact.fee) for fact in sent] == [
        (at.ids[0], D("150.00"), 5), (at.ids[1], D("300.00"), 0),
    ]  # fmt: skip
    for id_ in at.ids:
        at.firm.refuses(DunningNotDue, "SendDunning", invoice_id=id_, sent_on="2025-03-10")


def test_a_disputed_part_is_left_out_of_the_reminder(at: Stage) -> None:
    at.issue()
    at.firm.do("SetDunningPolicy", entity="DE01", levels=[{"level": 1, "days_overdue": 10}])
    at.firm.do("OpenDispute", invoice_id=at.ids[0], opened_on="2025-02-01", why="hours")

    at.firm.do("SendDunning", invoice_id=at.ids[0], sent_on="2025-03-10")

    assert [fact.of.invoice_id for fact in at.firm.all(Collection.DunningSent)] == [at.ids[1]]


CENTS = st.integers(0, 10**9).map(lambda cents: D(cents) / 100)


@given(opens=st.lists(CENTS, min_size=1, max_size=8), data=st.data())
def test_shares_sum_to_the_amount_and_never_exceed_what_is_open(
    opens: list[Decimal], data: Any
) -> None:
    held = {new(f"part {no}"): open_ for no, open_ in enumerate(opens)}
    amount = D(data.draw(st.integers(0, int(sum(opens) * 100)))) / 100

    shares = dict(spread(amount, held, "EUR"))

    assert sum(shares.values()) == amount
    assert all(0 < share <= held[id_] for id_, share in shares.items())
    partly = [id_ for id_, share in shares.items() if share < held[id_]]
    assert partly in ([], list(shares)[-1:])


@given(cents=st.lists(st.integers(1, 15000), min_size=1, max_size=5), last=st.booleans())
def test_whatever_payments_come_the_parts_sum_to_the_total_less_them(
    cents: list[int], last: bool
) -> None:
    firm = PaperFirm()
    firm.found()
    at = Stage(firm)
    total = at.issue().due
    paid = D(0)

    for one in cents:
        amount = min(D(one) / 100, total - paid)
        if amount:
            at.pay(f"{amount:.2f}", first=at.ids[1:] if last else ())
            paid += amount

    assert sum(at.opens()) == total - paid
    assert all(open_ >= 0 for open_ in at.opens())
    functional = sum(one.functional_open for one in at.invoices())
    assert firm.balances()["1100", "USD"] == (total - paid, functional)
    assert firm.replayed(credit_account_id(firm.client)).owed == functional

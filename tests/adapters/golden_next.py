"""What only follows something else: corrections, and work freed again, by the command before."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.billing.minimum import MinimumCommitment
from domain.billing.retainer_account import Retainer
from domain.billing.usage import UsageMeter
from domain.delivery.time_entry import timesheet_id
from tests.domain import samples_currencies, samples_group, samples_outlook, samples_progress
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import new
from tests.domain.samples_retainers import EARLY

Given = dict[str, Any]
NEXT: dict[str, Callable[[PaperFirm, Given], None]] = {}
"""By the command that comes first; told the fields it was given."""


def after(name: str) -> Callable[[Callable[[PaperFirm, Given], None]], None]:
    """List what follows a command."""

    def listed(follow: Callable[[PaperFirm, Given], None]) -> None:
        NEXT[name] = follow

    return listed


def bill(
    firm: PaperFirm, name: str, contract: UUID, on: str, *sources: tuple[str, UUID, Iterable[UUID]]
) -> None:
    """Invoice things, given as (kind, holder, ids)."""
    listed = [{"kind": kind, "holder_id": holder, "ids": list(ids)}
              for kind, holder, ids in sources]  # fmt: skip
    firm.do("IssueInvoice", invoice_id=new(name), contract_id=contract, issued_on=on,
            sources=listed)  # fmt: skip


def free(firm: PaperFirm, name: str, on: str) -> None:
    """Credit the first line of an invoice, to bill it again."""
    firm.do("IssueCreditMemo", memo_id=new(f"memo of {name}"), invoice_id=new(name), issued_on=on,
            why="again", lines=[{"no": 1, "restore": True}])  # fmt: skip


@after("RecordDelivery")
def _fail(firm: PaperFirm, given: Given) -> None:
    del given
    firm.do("RecordDelivery", ANYBODY, connection="books", key="k2", kind="invoice",
            entity="DE01", error="no such client")  # fmt: skip


@after("ApplyPayment")
def _pay_across(firm: PaperFirm, given: Given) -> None:
    samples_currencies.paid_across(firm, given["invoice_id"])


@after("IssueInvoice")
def _free_all(firm: PaperFirm, given: Given) -> None:
    del given
    lines = [{"no": no, "restore": True} for no in firm.replayed(new("i2")).lines]
    firm.do("IssueCreditMemo", memo_id=new("m9"), invoice_id=new("i2"), issued_on="2025-01-11",
            why="again", lines=lines)  # fmt: skip


@after("RecordTaxDetermination")
def _ask_again(firm: PaperFirm, given: Given) -> None:
    firm.do("RecordTaxDetermination", ANYBODY, **{**given, "reference": "quote-2"})


@after("SetCreditLimit")
def _exceed(firm: PaperFirm, given: Given) -> None:
    del given
    firm.do("SetCreditLimit", client_id=firm.client, limit={"amount": "0", "currency": "EUR"})
    _bill_a_week(firm)


@after("AccrueCharges")
def _bill_a_plan(firm: PaperFirm, given: Given) -> None:
    del given
    plan = firm.replayed(new("plan"))
    bill(firm, "i7", plan.contract_id, "2025-01-31", ("recurring", plan.id, plan.charges))
    free(firm, "i7", "2025-01-31")


@after("TrueUpCommitment")
def _bill_a_minimum(firm: PaperFirm, given: Given) -> None:
    charged = firm.last(MinimumCommitment.TruedUp)
    source = ("commitment", charged.originator_id, [charged.charge.id])
    bill(firm, "i5", given["contract_id"], "2025-04-01", source)
    free(firm, "i5", "2025-04-01")


@after("ChargeUsage")
def _bill_usage(firm: PaperFirm, given: Given) -> None:
    charged = firm.last(UsageMeter.Charged)
    source = ("usage", charged.originator_id, [charged.charge.id])
    bill(firm, "i10", given["contract_id"], "2025-01-31", source)
    free(firm, "i10", "2025-01-31")


@after("SetCap")
def _pass_a_cap(firm: PaperFirm, given: Given) -> None:
    firm.do("SetCap", **{**given, "limit": "1800.00", "kinds": ["time"], "name": "labour"})
    _bill_a_week(firm)


@after("RecordExpense")
def _pay_an_order(firm: PaperFirm, given: Given) -> None:
    del given
    samples_outlook.pay_order(firm)
    firm.do("ReverseExpense", expense_id=new("paid"), why="twice")


@after("AcceptMilestone")
def _bill_a_milestone(firm: PaperFirm, given: Given) -> None:
    project = given["project_id"]
    source = ("milestone", project, [given["milestone_id"]])
    bill(firm, "i8", firm.replayed(project).contract_id, "2025-01-10", source)
    free(firm, "i8", "2025-01-11")


@after("FundRetainer")
def _bill_a_retainer(firm: PaperFirm, given: Given) -> None:
    fund = firm.last(Retainer.Funded)
    source = ("retainer", fund.originator_id, [fund.granted.id])
    bill(firm, "i6", given["contract_id"], "2025-03-01", source)
    free(firm, "i6", "2025-03-01")
    bill(firm, "i4", given["contract_id"], "2025-03-02", source)
    firm.do("IssueCreditMemo", memo_id=new("m4"), invoice_id=new("i4"), issued_on="2025-03-02",
            why="not wanted", lines=[{"no": 1, "net": "100.00"}])  # fmt: skip


@after("DrawRetainer")
def _give_a_draw_back(firm: PaperFirm, given: Given) -> None:
    del given
    firm.do("ReverseTime", person_id=firm.person, week=EARLY, entry_ids=[new("early")],
            why="not done")  # fmt: skip


@after("CertifyPayApplication")
def _bill_certified_work(firm: PaperFirm, given: Given) -> None:
    del given
    samples_progress.charged(firm, "two", "2025-01-09")
    free(firm, "bill two", "2025-01-09")


@after("ApproveChangeOrder")
def _enlarge_a_schedule(firm: PaperFirm, given: Given) -> None:
    del given
    samples_progress.enlarged(firm)


def _bill_a_week(firm: PaperFirm) -> None:
    sheet = firm.replayed(timesheet_id(firm.person, date(2025, 1, 6)))
    contract = sheet.contract_of(next(iter(sheet.entries)))
    bill(firm, "i9", contract, "2025-01-10", ("time", sheet.id, sheet.entries))


@after("RegisterLegalEntity")
def _lend(firm: PaperFirm, given: Given) -> None:
    """Somebody's week for another entity, approved twice, then taken back."""
    del given
    firm.do("DefineIntercompanyRule", **samples_group.rule(provider="DE01", receiver="US21"))
    firm.do("CreateProject", project_id=new("lent"), code="LENT", name="lent", entity="US21")
    week = {"person_id": firm.person, "week": samples_group.LENT}
    for days in (0, 1):
        firm.work(new("lent"), samples_group.LENT + timedelta(days=days))
    entries = firm.replayed(timesheet_id(firm.person, samples_group.LENT)).entries
    firm.do("ReverseTime", **week, entry_ids=list(entries), why="not theirs")

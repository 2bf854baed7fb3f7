"""A retainer on paper: its contract and project, work on it, what it has left."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.billing.retainer_account import Retainer, retainer_id
from domain.contracts.account import account_id
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_retainers import retained, source, terms, worked

JANUARY, FEBRUARY, MARCH = date(2025, 1, 8), date(2025, 2, 5), date(2025, 3, 5)
RATE = 150

Retained = tuple[PaperFirm, UUID, UUID]


def agreed(paper: PaperFirm) -> Retained:
    """Ten hours a month for 1,200 at 150 an hour above; five live on for a month."""
    contract, project = retained(paper, "retained")
    paper.do("SetRetainerTerms", contract_id=contract, **terms())
    return paper, contract, project


def hours(at: Retained, name: str, on: date, count: str) -> UUID:
    """Approved work; the entry's id."""
    paper, _, project = at
    return worked(paper, project, on, new(name), int(Decimal(count) * 60))[1]


def left(at: Retained) -> Decimal:
    """Hours left of all grants."""
    paper, contract, _ = at
    return Decimal(paper.replayed(retainer_id(contract)).left) / 60


def invoice(at: Retained, name: str, on: str, *sources: dict[str, Any]) -> Any:
    paper, contract, _ = at
    return paper.do("IssueInvoice", invoice_id=new(name), contract_id=contract, issued_on=on,
                    sources=sources).answer  # fmt: skip


def fee(at: Retained, number: int = -1) -> dict[str, Any]:
    """The fee of a period as a source."""
    granted = at[0].all(Retainer.Funded)[number]
    return {"kind": "retainer", "holder_id": granted.originator_id, "ids": [granted.granted.id]}


def worth(at: Retained, name: str, on: date) -> Decimal:
    """What is left to bill of an entry."""
    paper, contract, _ = at
    sheet = paper.replayed(source(paper, on)["holder_id"])
    account = paper.replayed(account_id(contract))
    return Decimal(account.worth(sheet.shares((new(name),))[0]).amount)


def worth_of_all(at: Retained) -> Decimal:
    """What all that drew was worth, less what is covered and adjusted of it."""
    found = at[0].replayed(retainer_id(at[1])).draws.values()
    drawn = sum((one.quantity - one.overage for one in found), Decimal(0)) * RATE / 60
    return drawn - sum((one.covered for one in found), Decimal(0))


def change(at: Retained, **fields: Any) -> None:
    """Other terms before anything is granted; a new retainer under them."""
    paper, contract, _ = at
    paper.do("SetRetainerTerms", contract_id=contract, **terms(from_date="2025-02-01", **fields))

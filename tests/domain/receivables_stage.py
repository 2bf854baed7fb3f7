"""The firm whose receivables are in every state, and what its tests ask of it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.actor import Actor
from domain.identity import named_id
from tests.domain.named import new
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import samples, set_up
from tests.domain.samples_receivables import usd

CLERK = Actor("clerk", frozenset({"cash"}), frozenset({"*"}))
BOSS = Actor("boss", frozenset({"controller"}), frozenset({"*"}))
DAY = "2025-01-10"


class Collecting:
    """A firm in full swing; every command's sample is at hand to be changed."""

    def __init__(self, paper: PaperFirm) -> None:
        self.firm = paper
        self.given: dict[str, dict[str, Any]] = samples(paper, set_up(paper))

    def do(self, command: str, /, **changed: Any) -> Any:
        """A sample, changed."""
        return self.firm.do(command, ANYBODY, **{**self.given[command], **changed})

    def invoice(self, name: str) -> Any:
        """An invoice of the stage: open, repaid, late, bad or rest."""
        return self.firm.replayed(invoice_id(name))

    def bill(self, name: str, minutes: int = 60, on: str = "2025-01-08") -> UUID:
        """A new invoice of the same contract: 150.00 USD an hour, no tax."""
        contract = self.invoice("open").party.contract_id
        project = named_id("project", str(named_id("opportunity", "Collected")))
        work = self.firm.work(project, date(2025, 1, 3), minutes)
        return self.firm.bill(name, contract, date.fromisoformat(on), work)

    def receive(self, name: str, amount: str, on: str = "2025-01-08", **fields: Any) -> UUID:
        """Money from the client; its id."""
        given = {"client_id": self.firm.client, "amount": usd(amount), **fields}
        self.firm.do("RecordPayment", payment_id=new(name), received_on=on, bank_reference=name,
                     **given)  # fmt: skip
        return new(name)

    def settle(self, payment: UUID, invoice: UUID, amount: str, **fields: Any) -> None:
        """Apply some of a payment on 10 January."""
        given = {"applied_on": DAY, "amount": usd(amount), **fields}
        self.firm.do("ApplyPayment", payment_id=payment, invoice_id=invoice, **given)

    def other_client(self, entity: str = "DE01") -> UUID:
        """Somebody else; its id."""
        id_ = new(f"other {entity}")
        self.firm.do("RegisterClient", client_id=id_, code=f"OTHER-{entity}", name="Other",
                     entity=entity, currency="USD")  # fmt: skip
        return id_

    def balance(self, account: str, currency: str = "USD") -> tuple[Decimal, Decimal]:
        """An account's amount, and the same in the books."""
        return self.firm.balances().get((account, currency), (Decimal(0), Decimal(0)))

    def books(self, account: str) -> Decimal:
        """An account in the books, whatever the currency."""
        found = self.firm.balances().items()
        return sum((books for (code, _), (_, books) in found if code == account), Decimal(0))


def invoice_id(name: str) -> UUID:
    """An invoice of the stage."""
    return named_id("invoice", f"r {name}")

"""A small firm for tests: founded, won, worked and billed through real commands."""

from datetime import date
from typing import Any
from uuid import UUID

from api.wiring import System
from domain.actor import Actor
from domain.command import Command
from domain.identity import named_id
from domain.ledger.closing import BooksToClose
from domain.policies import contract_id, project_id
from domain.request import Outcome
from domain.store import Store
from projections.gathering import gathered

CLEAN = BooksToClose(1, "0" * 64, 0, "", ())
"""Books that a close has nothing to say against."""
TODAY = date(2025, 12, 31)
CHIEF = Actor("chief", frozenset({"admin"}), frozenset({"*"}))
WORKER = Actor("worker", frozenset({"resource"}), frozenset({"*"}))


class Firm:
    """A small firm: entity DE01 in EUR, client ACME in USD, one person, open months of 2025."""

    client = named_id("client", "ACME")
    person = named_id("person", "P1")
    card = named_id("card", "standard")

    def __init__(self, system: System) -> None:
        self.system = system
        self.store: Store = system.store_on(lambda: TODAY)
        self._feed: Any = None
        self._reactors: list[Any] = []

    def do(self, command: str, actor: Actor = CHIEF, /, **fields: Any) -> Outcome:
        """Run a command by its name, with what it needs of the projections."""
        given = Command.registry[command].model_validate(fields)
        if given.GATHERED - given.model_fields_set:
            self.settle()
            with self.system.connect() as conn:
                given = gathered(conn, given)
        return self.store.execute(given, actor)

    def close(self, month: date, entity: str = "DE01") -> None:
        """Close a month for good, whatever its checklist would say."""
        self.do("SoftClosePeriod", entity=entity, month=month)
        self.do("HardClosePeriod", entity=entity, month=month, books=CLEAN)

    def found(self) -> None:
        """Register everybody; 2025 is open and has rates from 2 January on."""
        self.do("RegisterLegalEntity", code="DE01", name="Nordlicht GmbH", currency="EUR",
                country="DE", zone="Europe/Berlin")  # fmt: skip
        for month in range(1, 13):
            self.do("OpenPeriod", entity="DE01", month=date(2025, month, 1))
        self.rates(date(2025, 1, 2), USD="1.0321", GBP="0.8290")
        self.do("RegisterClient", client_id=self.client, code="ACME", name="Acme Fictional Corp",
                entity="DE01", currency="USD", contact_name="Fictional Contact")  # fmt: skip
        self.do("RegisterPerson", person_id=self.person, code="P1", name="Fictional Worker",
                entity="DE01", role="consultant", user="worker")  # fmt: skip
        self.do("SetCostRate", person_id=self.person, from_date=date(2025, 1, 1), hourly_rate="55")
        self.do("PublishRateCard", rate_card_id=self.card, name="standard", entity="DE01",
                currency="USD",
                lines=[{"hourly_rate": "150", "from_date": "2025-01-01"}])  # fmt: skip

    def rates(self, on: date, **rates: str) -> None:
        """Record a day's rates for one EUR."""
        listed = [{"currency": code, "rate": rate} for code, rate in rates.items()]
        self.do("ImportFxRates", quoted_on=on, rates=listed)

    def win(self, name: str = "Deal", **terms: Any) -> tuple[UUID, UUID]:
        """Win a time-and-materials deal; ids of its contract and project once followed up."""
        deal = named_id("opportunity", name)
        given = {
            "value": "10000", "currency": "USD", "package": "advice",
            "billing_model": "time_and_materials", "rate_card_id": self.card,
            "starts_on": "2025-01-01", "ends_on": "2025-12-31", "payment_terms_days": 30,
            "tax_rate_pct": "19",
            "roles": [{"role": "consultant", "hours": "100", "cost": "5500"}],
        }  # fmt: skip
        self.do("OpenOpportunity", opportunity_id=deal, client_id=self.client, name=name,
                external_ref=name, **{**given, **terms})  # fmt: skip
        self.do("CloseOpportunityWon", opportunity_id=deal, closed_on=date(2025, 1, 2))
        self.settle()
        return contract_id(deal), project_id(deal)

    def work(self, project: UUID, on: date, minutes: int = 480) -> tuple[UUID, UUID]:
        """Log, submit and approve time; ids of its timesheet and entry."""
        logged: Any = self.do("LogTime", WORKER, person_id=self.person, project_id=project,
                              work_date=on, minutes=minutes).answer  # fmt: skip
        self.do("SubmitTimesheet", WORKER, person_id=self.person, week=on)
        self.do("ApproveTime", person_id=self.person, week=on)
        return logged.id, logged.entry_id

    def bill(self, name: str, contract: UUID, on: date, *entries: tuple[UUID, UUID]) -> UUID:
        """Invoice time entries, given as (timesheet, entry)."""
        sources = [{"kind": "time", "holder_id": h, "ids": [e]} for h, e in entries]
        invoice = named_id("invoice", name)
        self.do("IssueInvoice", invoice_id=invoice, contract_id=contract, issued_on=on,
                sources=sources)  # fmt: skip
        return invoice

    def settle(self) -> None:
        """Follow up, post and project until nothing is left to do."""
        if self._feed is None:
            self._feed, self._reactors = self.system.feed(), self.system.reactors()
            self._feed.lead()
            assert all(reactor.lead() for reactor in self._reactors)
        while sum([reactor.catch_up() for reactor in self._reactors]):
            pass
        self._feed.catch_up()

"""A firm whose July is closed when it agrees, in September, on changes that hold from July.

Two deals of the CRM run from January: a fixed fee that a revenue run earns by hours, and time
capped at its price. January to August are closed for good; both change orders take effect on
1 July. Figures are in EUR, the books' own currency.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from adapters.sandbox_crm.client import CrmClient
from api.commands.run import recognise
from api.commands.run_billing import issue_all, operator, prepare, propose
from domain.command import Answer
from domain.identity import named_id
from domain.ledger.period import month_after
from domain.policies import milestone_id
from projections.packet import Packet
from projections.reports import REPORTS
from tests.domain.named import new
from tests.domain.samples_revenue import ACCOUNTANT, ALL_FIVE, CONTROLLER
from tests.domain.samples_sales import FINANCE, LEADER
from tests.firm import Firm

JULY, SEPTEMBER = date(2025, 7, 31), date(2025, 9, 30)
ELSEWHERE = {"vendor-statement", "consolidation", "cta-proof"}
"""Reports of what this firm has none of."""
FIXED = [name for name, report in REPORTS.items() if not report.live and name not in ELSEWHERE]
ASKED: dict[str, dict[str, Any]] = {
    "general-ledger": {"account": "1200", "from": date(2025, 1, 1), "to": JULY},
    "audit-trail": {"of": "DE01-INV-2025-00001"},
    "customer-statement": {"client": "ACME"},
    "flux": {"entity": "DE01"},
    "rollforward": {"account": "1200"},
}
BUILD, ADVICE = "Build", "Advice"
ORDERS = {BUILD: new("order Build"), ADVICE: new("order Advice")}
MODIFICATION = new("modification of Build")
WHOLE, WORKED = Decimal(110), Decimal(64)


def last_day(month: date) -> date:
    return month_after(month) - timedelta(days=1)


@dataclass
class LateChange:
    """The firm, the CRM it delivers to, and what was seen on the way."""

    firm: Firm
    http: httpx.Client
    contracts: dict[str, UUID] = field(default_factory=dict)
    projects: dict[str, UUID] = field(default_factory=dict)

    def begin(self) -> None:
        """Win both deals, clause the one and find the revenue of the other."""
        card = named_id("card", "in EUR")
        self.firm.do("PublishRateCard", rate_card_id=card, name="in EUR", entity="DE01",
                     currency="EUR",
                     lines=[{"hourly_rate": "150", "from_date": "2025-01-01"}])  # fmt: skip
        design = {"name": "Design", "amount": "4000", "due_on": "2025-03-31"}
        launch = {"name": "Launch", "amount": "8000", "due_on": "2025-10-31"}
        self.win(BUILD, value="12000", billing_model="fixed_fee", recognition="by_run",
                 rate_card_id=card, milestones=[design, launch])  # fmt: skip
        self.win(ADVICE, value="8400", rate_card_id=card)
        advice = {"contract_id": self.contracts[ADVICE]}
        self.firm.do("SetCap", **advice, name="not to exceed", limit="8400")
        self.firm.do("AttachPurchaseOrder", **advice, number="PO-1", limit="8400")
        self.find_revenue()

    def win(self, name: str, **terms: Any) -> None:
        won = self.firm.win(name, currency="EUR", tax_rate_pct="0", **terms)
        self.contracts[name], self.projects[name] = won

    def find_revenue(self) -> None:
        """One promise, earned by the hours worked of 100."""
        at = {"contract_id": self.contracts[BUILD]}
        self.firm.do("IdentifyContract", ACCOUNTANT, **at, **ALL_FIVE)
        self.firm.do("IdentifyPerformanceObligation", ACCOUNTANT, **at, obligation="site",
                     name="site", measure="hours", whole="100", ssp="12000",
                     starts_on="2025-01-01", ends_on="2025-12-31")  # fmt: skip
        self.firm.do("DetermineTransactionPrice", ACCOUNTANT, **at, fixed="12000",
                     determined_on="2025-01-02")  # fmt: skip
        self.firm.do("AllocateTransactionPrice", ACCOUNTANT, **at, allocated_on="2025-01-02")

    def live(self, month: date) -> list[str]:
        """A day's work on each deal, billed and earned; what stood in the way of billing."""
        self.firm.work(self.projects[BUILD], month.replace(day=3))
        self.firm.work(self.projects[ADVICE], month.replace(day=16))
        if month.month == 3:
            self.accept("Design", milestone_id(named_id("opportunity", BUILD), 1), month)
        self.firm.settle()
        self.earn(month)
        return self.bill(last_day(month))

    def accept(self, evidence: str, milestone: UUID, month: date) -> None:
        at = {"project_id": self.projects[BUILD], "milestone_id": milestone}
        self.firm.do("CompleteMilestone", **at, completed_on=month.replace(day=10))
        self.firm.do("AcceptMilestone", **at, accepted_on=month.replace(day=12),
                     evidence=evidence)  # fmt: skip

    def bill(self, on: date) -> list[str]:
        """Propose, have approved and issue; what stands in the way of the rest."""
        run = new(f"run of {on}")
        known, found = propose(self.firm.system, "DE01", on, on, run)
        if found:
            command = prepare(run, "DE01", on, on, known, found)
            self.firm.system.store.execute(command, operator())
            self.firm.do("ApproveRun", run_id=run)
            assert issue_all(self.firm.system, run)[1] == []
        self.firm.settle()
        return [one.given.blocker for one in found if one.given.blocker]

    def earn(self, month: date, *, dry_run: bool = False) -> list[Any]:
        lines = recognise(self.firm.system, "DE01", month, dry_run=dry_run)
        assert [line.refusal for line in lines if line.refusal] == []
        self.firm.settle()
        return lines

    def close(self, month: date) -> None:
        self.firm.close(month)
        self.firm.settle()

    def draft(self) -> None:
        """Both changes wait for finance: one more milestone, and two more days of advice."""
        more = {"milestone_id": new("Extra"), "name": "Extra", "amount": "6000",
                "due_on": "2025-11-30"}  # fmt: skip
        self.order(BUILD, price="6000", cost="550", hours="10", added=[more])
        self.order(ADVICE, price="2400", cost="880", hours="16")
        self.firm.settle()

    def order(self, name: str, hours: str, **fields: Any) -> None:
        self.firm.do("DraftChangeOrder", LEADER, change_order_id=ORDERS[name], name="CO-1",
                     contract_id=self.contracts[name], project_id=self.projects[name],
                     scope="more of it", takes_effect_on="2025-07-01",
                     hours=[{"role": "consultant", "hours": hours}], **fields)  # fmt: skip
        self.firm.do("SubmitChangeOrder", LEADER, change_order_id=ORDERS[name])

    def approve(self, name: str) -> UUID:
        """Let a change hold; the command that did."""
        command = new(f"approval of {name}")
        self.firm.do(
            "ApproveChangeOrder",
            FINANCE,
            command_id=command,
            approved_on="2025-09-10",
            change_order_id=ORDERS[name],
            client_reference="mail of 9 September",
        )
        self.firm.settle()
        return command

    def assess(self) -> Any:
        """Describe the change of the fixed fee; what is proposed."""
        change = {"obligation": "site", "distinct": False, "total_ssp": "18000",
                  "remaining_ssp": "7500", "whole": str(WHOLE)}  # fmt: skip
        return self.firm.do("AssessModification", ACCOUNTANT, modification_id=MODIFICATION,
                            contract_id=self.contracts[BUILD], change_order_id=ORDERS[BUILD],
                            remaining="not_distinct", changes=[change]).answer  # fmt: skip

    def confirm(self, *, dry_run: bool = False) -> Answer:
        """Account for the change, or show what that would do."""
        return self.firm.do("ConfirmModification", CONTROLLER, modification_id=MODIFICATION,
                            change_order_id=ORDERS[BUILD], why="one site, partly done",
                            dry_run=dry_run).answer  # fmt: skip

    def deliver(self) -> None:
        """Everything due, over HTTP."""
        done = self.firm.system.drain("crm", CrmClient(self.http), lambda: False)
        assert done.due_again_at is None
        self.firm.settle()

    def deal(self, name: str) -> dict[str, str]:
        """What the CRM holds of a deal."""
        properties: dict[str, str] = self.http.get(f"/deals/{name}").json()["properties"]
        return properties

    def end(self) -> int:
        """The last position of the log."""
        return self.firm.store.recorder.max_notification_id() or 0

    def ask(self, name: str, on: date = JULY, **given: Any) -> Packet:
        with self.firm.system.connect() as conn:
            return REPORTS[name].run(conn, {"effective": on, **ASKED.get(name, {}), **given})

    def digests(self, known: int, on: date = JULY) -> dict[str, str]:
        """Of every report there is, as of a day and a position."""
        return {name: self.ask(name, on, known=known).digest for name in FIXED}

    def rows(self, report: str, on: date, **where: Any) -> list[dict[str, Any]]:
        given = {"to": on} if report == "general-ledger" else {}
        found = self.ask(report, on, **given).said()
        return [row for row in found if where.items() <= row.items()]

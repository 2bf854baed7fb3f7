"""Samples of billing by progress: schedules of milestones and of values, retainage, deposits."""

from typing import Any

from domain.actor import Actor
from domain.billing.value_schedule import values_id
from tests.domain.named import new
from tests.domain.samples_sales import FINANCE
from tests.firm import Firm

DATED = {"ReleaseRetainage": "released_on", "BillRetainage": "issued_on",
         "RecordDeposit": "received_on", "ApplyDeposit": "applied_on",
         "UnapplyDeposit": "unapplied_on", "RefundDeposit": "refunded_on"}  # fmt: skip
CREATED = {"BillRetainage": "invoice_id"}
OWNER = Actor("owner's architect", frozenset({"contract_manager"}), frozenset({"*"}))
HALL = {"contract_id": new("hall")}
TEN_PCT = {"steps": [{"rate_pct": "10"}], "conditions": ["handover"]}


def prepare(firm: Firm) -> None:
    """A fixed fee of 1,000 USD in three milestones, the first of them completed; and a hall."""
    built(firm, "tower", "1000")
    firm.do("PlanBillingSchedule", **tower(), entries=thirds(), deemed_after_days=10)
    firm.do("CompleteMilestone", **mark("frame"), completed_on="2025-01-03")
    built(firm, "yard", "500")
    firm.do("SetScheduleOfValues", contract_id=new("yard"), lines=[value("all", "500")])
    hall(firm)
    applied(firm, "one", "2025-01-03", work("walls", "2000.00", "500.00"))
    certified(firm, "one", "2025-01-04")
    charged(firm, "one", "2025-01-05")
    applied(firm, "two", "2025-01-06", work("walls", "1000.00"), work("roof", "3000.00"))
    freed(firm, "100.00")
    deposited(firm, "first", "500.00", "2025-01-03")
    firm.do("ApplyDeposit", **HALL, invoice_id=new("bill one"), applied_on="2025-01-06",
            amount=eur("100.00"))  # fmt: skip


def hall(firm: Firm, name: str = "hall", **terms: Any) -> None:
    """A hall of 10,000 EUR with 19 % tax: walls 6,000 and roof 4,000; a tenth is kept."""
    built(firm, name, "10000", **{"currency": "EUR", "tax_rate_pct": "19", **terms})
    firm.do("SetScheduleOfValues", contract_id=new(name),
            lines=[value("walls", "6000"), value("roof", "4000")])  # fmt: skip
    firm.do("SetRetainageTerms", contract_id=new(name), **TEN_PCT)


def eur(amount: str) -> dict[str, str]:
    """An amount of euros."""
    return {"amount": amount, "currency": "EUR"}


def deposited(
    firm: Firm, name: str, amount: str, day: str, *, on: str = "hall", currency: str = "EUR"
) -> None:
    """The client's money for a contract."""
    firm.do("RecordDeposit", contract_id=new(on), deposit_id=new(f"deposit {name}"),
            received_on=day, amount={"amount": amount, "currency": currency},
            bank_reference=f"D {name}")  # fmt: skip


def enlarged(firm: Firm, price: str = "800.00", *, on: str = "hall", approve: bool = True,
             **when: str) -> None:  # fmt: skip
    """A change order for the hall, approved."""
    order = {"change_order_id": new(f"{on} more")}
    firm.do("BaselineBudget", project_id=new(f"{on} site"),
            lines=[{"role": "any", "month": "2025-01-01", "hours": "1", "cost": "1",
                    "revenue": "10000"}])  # fmt: skip
    given = {"takes_effect_on": "2025-01-01", **when}
    firm.do("DraftChangeOrder", **order, contract_id=new(on), project_id=new(f"{on} site"),
            name="7", scope="a gate", price=price, **given)  # fmt: skip
    firm.do("SubmitChangeOrder", **order)
    if approve:
        firm.do("ApproveChangeOrder", FINANCE, **order, approved_on=given["takes_effect_on"],
                client_reference="PO 7")  # fmt: skip


def value(item: str, scheduled: str) -> dict[str, Any]:
    """A line of a schedule of values."""
    return {"item": item, "scheduled": scheduled}


def work(item: str, this_period: str, stored: str = "0") -> dict[str, Any]:
    """What was done of a line."""
    return {"item": item, "this_period": this_period, "stored": stored}


def applied(firm: Firm, name: str, period_to: str, *lines: Any, on: str = "hall") -> Any:
    """Apply for payment."""
    return firm.do("SubmitPayApplication", contract_id=new(on), application_id=new(name),
                   period_to=period_to, lines=lines).answer  # fmt: skip


def certified(firm: Firm, name: str, day: str, *, on: str = "hall", **less: Any) -> Any:
    """The client's certificate, of all that is due where nothing is said."""
    return firm.do("CertifyPayApplication", OWNER, contract_id=new(on), application_id=new(name),
                   certified_on=day, certificate=f"paper {name}", **less).answer  # fmt: skip


def charged(firm: Firm, name: str, day: str, *, on: str = "hall") -> Any:
    """Invoice what was certified."""
    return firm.do("IssueInvoice", invoice_id=new(f"bill {name}"), contract_id=new(on),
                   issued_on=day, sources=[certificate(name, on)]).answer  # fmt: skip


def certificate(name: str, on: str = "hall") -> dict[str, Any]:
    """An application as a source of an invoice."""
    return {"kind": "application", "holder_id": values_id(new(on)), "ids": [new(name)]}


def freed(firm: Firm, amount: str | None, day: str = "2025-01-06", *, on: str = "hall") -> Any:
    """Release retainage once the hall was handed over."""
    return firm.do("ReleaseRetainage", contract_id=new(on), release_id=new(f"{on} {day} {amount}"),
                   released_on=day, amount=amount, met=["handover"],
                   evidence="a protocol").answer  # fmt: skip


def built(firm: Firm, name: str, value: str, **terms: Any) -> None:
    """A fixed-fee contract with a project, both known by a name."""
    given = {"client_id": firm.client, "name": name, "currency": "USD", "value": value,
             "starts_on": "2025-01-01", "ends_on": "2025-12-31", "billing_model": "fixed_fee",
             "payment_terms_days": 30, **terms}  # fmt: skip
    firm.do("DraftContract", contract_id=new(name), **given)
    firm.do("ActivateContract", contract_id=new(name), approved_by=f"order of {name}")
    firm.do("CreateProject", project_id=new(f"{name} site"), code=name.upper(), name=name,
            contract_id=new(name))  # fmt: skip


def tower() -> dict[str, Any]:
    """Contract and project of the tower."""
    return {"contract_id": new("tower"), "project_id": new("tower site")}


def mark(name: str) -> dict[str, Any]:
    """A milestone of the tower."""
    return {"project_id": new("tower site"), "milestone_id": new(name)}


def thirds(**amounts: str) -> list[dict[str, Any]]:
    """Frame 400, interior and handover 30 % each, or other amounts by name."""
    frame = entry("frame", "2025-03-31", amount="400.00")
    rest = [entry("interior", "2025-06-30", pct="30"), entry("handover", "2025-09-30", pct="30")]
    named = [entry(name, "2025-12-31", amount=amount) for name, amount in amounts.items()]
    return named or [frame, *rest]


def entry(name: str, due_on: str, **share: str) -> dict[str, Any]:
    """A milestone of a schedule."""
    return {"milestone_id": new(name), "name": name, "due_on": due_on, **share}


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del firm, at
    second = {**HALL, "application_id": new("two")}
    return {
        "PlanBillingSchedule": {**tower(), "entries": thirds(interior="250.00", roof="350.00")},
        "RejectMilestone": {**mark("frame"), "rejected_on": "2025-01-06", "why": "a crack"},
        "DeemAccepted": {**mark("frame"), "accepted_on": "2025-01-13"},
        "SetScheduleOfValues": {
            "contract_id": new("yard"),
            "lines": [value("gate", "200"), value("fence", "300")],
        },
        "SetRetainageTerms": {
            **HALL,
            "steps": [{"rate_pct": "10"}, {"from_pct": "50", "rate_pct": "5"}],
        },
        "SubmitPayApplication": {
            "contract_id": new("yard"),
            "application_id": new("yard one"),
            "period_to": "2025-01-31",
            "lines": [work("all", "100.00")],
        },
        "WithdrawPayApplication": {**second, "why": "a line is missing"},
        "CertifyPayApplication": {**second, "certified_on": "2025-01-08", "certificate": "C 2"},
        "ReleaseRetainage": {
            **HALL,
            "release_id": new("free"),
            "released_on": "2025-01-08",
            "amount": "50.00",
            "met": ["handover"],
            "evidence": "a protocol",
        },
        "RecordDeposit": {
            **HALL,
            "deposit_id": new("deposit two"),
            "received_on": "2025-01-08",
            "amount": eur("50.00"),
            "bank_reference": "D two",
        },
        "ApplyDeposit": {**HALL, "invoice_id": new("bill one"), "applied_on": "2025-01-08"},
        "UnapplyDeposit": {**HALL, "invoice_id": new("bill one"), "unapplied_on": "2025-01-08"},
        "RefundDeposit": {
            **HALL,
            "amount": eur("10.00"),
            "refunded_on": "2025-01-08",
            "bank_reference": "D back",
        },
        "BillRetainage": {**HALL, "invoice_id": new("i kept"), "issued_on": "2025-01-08"},
    }

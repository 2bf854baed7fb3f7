"""Samples of retainers."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.delivery.time_entry import timesheet_id
from tests.domain.named import new
from tests.firm import WORKER, Firm

DATED: dict[str, str] = {}
CREATED: dict[str, str] = {}
EARLY = date(2025, 2, 4)


def retained(firm: Firm, name: str, **fields: Any) -> tuple[UUID, UUID]:
    """A contract that bills hours and that a revenue run earns; ids of it and its project."""
    card = new(f"{name} card")
    firm.do("PublishRateCard", rate_card_id=card, name=name, entity="DE01", currency="EUR",
            lines=[{"hourly_rate": "150", "from_date": "2025-01-01"}])  # fmt: skip
    given = {"client_id": firm.client, "name": name, "currency": "EUR", "value": "12000",
             "starts_on": "2025-01-01", "ends_on": "2025-12-31", "recognition": "by_run",
             "billing_model": "time_and_materials", "rate_card_id": card,
             "payment_terms_days": 30, **fields}  # fmt: skip
    contract = firm.do("DraftContract", contract_id=new(name), **given).answer.id
    firm.do("ActivateContract", contract_id=contract, approved_by="order 11")
    project = new(f"{name} project")
    firm.do("CreateProject", project_id=project, code=name, name=name, contract_id=contract)
    return contract, project


def terms(**fields: Any) -> dict[str, Any]:
    """Ten hours a month for 1,200, of which five live on for a month."""
    return {"from_date": "2025-01-01", "unit": "hours", "allowance": "10", "fee": "1200",
            "carry_limit": "5", "carry_periods": 1, **fields}  # fmt: skip


def prepare(firm: Firm) -> None:
    """A retainer granted through February, and work approved before it was agreed."""
    contract, project = retained(firm, "retained")
    _, entry = worked(firm, project, EARLY, new("early"))
    assert entry == new("early")
    firm.do("SetRetainerTerms", contract_id=contract, **terms())
    firm.do("FundRetainer", contract_id=contract, through="2025-02-28")


def worked(
    firm: Firm, project: UUID, on: date, entry: UUID, minutes: int = 60, **fields: Any
) -> tuple[UUID, UUID]:
    """Log, submit and approve time under an id; its timesheet and that id."""
    sheet = firm.do("LogTime", WORKER, command_id=entry, person_id=firm.person,
                    project_id=project, work_date=on, minutes=minutes, **fields)  # fmt: skip
    firm.do("SubmitTimesheet", WORKER, person_id=firm.person, week=on)
    firm.do("ApproveTime", person_id=firm.person, week=on, entry_ids=[entry])
    return sheet.answer.id, entry


def source(firm: Firm, on: date, *entries: UUID) -> dict[str, Any]:
    """Time of a week, as a command names it."""
    return {"kind": "time", "holder_id": timesheet_id(firm.person, on), "ids": list(entries)}


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del at
    of = {"contract_id": new("retained")}
    return {
        "SetRetainerTerms": {**of, **terms(from_date="2025-04-01", allowance="12")},
        "FundRetainer": {**of, "through": "2025-03-31"},
        "DrawRetainer": {**of, "sources": [source(firm, EARLY, new("early"))]},
        "RollRetainerPeriod": {**of, "day": "2025-01-31"},
        "ExpireRetainer": {**of, "on": "2025-02-28"},
        "AdjustRetainer": {**of, "quantity": "2.5", "on": "2025-02-10", "why": "a slow start",
                           "approved_by": "chief operating officer"},
    }  # fmt: skip

"""Samples of closing, reopening and locking months."""

from datetime import date
from typing import Any

from domain.actor import Actor
from tests.domain.named import new
from tests.firm import Firm

DATED = {"ProposeJournal": "accounting_date"}
CREATED = {"AttestReport": "attestation_id", "ScheduleRecurringJournal": "schedule_id"}
JANUARY = date(2025, 1, 1)
ASKING = Actor("asking controller", frozenset({"controller"}), frozenset({"*"}))


def prepare(firm: Firm) -> None:
    """Two entities whose January is closed; of one somebody wants it open again."""
    for code in ("DE03", "DE04"):
        firm.do("RegisterLegalEntity", code=code, name=f"Mondlicht {code} GmbH", currency="EUR",
                country="DE")  # fmt: skip
        firm.do("OpenPeriod", entity=code, month=JANUARY)
        firm.close(JANUARY, code)
    firm.do("RequestReopening", ASKING, entity="DE04", month=JANUARY, why="a correction")
    firm.do("ProposeJournal", ASKING, **rent("proposed"))
    firm.do("ScheduleRecurringJournal", **monthly("monthly rent"))


def monthly(name: str, **fields: Any) -> dict[str, Any]:
    """Rent of every month of 2025 from January on."""
    lines = rent(name)["lines"]
    return {"schedule_id": new(name), "entity": "DE01", "description": "rent", "lines": lines,
            "first": "2025-01-15", **fields}  # fmt: skip


def rent(name: str) -> dict[str, Any]:
    """A journal of an id."""
    return {
        "journal_id": new(name), "entity": "DE01", "accounting_date": "2025-01-09",
        "description": "rent", "lines": [
            {"account": "6010", "currency": "EUR", "debit": "700"},
            {"account": "1000", "currency": "EUR", "credit": "700"},
        ],
    }  # fmt: skip


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """An acceptable use of every command."""
    del firm, at
    return {
        "RequestReopening": {"entity": "DE03", "month": "2025-01-01", "why": "a correction"},
        "ReopenPeriod": {"entity": "DE04", "month": "2025-01-01"},
        "CloseFiscalYear": {"entity": "DE03", "month": "2025-01-01"},
        "SetMandatoryDimensions": {
            "entity": "DE01",
            "account": "6010",
            "dimensions": ["department"],
        },
        "SetJournalApproval": {"entity": "DE01", "above": "5000"},
        "ProposeJournal": rent("another"),
        "ApproveJournal": {"journal_id": new("proposed")},
        "ScheduleRecurringJournal": monthly("another rent"),
        "PostScheduledJournal": {"schedule_id": new("monthly rent"), "month": "2025-01-01"},
        "EndRecurringJournal": {"schedule_id": new("monthly rent"), "through": "2025-06-30"},
        "AttestReport": {
            "attestation_id": new("attestation"),
            "entity": "DE01",
            "report": "trial-balance",
            "known": 1,
            "digest": "0" * 64,
            "parameters": [{"name": "effective", "value": "2025-01-31"}],
        },
        "RejectJournal": {"journal_id": new("proposed"), "why": "not ours"},
    }

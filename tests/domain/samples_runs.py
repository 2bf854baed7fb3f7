"""Samples of billing runs."""

from typing import Any

from tests.domain.named import new
from tests.firm import Firm

DATED: dict[str, str] = {}
CREATED = {"PrepareBillingRun": "run_id"}


def prepare(firm: Firm) -> None:
    """A client whom billing runs pass over."""
    firm.do("RegisterClient", client_id=new("parked"), code="PARK", name="Parked Fictional",
            entity="DE01", currency="EUR")  # fmt: skip
    firm.do("ParkClient", client_id=new("parked"), why="a dispute")


def proposal(at: Any, pair: Any) -> dict[str, Any]:
    """One invoice of an entry of time."""
    source = {"kind": "time", "holder_id": pair[0], "ids": [pair[1]]}
    return {"contract_id": at.contract, "currency": "USD", "sources": [source], "net": "1200.00",
            "tax": "228.00"}  # fmt: skip


def prepared(at: Any, name: str, **more: Any) -> dict[str, Any]:
    """A run that proposes to bill the approved entry."""
    return {"run_id": new(name), "entity": "DE01", "through": "2025-01-09",
            "issued_on": "2025-01-10", "position": 1,
            "proposals": [{**proposal(at, at.approved), **more}]}  # fmt: skip


def stage(firm: Firm, at: Any) -> None:
    """A run to review, and one that is approved."""
    from domain.actor import Actor

    clerk = Actor("billing clerk", frozenset({"billing"}), frozenset({"*"}))
    for name in ("open run", "approved run"):
        firm.do("PrepareBillingRun", clerk, **prepared(at, name))
    firm.do("ApproveRun", run_id=new("approved run"))


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    run = {"run_id": new("open run")}
    return {
        "PrepareBillingRun": prepared(at, "new run"),
        "ExcludeFromRun": {**run, "contract_id": at.contract, "why": "the client asked"},
        "ApproveRun": run,
        "DiscardRun": {**run, "why": "a mistake"},
        "ParkClient": {"client_id": firm.client, "why": "the contact has left"},
        "UnparkClient": {"client_id": new("parked")},
        "IssueFromRun": {"run_id": new("approved run"), "contract_id": at.contract},
    }

"""Samples of closing, reopening and locking months."""

from datetime import date
from typing import Any

from domain.actor import Actor
from tests.firm import Firm

DATED: dict[str, str] = {}
CREATED: dict[str, str] = {}
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


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """An acceptable use of every command."""
    del firm, at
    return {
        "RequestReopening": {"entity": "DE03", "month": "2025-01-01", "why": "a correction"},
        "ReopenPeriod": {"entity": "DE04", "month": "2025-01-01"},
        "CloseFiscalYear": {"entity": "DE03", "month": "2025-01-01"},
    }

"""Samples of billing runs."""

from typing import Any

from tests.firm import Firm

DATED: dict[str, str] = {}
CREATED: dict[str, str] = {}


def prepare(firm: Firm) -> None:
    """Play the firm to where the samples are acceptable."""
    del firm


def samples(firm: Firm, at: Any) -> dict[str, dict[str, Any]]:
    """Fields of an acceptable command of every kind, by its name."""
    del firm, at
    return {}

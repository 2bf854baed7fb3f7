"""The port to a tax engine: a question before the invoice, a report after it.

The question changes nothing that counts: it may be lost, asked again, or never used, so nothing
must be taken back from an engine. What counts is the report of the issued document, which goes
the way of every document: an engine's client is a ``Vendor``, too.
"""

from collections.abc import Callable
from typing import Protocol

from adapters.delivery_port import Rejected, Transient
from domain.billing.tax_determination import (
    Determination,
    TaxEngineRefused,
    TaxEngineUnavailable,
    TaxQuestion,
)


class TaxEngine(Protocol):
    """Says the taxes of lines."""

    def determine(self, asked: TaxQuestion) -> Determination:
        """Its answer, rounded in the currency, for every line. Raises Transient, Rejected."""


def asking(engine: TaxEngine) -> Callable[[TaxQuestion], Determination]:
    """Ask an engine in words a clerk understands; a lost answer is asked once more.

    The function raises TaxEngineUnavailable, TaxEngineRefused.
    """

    def determine(asked: TaxQuestion) -> Determination:
        try:
            return _twice(engine, asked)
        except Transient as error:
            raise TaxEngineUnavailable(f"{asked.engine} does not answer: {error}") from error
        except Rejected as error:
            raise TaxEngineRefused(f"{asked.engine} says no: {error}") from error

    return determine


def _twice(engine: TaxEngine, asked: TaxQuestion) -> Determination:
    try:
        return engine.determine(asked)
    except Transient:
        return engine.determine(asked)

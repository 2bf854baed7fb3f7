"""What a tax engine determined for an invoice to be: asked before, on record, used by it alone.

Commands talk to nobody, so the engine's answer is a fact before the invoice is issued. It is
good for exactly the lines and nets it was given for; anything else is stale and asked again.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id


def determination_id(invoice_id: UUID) -> UUID:
    """The stream of what was determined for an invoice."""
    return named_id("tax determination", str(invoice_id))


@dataclass(frozen=True)
class ToTax:
    """A line to be taxed: ``net`` after discounts, in the document's currency."""

    no: int
    kind: str
    text: str
    net: Decimal


@dataclass(frozen=True)
class TaxQuestion:
    """What an engine is asked; ``place`` is where the service is supplied, in its own words."""

    invoice_id: UUID
    contract_id: UUID
    entity: str
    client_code: str
    engine: str
    place: str
    on: date
    currency: str
    lines: tuple[ToTax, ...]


class TaxNotDetermined(Refusal):
    """The contract's tax engine has not said the taxes of this invoice; ``question`` asks it."""

    code = "TAX_NOT_DETERMINED"

    def __init__(self, message: str, question: TaxQuestion) -> None:
        super().__init__(message, field="invoice_id")
        self.question = question


class TaxDeterminationStale(TaxNotDetermined):
    """The taxes were determined for other lines, nets, another day or place."""

    code = "TAX_DETERMINATION_STALE"


class NotByEngine(Refusal):
    """The contract is not taxed by that engine."""

    code = "NOT_BY_ENGINE"


class TaxEngineUnavailable(Refusal):
    """The tax engine gives no answer now; nothing was issued. Try again later."""

    code = "TAX_ENGINE_UNAVAILABLE"


class TaxEngineRefused(Refusal):
    """The tax engine says no to the document; nothing was issued."""

    code = "TAX_ENGINE_REFUSED"


@dataclass(frozen=True)
class DeterminedTax:
    """One tax of one jurisdiction, rounded by the engine."""

    name: str
    jurisdiction: str
    rate_pct: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class DeterminedLine:
    """The taxes of a line, for exactly this net; none where it is not taxed."""

    no: int
    kind: str
    net: Decimal
    taxes: tuple[DeterminedTax, ...] = ()


@dataclass(frozen=True)
class Determination:
    """An engine's answer under its own ``reference``."""

    engine: str
    reference: str
    place: str
    on: date
    currency: str
    lines: tuple[DeterminedLine, ...]

    def answers(self, asked: TaxQuestion) -> bool:
        """Whether it is about exactly these lines, that day, place and currency."""
        said = [(line.no, line.kind, line.net) for line in self.lines]
        whole = (self.engine, self.place, self.on, self.currency, said)
        lines = [(line.no, line.kind, line.net) for line in asked.lines]
        return whole == (asked.engine, asked.place, asked.on, asked.currency, lines)


class TaxDetermination(Root):
    """``determination`` is the last one recorded."""

    class Recorded(Root.Created):
        """An engine said the taxes of an invoice to be."""

        TOPIC = "billing.tax_determined"
        invoice_id: UUID
        contract_id: UUID
        entity: str
        determination: Determination

    class Renewed(Root.Event):
        """It was asked again, perhaps about other lines."""

        TOPIC = "billing.tax_determined_again"
        determination: Determination

    @event(Recorded)
    def __init__(
        self, id: UUID, invoice_id: UUID, contract_id: UUID, entity: str,
        determination: Determination,
    ) -> None:  # fmt: skip
        del invoice_id, entity
        self.contract_id = contract_id
        self.determination = determination

    def renew(self, determination: Determination) -> None:
        """The same again changes nothing."""
        if determination != self.determination:
            self._renewed(determination)

    @event(Renewed)
    def _renewed(self, determination: Determination) -> None:
        self.determination = determination

"""Putting on record what a tax engine determined, before the invoice is issued."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import SYSTEM
from domain.billing.holders import OtherContract
from domain.billing.tax import BadTax
from domain.billing.tax_determination import (
    Determination,
    DeterminedLine,
    DeterminedTax,
    NotByEngine,
    TaxDetermination,
    determination_id,
)
from domain.billing.tax_override_commands import OVERRIDERS, refuse_issued
from domain.command import Answer, Command, Exact, Value
from domain.consumption import Kind
from domain.contracts.contract import Contract
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork


class DeterminedTaxInput(Value):
    """One tax of one jurisdiction, as the engine rounded it."""

    name: str = Field(min_length=1, max_length=100)
    jurisdiction: str = Field(min_length=1, max_length=100)
    rate_pct: Exact = Field(ge=0, le=100, max_digits=10)
    base: Exact = Field(max_digits=18)
    amount: Exact = Field(max_digits=18)


class DeterminedLineInput(Value):
    """The taxes of a line of the invoice to be, for exactly this net."""

    no: int = Field(ge=1, description="The line's number on the invoice")
    kind: Kind
    net: Exact = Field(max_digits=18)
    taxes: tuple[DeterminedTaxInput, ...] = Field(default=(), max_length=20)

    def line(self, currency: str) -> DeterminedLine:
        """Raises AmountTooFine, and BadTax for more tax than net."""
        for one in self.taxes:
            require_fine(one.amount, currency, field="lines")
            if abs(one.amount) > abs(self.net):
                raise BadTax(f"{one.name}: {one.amount} of {self.net}", field="lines")
        taxes = tuple(
            DeterminedTax(one.name, one.jurisdiction, one.rate_pct, one.base, one.amount)
            for one in self.taxes
        )
        return DeterminedLine(self.no, self.kind, self.net, taxes)


class RecordTaxDetermination(Command):
    """Note what the contract's tax engine says an invoice to be is taxed; it alone uses it.

    Asked again before the invoice is issued, the later answer holds.
    """

    ROLES: ClassVar = OVERRIDERS | {SYSTEM}
    invoice_id: UUID = Field(description="The id the invoice will be issued under")
    contract_id: UUID
    engine: str = Field(min_length=1, max_length=40)
    reference: str = Field(min_length=1, max_length=100, description="The engine's own")
    place: str = Field(max_length=100, description="Where the service is supplied")
    on: date = Field(description="The invoice date")
    lines: tuple[DeterminedLineInput, ...] = Field(min_length=1, max_length=5000)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises InvoiceIssued, OtherContract, NotByEngine, AmountTooFine, BadTax, NotFound."""
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        refuse_issued(work, self.invoice_id)
        if contract.tax_source is None or contract.tax_source.engine != self.engine:
            raise NotByEngine(f"{contract.name} is not taxed by {self.engine}", field="engine")
        lines = tuple(line.line(contract.currency) for line in self.lines)
        said = Determination(self.engine, self.reference, self.place, self.on, contract.currency,
                             lines)  # fmt: skip
        id_ = determination_id(self.invoice_id)
        if known := work.load_or_none(TaxDetermination, id_):
            if known.contract_id != contract.id:
                raise OtherContract("it was given for another contract", field="contract_id")
            known.renew(said)
        else:
            work.add(TaxDetermination(id_, self.invoice_id, contract.id, entity.code, said))
        return Answer(id=id_)

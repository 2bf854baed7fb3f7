"""Agreeing on what documents of a contract add to a price or take off it: taxes, discounts."""

from typing import ClassVar

from pydantic import Field

from domain.command import Answer, Exact, Value
from domain.consumption import Kind
from domain.contracts.clause_commands import MANAGERS, ContractCommand
from domain.contracts.clauses import KindTax, TaxClause, TaxSource, VolumeTerms
from domain.contracts.contract import Contract
from domain.errors import Refusal
from domain.pricing.rebate import VolumeMode, VolumeStep
from domain.pricing.tax_code import TaxCode
from domain.pricing.tax_commands import tax_code
from domain.unit_of_work import UnitOfWork


class KindTwice(Refusal):
    """A kind of thing is given two tax codes."""

    code = "KIND_TWICE"


class KindTaxInput(Value):
    """A kind of billable thing that has a tax code of its own."""

    kind: Kind
    tax_code: str = Field(min_length=1, max_length=20)


class SetContractTax(ContractCommand):
    """Tax a contract's documents by a code's rates of their date, not by a fixed percentage."""

    ROLES: ClassVar = MANAGERS
    tax_code: str = Field(min_length=1, max_length=20, description="Of the contract's entity")
    per_document: bool = Field(
        default=False, description="Round each tax once a document, not once a line"
    )
    by_kind: tuple[KindTaxInput, ...] = Field(
        default=(), max_length=10, description="Kinds of things with another code"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises TaxInsidePrice, KindTwice, NotFound, WrongEntity."""
        contract = self.contract(work)
        if len({one.kind for one in self.by_kind}) < len(self.by_kind):
            raise KindTwice("a kind has one tax code", field="by_kind")
        code = self._code(work, contract, self.tax_code)
        kinds = tuple(
            KindTax(one.kind, self._code(work, contract, one.tax_code).id, one.tax_code)
            for one in self.by_kind
        )
        contract.set_tax(TaxClause(code.id, code.code, self.per_document, kinds))
        return Answer(id=contract.id)

    def _code(self, work: UnitOfWork, contract: Contract, code: str) -> TaxCode:
        found = tax_code(work, contract.entity, code)
        contract.require_net_prices(tax_inside=any(rates.included for rates in found.rates))
        return found


class SetTaxSource(ContractCommand):
    """Say who taxes a contract's documents: an engine outside, or our own codes again.

    While it is an engine, each document waits for what it determines.
    """

    ROLES: ClassVar = MANAGERS
    engine: str = Field(default="", max_length=40, description="Left out: our own codes")
    place: str = Field(
        default="", max_length=100, description="Of supply, as the engine names it: US-CA-94501"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        contract = self.contract(work)
        contract.set_tax_source(TaxSource(self.engine, self.place) if self.engine else None)
        return Answer(id=contract.id)


class VolumeStepInput(Value):
    """From a volume on (included), in the contract's currency, so many percent."""

    from_volume: Exact = Field(ge=0, max_digits=15)
    pct: Exact = Field(ge=0, le=100, decimal_places=4)


class SetVolumeDiscount(ContractCommand):
    """Agree on a discount on every invoice, before tax, by the volume it reaches."""

    ROLES: ClassVar = MANAGERS
    steps: tuple[VolumeStepInput, ...] = Field(
        min_length=1, max_length=20, description="Upwards; one step from 0 is a flat discount"
    )
    mode: VolumeMode = Field(
        default="volume", description="The step reached holds for all, or each part has its own"
    )
    to_date: bool = Field(
        default=False, description="Volume is all billed so far with the invoice, not it alone"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises TiersOutOfOrder, NotFound, WrongEntity."""
        contract = self.contract(work)
        steps = tuple(VolumeStep(one.from_volume, one.pct) for one in self.steps)
        contract.set_volume_discount(VolumeTerms(steps, self.mode, self.to_date))
        return Answer(id=contract.id)

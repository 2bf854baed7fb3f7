"""Overriding the tax of an invoice before it is issued."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER
from domain.billing.holders import OtherContract
from domain.billing.invoice import Invoice
from domain.billing.lines import Overridden
from domain.billing.tax_override import InvoiceIssued, OtherTax, TaxOverride, override_id
from domain.command import Answer, Command
from domain.consumption import Kind
from domain.contracts.contract import Contract
from domain.organisation.commands import legal_entity
from domain.pricing.tax_commands import tax_code
from domain.unit_of_work import NotFound, UnitOfWork

OVERRIDERS = frozenset({ADMIN, ACCOUNTANT, CONTROLLER})
"""Not who bills: one says the tax, another issues."""


def refuse_issued(work: UnitOfWork, invoice_id: UUID) -> None:
    """Raises InvoiceIssued; none is issued before what follows is written."""
    if found := work.find(Invoice, invoice_id):
        raise InvoiceIssued(f"invoice {found.number} is issued", field="invoice_id")


class OverrideTax(Command):
    """Tax an invoice to be by another code than its contract's, on evidence.

    A contract of a billing run whose tax is overridden is excluded from the run and billed by
    itself.
    """

    ROLES: ClassVar = OVERRIDERS
    invoice_id: UUID = Field(description="The id the invoice will be issued under")
    contract_id: UUID
    tax_code: str = Field(min_length=1, max_length=20, description="A code of the entity")
    kinds: tuple[Kind, ...] = Field(
        default=(), max_length=10, description="Of billable things; none: all of them"
    )
    why: str = Field(min_length=1, max_length=500)
    evidence: str = Field(
        min_length=1, max_length=500, description="Where the certificate or ruling is found"
    )
    evidence_sha256: str = Field(
        default="",
        pattern="^([0-9a-f]{64})?$",
        description="Digest of the paper",
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises InvoiceIssued, OtherContract, NotFound, WrongEntity.

        Given again before the invoice is issued, the later one holds.
        """
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        refuse_issued(work, self.invoice_id)
        code = tax_code(work, entity.code, self.tax_code)
        note = Overridden(self.why, self.evidence, self.evidence_sha256, work.actor.id)
        other = OtherTax(code.id, code.code, tuple(sorted(set(self.kinds))), note)
        id_ = override_id(self.invoice_id)
        if known := work.load_or_none(TaxOverride, id_):
            if known.contract_id != contract.id:
                raise OtherContract("it was given for another contract", field="contract_id")
            known.change(other)
        else:
            work.add(TaxOverride(id_, self.invoice_id, contract.id, entity.code, other))
        return Answer(id=id_)


class WithdrawTaxOverride(Command):
    """Let an invoice to be be taxed as its contract agrees."""

    ROLES: ClassVar = OVERRIDERS
    invoice_id: UUID
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises InvoiceIssued, NotFound, WrongEntity."""
        found = work.load_or_none(TaxOverride, override_id(self.invoice_id))
        if found is None:
            raise NotFound("the tax of this invoice is not overridden", field="invoice_id")
        work.enter(found.entity)
        refuse_issued(work, self.invoice_id)
        found.withdraw(self.why)
        return Answer(id=found.id)

"""Taxing lines as an engine determined them beforehand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.billing.lines import DeterminedBy, InvoiceLine, LineTax, TaxBasis, taxable
from domain.billing.tax_determination import (
    Determination,
    DeterminedLine,
    TaxDetermination,
    TaxDeterminationStale,
    TaxNotDetermined,
    TaxQuestion,
    ToTax,
    determination_id,
)
from domain.contracts.clauses import TaxSource
from domain.contracts.contract import Contract
from domain.organisation.client import Client
from domain.unit_of_work import UnitOfWork


def determined(
    work: UnitOfWork, contract: Contract, source: TaxSource, invoice_id: UUID, on: date,
    lines: Sequence[InvoiceLine],
) -> tuple[InvoiceLine, ...]:  # fmt: skip
    """The lines with their taxes. Raises TaxNotDetermined, TaxDeterminationStale."""
    if not lines:
        return ()
    defer = contract.retainage.defers_tax
    asked = TaxQuestion(
        invoice_id, contract.id, contract.entity,
        work.read(Client, contract.client_id).code, source.engine, source.place, on,
        contract.currency,
        tuple(ToTax(line.no, line.kind, line.text,
                    taxable(line.net, line.retained, defer=defer)) for line in lines),
    )  # fmt: skip
    found = work.find(TaxDetermination, determination_id(invoice_id))
    if found is None:
        raise TaxNotDetermined(f"{source.engine} has not said the taxes of it yet", asked)
    said = found.determination
    if found.contract_id != contract.id or not said.answers(asked):
        raise TaxDeterminationStale(f"{said.reference} of {said.engine} is of other lines", asked)
    return tuple(_taxed(line, told, said) for line, told in zip(lines, said.lines, strict=True))


def _taxed(line: InvoiceLine, told: DeterminedLine, said: Determination) -> InvoiceLine:
    taxes = tuple(LineTax(t.name, t.rate_pct, t.base, t.amount, t.amount) for t in told.taxes)
    by = DeterminedBy(said.engine, said.reference, tuple(t.jurisdiction for t in told.taxes))
    return replace(
        line,
        tax_rate_pct=sum((tax.rate_pct for tax in taxes), Decimal(0)),
        tax=sum((tax.amount for tax in taxes), Decimal(0)),
        tax_basis=TaxBasis(said.engine, said.on, "line", taxes, determined=by),
    )

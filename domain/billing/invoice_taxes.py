"""Who taxes each line of an invoice to be: an override, the contract's codes or its engine."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.billing.determined_taxes import determined
from domain.billing.holders import OtherContract
from domain.billing.line_taxes import CodeRates, tax_lines
from domain.billing.lines import InvoiceLine, lines_of
from domain.billing.tax_override import TaxOverride, override_id
from domain.consumption import Share
from domain.contracts.contract import Contract, TaxInsidePrice
from domain.pricing.tax_code import TaxCode
from domain.unit_of_work import UnitOfWork


def taxed_lines(
    work: UnitOfWork, contract: Contract, invoice_id: UUID, on: date, shares: Iterable[Share]
) -> tuple[InvoiceLine, ...]:
    """Lines taxed by the codes of the contract at the rates of the day, or its fixed percentage.

    An override given for the invoice comes first. Raises NoTaxRate, TaxInsidePrice, OwnOverride,
    OtherContract; TaxNotDetermined, TaxDeterminationStale where an engine says the taxes.
    """
    by_percentage = contract.tax is None and contract.tax_source is None
    fixed = contract.terms.tax_rate_pct if by_percentage else Decimal(0)
    lines = lines_of(shares, contract.currency, fixed, defer=contract.retainage.defers_tax)
    return by_codes(work, contract, invoice_id, on, lines)


def by_codes(
    work: UnitOfWork, contract: Contract, invoice_id: UUID, on: date, lines: Sequence[InvoiceLine]
) -> tuple[InvoiceLine, ...]:
    """The lines, those anew that a code taxes. Raises as ``taxed_lines``."""
    clause, defer = contract.tax, contract.retainage.defers_tax
    rates = dict(_rates(work, contract, invoice_id, on, {line.kind for line in lines}))
    inside = any(found.rates.included for found in rates.values())
    contract.require_net_prices(tax_inside=inside)
    if inside and defer and any(line.retained for line in lines):
        raise TaxInsidePrice("retainage that is taxed later is net of tax", field="tax_code")
    taxed = tax_lines(
        [line for line in lines if line.kind in rates], rates.__getitem__, contract.currency,
        per_document=bool(clause and clause.per_document), defer=defer,
    )  # fmt: skip
    by_code = {line.no: line for line in taxed}
    if source := contract.tax_source:
        rest = [line for line in lines if line.no not in by_code]
        said = determined(work, contract, source, invoice_id, on, rest)
        by_code |= {line.no: line for line in said}
    return tuple(by_code.get(line.no, line) for line in lines)


def tax_steps(lines: Iterable[InvoiceLine]) -> Iterator[str]:
    """What was overridden, once a code, and what an engine said."""
    bases = [line.tax_basis for line in lines if line.tax_basis]
    told = {basis.code: basis.override for basis in bases if basis.override}
    for by in {basis.determined.reference: basis.determined for basis in bases
               if basis.determined}.values():  # fmt: skip
        yield f"taxes determined by {by.engine} under {by.reference}"
    for code, note in told.items():
        yield f"taxed by {code} in place of what is agreed: {note.why} ({note.evidence})"


def _rates(
    work: UnitOfWork, contract: Contract, invoice_id: UUID, on: date, kinds: Iterable[str]
) -> Iterator[tuple[str, CodeRates]]:
    """By kind; none for those that the contract's fixed percentage or engine taxes."""
    override = work.find(TaxOverride, override_id(invoice_id))
    clause = None if contract.tax_source else contract.tax
    if override and override.contract_id != contract.id:
        raise OtherContract("the tax is overridden for another contract", field="contract_id")
    for kind in kinds:
        other = override.of(kind, work.actor.id) if override else None
        if other is None and clause is None:
            continue
        id_ = other.tax_code_id if other else clause.of(kind) if clause else None
        code = work.read(TaxCode, id_) if id_ else None
        if code:
            yield kind, CodeRates(code.code, code.rates_on(on), other.note if other else None)

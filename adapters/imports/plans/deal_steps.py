"""The commands of one deal, each with an id that follows from the deal's id in its CRM.

Opening says what stays: client, name, package. The terms have a key by their content, so that a
later export may change them as long as the deal is open.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from adapters.imports.crm import ProductRow
from adapters.imports.deal import DealRow
from adapters.imports.plans.deal_terms import TermsOptions, terms
from adapters.imports.plans.planned import key_of, short_code, with_content
from adapters.imports.verdict import CellError
from domain.command import Command
from domain.identity import named_id
from domain.sales.commands import (
    CloseOpportunityLost,
    CloseOpportunityWon,
    OpenOpportunity,
    UpdateOpportunity,
)
from domain.sales.opportunity import Terms


def opportunity_id(row: DealRow) -> UUID:
    """The opportunity a CRM's deal becomes."""
    return named_id("opportunity", row.external_id)


def open_step(
    row: DealRow, client_id: UUID, product: ProductRow | None, *, with_seller: bool
) -> OpenOpportunity:
    """Note the deal, from the day it was engaged or else the first day that is known of it."""
    package = product.name if product else row.product or row.name or ""
    return OpenOpportunity(
        command_id=key_of("deal", row.external_id, "open"),
        opportunity_id=opportunity_id(row),
        client_id=client_id,
        name=_name(row, package, row.owner if with_seller else None),
        external_ref=short_code(row.external_id, 100),
        package=package[:100],
        effective_date=_begun(row),
    )


def _begun(row: DealRow) -> date | None:
    created = row.created_at.date() if row.created_at else None
    return row.engaged_on or created or row.closed_on


def _name(row: DealRow, package: str, seller: str | None) -> str:
    name = row.name or f"{package or row.external_id} for {row.account or row.account_id}"
    return f"{name[:130]}, sold by {seller[:55]}" if seller else name[:200]


def update_step(
    row: DealRow, product: ProductRow | None, options: TermsOptions
) -> UpdateOpportunity:
    """Say the deal's terms and stage; the list price is its value where the CRM has none."""
    listed = product.list_price if product else Decimal(0)
    id_ = opportunity_id(row)
    given = terms(
        options,
        opportunity=id_,
        value=listed if row.amount is None else row.amount,
        currency=row.currency,
        series=product.series if product else None,
        starts_on=row.closed_on or row.expected_on,
    )
    is_prospect = row.outcome == "open" and row.stage.casefold() == "prospecting"
    command = UpdateOpportunity(
        opportunity_id=id_,
        stage="prospecting" if is_prospect else "engaging",
        effective_date=_begun(row),
        **given,
    )
    return with_content(command, "deal", row.external_id, "terms")


def check_complete(update: UpdateOpportunity, package: str | None) -> None:
    """Raise CellError where a won deal lacks what its close needs."""
    given = Terms(**(update.given() | {"package": package}))
    if missing := given.missing():
        raise CellError("missing_value", f"The deal is won but lacks {', '.join(missing)}.")


def close_steps(row: DealRow) -> Iterator[Command]:
    """Close what was won or lost."""
    kinds = {"won": CloseOpportunityWon, "lost": CloseOpportunityLost}
    if (kind := kinds.get(row.outcome)) and row.closed_on:
        yield kind(
            command_id=key_of("deal", row.external_id, "close"),
            opportunity_id=opportunity_id(row),
            closed_on=row.closed_on,
        )

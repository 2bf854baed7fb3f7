"""The CRM sample of four files: accounts, products, sales teams and the pipeline of deals.

A deal is identified by its id, an account, product or agent by its name. Names of products are
not spelled alike in all four files, so a caller may say which name in the pipeline is which
product. A deal without an account is a deal all the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from adapters.imports.deal import DealOptions, DealRow, Outcome
from adapters.imports.numbers import money, number
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.verdict import Broken, CellError, read_rows
from domain.money import minor_unit

ACCOUNTS = Layout(
    required=("account",),
    optional=(
        "sector",
        "year_established",
        "revenue",
        "employees",
        "office_location",
        "subsidiary_of",
    ),
)
PRODUCTS = Layout(required=("product", "series", "sales_price"))
TEAMS = Layout(required=("sales_agent", "manager", "regional_office"))
PIPELINE = Layout(
    required=(
        "opportunity_id",
        "sales_agent",
        "product",
        "account",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    )
)
STAGES: Mapping[str, Outcome] = {
    "Prospecting": "open",
    "Engaging": "open",
    "Won": "won",
    "Lost": "lost",
}
_YEARS = range(1000, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account; ``revenue`` is in millions of the sample's dollars."""

    line: int
    key: tuple[str, ...]
    raw: Mapping[str, str]
    name: str
    sector: str | None
    established_year: int | None
    revenue: Decimal | None
    employees: int | None
    location: str | None
    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product with its list price."""

    line: int
    key: tuple[str, ...]
    raw: Mapping[str, str]
    name: str
    series: str
    list_price: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """Someone who sells, for whom and from where."""

    line: int
    key: tuple[str, ...]
    raw: Mapping[str, str]
    name: str
    manager: str
    office: str


def read_accounts(path: Path) -> Iterator[AccountRow | Broken]:
    """Read accounts.csv. Raises Refusal where the file as a whole cannot be read."""
    return read_rows(open_table(path, ACCOUNTS).records(), _account)


def read_products(path: Path, currency: str = "USD") -> Iterator[ProductRow | Broken]:
    """Read products.csv, whose prices are in ``currency``. Raises Refusal as above."""
    minor_unit(currency)
    return read_rows(open_table(path, PRODUCTS).records(), partial(_product, currency))


def read_teams(path: Path) -> Iterator[AgentRow | Broken]:
    """Read sales_teams.csv. Raises Refusal where the file as a whole cannot be read."""
    return read_rows(open_table(path, TEAMS).records(), _agent)


def read_deals(path: Path, options: DealOptions) -> Iterator[DealRow | Broken]:
    """Read sales_pipeline.csv. Raises Refusal where the file as a whole cannot be read."""
    minor_unit(options.currency)
    return read_rows(open_table(path, PIPELINE).records(), partial(_deal, options))


def _account(record: Record) -> AccountRow:
    name = record.needed("account").text
    revenue = record.cell("revenue")
    year = _whole(record, "year_established")
    if year is not None and year not in _YEARS:
        raise record.needed("year_established").error("bad_value", "{} is not a likely year.")
    return AccountRow(
        line=record.line,
        key=(name,),
        raw=record.raw,
        name=name,
        sector=record.text("sector"),
        established_year=year,
        revenue=number(revenue, 2) if revenue else None,
        employees=_whole(record, "employees"),
        location=record.text("office_location"),
        parent=record.text("subsidiary_of"),
    )


def _whole(record: Record, column: str) -> int | None:
    cell = record.cell(column)
    return int(number(cell, 0)) if cell else None


def _product(currency: str, record: Record) -> ProductRow:
    name = record.needed("product").text
    return ProductRow(
        line=record.line,
        key=(name,),
        raw=record.raw,
        name=name,
        series=record.needed("series").text,
        list_price=money(record.needed("sales_price"), currency),
        currency=currency,
    )


def _agent(record: Record) -> AgentRow:
    name = record.needed("sales_agent").text
    return AgentRow(
        line=record.line,
        key=(name,),
        raw=record.raw,
        name=name,
        manager=record.needed("manager").text,
        office=record.needed("regional_office").text,
    )


def _deal(options: DealOptions, record: Record) -> DealRow:
    external_id = record.needed("opportunity_id").text
    outcome = _outcome(record)
    product = record.needed("product").text
    engaged, expected, closed = _days(options, record, outcome)
    return DealRow(
        line=record.line,
        key=(external_id,),
        raw=record.raw,
        external_id=external_id,
        stage=record.needed("deal_stage").text,
        outcome=outcome,
        currency=options.currency,
        account=record.text("account"),
        owner=record.needed("sales_agent").text,
        product=options.products.get(product, product),
        engaged_on=engaged,
        expected_on=expected,
        closed_on=closed,
        amount=_amount(options, record, outcome),
    )


def _outcome(record: Record) -> Outcome:
    stage = record.needed("deal_stage")
    if stage.text not in STAGES:
        raise stage.error("unknown_stage", f"{{}} is none of the stages {', '.join(STAGES)}.")
    return STAGES[stage.text]


def _amount(options: DealOptions, record: Record, outcome: Outcome) -> Decimal | None:
    cell = record.needed("close_value") if outcome == "won" else record.cell("close_value")
    return money(cell, options.currency) if cell else None


def _days(
    options: DealOptions, record: Record, outcome: Outcome
) -> tuple[date | None, date | None, date | None]:
    """Read when a deal was engaged, is expected and was closed. Raises CellError."""
    has_begun = record.text("deal_stage") != "Prospecting"
    begin = record.needed("engage_date") if has_begun else record.cell("engage_date")
    engaged = options.past_day(begin) if begin else None
    if outcome == "open":
        expected = record.cell("close_date")
        return engaged, options.day(expected) if expected else None, None
    end = record.needed("close_date")
    closed = options.past_day(end)
    if engaged and closed < engaged:
        reason = f"The deal was closed on {closed}, before it was engaged on {engaged}."
        raise CellError("dates_reversed", reason, end.column)
    return engaged, None, closed

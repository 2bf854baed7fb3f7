"""Salesforce's opportunities, by the field names of its data exports; an id identifies a deal.

Stages are each firm's own: an opportunity is won or lost by ``IsWon`` and ``IsClosed`` where
they were exported, else by Salesforce's standard names for its two closed stages.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from adapters.imports.days import instant_of
from adapters.imports.deal import DealOptions, DealRow, Outcome
from adapters.imports.numbers import known_unit, money, number
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.verdict import Broken, read_rows
from adapters.imports.words import flag
from domain.money import minor_unit

_ID = ("OpportunityId", "Opportunity ID", "Id")
_NAME = ("OpportunityName", "Opportunity Name", "Name")
_STAGE = ("StageName", "Stage")
_CLOSE = ("CloseDate", "Close Date")
_ACCOUNT = ("AccountName", "Account Name")
_ACCOUNT_ID = ("AccountId", "Account ID")
_OWNER = ("OwnerName", "Opportunity Owner", "OwnerId")
_CREATED = ("CreatedDate", "Created Date")
_CURRENCY = ("CurrencyIsoCode", "Amount Currency")
LAYOUT = Layout(
    required=(_ID, _NAME, _STAGE, _CLOSE, "Amount"),
    optional=(*_ACCOUNT, *_ACCOUNT_ID, *_OWNER, *_CREATED, *_CURRENCY, "Probability"),
)
_CLOSED: Mapping[str, Outcome] = {"closed won": "won", "closed lost": "lost"}


def read_deals(path: Path, options: DealOptions) -> Iterator[DealRow | Broken]:
    """Read every opportunity. Raises Refusal where the file as a whole cannot be read."""
    minor_unit(options.currency)
    return read_rows(open_table(path, LAYOUT).records(), partial(_deal, options))


def _deal(options: DealOptions, record: Record) -> DealRow:
    external_id = record.needed(*_ID).text
    outcome, currency = _outcome(record), _currency(options, record)
    amount = record.needed("Amount") if outcome == "won" else record.cell("Amount")
    created = record.cell(*_CREATED)
    return DealRow(
        line=record.line,
        key=(external_id,),
        raw=record.raw,
        external_id=external_id,
        stage=record.needed(*_STAGE).text,
        outcome=outcome,
        currency=currency,
        name=record.needed(*_NAME).text,
        account=record.text(*_ACCOUNT),
        account_id=record.text(*_ACCOUNT_ID),
        owner=record.text(*_OWNER),
        expected_on=_expected(options, record, outcome),
        closed_on=_closed(options, record, outcome),
        amount=money(amount, currency) if amount else None,
        probability_pct=_probability(record),
        created_at=options.moment(instant_of(created)) if created else None,
    )


def _outcome(record: Record) -> Outcome:
    if flag(record.cell("IsWon")):
        return "won"
    if flag(record.cell("IsClosed")):
        return "lost"
    return _CLOSED.get(record.needed(*_STAGE).text.casefold(), "open")


def _currency(options: DealOptions, record: Record) -> str:
    cell = record.cell(*_CURRENCY)
    if cell is None:
        return options.currency
    known_unit(cell)
    return cell.text


def _expected(options: DealOptions, record: Record, outcome: Outcome) -> date | None:
    return options.day(record.needed(*_CLOSE)) if outcome == "open" else None


def _closed(options: DealOptions, record: Record, outcome: Outcome) -> date | None:
    return None if outcome == "open" else options.past_day(record.needed(*_CLOSE))


def _probability(record: Record) -> Decimal | None:
    cell = record.cell("Probability")
    if cell is None:
        return None
    found = number(cell, 2)
    if not 0 <= found <= 100:  # noqa: PLR2004 - per cent
        raise cell.error("bad_number", "{} is not between 0 and 100 per cent.")
    return found

"""Remaining performance obligations: price allocated and not earned, by when it is expected."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from domain.revenue.remaining import remaining
from projections.as_of import AsOf
from projections.expected_revenue import READS, to_come
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, BadParameter, Parameter, Report
from projections.table import Conn

EXCLUSIONS = {"none", "one-year", "right-to-invoice", "both"}


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity, currency and band, and one for what is left out."""
    if (left_out := asked["exclude"]) not in EXCLUSIONS:
        raise BadParameter(f"one of {', '.join(sorted(EXCLUSIONS))}", field="exclude")
    found = to_come(conn, as_of, asked)
    for (entity, currency), group in groupby(found, lambda one: (one.entity, one.currency)):
        told = remaining(
            [one.obligation for one in group],
            exclude_one_year=left_out in ("one-year", "both"),
            exclude_right_to_invoice=left_out in ("right-to-invoice", "both"),
        )
        for band in told.bands:
            yield entity, band.label, band.from_month, currency, band.amount
        yield entity, "excluded", None, currency, told.excluded


REMAINING_OBLIGATIONS = Report(
    name="remaining-performance-obligations",
    title="Remaining performance obligations",
    description="Price allocated and not yet earned, by the months in which it is expected.",
    parameters=(
        ENTITY,
        Parameter("exclude", str, "What is left out: none, one-year, right-to-invoice or both",
                  default="none"),
    ),
    columns=(
        *text("entity", "band"), Column("after_month", "count"), *text("currency"),
        *amounts("amount"),
    ),
    reads=READS,
    rows=rows,
)  # fmt: skip

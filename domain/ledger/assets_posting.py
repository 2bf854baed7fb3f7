"""Posting of assets: what they cost, what is written off, and what a disposal leaves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from domain.aggregate import Root
from domain.assets.asset import Asset, AssetKind
from domain.assets.capital_labour import CapitalLabour
from domain.assets.depreciation_run import Depreciation, Ran
from domain.ledger import chart
from domain.ledger.entry import Entry, balanced, both
from domain.ledger.journal import Line
from domain.ledger.period import month_end
from domain.ledger.receivables_posting import undone

COST: dict[AssetKind, str] = {"equipment": chart.EQUIPMENT, "intangible": chart.INTANGIBLES}
WRITTEN_OFF: dict[AssetKind, str] = {
    "equipment": chart.DEPRECIATED,
    "intangible": chart.AMORTISED,
}


def asset_capitalized(fact: Asset.Capitalized) -> Iterable[Entry]:
    """Dr 1600 or 1620, Cr where the cost comes from; a bill's line is there already."""
    asset = fact.asset
    if not asset.credit:
        return
    lines = both(COST[asset.kind], asset.credit, asset.books, asset.cost, asset.cost,
                 asset.project_id, asset.dimensions)  # fmt: skip
    yield Entry("asset_capitalized", asset.entity, asset.books, fact.capitalized_on, asset.name,
                asset.code, lines)  # fmt: skip


def labour_reclassified(fact: CapitalLabour.Reclassified) -> Iterable[Entry]:
    """Expensed before, carried now: Dr 1620, Cr 5000; below zero the other way."""
    lines = both(chart.INTANGIBLES, chart.LABOUR, fact.books, fact.amount, fact.amount,
                 fact.project_id)  # fmt: skip
    yield Entry("labour_reclassified", fact.entity, fact.books, fact.reclassified_on,
                f"Labour of {fact.code}: {fact.why}", "", lines)  # fmt: skip


def depreciation(fact: Depreciation.Recorded) -> Iterable[Entry]:
    """A month of all assets: Dr 6100 by what they are used for, Cr 1610 or 1630."""
    yield _run_entry(fact.run)


def depreciation_reversed(fact: Depreciation.Reversed) -> Iterable[Entry]:
    """A run taken back: its mirror, on the day it is taken back."""
    entry = undone(_run_entry(fact.run), "depreciation_reversed", "Depreciation taken back")
    yield replace(entry, effective_date=fact.reversed_on)


def _run_entry(run: Ran) -> Entry:
    lines: tuple[Line, ...] = ()
    for one in run.lines:
        lines += both(chart.DEPRECIATION, WRITTEN_OFF[one.kind], run.books, one.amount,
                      one.amount, one.project_id, one.dimensions)  # fmt: skip
    return Entry("depreciation", run.entity, run.books, month_end(run.month),
                 f"Depreciation of {run.month:%Y-%m}", "", lines)  # fmt: skip


def asset_impaired(fact: Asset.Impaired) -> Iterable[Entry]:
    """What it will not bring: Dr 6100, Cr 1610 or 1630."""
    asset = fact.asset
    lines = both(chart.DEPRECIATION, WRITTEN_OFF[asset.kind], asset.books, fact.loss, fact.loss,
                 asset.project_id, asset.dimensions)  # fmt: skip
    yield Entry("asset_impaired", asset.entity, asset.books, fact.impaired_on,
                f"Impairment of {asset.name}", asset.code, lines)  # fmt: skip


def asset_disposed(fact: Asset.Disposed) -> Iterable[Entry]:
    """Dr proceeds and 1610, Cr 1600 and output tax; the rest is a loss or a gain on 7020."""
    asset, sale, books = fact.asset, fact.sale, fact.asset.books
    currency, gross = sale.quote.of, sale.proceeds + sale.tax
    lines = (
        Line(sale.account, currency, gross, sale.functional + sale.functional_tax),
        Line(chart.OUTPUT_TAX, currency, -sale.tax, -sale.functional_tax),
        Line(WRITTEN_OFF[asset.kind], books, fact.accumulated, fact.accumulated),
        Line(COST[asset.kind], books, -asset.cost, -asset.cost),
        *_result(fact),
    )  # fmt: skip
    yield Entry("asset_disposed", asset.entity, books, sale.disposed_on,
                f"Disposal of {asset.name}", asset.code, balanced(lines, books))  # fmt: skip


def _result(fact: Asset.Disposed) -> Iterable[Line]:
    """Gain or loss; proceeds in another currency stand apart, so each currency balances."""
    asset, sale, books = fact.asset, fact.sale, fact.asset.books
    rest = fact.result
    if sale.quote.of != books:
        yield Line(chart.BANK_CHARGES, sale.quote.of, -sale.proceeds, -sale.functional,
                   asset.project_id, asset.dimensions)  # fmt: skip
        rest -= sale.functional
    yield Line(chart.BANK_CHARGES, books, -rest, -rest, asset.project_id, asset.dimensions)


ASSETS_RULES: Mapping[type[Root.Event], tuple[Callable[[Any], Iterable[Entry]], ...]] = {
    Asset.Capitalized: (asset_capitalized,),
    CapitalLabour.Reclassified: (labour_reclassified,),
    Depreciation.Recorded: (depreciation,),
    Depreciation.Reversed: (depreciation_reversed,),
    Asset.Impaired: (asset_impaired,),
    Asset.Disposed: (asset_disposed,),
}

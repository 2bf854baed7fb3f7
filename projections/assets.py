"""Assets: what they cost, what is written off them, and what waits to become one.

``asset_moves`` move cost (1600, 1620) and what is written off (1610, 1630), a credit negative, so
the accounts can be held against them. What a bill bought waits under the bill's line, labour
that lasts under its project, until an asset is made of it.
"""

from datetime import date
from decimal import Decimal

from domain.assets.asset import Asset, AssetOf, Write
from domain.assets.capital_labour import CapitalLabour, labour_id
from domain.delivery.project import Project
from domain.delivery.rating import RatedTime
from domain.delivery.timesheet import Timesheet
from domain.ledger.assets_posting import COST, WRITTEN_OFF
from domain.ledger.chart import INTANGIBLES
from domain.ledger.period import month_end
from domain.payables.bill import Bill
from domain.payables.cost_line import CostLine
from domain.payables.orders import source_of
from domain.payables.vendor_bill import VendorBill
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

ASSETS = Table(
    "assets",
    {
        "id": "uuid", "position": "bigint", "entity": "text", "code": "text", "name": "text",
        "kind": "text", "currency": "text", "cost": "numeric", "residual": "numeric",
        "months": "int", "convention": "text", "project_id": "uuid?", "capitalized_on": "date",
    },
    key=("id",),
    indexes=("entity, code",),
)  # fmt: skip
MOVES = Table(
    "asset_moves",
    {
        "position": "bigint", "no": "int", "asset_id": "uuid", "entity": "text", "account": "text",
        "currency": "text", "effective_date": "date", "amount": "numeric", "what": "text",
    },
    key=("position", "no"),
    indexes=("asset_id", "entity, effective_date"),
)  # fmt: skip
SERVICES = Table(
    "asset_services",
    {
        "asset_id": "uuid", "position": "bigint", "in_service_on": "date", "entity": "text",
        "first_month": "date", "last_month": "date",
    },
    key=("asset_id",),
)  # fmt: skip
WAITING = Table(
    "assets_to_be",
    {"id": "uuid", "entity": "text", "code": "text", "name": "text"},
    key=("id",),
)


class Assets(Projection):
    """Amounts are in the books of the entity."""

    name = "assets"
    tables = (ASSETS, MOVES, SERVICES, WAITING)

    @on(VendorBill.Approved)
    def bought(self, fact: VendorBill.Approved, at: Recorded, fold: Fold) -> None:
        """What lasts waits."""
        self._buy(fact.bill, fact.bill.lines, at, fold, fact.bill.billed_on, 1, "bought")

    @on(VendorBill.Voided)
    def not_bought(self, fact: VendorBill.Voided, at: Recorded, fold: Fold) -> None:
        """It does not wait any more."""
        if fact.was_owed:
            self._buy(fact.bill, fact.bill.lines, at, fold, fact.voided_on, -1, "void")

    @on(VendorBill.Credited)
    def bought_for_less(self, fact: VendorBill.Credited, at: Recorded, fold: Fold) -> None:
        """Some of it was taken back."""
        day = fact.credit.credited_on
        self._buy(fact.bill, fact.credit.lines, at, fold, day, -1, "credited")

    def _buy(
        self, bill: Bill, lines: tuple[CostLine, ...], at: Recorded, fold: Fold, day: date,
        sign: int, what: str,
    ) -> None:  # fmt: skip
        for line in lines:
            if line.treatment == "capex":
                source = source_of(at.stream_id, line)
                fold.put(WAITING, id=source, entity=bill.entity, name=line.text,
                         code=f"{bill.vendor_code} {bill.number}/{line.no}")  # fmt: skip
                fold.append(MOVES, at.position, line.no, source, bill.entity, line.account,
                            bill.books, day, sign * line.functional_net, what)  # fmt: skip

    @on(Project.ExpenditureClassified)
    def classified(self, fact: Project.ExpenditureClassified, at: Recorded, fold: Fold) -> None:
        """Labour may wait under its project."""
        fold.put(WAITING, id=labour_id(at.stream_id), entity=fact.entity, code=fact.code,
                 name=fact.name)  # fmt: skip

    @on(Timesheet.TimeApproved)
    def worked(self, fact: Timesheet.TimeApproved, at: Recorded, fold: Fold) -> None:
        """Labour that lasts waits."""
        self._work(fact.rated, at, fold, 1)

    @on(Timesheet.TimeUnapproved, Timesheet.TimeReversed)
    def not_worked(
        self, fact: Timesheet.TimeUnapproved | Timesheet.TimeReversed, at: Recorded, fold: Fold
    ) -> None:
        """Its approval was taken back."""
        self._work(fact.rated, at, fold, -1)

    def _work(self, rated: tuple[RatedTime, ...], at: Recorded, fold: Fold, sign: int) -> None:
        for no, one in enumerate(rated):
            if one.capital:
                fold.append(MOVES, at.position, no, labour_id(one.project_id), one.cost.entity,
                            INTANGIBLES, one.cost.currency, one.work_date,
                            sign * one.cost.amount, "labour")  # fmt: skip

    @on(CapitalLabour.Reclassified)
    def reclassified(self, fact: CapitalLabour.Reclassified, at: Recorded, fold: Fold) -> None:
        """Expensed before."""
        fold.put(WAITING, id=at.stream_id, entity=fact.entity, code=fact.code, name=fact.name)
        fold.append(MOVES, at.position, 0, at.stream_id, fact.entity, INTANGIBLES, fact.books,
                    fact.reclassified_on, fact.amount, "reclassified")  # fmt: skip

    @on(Asset.Capitalized)
    def capitalized(self, fact: Asset.Capitalized, at: Recorded, fold: Fold) -> None:
        """Carried."""
        of, account = fact.asset, COST[fact.asset.kind]
        fold.put(ASSETS, id=at.stream_id, position=at.position, entity=of.entity, code=of.code,
                 name=of.name, kind=of.kind, currency=of.books, cost=of.cost,
                 residual=of.terms.residual, months=of.terms.months,
                 convention=of.terms.convention, project_id=of.project_id,
                 capitalized_on=fact.capitalized_on)  # fmt: skip
        day, sides = fact.capitalized_on, [(at.stream_id, of.cost)]
        if of.source is not None:
            sides.append((of.source, -of.cost))
        for no, (id_, amount) in enumerate(sides):
            fold.append(MOVES, at.position, no, id_, of.entity, account, of.books, day, amount,
                        "capitalized")  # fmt: skip

    @on(Asset.PlacedInService)
    def placed(self, fact: Asset.PlacedInService, at: Recorded, fold: Fold) -> None:
        """Used."""
        fold.put(SERVICES, asset_id=at.stream_id, position=at.position, entity=fact.entity,
                 in_service_on=fact.in_service_on, first_month=fact.plan.first,
                 last_month=fact.plan.last)  # fmt: skip

    @on(Asset.Revised)
    def revised(self, fact: Asset.Revised, at: Recorded, fold: Fold) -> None:
        """Written off until another month."""
        fold.patch(SERVICES, at.stream_id, last_month=fact.plan.last)

    @on(Asset.Depreciated)
    def depreciated(self, fact: Asset.Depreciated, at: Recorded, fold: Fold) -> None:
        """Written off, in the month of the run."""
        self._written(fact.asset, fact.writes, at, fold, month_end(fact.month), -1)

    @on(Asset.DepreciationUndone)
    def undone(self, fact: Asset.DepreciationUndone, at: Recorded, fold: Fold) -> None:
        """The run was taken back."""
        self._written(fact.asset, fact.writes, at, fold, fact.undone_on, 1)

    def _written(
        self, of: AssetOf, writes: tuple[Write, ...], at: Recorded, fold: Fold, day: date,
        sign: int,
    ) -> None:  # fmt: skip
        if amount := sum((one.amount for one in writes), Decimal(0)):
            fold.append(MOVES, at.position, 0, at.stream_id, of.entity, WRITTEN_OFF[of.kind],
                        of.books, day, sign * amount, "depreciated")  # fmt: skip

    @on(Asset.Impaired)
    def impaired(self, fact: Asset.Impaired, at: Recorded, fold: Fold) -> None:
        """Worth less."""
        of = fact.asset
        fold.patch(SERVICES, at.stream_id, last_month=fact.plan.last)
        fold.append(MOVES, at.position, 0, at.stream_id, of.entity, WRITTEN_OFF[of.kind],
                    of.books, fact.impaired_on, -fact.loss, "impaired")  # fmt: skip

    @on(Asset.Disposed)
    def disposed(self, fact: Asset.Disposed, at: Recorded, fold: Fold) -> None:
        """Gone."""
        of, day = fact.asset, fact.sale.disposed_on
        for no, (account, amount) in enumerate(
            ((COST[of.kind], -of.cost), (WRITTEN_OFF[of.kind], fact.accumulated))
        ):
            fold.append(MOVES, at.position, no, at.stream_id, of.entity, account, of.books, day,
                        amount, "disposed")  # fmt: skip

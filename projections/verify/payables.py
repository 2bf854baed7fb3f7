"""Payables and assets against the accounts that only they write to."""

from domain.ledger.chart import (
    AMORTISED,
    DEPRECIATED,
    EQUIPMENT,
    INTANGIBLES,
    PAYABLES,
    RETAINAGE_PAYABLE,
)
from projections.verify.check import Check
from projections.verify.sub_ledgers import OWED, OWNED, ControlAccount, sums

UNEVEN = """
SELECT entity, vendor_code, number, currency, sum(amount), sum(functional) FROM payable_moves
WHERE position <= %(facts)s GROUP BY bill_id, entity, vendor_code, number, currency
HAVING sum(amount) > 0 OR (sum(amount) = 0 AND sum(functional) <> 0)
ORDER BY entity COLLATE "C", vendor_code COLLATE "C", number COLLATE "C"
"""
BILLS = "SELECT count(DISTINCT bill_id) FROM payable_moves WHERE position <= %(facts)s"


class VendorPayables(ControlAccount):
    """What bills have open."""

    name = f"payables = {PAYABLES}"
    account = PAYABLES

    def conclude(self) -> str:
        """Compare by entity and currency."""
        return self.compare(sums(self.evidence, OWED, account=self.account))


class RetainagePayable(VendorPayables):
    """What is held back of bills."""

    name = f"retainage of vendors = {RETAINAGE_PAYABLE}"
    account = RETAINAGE_PAYABLE


class SettledBills(Check):
    """A bill without anything open is zero in the books too, and nobody is paid too much."""

    name = "settled bills are zero"

    def conclude(self) -> str:
        """One question."""
        facts = self.evidence.facts
        for entity, vendor, number, currency, amount, books in self.evidence.rows(
            UNEVEN, facts=facts
        ):
            self.find(f"{entity} {vendor} {number}: {-amount} {currency} open, {-books} in books")
        return f"{self.evidence.rows(BILLS, facts=facts)[0][0]} bills"


class AssetCost(ControlAccount):
    """What assets cost, and what waits to become one."""

    name = f"assets = {EQUIPMENT}"
    account = EQUIPMENT

    def conclude(self) -> str:
        """Compare by entity."""
        return self.compare(sums(self.evidence, OWNED, account=self.account))


class IntangibleCost(AssetCost):
    """The same of intangibles."""

    name = f"intangibles = {INTANGIBLES}"
    account = INTANGIBLES


class AssetsWrittenOff(AssetCost):
    """What is written off assets."""

    name = f"depreciation = {DEPRECIATED}"
    account = DEPRECIATED


class IntangiblesWrittenOff(AssetCost):
    """The same of intangibles."""

    name = f"amortisation = {AMORTISED}"
    account = AMORTISED

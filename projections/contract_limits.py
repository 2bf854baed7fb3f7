"""Limits of contracts and what they have used: caps and clients' orders, as of any date.

Kept by the contract's account, whose facts name the account alone; its id follows from that of
the contract.
"""

from decimal import Decimal
from typing import Any

from domain.contracts.account import ContractAccount, account_id
from domain.contracts.contract import Contract
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

LIMITS = Table(
    "contract_limits",
    {
        "position": "bigint", "account_id": "uuid", "contract_id": "uuid",
        "effective_date": "date", "source": "text", "name": "text", "measure": "text",
        "most": "numeric", "hard": "boolean", "kinds": "text", "valid_until": "date?",
    },
    key=("position",),
    indexes=("contract_id", "account_id"),
)  # fmt: skip
USES = Table(
    "contract_uses",
    {
        "position": "bigint", "no": "int", "account_id": "uuid", "effective_date": "date",
        "kind": "text", "net": "numeric", "hours": "numeric", "purchase_order": "text",
    },
    key=("position", "no"),
    indexes=("account_id, effective_date",),
)  # fmt: skip
REACHED = Table(
    "contract_thresholds",
    {
        "position": "bigint", "account_id": "uuid", "effective_date": "date", "cap": "text",
        "threshold_pct": "numeric",
    },
    key=("position",),
    indexes=("account_id",),
)  # fmt: skip
NO_KIND = ""


class ContractLimits(Projection):
    """A later limit of a name takes the place of the one before."""

    name = "contract_limits"
    tables = (LIMITS, USES, REACHED)

    @on(Contract.CapSet)
    def cap(self, fact: Contract.CapSet, at: Recorded, fold: Fold) -> None:
        """A cap; ``kinds`` as words between commas, none for all."""
        cap = fact.cap
        self._limit(fold, at, "cap", cap.name, cap.measure, cap.limit, cap.hard,
                    ",".join(cap.kinds), None)  # fmt: skip

    @on(Contract.PurchaseOrderAttached)
    def order(self, fact: Contract.PurchaseOrderAttached, at: Recorded, fold: Fold) -> None:
        """A client's order: what names it stays within it."""
        order = fact.order
        self._limit(fold, at, "order", order.number, "amount", order.limit, True,  # noqa: FBT003
                    NO_KIND, order.valid_until)  # fmt: skip

    def _limit(self, fold: Fold, at: Recorded, source: str, *what: Any) -> None:
        fold.append(LIMITS, at.position, account_id(at.stream_id), at.stream_id,
                    at.effective_date, source, *what)  # fmt: skip

    @on(ContractAccount.Charged)
    def charged(self, fact: ContractAccount.Charged, at: Recorded, fold: Fold) -> None:
        """Used by an invoice, given back by a credit memo."""
        for no, total in enumerate(fact.kinds):
            hours: Decimal = total.hours
            fold.append(USES, at.position, no, at.stream_id, fact.charged_on, total.kind,
                        total.net, hours, fact.purchase_order)  # fmt: skip

    @on(ContractAccount.CapReached)
    def reached(self, fact: ContractAccount.CapReached, at: Recorded, fold: Fold) -> None:
        """A threshold was passed."""
        fold.append(REACHED, at.position, at.stream_id, at.effective_date, fact.cap,
                    fact.threshold_pct)  # fmt: skip

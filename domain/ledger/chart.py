"""The chart of accounts: code, name, type, who may post to it, and how it meets other currencies.

Control accounts are kept by sub-ledgers (receivables, contract position, retainage, credits,
deposits, payables, assets, what entities owe each other): only posting rules write to them.
Source: the chart of the accounting rules, whose marks say what is monetary (revalued) and what a
group eliminates.
"""

from dataclasses import dataclass
from typing import Literal

from domain.errors import Refusal

AccountType = Literal["asset", "liability", "equity", "revenue", "expense"]
Translation = Literal["closing", "average", "historical"]


class UnknownAccount(Refusal):
    """The chart has no such account."""

    code = "UNKNOWN_ACCOUNT"


@dataclass(frozen=True)
class Account:
    """``control`` accounts take no manual journals; ``monetary`` ones are revalued at the close.

    ``group`` ones stand between entities of a group, which eliminates them: each line names its
    counterparty.
    """

    code: str
    name: str
    type: AccountType
    control: bool = False
    monetary: bool = False
    group: bool = False

    @property
    def translation(self) -> Translation:
        """The rate a group presents it at (IAS 21.39)."""
        if self.type in ("asset", "liability"):
            return "closing"
        return "historical" if self.type == "equity" else "average"

    @property
    def of_result(self) -> bool:
        """Whether it belongs to the income statement."""
        return self.type in ("revenue", "expense")


BANK, SUSPENSE, RECEIVABLES, POSITION = "1000", "1020", "1100", "1200"
INPUT_TAX, EXPENSE_CLAIMS, CUSTOMER_CREDITS, OUTPUT_TAX = "1420", "2110", "2230", "2300"
REVENUE_TIME, REVENUE_FIXED, REVENUE_EXPENSES, DISCOUNTS = "4000", "4010", "4030", "4090"
LABOUR, PROJECT_EXPENSES, ABSORPTION = "5000", "5020", "5090"
ROUNDING, FX_REALISED = "6210", "7000"
ALLOWANCE, CREDIT_LOSSES = "1110", "6200"
REVENUE_RECURRING, AGENCY_FEES, REFUNDS_OWED, ONEROUS = "4020", "4040", "2220", "2240"
FULFILMENT_COST, OBTAINING_COST, PAYROLL_OWED = "1300", "1310", "2100"
ONEROUS_COST, CONTRACT_COST = "5050", "5060"
RETAINAGE_HELD, RETAINAGE_DUE, DEPOSITS = "1210", "1120", "2210"
PREPAID, ADVANCES, DISBURSEMENTS = "1400", "1410", "1430"
EQUIPMENT, DEPRECIATED, INTANGIBLES, AMORTISED = "1600", "1610", "1620", "1630"
PAYABLES, ACCRUALS, RETAINAGE_PAYABLE = "2000", "2010", "2020"
SUBCONTRACTORS, OVERHEAD_ALLOCATED = "5010", "5040"
PAYROLL, OVERHEADS, OVERHEAD_APPLIED, DEPRECIATION = "6000", "6010", "6090", "6100"
FX_UNREALISED, BANK_CHARGES = "7010", "7020"
DUE_FROM_GROUP, DUE_TO_GROUP, GROUP_REVENUE, GROUP_COST = "1500", "2400", "4500", "5030"
INVESTMENTS, CAPITAL, RETAINED = "1700", "3000", "3100"
TRANSLATION, MINORITIES = "3200", "3300"

_ROWS = """
1000 asset Bank
1020 asset Bank suspense
1100 asset Trade receivables
1110 asset Credit-loss allowance
1120 asset Retention receivable
1200 asset Contract position
1210 asset Contract asset, retainage
1300 asset Deferred fulfilment cost
1310 asset Cost to obtain contracts
1400 asset Prepaid expenses
1410 asset Advances given
1420 asset Input tax
1430 asset Recoverable disbursements
1500 asset Due from group
1600 asset Equipment
1610 asset Accumulated depreciation
1620 asset Intangibles
1630 asset Accumulated amortisation
1700 asset Investments in subsidiaries
2000 liability Trade payables
2010 liability Accruals
2020 liability Retention payable
2100 liability Payroll liabilities
2110 liability Expense claims
2200 liability Contract liability
2210 liability Refundable deposits
2220 liability Refund liability
2230 liability Customer credits
2240 liability Onerous provision
2300 liability Output tax
2400 liability Due to group
3000 equity Share capital
3100 equity Retained earnings
3200 equity Currency translation
3300 equity Non-controlling interest
4000 revenue Revenue, time and materials
4010 revenue Revenue, fixed fee
4020 revenue Revenue, retainers and subscriptions
4030 revenue Reimbursable revenue
4040 revenue Agency fees
4090 revenue Discounts and refunds
4500 revenue Intercompany revenue
5000 expense Project labour
5010 expense Subcontractors
5020 expense Project expenses
5030 expense Intercompany cost
5040 expense Allocated overhead
5050 expense Onerous contracts
5060 expense Contract-cost amortisation
5090 expense Labour absorption
6000 expense Payroll
6010 expense Overheads
6090 expense Overhead applied
6100 expense Depreciation
6200 expense Credit losses
6210 expense Rounding and tolerance
7000 expense FX, realised
7010 expense FX, unrealised
7020 expense Bank charges and disposals
"""
_CONTROL = frozenset({
    SUSPENSE, RECEIVABLES, POSITION, CUSTOMER_CREDITS, RETAINAGE_HELD, RETAINAGE_DUE, DEPOSITS,
    PAYABLES, RETAINAGE_PAYABLE, EQUIPMENT, DEPRECIATED, INTANGIBLES, AMORTISED,
    DUE_FROM_GROUP, DUE_TO_GROUP,
})  # fmt: skip
_MONETARY = frozenset({
    BANK, SUSPENSE, RECEIVABLES, RETAINAGE_DUE, POSITION, ADVANCES, INPUT_TAX, DISBURSEMENTS,
    DUE_FROM_GROUP, PAYABLES, ACCRUALS, RETAINAGE_PAYABLE, PAYROLL_OWED, EXPENSE_CLAIMS, DEPOSITS,
    REFUNDS_OWED, CUSTOMER_CREDITS, OUTPUT_TAX, DUE_TO_GROUP,
})  # fmt: skip
"""The contract position is one only in debit: in credit, work is owed and no money."""
_GROUP = frozenset({DUE_FROM_GROUP, DUE_TO_GROUP, GROUP_REVENUE, GROUP_COST})


def _account(row: str) -> Account:
    code, kind, name = row.split(" ", 2)
    return Account(code, name, kind, code in _CONTROL, code in _MONETARY, code in _GROUP)  # type: ignore[arg-type]


CHART = {account.code: account for account in map(_account, _ROWS.strip().splitlines())}
FX_ACCOUNTS = frozenset({FX_REALISED, FX_UNREALISED})


def account(code: str) -> Account:
    """An account of the chart. Raises UnknownAccount."""
    if code not in CHART:
        raise UnknownAccount(f"the chart has no account {code!r}", field="account")
    return CHART[code]

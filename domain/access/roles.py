"""The roles that commands and reports ask for. One word each, kept for ever."""

from typing import Literal, get_args

ADMIN = "admin"
DATA_STEWARD = "data_steward"
SELLER = "seller"
SALES_MANAGER = "sales_manager"
CONTRACT_MANAGER = "contract_manager"
PROJECT_MANAGER = "project_manager"
RESOURCE = "resource"
APPROVER = "approver"
BILLING = "billing"
CASH = "cash"
ACCOUNTANT = "accountant"
CONTROLLER = "controller"
INTEGRATION = "integration"
REVENUE_ACCOUNTANT = "revenue_accountant"
AUDITOR = "auditor"
SYSTEM = "system"

Role = Literal[
    "admin", "data_steward", "seller", "contract_manager", "project_manager", "resource",
    "approver", "billing", "cash", "accountant", "controller", "integration", "auditor",
    "revenue_accountant", "sales_manager",
]  # fmt: skip
"""What a key may carry; ``system`` is the machine's own."""

ALL: tuple[str, ...] = get_args(Role)

READERS = frozenset({*ALL, SYSTEM})
FINANCE_READERS = frozenset(
    {
        ADMIN,
        BILLING,
        CASH,
        ACCOUNTANT,
        CONTROLLER,
        AUDITOR,
        INTEGRATION,
        REVENUE_ACCOUNTANT,
        SYSTEM,
    }
)

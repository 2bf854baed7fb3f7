"""The roles that commands and reports ask for. One word each, kept for ever."""

ADMIN = "admin"
DATA_STEWARD = "data_steward"
SELLER = "seller"
CONTRACT_MANAGER = "contract_manager"
PROJECT_MANAGER = "project_manager"
RESOURCE = "resource"
APPROVER = "approver"
BILLING = "billing"
CASH = "cash"
ACCOUNTANT = "accountant"
CONTROLLER = "controller"
INTEGRATION = "integration"
AUDITOR = "auditor"
SYSTEM = "system"

ALL = (
    ADMIN, DATA_STEWARD, SELLER, CONTRACT_MANAGER, PROJECT_MANAGER, RESOURCE, APPROVER, BILLING,
    CASH, ACCOUNTANT, CONTROLLER, INTEGRATION, AUDITOR,
)  # fmt: skip

READERS = frozenset({*ALL, SYSTEM})
FINANCE_READERS = frozenset(
    {ADMIN, BILLING, CASH, ACCOUNTANT, CONTROLLER, AUDITOR, INTEGRATION, SYSTEM}
)

"""The reports, by name: each answers as of an effective date and a known position."""

from projections.report import Report
from projections.reports.allocations import ALLOCATIONS
from projections.reports.asset_register import ASSET_REGISTER
from projections.reports.audit_trail import AUDIT_TRAIL
from projections.reports.balance_sheet import BALANCE_SHEET
from projections.reports.billing_plan import BILLING_PLAN
from projections.reports.budget_vs_actual import BUDGET_VS_ACTUAL
from projections.reports.cap_usage import CAP_USAGE
from projections.reports.cash_flow import CASH_FLOW
from projections.reports.change_orders import CHANGE_ORDERS
from projections.reports.close_checklist import CLOSE_CHECKLIST
from projections.reports.commitments import COMMITMENTS
from projections.reports.consolidation import CONSOLIDATION
from projections.reports.contract_position import CONTRACT_POSITION
from projections.reports.contract_rollforward import CONTRACT_ROLLFORWARD
from projections.reports.credit_exposure import CREDIT_EXPOSURE
from projections.reports.cta_proof import CTA_PROOF
from projections.reports.customer_statement import CUSTOMER_STATEMENT
from projections.reports.deferred_and_unbilled import DEFERRED_AND_UNBILLED
from projections.reports.deposits_held import DEPOSITS_HELD
from projections.reports.dso import DSO
from projections.reports.dunning_list import DUNNING_LIST
from projections.reports.earned_value import EARNED_VALUE
from projections.reports.flux import FLUX
from projections.reports.general_ledger import GENERAL_LEDGER
from projections.reports.income_statement import INCOME_STATEMENT
from projections.reports.intercompany_matrix import INTERCOMPANY_MATRIX
from projections.reports.labour_absorption import LABOUR_ABSORPTION
from projections.reports.leakage import LEAKAGE
from projections.reports.margin_bridge import MARGIN_BRIDGE
from projections.reports.pay_applications import PAY_APPLICATIONS
from projections.reports.payables_ageing import PAYABLES_AGEING
from projections.reports.periods import PERIODS
from projections.reports.profitability import CLIENT_PROFITABILITY, PROJECT_PROFITABILITY
from projections.reports.project_outlook import PROJECT_OUTLOOK
from projections.reports.quote_register import QUOTE_REGISTER
from projections.reports.realisation import REALISATION
from projections.reports.realised_fx import REALISED_FX
from projections.reports.rebates import REBATES
from projections.reports.receivables_ageing import RECEIVABLES_AGEING
from projections.reports.remaining_obligations import REMAINING_OBLIGATIONS
from projections.reports.retainage_held import RETAINAGE_HELD_REPORT
from projections.reports.retainer_balances import RETAINER_BALANCES
from projections.reports.revenue_by_month import REVENUE_BY_MONTH
from projections.reports.revenue_waterfall import REVENUE_WATERFALL
from projections.reports.rollforward import ROLLFORWARD
from projections.reports.schedule_of_values import SCHEDULE_OF_VALUES
from projections.reports.sold_not_started import SOLD_NOT_STARTED
from projections.reports.sync_health import SYNC_HEALTH
from projections.reports.trial_balance import TRIAL_BALANCE
from projections.reports.unbilled import UNBILLED
from projections.reports.unrealised_fx import UNREALISED_FX
from projections.reports.usage import USAGE
from projections.reports.utilisation import UTILISATION
from projections.reports.vendor_statement import VENDOR_STATEMENT
from projections.reports.wip import WIP

__all__ = ["REPORTS"]

REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        TRIAL_BALANCE, GENERAL_LEDGER, BUDGET_VS_ACTUAL, UNBILLED, RECEIVABLES_AGEING,
        REVENUE_BY_MONTH, AUDIT_TRAIL, SYNC_HEALTH, CONTRACT_POSITION,
        CONTRACT_ROLLFORWARD, DEFERRED_AND_UNBILLED, REVENUE_WATERFALL, REMAINING_OBLIGATIONS,
        CUSTOMER_STATEMENT, DSO, DUNNING_LIST, CREDIT_EXPOSURE,
        LEAKAGE, REALISATION, MARGIN_BRIDGE, CAP_USAGE,
        CHANGE_ORDERS, USAGE, QUOTE_REGISTER, REBATES, PROJECT_OUTLOOK, COMMITMENTS,
        RETAINER_BALANCES, BILLING_PLAN, SCHEDULE_OF_VALUES, PAY_APPLICATIONS,
        PAYABLES_AGEING, VENDOR_STATEMENT, ASSET_REGISTER, EARNED_VALUE,
        WIP, LABOUR_ABSORPTION,
        RETAINAGE_HELD_REPORT, DEPOSITS_HELD, INTERCOMPANY_MATRIX, CONSOLIDATION, CTA_PROOF,
        PERIODS, CLOSE_CHECKLIST, FLUX,
        BALANCE_SHEET, INCOME_STATEMENT, CASH_FLOW, PROJECT_PROFITABILITY,
        CLIENT_PROFITABILITY, ROLLFORWARD, UTILISATION,
        SOLD_NOT_STARTED, ALLOCATIONS,
        UNREALISED_FX, REALISED_FX,
    )
}  # fmt: skip

"""The contexts, one line each: importing this makes every command and event known."""

import domain.access.commands as access
import domain.allocation.rule_commands as allocation_rules
import domain.allocation.run_commands as allocation_runs
import domain.assets.commands as assets
import domain.assets.labour_commands as capital_labour
import domain.assets.run_commands as depreciation_runs
import domain.billing.adjustment_commands as adjustments
import domain.billing.consolidated_commands as consolidated_invoices
import domain.billing.credit_commands as credit_memos
import domain.billing.invoice_commands as invoices
import domain.billing.minimum_commands as minimums
import domain.billing.parking_commands as parking
import domain.billing.payment_commands as payments
import domain.billing.payment_correction_commands as payment_corrections
import domain.billing.progress_commands as progress
import domain.billing.rebate_commands as rebates
import domain.billing.recurring_commands as recurring
import domain.billing.reissue_commands as reissues
import domain.billing.retainage_commands as retainage
import domain.billing.retainer_commands as retainers
import domain.billing.run_commands as billing_runs
import domain.billing.schedule_commands as billing_schedules
import domain.billing.tax_determination_commands as tax_determinations
import domain.billing.tax_override_commands as tax_overrides
import domain.billing.usage_commands as usage
import domain.contracts.change_order_commands as change_orders
import domain.contracts.clause_commands as clauses
import domain.contracts.commands as contracts
import domain.contracts.price_commands as price_clauses
import domain.contracts.rate_commands as contract_rates
import domain.delivery.closing_commands as closings
import domain.delivery.expense_commands as expenses
import domain.delivery.outlook_commands as outlooks
import domain.delivery.project_commands as projects
import domain.delivery.template_commands as templates
import domain.delivery.time_commands as time
import domain.delivery.time_correction_commands as time_corrections
import domain.delivery.time_policy_commands as time_policies
import domain.delivery.timer_commands as timers
import domain.delivery.work_plan_commands as work_plans
import domain.group.clearing_commands as clearing
import domain.group.consolidation_commands as consolidation
import domain.group.final_commands as final_months
import domain.group.group_commands as groups
import domain.group.intercompany_commands as intercompany
import domain.integration.commands as integration
import domain.ledger.attestation_commands as attestations
import domain.ledger.book_commands as books
import domain.ledger.close_commands as closes
import domain.ledger.commands as ledger
import domain.ledger.opening_commands as openings
import domain.ledger.policy_commands as ledger_policies
import domain.ledger.proposal_commands as journal_proposals
import domain.ledger.recurring_commands as recurring_journals
import domain.ledger.revaluation_commands as revaluations
import domain.organisation.commands as organisation
import domain.organisation.detail_commands as firm_details
import domain.payables.accrual_commands as accruals
import domain.payables.commands as payables
import domain.payables.retainage_commands as vendor_retainage
import domain.pricing.commands as pricing
import domain.pricing.tax_commands as taxes
import domain.receivables.allowance_commands as allowances
import domain.receivables.client_commands as paying_terms
import domain.receivables.collection_commands as collections
import domain.receivables.credit_commands as memo_credits
import domain.receivables.deposit_commands as deposits
import domain.receivables.policy_commands as receivables_policies
import domain.receivables.write_off_commands as write_offs
import domain.revenue.change_commands as revenue_changes
import domain.revenue.commands as revenue
import domain.revenue.cost_commands as contract_costs
import domain.revenue.provision_commands as provisions
import domain.revenue.run_commands as revenue_runs
import domain.sales.commands as sales
import domain.sales.handoff_commands as handoffs
import domain.sales.pipeline_commands as pipeline
import domain.sales.quote_approval_commands as quote_approvals
import domain.sales.quote_commands as quotes

__all__ = [
    "access", "accruals", "adjustments", "allocation_rules", "allocation_runs", "allowances",
    "assets", "attestations", "billing_runs", "billing_schedules", "books", "capital_labour",
    "change_orders", "clauses", "clearing", "closes", "closings", "collections",
    "consolidated_invoices", "consolidation", "contract_costs", "contract_rates", "contracts",
    "credit_memos", "deposits", "depreciation_runs", "expenses", "final_months", "firm_details",
    "groups", "handoffs", "integration", "intercompany", "invoices", "journal_proposals", "ledger",
    "ledger_policies", "memo_credits", "minimums", "openings", "organisation", "outlooks",
    "parking", "payables", "paying_terms", "payment_corrections", "payments", "pipeline",
    "price_clauses", "pricing", "progress", "projects", "provisions", "quote_approvals", "quotes",
    "rebates", "receivables_policies", "recurring", "recurring_journals", "reissues", "retainage",
    "retainers", "revaluations", "revenue", "revenue_changes", "revenue_runs", "sales",
    "tax_determinations", "tax_overrides", "taxes", "templates", "time", "time_corrections",
    "time_policies", "timers", "usage", "vendor_retainage", "work_plans", "write_offs",
]  # fmt: skip

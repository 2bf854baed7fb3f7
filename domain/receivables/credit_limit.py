"""The credit limit where an invoice is issued: a warning, or a refusal that a controller lifts."""

from decimal import Decimal

from domain.access.roles import ADMIN, CONTROLLER
from domain.billing.invoice import Invoice
from domain.billing.settlement import CreditLimitExceeded, credit_exposure
from domain.organisation.client import Client
from domain.receivables.credit_account import credit_account
from domain.receivables.policy_commands import policy_of
from domain.unit_of_work import UnitOfWork

LIFTERS = frozenset({ADMIN, CONTROLLER})
"""Who may issue beyond a limit, saying why."""


def charge_credit(work: UnitOfWork, invoice: Invoice, why: str) -> tuple[str, ...]:
    """Add an invoice to what its client owes; warnings where that is beyond the limit.

    ``why`` is what a controller says of going beyond it. Raises CreditLimitExceeded where the
    entity's policy refuses that.
    """
    account, client = credit_account(work, invoice), work.read(Client, invoice.party.client_id)
    owed, added = account.owed, invoice.totals.functional
    account.move(invoice.id, added)
    if client.credit_limit is None:
        return ()
    found = credit_exposure(client.credit_limit, owed, Decimal(0), added, account.currency)
    if found.within:
        return ()
    told = f"credit limit of {client.code} exceeded: {found.steps[0].text}"
    if policy_of(work, account.entity).credit_control == "refuse":
        if not why or not work.actor.roles & LIFTERS:
            raise CreditLimitExceeded(f"{told}; a controller may issue it, saying why",
                                      field="over_limit_why")  # fmt: skip
        account.exceed(invoice, found, work.actor.id, why)
    else:
        account.exceed(invoice, found, "", "")
    return (told,)

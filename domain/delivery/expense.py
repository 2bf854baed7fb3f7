"""An expense: what somebody spent for a project, approved, rated and perhaps billed on."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.consumption import BilledElsewhere, Share
from domain.delivery.timesheet import OwnWork, WrongState
from domain.delivery.work_tag import work_tag
from domain.errors import Refusal
from domain.pricing.fx import Quote

ExpenseState = Literal["recorded", "approved", "rejected", "billed", "reversed"]


class NotReplaceable(Refusal):
    """Only an expense that was rejected or reversed is noted anew, with its own receipt."""

    code = "NOT_REPLACEABLE"


@dataclass(frozen=True)
class Spending:
    """What was bought: amounts in ``currency``, ``net`` without ``tax``."""

    spent_on: date
    category: str
    currency: str
    net: Decimal
    tax: Decimal
    billable: bool
    markup_pct: Decimal


@dataclass(frozen=True)
class RatedExpense:
    """Figures frozen at approval.

    The claim in the spender's books, the value to the client in the contract's currency (zero
    where not billable), and value and cost in the books of the project's entity. ``earned``: the
    approval earns revenue; else the contract's revenue run does.
    """

    cost_entity: str
    cost_quote: Quote
    cost_net: Decimal
    cost_tax: Decimal
    bill_entity: str
    bill_currency: str
    bill_amount: Decimal
    bill_functional: Decimal
    books: str
    project_cost: Decimal
    earned: bool = True

    @property
    def carried(self) -> Decimal:
        """What the books carry for it until it is billed."""
        return self.bill_functional if self.earned else Decimal(0)


class Expense(Root):
    """recorded -> approved -> billed, or rejected."""

    class Recorded(Root.Created):
        """Somebody spent money for a project."""

        TOPIC = "delivery.expense_recorded"
        person_id: UUID
        project_id: UUID
        spending: Spending
        receipt_sha256: str
        author: str
        commitment_id: UUID | None = None
        replaces: UUID | None = None
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before projects had orders, and before a receipt could be noted anew."""
            state |= {"commitment_id": None, "replaces": None}

        def tags(self) -> tuple[str, ...]:
            """Work that a close of the project looks for."""
            return (work_tag(self.project_id),)

        def claims(self) -> tuple[str, ...]:
            """A receipt is claimed once, and once more after an expense that did not count."""
            after = f" after {self.replaces}" if self.replaces else ""
            return (f"receipt {self.receipt_sha256}{after}",) if self.receipt_sha256 else ()

    class Approved(Root.Event):
        """Somebody else agrees; figures are frozen."""

        TOPIC = "delivery.expense_approved"
        project_id: UUID
        contract_id: UUID | None
        spending: Spending
        rated: RatedExpense

    class Reimbursed(Root.Event):
        """The spender got the money back; ``booked`` is what the claim stood at in the books."""

        TOPIC = "delivery.expense_reimbursed"
        person_id: UUID
        paid_on: date
        entity: str
        currency: str
        amount: Decimal
        booked: Decimal
        quote: Quote
        reference: str

    class Reversed(Root.Event):
        """It does not count, for good; the figures its approval froze are undone."""

        TOPIC = "delivery.expense_reversed"
        project_id: UUID
        contract_id: UUID | None
        spending: Spending
        rated: RatedExpense
        why: str

    class Rejected(Root.Event):
        """Somebody else does not agree."""

        TOPIC = "delivery.expense_rejected"
        why: str

    class Billed(Root.Event):
        """It stands on an invoice."""

        TOPIC = "delivery.expense_billed"
        invoice_id: UUID

    class Restored(Root.Event):
        """A credit memo freed it to be billed again."""

        TOPIC = "delivery.expense_restored"
        memo_id: UUID

    @event(Recorded)
    def __init__(
        self,
        id: UUID,
        person_id: UUID,
        project_id: UUID,
        spending: Spending,
        receipt_sha256: str,
        author: str,
        commitment_id: UUID | None = None,
        replaces: UUID | None = None,
    ) -> None:
        del replaces
        self.receipt_sha256 = receipt_sha256
        self.commitment_id = commitment_id
        self.person_id = person_id
        self.project_id = project_id
        self.spending = spending
        self.author = author
        self.contract_id: UUID | None = None
        self.rated: RatedExpense | None = None
        self.reimbursed = False
        self.state: ExpenseState = "recorded"

    def refuse_own(self, approver: str, user: str) -> None:
        """Raises OwnWork where the approver spent or entered it."""
        if approver in {user, self.author} - {""}:
            raise OwnWork("an expense is approved by somebody else than its author")

    def approve(self, contract_id: UUID | None, rated: RatedExpense) -> None:
        """Freeze the figures. Raises WrongState."""
        self._require_recorded()
        self._approved(self.project_id, contract_id, self.spending, rated)

    def reimburse(self, paid_on: date, quote: Quote, reference: str) -> None:
        """Pay the claim, once. Raises WrongState."""
        rated, spent = self.rated, self.spending
        if rated is None or self.reimbursed:
            state = "reimbursed" if self.reimbursed else self.state
            raise WrongState(f"expense is {state}", field="expense_id")
        self._reimbursed(
            self.person_id, paid_on, rated.cost_entity, spent.currency, spent.net + spent.tax,
            rated.cost_net + rated.cost_tax, quote, reference,
        )  # fmt: skip

    def reverse(self, why: str) -> None:
        """Undo it for good while it is neither billed nor paid back. Raises WrongState."""
        if self.state != "approved" or self.rated is None or self.reimbursed:
            state = "reimbursed" if self.reimbursed else self.state
            raise WrongState(f"expense is {state}", field="expense_id")
        self._reversed(self.project_id, self.contract_id, self.spending, self.rated, why)

    def refuse_replacement(self, receipt_sha256: str) -> None:
        """Whether another may stand instead of it. Raises NotReplaceable."""
        if self.state not in ("rejected", "reversed"):
            raise NotReplaceable(f"expense is {self.state}", field="replaces")
        if receipt_sha256 != self.receipt_sha256:
            raise NotReplaceable("it has another receipt", field="receipt_sha256")

    def reject(self, why: str) -> None:
        """Send it back. Raises WrongState."""
        self._require_recorded()
        self._rejected(why)

    def shares(self, ids: tuple[UUID, ...]) -> list[Share]:
        """What an invoice would consume. Raises BilledElsewhere."""
        return [self._share(id_) for id_ in ids]

    def _share(self, id_: UUID) -> Share:
        if id_ != self.id:
            raise BilledElsewhere(f"expense {self.id} is not {id_}", field="sources")
        if self.state != "approved" or self.rated is None or not self.rated.bill_amount:
            raise BilledElsewhere(f"expense {self.id} is {self.state}", field="sources")
        rated = self.rated
        return Share(self.id, self.id, "expense", self.spending.category, Decimal(1),
                     rated.bill_amount, rated.bill_amount, rated.carried)  # fmt: skip

    def contract_of(self, id_: UUID) -> UUID | None:
        """The contract it is billed under; None for another thing's id."""
        return self.contract_id if id_ == self.id else None

    def bill(self, invoice_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Put it on an invoice. Raises BilledElsewhere."""
        self.shares(ids)
        self._billed(invoice_id)

    def restore(self, memo_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Make it billable again."""
        del ids
        self._restored(memo_id)

    def _require_recorded(self) -> None:
        if self.state != "recorded":
            raise WrongState(f"expense is {self.state}", field="expense_id")

    @event(Approved)
    def _approved(
        self, project_id: UUID, contract_id: UUID | None, spending: Spending, rated: RatedExpense
    ) -> None:
        del project_id, spending
        self.contract_id, self.rated, self.state = contract_id, rated, "approved"

    @event(Reimbursed)
    def _reimbursed(
        self, person_id: UUID, paid_on: date, entity: str, currency: str, amount: Decimal,
        booked: Decimal, quote: Quote, reference: str,
    ) -> None:  # fmt: skip
        del person_id, paid_on, entity, currency, amount, booked, quote, reference
        self.reimbursed = True

    @event(Reversed)
    def _reversed(
        self, project_id: UUID, contract_id: UUID | None, spending: Spending,
        rated: RatedExpense, why: str,
    ) -> None:  # fmt: skip
        del project_id, contract_id, spending, rated, why
        self.state = "reversed"

    @event(Rejected)
    def _rejected(self, why: str) -> None:
        del why
        self.state = "rejected"

    @event(Billed)
    def _billed(self, invoice_id: UUID) -> None:
        del invoice_id
        self.state = "billed"

    @event(Restored)
    def _restored(self, memo_id: UUID) -> None:
        del memo_id
        self.state = "approved"

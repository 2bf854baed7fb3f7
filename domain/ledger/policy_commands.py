"""Setting an entity's rules for manual journals."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from domain.command import Answer, Command, Exact
from domain.ledger.commands import CONTROLLERS
from domain.ledger.policy import Dimension, LedgerPolicy, policy_id
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork


class PolicyCommand(Command):
    """Rules of an entity's ledger."""

    entity: str

    def policy(self, work: UnitOfWork) -> LedgerPolicy:
        """Raises NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        id_ = policy_id(self.entity)
        return work.load_or_none(LedgerPolicy, id_) or work.add(LedgerPolicy(id_, self.entity))


class SetMandatoryDimensions(PolicyCommand):
    """Say what every manual line of an account must be analysed by."""

    ROLES: ClassVar = CONTROLLERS
    account: str
    dimensions: tuple[Dimension, ...] = Field(default=(), max_length=6)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownAccount, NotFound, WrongEntity."""
        policy = self.policy(work)
        policy.require_of(self.account, tuple(dict.fromkeys(self.dimensions)))
        return Answer(id=policy.id)


class SetJournalApproval(PolicyCommand):
    """Ask for a second person where a manual journal is above an amount."""

    ROLES: ClassVar = CONTROLLERS
    above: Exact | None = Field(
        default=None, ge=0, max_digits=18,
        description="Sum of the debits in the books' currency; left out: never",
    )  # fmt: skip

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AmountTooFine, NotFound, WrongEntity."""
        books = legal_entity(work, self.entity).currency
        require_fine(self.above or Decimal(0), books, field="above")
        policy = self.policy(work)
        policy.require_approval(self.above)
        return Answer(id=policy.id)

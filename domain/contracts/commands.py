"""Drafting and activating contracts."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTRACT_MANAGER, SYSTEM
from domain.command import Answer, Command, Exact
from domain.contracts.account import ContractAccount, account_id
from domain.contracts.contract import BillingTerms, Contract, Recognition
from domain.errors import Refusal
from domain.money import CurrencyMismatch, require_fine
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.pricing.rate_card import RateCard
from domain.request import AlreadyTaken
from domain.revenue.position import Movement
from domain.revenue.progress import require_term
from domain.unit_of_work import UnitOfWork

MANAGERS = frozenset({ADMIN, CONTRACT_MANAGER, SYSTEM})


class RateCardNeeded(Refusal):
    """Time can only be billed by a rate card in the contract's currency."""

    code = "RATE_CARD_NEEDED"


class ApprovalMissing(Refusal):
    """Nothing that binds both sides is named: no signature, no order."""

    code = "APPROVAL_MISSING"


class DraftContract(Command):
    """Write down what was agreed with a client."""

    ROLES: ClassVar = MANAGERS
    contract_id: UUID
    client_id: UUID
    name: str = Field(min_length=1, max_length=200)
    currency: str
    value: Exact = Field(ge=0, max_digits=15, decimal_places=4)
    starts_on: date
    ends_on: date
    billing_model: Literal["time_and_materials", "fixed_fee"]
    rate_card_id: UUID | None = None
    payment_terms_days: int = Field(ge=0, le=365)
    tax_rate_pct: Exact = Field(default=0, ge=0, le=100, decimal_places=4, validate_default=True)
    opportunity_id: UUID | None = None
    recognition: Recognition = Field(
        default="as_earned",
        description="Revenue with the approval of work, or by the period's revenue run",
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, RateCardNeeded, CurrencyMismatch, ClientInactive, NotFound.

        The value fits its currency: UnknownCurrency, AmountTooFine. It ends after it begins:
        TermReversed.
        """
        client = work.read(Client, self.client_id)
        legal_entity(work, client.entity)
        require_fine(self.value, self.currency, field="value")
        client.require_active()
        require_term(self.starts_on, self.ends_on)
        self._check_card(work)
        if work.load_or_none(Contract, self.contract_id):
            raise AlreadyTaken(f"contract {self.contract_id} exists", field="contract_id")
        contract = Contract(
            self.contract_id, client.id, client.entity, self.name, self.currency, self.value,
            self.starts_on, self.ends_on, self._terms(), self.opportunity_id,
        )  # fmt: skip
        return Answer(id=work.add(contract).id)

    def _terms(self) -> BillingTerms:
        return BillingTerms(
            self.billing_model,
            self.rate_card_id,
            self.payment_terms_days,
            self.tax_rate_pct,
            self.recognition,
        )

    def _check_card(self, work: UnitOfWork) -> None:
        if self.rate_card_id is None:
            if self.billing_model == "time_and_materials":
                raise RateCardNeeded("time and materials need a rate card", field="rate_card_id")
            return
        card = work.read(RateCard, self.rate_card_id)
        if card.currency != self.currency:
            raise CurrencyMismatch(
                f"rate card is in {card.currency}, contract in {self.currency}", field="currency"
            )


def account_of(work: UnitOfWork, contract: Contract) -> ContractAccount:
    """The contract's account, to change it; opened by its first document."""
    return opened_account(work, contract.id, contract.entity, contract.currency)


def opened_account(
    work: UnitOfWork, contract_id: UUID, entity: str, currency: str
) -> ContractAccount:
    """The account of a contract that is known by its id alone."""
    id_ = account_id(contract_id)
    return work.load_or_none(ContractAccount, id_) or work.add(
        ContractAccount(id_, contract_id, entity, currency)
    )


def position_account(
    work: UnitOfWork, contract_id: UUID, entity: str, currency: str
) -> ContractAccount:
    """The account whose layers a contract moves: its own, or that it was combined into."""
    own = opened_account(work, contract_id, entity, currency)
    return own if own.into is None else work.load(ContractAccount, own.into)


def settle_document(
    work: UnitOfWork, contract: Contract, document_id: UUID, movement: Movement, books: str
) -> Decimal:
    """What the position gives up for a document where a revenue run earns."""
    account = position_account(work, contract.id, contract.entity, contract.currency)
    return account.settle(document_id, movement, books)


class ActivateContract(Command):
    """Put a drafted contract into force."""

    ROLES: ClassVar = MANAGERS
    contract_id: UUID
    approved_by: str = Field(
        min_length=1, max_length=200, description="The enforceable approval: signature, order"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ApprovalMissing, NotFound, WrongEntity."""
        contract = work.load(Contract, self.contract_id)
        work.enter(contract.entity)
        if not self.approved_by.strip():
            raise ApprovalMissing("name the signature or the order", field="approved_by")
        contract.activate(self.approved_by)
        return Answer(id=contract.id)

"""The rule between two entities: what one charges the other, in which currency and accounts."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.group.transfer_price import TransferTerms, terms_on
from domain.identity import named_id
from domain.ledger import chart
from domain.ledger.chart import AccountType, account
from domain.money import CurrencyMismatch


class SameEntity(Refusal):
    """An entity charges nothing to itself."""

    code = "SAME_ENTITY"


class NotGroupAccount(Refusal):
    """The account is not one that a group eliminates, or of another type."""

    code = "NOT_GROUP_ACCOUNT"


@dataclass(frozen=True)
class Accounts:
    """Where a charge stands: with its provider, then with its receiver."""

    due_from: str = chart.DUE_FROM_GROUP
    revenue: str = chart.GROUP_REVENUE
    cost: str = chart.GROUP_COST
    due_to: str = chart.DUE_TO_GROUP

    def check(self) -> None:
        """Raises NotGroupAccount, UnknownAccount."""
        wanted: tuple[tuple[str, AccountType], ...] = (
            (self.due_from, "asset"), (self.revenue, "revenue"), (self.cost, "expense"),
            (self.due_to, "liability"),
        )  # fmt: skip
        for code, kind in wanted:
            found = account(code)
            if not found.group or found.type != kind:
                raise NotGroupAccount(f"{code} is no {kind} between entities", field="accounts")


@dataclass(frozen=True)
class Parties:
    """Who charges whom, in which currency, the books of both, and the accounts."""

    provider: str
    receiver: str
    currency: str
    provider_books: str
    receiver_books: str
    accounts: Accounts


def rule_id(provider: str, receiver: str) -> UUID:
    """The stream of what one entity charges another."""
    return named_id("intercompany_rule", f"{provider}>{receiver}")


class IntercompanyRule(Root):
    """``terms`` by the day they begin."""

    class Defined(Root.Created):
        """Two entities have agreed on transfer prices."""

        TOPIC = "group.intercompany_rule_defined"
        between: Parties
        terms: TransferTerms

    class TermsSet(Root.Event):
        """Other prices from a day on."""

        TOPIC = "group.transfer_terms_set"
        terms: TransferTerms

    @event(Defined)
    def __init__(self, id: UUID, between: Parties, terms: TransferTerms) -> None:
        self.between = between
        self.terms: dict[date, TransferTerms] = {terms.from_date: terms}

    def set_terms(self, between: Parties, terms: TransferTerms) -> None:
        """The same again changes nothing. Raises CurrencyMismatch: a pair keeps its currency."""
        if between != self.between:
            raise CurrencyMismatch("a pair keeps its currency and accounts", field="currency")
        if self.terms.get(terms.from_date) != terms:
            self._terms_set(terms)

    def on(self, day: date) -> TransferTerms:
        """The terms of a day. Raises NoTransferPrice."""
        return terms_on(self.terms.values(), day)

    @event(TermsSet)
    def _terms_set(self, terms: TransferTerms) -> None:
        self.terms[terms.from_date] = terms

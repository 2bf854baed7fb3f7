"""What a client keeps of a contract's invoices: held until it is released, then asked for.

Kept invoice by invoice, in the contract's currency and in the books. Held amounts depend on more
than time and are a contract asset; a release makes them a retention receivable; the invoice that
asks for them makes them a trade receivable. Whoever takes the last of an amount takes the last of
it in the books.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.retainage import OverReleased
from domain.billing.retainage import Released as Freed
from domain.explanation import Step
from domain.identity import named_id
from domain.receivables.reduction import TooEarly, relieved

ZERO = Decimal(0)
Stage = Literal["held", "released"]
What = Literal["withheld", "given back", "billed", "credited", "cut"]


@dataclass(frozen=True)
class Part:
    """Retainage of one invoice; ``functional`` is what the books carry for the amount."""

    invoice_id: UUID
    number: str
    issued_on: date
    amount: Decimal
    functional: Decimal

    def more(self, other: "Part", sign: int = 1) -> "Part":
        """With another part of the same invoice, or without it."""
        return replace(
            self, amount=self.amount + sign * other.amount,
            functional=self.functional + sign * other.functional,
        )  # fmt: skip


Parts = tuple[Part, ...]


def retainage_id(contract_id: UUID) -> UUID:
    """The retainage account of a contract."""
    return named_id("retainage account", str(contract_id))


def sum_of(parts: Sequence[Part]) -> Decimal:
    """In the contract's currency."""
    return sum((part.amount for part in parts), ZERO)


def books_of(parts: Sequence[Part]) -> Decimal:
    """In the books."""
    return sum((part.functional for part in parts), ZERO)


class RetainageAccount(Root):
    """``stages`` hold parts by invoice, oldest first; ``given_up`` is released, or cut."""

    class Opened(Root.Created):
        """The first invoice of a contract of which something is kept."""

        TOPIC = "billing.retainage_opened"
        contract_id: UUID
        entity: str
        client_code: str
        currency: str
        books: str

    class Moved(Root.Event):
        """Parts came to a stage, or (below zero) left it, with a document."""

        TOPIC = "billing.retainage_moved"
        contract_id: UUID
        entity: str
        currency: str
        books: str
        what: str
        stage: str
        document_id: UUID
        number: str
        moved_on: date
        parts: tuple[Part, ...]

    class Released(Root.Event):
        """Conditions are met: what was held waits for its invoice alone."""

        TOPIC = "billing.retainage_released"
        contract_id: UUID
        entity: str
        client_code: str
        currency: str
        books: str
        release_id: UUID
        released_on: date
        evidence: str
        amount: Decimal
        functional: Decimal
        parts: tuple[Part, ...]
        steps: tuple[Step, ...]

        def claims(self) -> tuple[str, ...]:
            """A release is made once."""
            return (f"retainage release {self.release_id}",)

    @event(Opened)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, client_code: str, currency: str, books: str
    ) -> None:
        self.contract_id = contract_id
        self.entity = entity
        self.client_code = client_code
        self.currency = currency
        self.books = books
        self.stages: dict[str, dict[UUID, Part]] = {"held": {}, "released": {}}
        self.asked: dict[UUID, Parts] = {}
        self.given_up = ZERO
        self.last_release = date.min

    def standing(self, stage: Stage) -> Decimal:
        """What is held, or released and not billed."""
        return sum_of(list(self.stages[stage].values()))

    def left_of(self, invoice_id: UUID) -> Decimal:
        """What is still held of an invoice."""
        part = self.stages["held"].get(invoice_id)
        return part.amount if part else ZERO

    def oldest(self, stage: Stage, amount: Decimal) -> Parts:
        """The oldest parts of a stage that make up an amount. Raises OverReleased."""
        if amount > (there := self.standing(stage)):
            raise OverReleased(f"{there} {self.currency} are {stage}", field="amount")
        return tuple(self._taken(stage, amount))

    def _taken(self, stage: Stage, amount: Decimal) -> Iterator[Part]:
        for part in self.stages[stage].values():
            if taken := min(amount, part.amount):
                yield self._some(part, taken)
                amount -= taken

    def _some(self, part: Part, amount: Decimal) -> Part:
        functional = relieved(amount, part.amount, part.functional, self.books)
        return replace(part, amount=amount, functional=functional)

    def of_invoice(self, invoice_id: UUID, amount: Decimal) -> Parts:
        """A part of what is held of one invoice."""
        return (self._some(self.stages["held"][invoice_id], amount),) if amount else ()

    def move(
        self, what: What, stage: Stage, document_id: UUID, number: str, on: date, parts: Parts
    ) -> None:
        """Take down what a document did to a stage; below zero takes from it."""
        if parts:
            self._moved(self.contract_id, self.entity, self.currency, self.books, what, stage,
                        document_id, number, on, parts)  # fmt: skip

    def release(self, id: UUID, on: date, evidence: str, found: Freed) -> None:
        """Move what was worked out from held to released, oldest invoice first.

        Raises OverReleased, TooEarly for a day before an invoice it was kept of.
        """
        parts = self.oldest("held", found.released)
        last = max((part.issued_on for part in parts), default=on)
        if on < last:
            raise TooEarly(f"it was kept of an invoice of {last}", field="released_on")
        self._released(
            self.contract_id, self.entity, self.client_code, self.currency, self.books, id, on,
            evidence, found.released, books_of(parts), parts, found.steps,
        )  # fmt: skip

    @event(Moved)
    def _moved(
        self, contract_id: UUID, entity: str, currency: str, books: str, what: str, stage: str,
        document_id: UUID, number: str, moved_on: date, parts: tuple[Part, ...],
    ) -> None:  # fmt: skip
        del contract_id, entity, currency, books, number, moved_on
        self._add(stage, parts, 1)
        if what == "billed":
            self.asked[document_id] = negated(parts)
        if what == "cut":
            self.given_up -= sum_of(parts)

    @event(Released)
    def _released(
        self, contract_id: UUID, entity: str, client_code: str, currency: str, books: str,
        release_id: UUID, released_on: date, evidence: str, amount: Decimal,
        functional: Decimal, parts: tuple[Part, ...], steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del contract_id, entity, client_code, currency, books, release_id, evidence, functional
        del steps
        self.last_release = max(self.last_release, released_on)
        self.given_up += amount
        self._add("held", parts, -1)
        self._add("released", parts, 1)

    def _add(self, stage: str, parts: Parts, sign: int) -> None:
        kept = self.stages[stage]
        for part in parts:
            nothing = replace(part, amount=ZERO, functional=ZERO)
            kept[part.invoice_id] = kept.get(part.invoice_id, nothing).more(part, sign)
            if not kept[part.invoice_id].amount:
                del kept[part.invoice_id]


def negated(parts: Parts) -> Parts:
    """The same with every sign turned."""
    return tuple(replace(part, amount=-part.amount, functional=-part.functional) for part in parts)

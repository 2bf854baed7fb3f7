"""The audit trail: which events mention which id, and the names people know ids by.

Ids are found by the types of a fact's fields, however deep, so a new event is in the trail
without a line here; only names people use are listed below.
"""

import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from domain.billing.consolidated import ConsolidatedInvoice
from domain.billing.invoice import Invoice
from domain.billing.payment import Payment
from domain.contracts.contract import Contract
from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.timesheet import Timesheet
from domain.integration.delivery import Delivery
from domain.ledger.journal import Journal
from domain.organisation.client import Client
from domain.organisation.legal_entity import LegalEntity
from domain.organisation.person import Person
from domain.sales.opportunity import Opportunity
from projections.fold import Fold
from projections.projection import Projection
from projections.recorded import Recorded
from projections.table import Conn, Table

MENTIONS = Table("mentions", {"id": "uuid", "position": "bigint"}, key=("id", "position"))
NAMES = Table(
    "names",
    {"name": "text", "id": "uuid", "position": "bigint"},
    key=("name", "id"),
)

# Event -> the field with a name, and the field with the id it names.
NAMED: dict[type, tuple[tuple[str, str], ...]] = {
    LegalEntity.Registered: (("code", "originator_id"),),
    Client.Registered: (("code", "originator_id"),),
    Person.Registered: (("code", "originator_id"),),
    Opportunity.Opened: (("external_ref", "originator_id"), ("name", "originator_id")),
    Contract.Drafted: (("name", "originator_id"),),
    Project.Created: (("code", "originator_id"),),
    Project.MilestonePlanned: (("name", "milestone_id"),),
    Timesheet.TimeLogged: (("external_ref", "entry_id"),),
    Expense.Recorded: (("receipt_sha256", "originator_id"),),
    Invoice.Issued: (("number", "originator_id"),),
    Invoice.Credited: (("number", "memo_id"),),
    ConsolidatedInvoice.Issued: (("number", "originator_id"),),
    Payment.Recorded: (("bank_reference", "originator_id"),),
    Journal.Posted: (("document", "originator_id"),),
    Delivery.Begun: (("key", "originator_id"),),
    Delivery.Succeeded: (("external_id", "originator_id"),),
}

Finder = Callable[[Any], Iterable[UUID]]


class AuditTrail(Projection):
    """Reads every event."""

    name = "audit_trail"
    version = 2
    tables = (MENTIONS, NAMES)

    def reads(self, fact: Any) -> bool:
        """All of them."""
        del fact
        return True

    def apply(self, conn: Conn, page: Sequence[Recorded]) -> None:
        """Note the ids and names of a page."""
        with conn.cursor().copy(f"COPY {MENTIONS.name} FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["uuid", "int8"])
            for at in page:
                for id_ in mentioned(at.fact):
                    copy.write_row((id_, at.position))
        fold = Fold()
        for at in page:
            for name, id_ in names_in(at.fact):
                fold.put(NAMES, name=name, id=id_, position=at.position)
        fold.write(conn)


def mentioned(fact: Any) -> set[UUID]:
    """Every id inside a fact but its stream's: events of a stream the log itself can find."""
    kind: Any = type(fact)
    found = finder(kind)
    return set(found(fact)) - {fact.originator_id} if found else set()


def names_in(fact: Any) -> Iterable[tuple[str, UUID]]:
    """The names a fact gives, and whose they are."""
    for name, owner in NAMED.get(type(fact), ()):
        if given := getattr(fact, name):
            yield given, getattr(fact, owner)


@cache
def finder(kind: Any) -> Finder | None:
    """How ids are found in values of a type; None where it holds none."""
    if kind is UUID:
        return lambda value: (value,)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return finder(inner[0])
    if origin in (Union, types.UnionType):
        return _of_any([found for one in inner if (found := finder(one))])
    if origin in (tuple, list) and inner:
        return _of_each(finder(inner[0]))
    if origin is dict:
        return _of_values(finder(inner[1]))
    return _of_fields(kind) if is_dataclass(kind) else None


def _of_any(finders: Sequence[Finder]) -> Finder | None:
    first = finders[0] if finders else None
    return first and (lambda value: () if value is None else first(value))


def _of_each(found: Finder | None) -> Finder | None:
    return found and (lambda values: [id_ for value in values for id_ in found(value)])


def _of_values(found: Finder | None) -> Finder | None:
    each = _of_each(found)
    return each and (lambda values: each(values.values()))


def _of_fields(kind: Any) -> Finder | None:
    hints = get_type_hints(kind, include_extras=True)
    found = [(field.name, one) for field in fields(kind) if (one := finder(hints[field.name]))]
    if not found:
        return None
    return lambda value: [id_ for name, one in found for id_ in one(getattr(value, name))]

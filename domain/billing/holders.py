"""Where billable things are held, and moving them to an invoice and back in one append."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from pydantic import Field

from domain.aggregate import Root
from domain.billing.lines import Source
from domain.billing.minimum import MinimumCommitment
from domain.billing.recurring import RecurringPlan
from domain.billing.retainer_account import Retainer
from domain.billing.totals import CreditLine
from domain.billing.usage import UsageMeter
from domain.billing.value_schedule import ValueSchedule
from domain.command import Value
from domain.consumption import BilledElsewhere, Holder, Kind, Share
from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.timesheet import Timesheet
from domain.errors import Refusal
from domain.unit_of_work import UnitOfWork

HOLDERS: dict[str, type[Root]] = {
    "time": Timesheet, "expense": Expense, "milestone": Project, "recurring": RecurringPlan,
    "commitment": MinimumCommitment, "usage": UsageMeter, "retainer": Retainer,
    "application": ValueSchedule,
}  # fmt: skip


class OtherContract(Refusal):
    """A source belongs to another contract."""

    code = "OTHER_CONTRACT"


class BillableRef(Value):
    """Billable things: their holder (timesheet, project, plan, …) and what of it."""

    kind: Kind
    holder_id: UUID
    ids: tuple[UUID, ...] = Field(min_length=1, max_length=5000)


def holder_of(work: UnitOfWork, kind: str, holder_id: UUID) -> Holder:
    """The stream that keeps things of a kind, to change it. Raises NotFound."""
    found: Holder = work.load(HOLDERS[kind], holder_id)  # type: ignore[assignment]
    return found


def offered(work: UnitOfWork, refs: Iterable[BillableRef], contract_id: UUID) -> list[Share]:
    """What the holders of these things have to bill.

    Raises BilledElsewhere, OtherContract, UnknownEntry, UnknownMilestone, NotFound.
    """
    wanted = list(refs)
    named = [(ref.holder_id, id_) for ref in wanted for id_ in ref.ids]
    if len(set(named)) < len(named):
        raise BilledElsewhere("a source is named twice", field="sources")
    for kind, holder in HOLDERS.items():
        work.load_all(holder, dict.fromkeys(ref.holder_id for ref in wanted if ref.kind == kind))
    return [share for ref in wanted for share in _offered(work, ref, contract_id)]


def _offered(work: UnitOfWork, ref: BillableRef, contract_id: UUID) -> Iterable[Share]:
    holder = holder_of(work, ref.kind, ref.holder_id)
    shares = holder.shares(ref.ids)
    if {holder.contract_of(id_) for id_ in ref.ids} != {contract_id}:
        raise OtherContract("a source belongs to another contract", field="sources")
    return shares


def consume(work: UnitOfWork, shares: Iterable[Share], invoice_id: UUID) -> None:
    """Put the things on an invoice: their own state moves in the same append."""
    held: dict[tuple[str, UUID], list[UUID]] = defaultdict(list)
    for share in shares:
        held[share.kind, share.holder_id].append(share.id)
    for (kind, holder_id), ids in held.items():
        holder_of(work, kind, holder_id).bill(invoice_id, tuple(ids))


def restore(work: UnitOfWork, lines: Iterable[CreditLine], memo_id: UUID) -> None:
    """Make the sources of credited lines billable again, in the same append."""
    held: dict[tuple[str, UUID], list[Source]] = defaultdict(list)
    for line in lines:
        for source in line.restored:
            held[line.kind, source.holder_id].append(source)
    for (kind, holder_id), sources in held.items():
        ids = tuple(source.id for source in sources)
        holder_of(work, kind, holder_id).restore(memo_id, ids)

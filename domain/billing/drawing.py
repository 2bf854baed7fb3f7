"""Drawing approved work from its contract's retainer: in the same append as the approval.

So no invoice comes between the approval and the draw, and two approvals at once cannot draw the
same hour: both change the retainer, and the second decides again. What is drawn leaves the worth
of the work in the contract's account; what is above stays there as an ordinary billable thing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from domain.billing.retainer_account import Retainer, retainer_id
from domain.billing.retainer_grant import MINUTES_PER_HOUR, ItemDraw, Wanted
from domain.command import Answer
from domain.consumption import Share
from domain.contracts.account import ContractAccount, WriteDown
from domain.contracts.commands import account_of
from domain.contracts.contract import Contract
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.unit_of_work import UnitOfWork

Dated = tuple[Share, date]
"""What a holder says of a thing, and the day of the work."""
OVERAGE = {
    "absorbed": "overage absorbed by the retainer", "billed": "overage at a rate of its own",
    "refused": "",
}  # fmt: skip
"""Why work above an allowance is worth something else."""


class DrawnAnswer(Answer):
    """What was approved, and what of it retainers pay for; no steps where none does."""

    steps: tuple[str, ...] = Field(default=(), description="What was drawn, what is above")


def last_day(contract: Contract) -> date:
    """The last day of a contract, by its term or its early end."""
    return min(contract.ends_on, contract.terminated_on or contract.ends_on)


def retainer_of(work: UnitOfWork, contract: Contract) -> Retainer | None:
    """The contract's retainer, to change it; where approval earns there is none."""
    if contract.terms.earned_at_once or not work.find(Retainer, retainer_id(contract.id)):
        return None
    return work.load(Retainer, retainer_id(contract.id))


def draw(work: UnitOfWork, contract: Contract, things: Sequence[Dated]) -> tuple[ItemDraw, ...]:
    """Let approved things take what is left; periods that have begun by then are granted first.

    What drew before is left as it is, but where it was short of what there is now it draws anew.
    Raises RetainerExhausted, BillableHeld.
    """
    retainer = retainer_of(work, contract)
    if retainer is None or not things:
        return ()
    retainer.fund(min(max(on for _, on in things), last_day(contract)))
    short = [share.id for share, _ in things if retainer.is_short(share.id)]
    undo(work, contract, short, "drawn anew")
    account = account_of(work, contract)
    wanted = [
        wish
        for share, on in things
        if share.id not in retainer.draws and (wish := _wanted(retainer, account, share, on))
    ]
    found = retainer.draw(wanted)
    for one in found:
        _note(work, contract, account, one, 1)
    return found


def _wanted(retainer: Retainer, account: ContractAccount, share: Share, on: date) -> Wanted | None:
    """What a thing would draw; nothing before the terms begin, or where they are of time alone."""
    terms = retainer.agreement_on(on)
    if on < terms.from_date or share.amount <= 0:
        return None
    if share.kind != "time" and not (share.kind == "expense" and terms.expenses):
        return None
    worth = account.worth(share)
    minutes = round(worth.quantity * MINUTES_PER_HOUR, 4)
    quantity = worth.amount if terms.unit == "money" else minutes
    return Wanted(share.kind, share.holder_id, share.id, on, quantity, worth.amount)


def draw_approved(work: UnitOfWork, things: Iterable[tuple[UUID, Share, date]]) -> tuple[str, ...]:
    """Draw what was just approved, each under its contract; how, in words.

    Raises RetainerExhausted.
    """
    under: dict[UUID, list[Dated]] = defaultdict(list)
    for contract_id, share, on in things:
        under[contract_id].append((share, on))
    drawn = [
        one
        for contract_id, found in under.items()
        for one in draw(work, work.read(Contract, contract_id), found)
    ]
    return tuple(step.text for one in drawn for step in one.steps)


def undo(
    work: UnitOfWork, contract: Contract, item_ids: Iterable[UUID], why: str
) -> tuple[ItemDraw, ...]:
    """Give back what things had drawn: they are worth again what their holders say."""
    retainer = retainer_of(work, contract)
    found = retainer.give_back(item_ids, why) if retainer else ()
    if found:
        account = account_of(work, contract)
        for one in found:
            _note(work, contract, account, one, -1)
    return found


def _note(
    work: UnitOfWork, contract: Contract, account: ContractAccount, one: ItemDraw, sign: int
) -> None:
    """Keep a draw in the contract's account: what is covered, and what overage is worth less."""
    books = work.read(LegalEntity, entity_id(contract.entity)).currency

    def part(amount: Decimal, why: str) -> WriteDown:
        return WriteDown(
            contract.id, one.kind, one.holder_id, one.item_id, sign * amount, Decimal(0),
            contract.currency, books, contract.entity, one.on, why,
        )  # fmt: skip

    account.cover(part(one.covered, "drawn from the retainer"))
    account.adjust(part(one.adjusted, OVERAGE[one.treatment]))

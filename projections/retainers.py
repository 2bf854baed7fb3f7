"""Retainers: what each grant was given, drawn and lost, and what its fee is; as moves with dates.

Quantities are in the retainer's own unit: minutes, or the contract's currency. The sum of moves up
to a date and a position is what stood then.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.billing.retainer_account import Retainer
from domain.billing.retainer_grant import Agreement, Granted, ItemDraw, RetainerOf, Took
from domain.contracts.account import ContractAccount
from domain.revenue.policy import RevenuePolicy
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

ZERO = Decimal(0)
RETAINERS = Table(
    "retainers",
    {
        "id": "uuid", "contract_id": "uuid", "entity": "text", "currency": "text",
        "unit": "text", "from_date": "date", "rolled": "date?", "position": "bigint",
    },
    key=("id",),
    indexes=("entity, id", "contract_id"),
)  # fmt: skip
GRANTS = Table(
    "retainer_grants",
    {
        "id": "uuid", "retainer_id": "uuid", "position": "bigint", "period": "date",
        "ends_on": "date", "expires_on": "date?", "text": "text", "due_on": "date",
        "fee": "numeric", "billed": "boolean",
    },
    key=("id",),
    indexes=("retainer_id, period",),
)  # fmt: skip
MOVES = Table(
    "retainer_moves",
    {
        "position": "bigint", "no": "int", "retainer_id": "uuid", "grant_id": "uuid",
        "kind": "text", "effective_date": "date", "quantity": "numeric", "fee": "numeric",
    },
    key=("position", "no"),
    indexes=("retainer_id, effective_date", "grant_id"),
)  # fmt: skip
DRAWS = Table(
    "retainer_draws",
    {
        "position": "bigint", "item_id": "uuid", "sign": "int", "contract_id": "uuid",
        "kind": "text", "effective_date": "date", "quantity": "numeric", "overage": "numeric",
        "covered": "numeric", "adjusted": "numeric",
    },
    key=("position", "item_id", "sign"),
    indexes=("contract_id, effective_date", "item_id"),
)  # fmt: skip
CARRIED = Table(
    "retainer_carried",
    {
        "position": "bigint", "retainer_id": "uuid", "period": "date", "grant_id": "uuid",
        "quantity": "numeric",
    },
    key=("position", "grant_id"),
    indexes=("retainer_id, period",),
)  # fmt: skip
AGREED = Table(
    "retainer_agreements",
    {
        "position": "bigint", "retainer_id": "uuid", "from_date": "date", "months": "int",
        "in_advance": "boolean", "fee": "numeric",
    },
    key=("position",),
    indexes=("retainer_id, position",),
)  # fmt: skip
POLICIES = Table(
    "retainer_policies",
    {"position": "bigint", "entity": "text", "from_on": "date", "breakage_pct": "numeric"},
    key=("position",),
    indexes=("entity, from_on",),
)


class Retainers(Projection):
    """``kind`` of a move: funded, drawn, expired, adjusted, taken_back, repriced.

    Drawn and lapsed quantities are below zero, so that the moves of a grant sum to what is left.
    """

    name = "retainers"
    version = 2
    tables = (RETAINERS, GRANTS, MOVES, DRAWS, CARRIED, AGREED, POLICIES)

    @on(Retainer.Agreed)
    def agreed(self, fact: Retainer.Agreed, at: Recorded, fold: Fold) -> None:
        """A retainer."""
        of, terms = fact.of, fact.agreement
        fold.put(RETAINERS, id=at.stream_id, contract_id=of.contract_id, entity=of.entity,
                 currency=of.currency, unit=terms.unit, from_date=terms.from_date,
                 rolled=None, position=at.position)  # fmt: skip
        self._agreement(fold, at, terms)

    @on(Retainer.Changed)
    def changed(self, fact: Retainer.Changed, at: Recorded, fold: Fold) -> None:
        """Other terms for the periods from a day on."""
        self._agreement(fold, at, fact.agreement)

    def _agreement(self, fold: Fold, at: Recorded, terms: Agreement) -> None:
        fold.append(AGREED, at.position, at.stream_id, terms.from_date, terms.months,
                    terms.in_advance, terms.fee)  # fmt: skip

    @on(Retainer.Funded)
    def funded(self, fact: Retainer.Funded, at: Recorded, fold: Fold) -> None:
        """A period's allowance."""
        self._granted(fold, at, fact.granted, "funded")

    def _granted(self, fold: Fold, at: Recorded, one: Granted, kind: str) -> None:
        fold.put(GRANTS, id=one.id, retainer_id=at.stream_id, position=at.position,
                 period=one.period, ends_on=one.ends_on, expires_on=one.expires_on,
                 text=one.text, due_on=one.due_on, fee=one.fee, billed=False)  # fmt: skip
        _move(fold, at, 0, one.id, kind, one.starts_on, one.quantity, one.fee)

    @on(Retainer.Drawn)
    def drawn(self, fact: Retainer.Drawn, at: Recorded, fold: Fold) -> None:
        """Work took some."""
        self._draws(fold, at, fact.of, fact.draws, 1)

    @on(Retainer.Returned)
    def returned(self, fact: Retainer.Returned, at: Recorded, fold: Fold) -> None:
        """Work gave it back, as of the day it was drawn for."""
        self._draws(fold, at, fact.of, fact.draws, -1)

    def _draws(
        self, fold: Fold, at: Recorded, of: RetainerOf, draws: Iterable[ItemDraw], sign: int
    ) -> None:
        no = 0
        for one in draws:
            fold.append(DRAWS, at.position, one.item_id, sign, of.contract_id, one.kind, one.on,
                        sign * one.quantity, sign * one.overage, sign * one.covered,
                        sign * one.adjusted)  # fmt: skip
            for took in one.took:
                _move(fold, at, no, took.grant_id, "drawn", one.on, -sign * took.quantity)
                no += 1

    @on(Retainer.Rolled)
    def rolled(self, fact: Retainer.Rolled, at: Recorded, fold: Fold) -> None:
        """What went on, and what did not."""
        fold.patch(RETAINERS, at.stream_id, rolled=fact.period)
        for took in fact.carried:
            fold.append(CARRIED, at.position, at.stream_id, fact.period, took.grant_id,
                        took.quantity)  # fmt: skip
        self._lost(fold, at, fact.lapsed, "expired", fact.ends_on)

    @on(Retainer.Expired)
    def expired(self, fact: Retainer.Expired, at: Recorded, fold: Fold) -> None:
        """Rights that ended."""
        self._lost(fold, at, fact.lapsed, "expired", fact.expired_on)

    @on(Retainer.Adjusted)
    def adjusted(self, fact: Retainer.Adjusted, at: Recorded, fold: Fold) -> None:
        """More, or less."""
        if fact.granted:
            self._granted(fold, at, fact.granted, "adjusted")
        self._lost(fold, at, fact.taken, "adjusted", fact.adjusted_on)

    def _lost(self, fold: Fold, at: Recorded, lost: Iterable[Took], kind: str, on_: date) -> None:
        for no, took in enumerate(lost):
            _move(fold, at, no, took.grant_id, kind, on_, -took.quantity)

    @on(Retainer.TakenBack)
    def taken_back(self, fact: Retainer.TakenBack, at: Recorded, fold: Fold) -> None:
        """A credited fee, and the allowance with it."""
        _move(fold, at, 0, fact.grant_id, "taken_back", fact.taken_on, -fact.quantity, -fact.fee)

    @on(ContractAccount.WrittenDown)
    def repriced(self, fact: ContractAccount.WrittenDown, at: Recorded, fold: Fold) -> None:
        """A fee that is written down, or bears a discount: so much less is earned by its grant."""
        given = fact.write_down
        if given.kind == "retainer":
            fold.append(MOVES, at.position, 0, given.holder_id, given.item_id, "repriced",
                        given.written_on, ZERO, -given.amount)  # fmt: skip

    @on(RevenuePolicy.Adopted)
    def adopted(self, fact: RevenuePolicy.Adopted, at: Recorded, fold: Fold) -> None:
        """How much of all grants an entity expects never to be used."""
        chosen = fact.choice
        fold.append(POLICIES, at.position, fact.entity, chosen.from_on,
                    chosen.expected_breakage_pct)  # fmt: skip

    @on(Retainer.Billed, Retainer.Restored)
    def billed(self, fact: Retainer.Billed | Retainer.Restored, at: Recorded, fold: Fold) -> None:
        """On an invoice, or billable again."""
        del at
        for id_ in fact.grant_ids:
            fold.patch(GRANTS, id_, billed=isinstance(fact, Retainer.Billed))


def _move(
    fold: Fold, at: Recorded, no: int, grant_id: UUID, kind: str, on_: date, quantity: Decimal,
    fee: Decimal = ZERO,
) -> None:  # fmt: skip
    row: tuple[Any, ...] = (at.position, no, at.stream_id, grant_id, kind, on_, quantity, fee)
    fold.append(MOVES, *row)

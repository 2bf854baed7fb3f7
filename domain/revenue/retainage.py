"""Retainage: the part of each draw the customer keeps until the work is accepted.

Owns how much is held after each draw, the entries of a draw, and what a held amount is called:
a contract asset while it depends on more work, a retention receivable once only time stands
between, a trade receivable when it is due.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import ZERO

HUNDRED = Decimal(100)
Account = Literal["trade_receivable", "retainage", "contract_revenue"]


class DrawAboveContract(Refusal):
    """More is drawn than the contract's price."""

    code = "DRAW_ABOVE_CONTRACT"


class DrawsOutOfOrder(Refusal):
    """Draws follow each other in time, and the work done does not shrink."""

    code = "DRAWS_OUT_OF_ORDER"


class RetainageRateOutOfRange(Refusal):
    """The rate kept back is between nothing and all."""

    code = "RETAINAGE_RATE_OUT_OF_RANGE"


class OverReleased(Refusal):
    """More retainage is released than is held."""

    code = "OVER_RELEASED"


@dataclass(frozen=True)
class Draw:
    """Work complete and material stored to date, and the rates kept back, in percent.

    ``materials_rate_pct`` is None where stored material has the work's rate. ``released`` is
    paid out of what is held, besides what a lower rate frees.
    """

    drawn_on: date
    complete_to_date: Decimal
    rate_pct: Decimal
    stored_materials: Decimal = ZERO
    materials_rate_pct: Decimal | None = None
    released: Decimal = ZERO


@dataclass(frozen=True)
class Line:
    """One side of an entry; debit or credit is zero."""

    account: Account
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Certificate:
    """A draw: earned, held and billed to date; what is due now; and its entry, balanced."""

    drawn_on: date
    earned_to_date: Decimal
    retainage: Decimal
    billed_to_date: Decimal
    due_now: Decimal
    to_finish: Decimal
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Held:
    """What is held, by what it is called on a day."""

    contract_asset: Decimal
    retention_receivable: Decimal
    trade_receivable: Decimal
    steps: tuple[Step, ...]


def draws(
    contract: Decimal,
    requests: tuple[Draw, ...],
    currency: str,
    basis: Literal["to_date", "this_draw"] = "to_date",
    limit: Decimal | None = None,
) -> tuple[Certificate, ...]:
    """Certificates of draws in their order.

    ``to_date`` applies a draw's rate to all work so far, so a lower rate frees what was kept;
    ``this_draw`` only to what is new. ``limit`` is the most that is ever held. Raises
    DrawAboveContract, DrawsOutOfOrder, RetainageRateOutOfRange, OverReleased, NegativeFigure.
    """
    for earlier, later in pairwise(requests):
        if later.drawn_on < earlier.drawn_on or _earned(later) < _earned(earlier):
            raise DrawsOutOfOrder(f"the draw of {later.drawn_on} is before or below another")
    found: list[Certificate] = []
    given_back = ZERO
    for no, request in enumerate(requests):
        _refuse(request, contract)
        before = found[-1] if found else None
        given_back += request.released
        if basis == "to_date":
            kept = _kept(request) - given_back
        else:
            kept = _kept_more(request, requests[no - 1] if no else None, before)
        kept = quantize(kept if limit is None else min(kept, limit), currency)
        if kept < 0:
            raise OverReleased(f"{request.released} released on {request.drawn_on}", field="draws")
        found.append(_certificate(contract, request, kept, before))
    return tuple(found)


def held(amount: Decimal, unconditional_on: date | None, due_on: date | None, as_of: date) -> Held:
    """What an amount held is on a day. Source: ASC 606-10-45-3 and 45-4, IFRS 15.107-108."""
    if amount < 0:
        raise NegativeFigure(f"{amount} is held", field="amount")
    if unconditional_on is None or as_of < unconditional_on:
        step = Step("retainage.conditional", "still depends on work or acceptance")
        return Held(amount, ZERO, ZERO, (step,))
    if due_on is None or as_of < due_on:
        step = Step("retainage.unconditional", f"unconditional since {unconditional_on}")
        return Held(ZERO, amount, ZERO, (step,))
    return Held(ZERO, ZERO, amount, (Step("retainage.due", f"due since {due_on}"),))


def _certificate(
    contract: Decimal, request: Draw, kept: Decimal, before: Certificate | None
) -> Certificate:
    earned = _earned(request)
    billed = earned - kept
    due = billed - (before.billed_to_date if before else ZERO)
    kept_now = kept - (before.retainage if before else ZERO)
    revenue = earned - (before.earned_to_date if before else ZERO)
    lines = (
        _line("trade_receivable", due),
        _line("retainage", kept_now),
        _line("contract_revenue", -revenue),
    )
    steps = (
        Step("retainage.held", f"{kept} held of {earned} at {request.rate_pct} %"),
        Step("retainage.due_now", f"{billed} billed to date, {due} of it now"),
    )
    return Certificate(
        request.drawn_on, earned, kept, billed, due, contract - billed,
        tuple(line for line in lines if line.debit or line.credit), steps,
    )  # fmt: skip


def _line(account: Account, amount: Decimal) -> Line:
    return Line(account, max(amount, ZERO), max(-amount, ZERO))


def _earned(request: Draw) -> Decimal:
    return request.complete_to_date + request.stored_materials


def _kept(request: Draw) -> Decimal:
    materials = request.rate_pct
    if request.materials_rate_pct is not None:
        materials = request.materials_rate_pct
    work = request.complete_to_date * request.rate_pct
    return (work + request.stored_materials * materials) / HUNDRED


def _kept_more(request: Draw, last: Draw | None, before: Certificate | None) -> Decimal:
    """What was kept, and the rate on what is new; materials keep their rate while stored."""
    done = last.complete_to_date if last else ZERO
    stored = last.stored_materials if last else ZERO
    materials = request.rate_pct
    if request.materials_rate_pct is not None:
        materials = request.materials_rate_pct
    new = (request.complete_to_date - done) * request.rate_pct
    new += (request.stored_materials - stored) * materials
    return (before.retainage if before else ZERO) + new / HUNDRED - request.released


def _refuse(request: Draw, contract: Decimal) -> None:
    for rate in (request.rate_pct, request.materials_rate_pct or ZERO):
        if not 0 <= rate <= HUNDRED:
            raise RetainageRateOutOfRange(f"{rate} % kept back", field="rate_pct")
    if min(request.complete_to_date, request.stored_materials, request.released) < 0:
        raise NegativeFigure(f"a figure of the draw of {request.drawn_on} is below zero")
    if _earned(request) > contract:
        raise DrawAboveContract(f"{_earned(request)} drawn of a contract of {contract}")

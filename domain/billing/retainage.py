"""Retainage: what a client holds back of work and stored materials until it is released.

What is held is cumulative: this period's part is held to date less held before, and negative
where a falling rate gives money back. Rates step with the percentage complete, either for all
work to date or only for the slice beyond the step; work and stored materials have rates of
their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize, require_fine


class BadRetainage(Refusal):
    """Rates and steps are percentages from 0 to 100, one rate a step, amounts not negative."""

    code = "BAD_RETAINAGE"


class OverReleased(Refusal):
    """The release is more than what is held."""

    code = "OVER_RELEASED"


class ReleaseNotDue(Refusal):
    """A condition of the release is not met."""

    code = "RELEASE_NOT_DUE"


@dataclass(frozen=True)
class RateStep:
    """``rate_pct`` of work applies from ``from_pct`` complete on."""

    from_pct: Decimal
    rate_pct: Decimal


@dataclass(frozen=True)
class RetainageTerms:
    """How much is held.

    ``steps`` are the work's rates. ``on_total``: the rate reached applies to all work to date;
    otherwise each to its own slice. ``stored_rate_pct`` None: as for work, at the rate reached.
    ``limit_pct`` of the contract is the most that may be held.
    """

    currency: str
    steps: tuple[RateStep, ...]
    on_total: bool = False
    stored_rate_pct: Decimal | None = None
    limit_pct: Decimal | None = None


@dataclass(frozen=True)
class Progress:
    """To date: the contract's sum, work completed, materials stored and not yet built in."""

    contract: Decimal
    work: Decimal
    stored: Decimal = Decimal(0)


@dataclass(frozen=True)
class Retained:
    """``this_period`` is negative where money is given back; ``earned_less`` what is billed."""

    on_work: Decimal
    on_stored: Decimal
    held_to_date: Decimal
    this_period: Decimal
    earned_less: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Condition:
    """What a release waits for, and whether it came."""

    name: str
    met: bool


@dataclass(frozen=True)
class Released:
    """``released`` becomes due, ``held`` stays."""

    released: Decimal
    held: Decimal
    steps: tuple[Step, ...]


def flat(currency: str, rate_pct: Decimal) -> RetainageTerms:
    """One rate from the first day on, stored materials too."""
    return RetainageTerms(currency, (RateStep(Decimal(0), rate_pct),))


def retain(terms: RetainageTerms, progress: Progress, held_before: Decimal) -> Retained:
    """What is held to date and what this period adds. Raises BadRetainage."""
    _check(terms, progress, held_before)
    rate = _reached(terms, progress)
    stored_rate = rate if terms.stored_rate_pct is None else terms.stored_rate_pct
    work = progress.work * rate / 100 if terms.on_total else _slices(terms, progress)
    on_work = quantize(work, terms.currency)
    on_stored = quantize(progress.stored * stored_rate / 100, terms.currency)
    on_work = min(on_work, _most(terms, progress))
    on_stored = min(on_stored, _most(terms, progress) - on_work)
    held, change = on_work + on_stored, on_work + on_stored - held_before
    earned = progress.work + progress.stored - held
    steps = (
        Step("retainage.work", f"{rate} % reached: {on_work} {terms.currency} on work"),
        Step("retainage.stored", f"{stored_rate} % of {progress.stored} stored: {on_stored}"),
        Step("retainage.change", f"{held} to date less {held_before} before: {change}"),
    )
    return Retained(on_work, on_stored, held, change, earned, steps)


def _check(terms: RetainageTerms, progress: Progress, held_before: Decimal) -> None:
    rates = [pct for step in terms.steps for pct in (step.from_pct, step.rate_pct)]
    rates += [pct for pct in (terms.stored_rate_pct, terms.limit_pct) if pct is not None]
    if not all(0 <= pct <= 100 for pct in rates):  # noqa: PLR2004 -- a percentage
        raise BadRetainage(f"a rate is not between 0 and 100: {rates}", field="steps")
    if len({step.from_pct for step in terms.steps}) < len(terms.steps):
        raise BadRetainage("two rates begin at the same percentage", field="steps")
    if min(progress.contract, progress.work, progress.stored, held_before) < 0:
        raise BadRetainage("a contract, its work or what is held is negative")


def _reached(terms: RetainageTerms, progress: Progress) -> Decimal:
    begun = [
        step for step in terms.steps
        if step.from_pct * progress.contract <= (progress.work + progress.stored) * 100
    ]  # fmt: skip
    return max(begun, key=lambda step: step.from_pct).rate_pct if begun else Decimal(0)


def _slices(terms: RetainageTerms, progress: Progress) -> Decimal:
    if not terms.steps:
        return Decimal(0)
    ordered = sorted(terms.steps, key=lambda step: step.from_pct)
    starts = [Fraction(progress.contract) * Fraction(step.from_pct) / 100 for step in ordered]
    ends = [*starts[1:], max(Fraction(progress.work), *starts, Fraction(0))]
    held = Fraction(0)
    for step, start, end in zip(ordered, starts, ends, strict=True):
        inside = max(Fraction(0), min(Fraction(progress.work), end) - start)
        held += inside * Fraction(step.rate_pct) / 100
    return Decimal(held.numerator) / held.denominator


def _most(terms: RetainageTerms, progress: Progress) -> Decimal:
    if terms.limit_pct is None:
        return progress.contract + progress.work + progress.stored
    return quantize(progress.contract * terms.limit_pct / 100, terms.currency)


def release(
    held: Decimal,
    conditions: Sequence[Condition],
    currency: str,
    *,
    amount: Decimal | None = None,
    pct: Decimal | None = None,
) -> Released:
    """Give back an amount, a percentage of what is held, or all of it.

    Raises ReleaseNotDue, OverReleased, AmountTooFine.
    """
    missing = [condition.name for condition in conditions if not condition.met]
    if missing:
        raise ReleaseNotDue(f"waits for {', '.join(missing)}", field="conditions")
    wanted = held if amount is None else amount
    if pct is not None:
        wanted = quantize(held * pct / 100, currency)
    require_fine(wanted, currency)
    if not 0 <= wanted <= held:
        raise OverReleased(f"{wanted} of {held} {currency} held", field="amount")
    text = f"{wanted} of {held} {currency} released, {held - wanted} still held"
    return Released(wanted, held - wanted, (Step("retainage.release", text),))

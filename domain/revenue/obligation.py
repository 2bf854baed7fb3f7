"""A performance obligation: what was promised, how it passes, what it sells for alone.

Beside it the judgements that find obligations: is there a contract, are contracts one, is a
promise distinct, is it a series. Each judgement proposes with its reasons; a person confirms.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import require_not_negative

Kind = Literal["distinct_good", "distinct_service", "series"]
Pattern = Literal["over_time", "point_in_time"]
Measure = Literal[
    "cost",
    "hours",
    "units",
    "milestones",
    "straight_line_daily",
    "straight_line_monthly",
    "as_invoiced",
    "zero_margin",
    "retainer",
]
Role = Literal["principal", "agent"]
SspBasis = Literal["observed", "adjusted_market", "cost_plus_margin", "residual"]


class MeasureDoesNotFit(Refusal):
    """An obligation over time needs a measure of progress, one at a point in time has none."""

    code = "MEASURE_DOES_NOT_FIT"


class ObligationExists(Refusal):
    """The contract has an obligation of this name."""

    code = "OBLIGATION_EXISTS"


class InvalidSellingPrice(Refusal):
    """A standalone selling price is above zero, and zero only while it is the residual."""

    code = "INVALID_SELLING_PRICE"


@dataclass(frozen=True, kw_only=True)
class PerformanceObligation:
    """A promise of a contract, with the terms its revenue follows from ``valid_from`` on.

    ``id`` is unique within the contract. ``ssp`` is for all of the obligation, in the contract's
    currency, at inception; zero where ``ssp_basis`` is residual. ``measure`` is None at a point
    in time. Source: ASC 606-10-25-14 to 25-37, 32-31 to 32-35.
    """

    id: str
    name: str
    kind: Kind
    pattern: Pattern
    measure: Measure | None
    role: Role
    ssp: Decimal
    ssp_basis: SspBasis
    valid_from: date


def check(obligation: PerformanceObligation) -> None:
    """Raises MeasureDoesNotFit, InvalidSellingPrice or NegativeFigure.

    A series is by definition satisfied over time (ASC 606-10-25-15).
    """
    over_time = obligation.pattern == "over_time"
    if over_time != (obligation.measure is not None):
        raise MeasureDoesNotFit(
            f"{obligation.name}: {obligation.pattern} with measure {obligation.measure}",
            field="measure",
        )
    if obligation.kind == "series" and not over_time:
        raise MeasureDoesNotFit(f"{obligation.name}: a series passes over time", field="pattern")
    require_not_negative(obligation.ssp, field="ssp")
    if not obligation.ssp and obligation.ssp_basis != "residual":
        raise InvalidSellingPrice(
            f"{obligation.name} has no standalone selling price", field="ssp"
        )


CALENDAR: frozenset[Measure] = frozenset({"straight_line_daily", "straight_line_monthly"})
"""Measured by the calendar: nobody says how much is done."""
UNMEASURED: frozenset[Measure | None] = frozenset({None, "as_invoiced", "zero_margin", "retainer"})
"""Without a progress that a price could be multiplied by."""


def refuse_measures(terms: PerformanceObligation, *measures: Measure | None) -> None:
    """Raises MeasureDoesNotFit where the obligation is measured by one of these."""
    if terms.measure in measures:
        said = terms.measure or "the moment control passes"
        raise MeasureDoesNotFit(f"{terms.id} is measured by {said}", field="obligation")


@dataclass(frozen=True)
class Finding:
    """What a judgement proposes: whether it ``holds``, and each reason in the order looked at."""

    holds: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class ContractCriteria:
    """The five criteria of a contract with a customer (ASC 606-10-25-1, IFRS 15.9)."""

    approved: bool
    rights_identified: bool
    payment_terms_identified: bool
    commercial_substance: bool
    collection_probable: bool


def is_contract(criteria: ContractCriteria) -> Finding:
    """A contract where all five hold; else what is received stays a liability (25-8)."""
    asked = (
        ("contract.approved", criteria.approved, "both parties have approved it"),
        ("contract.rights", criteria.rights_identified, "each party's rights are identified"),
        ("contract.payment_terms", criteria.payment_terms_identified, "payment terms are known"),
        ("contract.substance", criteria.commercial_substance, "it has commercial substance"),
        ("contract.collection", criteria.collection_probable, "collection is probable"),
    )
    return _all_hold(asked, "contract.exists", "it is a contract with a customer")


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts:
    """What is known of money received while there is no contract (ASC 606-10-25-7)."""

    refundable: bool
    remaining_obligations: bool
    terminated: bool
    substantially_all_received: bool


def receipt_is_revenue(facts: ReceiptFacts) -> Finding:
    """Whether money received without a contract may be revenue: nothing owed, none refundable."""
    settled = facts.terminated or (
        not facts.remaining_obligations and facts.substantially_all_received
    )
    asked = (
        ("receipt.final", not facts.refundable, "what was received is non-refundable"),
        ("receipt.settled", settled, "nothing is left to do, or the contract has ended"),
    )
    return _all_hold(asked, "receipt.revenue", "what was received is revenue")


@dataclass(frozen=True, kw_only=True)
class DistinctFacts:
    """What the distinct test asks of a promise (ASC 606-10-25-19 to 25-21)."""

    usable_alone_or_with_available: bool
    integrated_into_combined_output: bool
    modifies_or_customises_others: bool
    highly_interdependent: bool


def is_distinct(facts: DistinctFacts) -> Finding:
    """Distinct where the customer can use it so, and it is separately identifiable."""
    asked = (
        ("distinct.capable", facts.usable_alone_or_with_available,
         "the customer can use it alone or with what is readily available"),
        ("distinct.integration", not facts.integrated_into_combined_output,
         "it is no input to a combined output"),
        ("distinct.customisation", not facts.modifies_or_customises_others,
         "it does not significantly change another promise"),
        ("distinct.interdependence", not facts.highly_interdependent,
         "it does not highly depend on another promise, nor another on it"),
    )  # fmt: skip
    return _all_hold(asked, "distinct.holds", "it is distinct")


@dataclass(frozen=True, kw_only=True)
class CombiningFacts:
    """What is asked before contracts are one (ASC 606-10-25-9)."""

    same_or_related_customer: bool
    near_the_same_time: bool
    single_commercial_objective: bool
    price_interdependent: bool
    single_obligation: bool


def are_one_contract(facts: CombiningFacts) -> Finding:
    """One contract: same customer, near the same time, and at least one of three ties."""
    tied = facts.single_commercial_objective, facts.price_interdependent, facts.single_obligation
    asked = (
        ("combine.customer", facts.same_or_related_customer, "the customer is the same"),
        ("combine.time", facts.near_the_same_time, "they were signed near the same time"),
        ("combine.tie", any(tied), "one objective, one price or one obligation ties them"),
    )
    return _all_hold(asked, "combine.holds", "they are accounted for as one contract")


@dataclass(frozen=True, kw_only=True)
class SeriesFacts:
    """What is asked of repeated goods or services (ASC 606-10-25-14(b), 25-15)."""

    increments_distinct: bool
    substantially_the_same: bool
    each_over_time: bool
    same_measure: bool


def is_series(facts: SeriesFacts) -> Finding:
    """One obligation of distinct, like increments that all pass over time by one measure."""
    asked = (
        ("series.distinct", facts.increments_distinct, "each increment is distinct"),
        ("series.same", facts.substantially_the_same, "they are substantially the same"),
        ("series.over_time", facts.each_over_time, "each would pass over time"),
        ("series.measure", facts.same_measure, "one measure of progress fits each"),
    )
    return _all_hold(asked, "series.holds", "it is a series: one obligation")


def _all_hold(asked: tuple[tuple[str, bool, str], ...], rule: str, so: str) -> Finding:
    steps = [Step(name, f"{'yes' if met else 'no'}: {text}") for name, met, text in asked]
    holds = all(met for _, met, _ in asked)
    return Finding(holds, (*steps, Step(rule, f"{'so' if holds else 'not met:'} {so}")))

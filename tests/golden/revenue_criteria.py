"""Cases of judgement: whether there is a contract, and what it promises."""

from collections.abc import Callable
from typing import Any

from domain.revenue.obligation import (
    CombiningFacts,
    ContractCriteria,
    DistinctFacts,
    Finding,
    ReceiptFacts,
    SeriesFacts,
    are_one_contract,
    is_contract,
    is_distinct,
    is_series,
    receipt_is_revenue,
)
from tests.golden.given import Given, first

Answer = Callable[[dict[str, Any]], Any]
ALSO = {
    "approved": ("approved_and_committed", "approval"),
    "rights_identified": ("rights", "identifiable_rights"),
    "payment_terms_identified": ("payment_terms", "identifiable_payment_terms"),
    "collection_probable": ("collectability_probable", "collectible", "collectability"),
    "remaining_obligations": ("obligations_remaining", "performance_remaining"),
    "usable_alone_or_with_available": ("capable_of_being_distinct", "usable_alone", "capable"),
    "integrated_into_combined_output": ("significant_integration", "integration", "integrated"),
    "modifies_or_customises_others": (
        "significant_customisation", "customisation", "customization", "significant_modification",
    ),
    "highly_interdependent": ("interdependent", "highly_interrelated", "interrelated"),
    "same_or_related_customer": ("same_customer", "same_party"),
    "near_the_same_time": ("same_time", "near_same_time", "entered_together"),
    "single_commercial_objective": ("single_objective", "negotiated_as_package", "package"),
    "price_interdependent": ("consideration_interdependent", "interdependent_price"),
    "single_obligation": ("single_performance_obligation",),
    "increments_distinct": ("distinct", "each_distinct"),
    "substantially_the_same": ("same_nature", "substantially_same"),
    "each_over_time": ("over_time",),
    "same_measure": ("same_measure_of_progress", "same_method"),
}  # fmt: skip


def judged(kind: type[Any], judge: Callable[[Any], Finding], *names: str) -> Answer:
    """What a judgement finds, under each of its names; a fact that is not told is not so."""

    def answer(given: dict[str, Any]) -> Any:
        facts: Given = first(given, "criteria", "facts", "indicators") or given
        told = {name: first(facts, name, *ALSO.get(name, ())) for name in kind.__annotations__}
        found = judge(kind(**{n: bool(v) for n, v in told.items()}))
        return dict.fromkeys(("holds", "result", *names), found.holds)

    return answer


TOPICS: dict[str, Answer] = {
    "revenue.contract_criteria": judged(
        ContractCriteria, is_contract, "is_contract", "contract", "contract_exists"
    ),
    "revenue.step_one_criteria": judged(
        ContractCriteria, is_contract, "is_contract", "contract", "contract_exists"
    ),
    "revenue.receipt_without_contract": judged(
        ReceiptFacts, receipt_is_revenue, "is_revenue", "revenue", "recognise"
    ),
    "revenue.distinct_obligations": judged(DistinctFacts, is_distinct, "is_distinct", "distinct"),
    "revenue.combination_contracts": judged(
        CombiningFacts, are_one_contract, "combine", "combined", "one_contract"
    ),
    "revenue.series_distinct_services": judged(SeriesFacts, is_series, "is_series", "series"),
}

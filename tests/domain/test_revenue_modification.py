"""The treatment of a modification is proposed with reasons and confirmed by a person."""

from dataclasses import replace

import pytest

from domain.revenue.modification import (
    Modification,
    NotApproved,
    ReasonMissing,
    Remaining,
    Treatment,
    confirm,
    propose,
)

ADDED = Modification(
    approved=True, remaining="distinct", adds=True, added_distinct=True, added_at_ssp=True
)


def test_distinct_additions_at_their_price_are_a_contract_of_their_own() -> None:
    proposal = propose(ADDED)

    assert [proposal.treatment, proposal.clause] == ["separate_contract", "606-10-25-12"]


@pytest.mark.parametrize(
    "change",
    [
        replace(ADDED, adds=False),
        replace(ADDED, added_distinct=False),
        replace(ADDED, added_at_ssp=False),
        replace(ADDED, reduces_or_reshapes=True),
    ],
)
@pytest.mark.parametrize(
    ("remaining", "treatment"),
    [
        ("distinct", "prospective"),
        ("none", "prospective"),
        ("not_distinct", "cumulative_catch_up"),
        ("mixed", "mixed"),
    ],
)
def test_otherwise_it_depends_on_what_remains(
    change: Modification, remaining: Remaining, treatment: Treatment
) -> None:
    proposal = propose(replace(change, remaining=remaining))

    assert proposal.treatment == treatment
    assert [step.rule for step in proposal.steps] == [
        "modification.not_separate",
        f"modification.{treatment}",
    ]


def test_an_open_price_is_variable_consideration() -> None:
    assert propose(replace(ADDED, price_agreed=False)).treatment == "variable_consideration"


def test_without_approval_the_contract_is_as_before() -> None:
    proposal = propose(replace(ADDED, approved=False))

    assert proposal.treatment == "not_a_modification"
    with pytest.raises(NotApproved):
        confirm(proposal, "prospective", "the client will sign")


def test_a_person_may_decide_otherwise_and_says_why() -> None:
    confirmed = confirm(propose(ADDED), "prospective", " negotiated as one package ")

    assert [confirmed.treatment, confirmed.proposed] == ["prospective", "separate_contract"]
    assert confirmed.reason == "negotiated as one package"
    assert confirmed.steps[-1].rule == "modification.confirmed"


def test_nobody_confirms_without_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        confirm(propose(ADDED), "separate_contract", "  ")

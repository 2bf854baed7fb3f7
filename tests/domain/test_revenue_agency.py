"""Principal or agent, gross or net."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.agency import ControlFacts, FeeAboveGross, present, propose_role
from domain.revenue.obligation import Role


@pytest.mark.parametrize(
    ("role", "revenue", "cost"), [("principal", "5000", "4500"), ("agent", "500", "0")]
)
def test_a_booking_is_shown_gross_or_net_with_one_profit(
    role: Role, revenue: str, cost: str
) -> None:
    # A published cruise booking: the customer pays 5,000, the line gets 4,500.
    shown = present(Decimal(5000), Decimal(4500), role, "USD")

    assert [shown.revenue, shown.cost] == [Decimal(revenue), Decimal(cost)]
    assert [shown.gross_profit, shown.due_to_supplier] == [500, 4500]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_profit_is_the_same_for_both(one: int, other: int) -> None:
    pays, cost = Decimal(max(one, other)), Decimal(min(one, other))

    gross, net = (present(pays, cost, role, "EUR") for role in ("principal", "agent"))

    assert gross.gross_profit == net.gross_profit == net.revenue
    assert gross.revenue - net.revenue == cost


@pytest.mark.parametrize(("controls", "role"), [(True, "principal"), (False, "agent")])
def test_plain_control_decides(*, controls: bool, role: str) -> None:
    facts = ControlFacts(controls_before_transfer=controls, sets_price=True, inventory_risk=True)

    assert propose_role(facts).role == role


@pytest.mark.parametrize(
    ("facts", "role"),
    [
        (ControlFacts(primarily_responsible=True, sets_price=True), "principal"),
        (ControlFacts(sets_price=True), "agent"),
        (ControlFacts(), "agent"),
    ],
)
def test_else_two_of_three_indicators_do(facts: ControlFacts, role: str) -> None:
    proposal = propose_role(facts)

    assert proposal.role == role
    assert len(proposal.steps) == 4


def test_a_principal_may_lose_and_an_agent_earns_no_negative_fee() -> None:
    assert present(Decimal(10), Decimal(12), "principal", "EUR").gross_profit == -2
    with pytest.raises(NegativeFigure):
        present(Decimal(10), Decimal(12), "agent", "EUR")


def test_negative_amounts_are_refused() -> None:
    with pytest.raises(NegativeFigure):
        present(Decimal(-1), Decimal(0), "agent", "EUR")
    with pytest.raises(FeeAboveGross):
        present(Decimal(10), Decimal(-1), "agent", "EUR")

"""Principal or agent: whose revenue a pass-through is, all of it or the fee.

A principal controls the good or service before the customer gets it and shows revenue gross; an
agent arranges for another to provide it and shows the fee (ASC 606-10-55-36 to 55-40).
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import require_not_negative
from domain.revenue.obligation import Role

INDICATORS_OF_PRINCIPAL = 2


class FeeAboveGross(Refusal):
    """The fee kept is more than the customer pays."""

    code = "FEE_ABOVE_GROSS"


@dataclass(frozen=True, kw_only=True)
class ControlFacts:
    """Who controls it first, where that is plain, and the indicators of 55-39 where it is not."""

    controls_before_transfer: bool | None = None
    primarily_responsible: bool = False
    inventory_risk: bool = False
    sets_price: bool = False


@dataclass(frozen=True)
class RoleProposal:
    """The role the facts point to, with a person to confirm it."""

    role: Role
    steps: tuple[Step, ...]


def propose_role(facts: ControlFacts) -> RoleProposal:
    """Control decides; without a plain answer, two of the three indicators (firm's policy)."""
    if (plain := facts.controls_before_transfer) is not None:
        role: Role = "principal" if plain else "agent"
        word = "is controlled" if plain else "is not controlled"
        return RoleProposal(role, (Step("agency.control", f"it {word} before transfer"),))
    asked = (
        ("agency.responsible", facts.primarily_responsible, "primarily responsible to deliver"),
        ("agency.inventory_risk", facts.inventory_risk, "bears the inventory risk"),
        ("agency.price", facts.sets_price, "sets the price"),
    )
    met = sum(answer for _, answer, _ in asked)
    steps = [Step(rule, f"{'yes' if answer else 'no'}: {text}") for rule, answer, text in asked]
    role = "principal" if met >= INDICATORS_OF_PRINCIPAL else "agent"
    return RoleProposal(role, (*steps, Step("agency.indicators", f"{met} of 3: {role}")))


@dataclass(frozen=True)
class Presentation:
    """What the income statement shows; the profit is the same for both roles.

    ``due_to_supplier`` is what is passed on: a cost to a principal, never revenue of an agent.
    """

    role: Role
    revenue: Decimal
    cost: Decimal
    gross_profit: Decimal
    due_to_supplier: Decimal
    steps: tuple[Step, ...]


def present(
    customer_pays: Decimal, supplier_cost: Decimal, role: Role, currency: str
) -> Presentation:
    """Gross for a principal, net for an agent (ASC 606-10-55-37, 55-38); amounts without tax.

    A supplier dearer than the customer is a principal's loss; an agent earns no negative fee, so
    that is refused (NegativeFigure). Raises FeeAboveGross where the supplier's cost is negative.
    """
    require_not_negative(customer_pays, field="customer_pays")
    if supplier_cost < 0:
        text = f"{customer_pays - supplier_cost} kept of {customer_pays} {currency}"
        raise FeeAboveGross(text, field="supplier_cost")
    profit = customer_pays - supplier_cost
    if role == "principal":
        text = f"gross: {customer_pays} {currency} revenue, {supplier_cost} cost"
        step = Step("agency.gross", text)
        return Presentation(role, customer_pays, supplier_cost, profit, supplier_cost, (step,))
    require_not_negative(profit, field="fee")
    step = Step("agency.net", f"net: {customer_pays} - {supplier_cost} = {profit} {currency} fee")
    return Presentation(role, profit, Decimal(0), profit, supplier_cost, (step,))

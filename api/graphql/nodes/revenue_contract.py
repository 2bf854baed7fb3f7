"""Revenue contracts: what a contract promises, what is allocated to it, earned and to come."""

from typing import Any
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.contract import Contract
from api.graphql.nodes.revenue_obligation import SHARED
from api.graphql.noun import Money, many, money, noun, one, said

SUMMED = f"""
(SELECT r.contract_id, r.entity, r.currency, s.allocated, s.recognised
 FROM revenue_contracts r CROSS JOIN LATERAL (
    SELECT sum(o.allocated) AS allocated, coalesce(sum(o.recognised), 0) AS recognised
    FROM {SHARED} o WHERE o.contract_id = r.contract_id) s)
"""


@noun(SUMMED, key="contract_id")
class RevenueContract:
    """A contract that a revenue run earns."""

    contract_id: UUID = said("Id of the contract, and of this")
    entity: str = said("Code of the entity that earns it")
    allocated: Money | None = money("allocated", description="Null before the price is allocated")
    recognised: Money | None = money("recognised")
    remaining: Money | None = money("{t}.allocated - {t}.recognised", description="To be earned")
    contract: Contract | None = one("contract_id")
    obligations: Any = many("RevenueObligation", "contract_id")


revenue_contracts = listing(
    "Contracts that a revenue run earns.",
    client_id=Choice(UUID, "{t}.contract_id IN (SELECT id FROM contracts WHERE client_id = {v})"),
)

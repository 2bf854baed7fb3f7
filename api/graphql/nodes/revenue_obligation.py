"""Obligations of revenue contracts: allocated, recognised, remaining."""

from datetime import date

from api.graphql.noun import Money, column, money, noun, said

SHARED = """
(SELECT o.contract_id, o.obligation, o.name, o.measure, o.account, o.starts_on, r.currency,
        (SELECT t.allocated FROM revenue_terms t
         WHERE t.contract_id = o.contract_id AND t.obligation = o.obligation
            AND t.allocated IS NOT NULL ORDER BY t.position DESC LIMIT 1) AS allocated,
        (SELECT t.ends_on FROM revenue_terms t
         WHERE t.contract_id = o.contract_id AND t.obligation = o.obligation
            AND t.ends_on IS NOT NULL ORDER BY t.position DESC LIMIT 1) AS ends_on,
        (SELECT coalesce(sum(l.amount), 0) FROM revenue_lines l
         WHERE l.contract_id = o.contract_id AND l.obligation = o.obligation) AS recognised
 FROM revenue_obligations o JOIN revenue_contracts r ON r.contract_id = o.contract_id)
"""


@noun(SHARED, key="obligation", key_type="text", entity=None)
class RevenueObligation:
    """A promise of a contract."""

    obligation: str = said("Unique within the contract")
    name: str
    measure: str = said("What its progress is measured by, or point_in_time")
    account: str = said("Takes its revenue")
    starts_on: date
    ends_on: date | None
    allocated: Money | None = money("allocated", description="Its share of the price")
    recognised: Money | None = money("recognised")
    remaining: Money | None = money("{t}.allocated - {t}.recognised", description="To be earned")
    fulfilled: bool = column("{t}.allocated IS NOT NULL AND {t}.allocated = {t}.recognised")

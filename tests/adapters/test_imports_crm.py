"""The CRM sample and Salesforce's opportunities: deals as they are, moved, or refused."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.imports import crm, salesforce
from adapters.imports.deal import DealOptions
from adapters.imports.refusals import MissingColumn
from domain.money import UnknownCurrency
from tests.adapters.imported import SHARED, accepted, file_of, needs, refused

OPTIONS = DealOptions(today=date(2018, 1, 1))
PIPELINE = (
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
)
WON = "D1,Ann Example,GTXPro,Acme,Won,2016-10-20,2017-03-01,1054"
SALESFORCE = (
    "OpportunityId,OpportunityName,AccountId,CloseDate,StageName,Amount,Probability,CreatedDate"
)
OPPORTUNITY = "S1,Walls,A1,2018-03-01,Proposal,350000.0,70.0,2017-09-26 15:15:00.000000 UTC"


def test_a_won_deal_is_read_with_all_it_says(tmp_path: Path) -> None:
    (deal,) = accepted(crm.read_deals(file_of(tmp_path, PIPELINE, WON), OPTIONS))

    assert (deal.external_id, deal.key, deal.line) == ("D1", ("D1",), 2)
    assert (deal.stage, deal.outcome) == ("Won", "won")
    assert (deal.owner, deal.account, deal.product) == ("Ann Example", "Acme", "GTXPro")
    assert (deal.engaged_on, deal.closed_on) == (date(2016, 10, 20), date(2017, 3, 1))
    assert (str(deal.amount), deal.currency) == ("1054", "USD")


def test_a_deal_whose_account_nobody_entered_is_a_deal(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, WON.replace("Acme", ""))

    assert accepted(crm.read_deals(path, OPTIONS))[0].account is None


def test_a_prospect_has_neither_dates_nor_value(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, "D1,Ann Example,GTXPro,,Prospecting,,,")

    (deal,) = accepted(crm.read_deals(path, OPTIONS))

    assert (deal.outcome, deal.engaged_on, deal.closed_on, deal.amount) == (
        "open",
        None,
        None,
        None,
    )


def test_a_deal_may_be_won_on_the_day_it_began(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, WON.replace("2016-10-20", "2017-03-01"))

    (deal,) = accepted(crm.read_deals(path, OPTIONS))

    assert deal.engaged_on == deal.closed_on


def test_a_product_gets_the_catalogues_name(tmp_path: Path) -> None:
    named = DealOptions(today=OPTIONS.today, products={"GTXPro": "GTX Pro"})
    path = file_of(tmp_path, PIPELINE, WON, WON.replace("D1", "D2").replace("GTXPro", "MG"))

    found = accepted(crm.read_deals(path, named))

    assert [deal.product for deal in found] == ["GTX Pro", "MG"]


def test_a_history_moves_by_whole_years_before_it_meets_today(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, WON.replace("2016-10-20", "2016-02-29"))
    moved = DealOptions(today=date(2026, 1, 1), years=7)

    (deal,) = accepted(crm.read_deals(path, moved))

    assert (deal.engaged_on, deal.closed_on) == (date(2023, 2, 28), date(2024, 3, 1))
    too_far = DealOptions(today=date(2024, 1, 1), years=7)
    assert refused(crm.read_deals(path, too_far)) == (2, "future_date", "close_date")


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("D1", "", "missing_value", "opportunity_id"),
        ("Ann Example", "", "missing_value", "sales_agent"),
        ("GTXPro", "", "missing_value", "product"),
        ("1054", "", "missing_value", "close_value"),
        ("2017-03-01", "", "missing_value", "close_date"),
        ("2016-10-20", "", "missing_value", "engage_date"),
        ("Won", "Wno", "unknown_stage", "deal_stage"),
        ("2017-03-01", "03/01/2017", "bad_date", "close_date"),
        ("2017-03-01", "2018-03-01", "future_date", "close_date"),
        ("2017-03-01", "2016-03-01", "dates_reversed", "close_date"),
        ("1054", "1054.301", "float_noise", "close_value"),
        ("1054", "1e3", "float_noise", "close_value"),
        ("1054", "-1054", "negative_amount", "close_value"),
        ("1054", "much", "bad_number", "close_value"),
    ],
)
def test_a_deal_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, old: str, new: str, code: str, field: str
) -> None:
    path = file_of(tmp_path, PIPELINE, WON.replace(old, new))

    assert refused(crm.read_deals(path, OPTIONS)) == (2, code, field)


def test_a_deals_id_stands_in_a_file_once(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, WON, WON.replace("1054", "99"))

    assert refused(crm.read_deals(path, OPTIONS)) == (3, "duplicate_row", None)


def test_a_pipeline_without_its_columns_or_a_currency_is_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE.replace("close_value", "value"), WON)

    with pytest.raises(MissingColumn, match="'close_value'"):
        crm.read_deals(path, OPTIONS)
    with pytest.raises(UnknownCurrency):
        crm.read_deals(path, DealOptions(today=OPTIONS.today, currency="EUX"))


def test_accounts_products_and_teams_are_read_by_name(tmp_path: Path) -> None:
    header = "account,sector,year_established,revenue,employees,office_location,subsidiary_of"
    path = file_of(tmp_path, header, "Acme,retail,1996,1100.04,2822,Kenya,Big Acme", "Bolt")

    acme, bolt = accepted(crm.read_accounts(path))

    assert (acme.revenue, acme.employees) == (Decimal("1100.04"), 2822)
    assert (acme.parent, acme.established_year) == ("Big Acme", 1996)
    assert (bolt.sector, bolt.employees) == (None, None)
    path = file_of(tmp_path, "product,series,sales_price", "GTX Pro,GTX,4821")
    assert accepted(crm.read_products(path))[0].list_price == 4821
    path = file_of(tmp_path, "sales_agent,manager,regional_office", "Ann,Bea,West")
    assert accepted(crm.read_teams(path))[0].manager == "Bea"


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("Acme,retail,96,1,1,Kenya,", "bad_value", "year_established"),
        ("Acme,retail,1996,1,2.5,Kenya,", "float_noise", "employees"),
        (",retail,1996,1,2,Kenya,", "missing_value", "account"),
    ],
)
def test_an_account_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, row: str, code: str, field: str
) -> None:
    header = "account,sector,year_established,revenue,employees,office_location,subsidiary_of"

    assert refused(crm.read_accounts(file_of(tmp_path, header, row))) == (2, code, field)


def test_an_opportunity_is_read_with_all_it_says(tmp_path: Path) -> None:
    path = file_of(tmp_path, SALESFORCE, OPPORTUNITY)

    (deal,) = accepted(salesforce.read_deals(path, OPTIONS))

    assert (deal.name, deal.account_id, deal.outcome) == ("Walls", "A1", "open")
    assert (deal.expected_on, deal.closed_on) == (date(2018, 3, 1), None)
    assert (deal.amount, deal.probability_pct) == (Decimal(350000), Decimal(70))
    assert deal.weighted_amount == 245000
    assert deal.created_at == datetime(2017, 9, 26, 15, 15, tzinfo=UTC)


def test_salesforces_own_flags_say_what_became_of_a_deal(tmp_path: Path) -> None:
    row = OPPORTUNITY.replace("2018-03-01", "2017-03-01")
    path = file_of(
        tmp_path,
        f"{SALESFORCE},IsWon,IsClosed,CurrencyIsoCode",
        f"{row},true,true,EUR",
        f"{row.replace('S1', 'S2')},false,true,",
        f"{row.replace('S1', 'S3')},false,false,",
    )

    found = accepted(salesforce.read_deals(path, OPTIONS))

    assert [(deal.outcome, deal.currency) for deal in found] == [
        ("won", "EUR"),
        ("lost", "USD"),
        ("open", "USD"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("70.0", "101", "bad_number", "Probability"),
        ("Proposal", "Closed Won", "future_date", "CloseDate"),
        ("350000.0", "350000.0000001", "float_noise", "Amount"),
        ("2017-09-26 15:15:00.000000 UTC", "yesterday", "bad_date", "CreatedDate"),
    ],
)
def test_an_opportunity_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, old: str, new: str, code: str, field: str
) -> None:
    path = file_of(tmp_path, SALESFORCE, OPPORTUNITY.replace(old, new))

    assert refused(salesforce.read_deals(path, OPTIONS)) == (2, code, field)


@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 3).map(str),
            st.sampled_from(["Ann", ""]),
            st.text(max_size=4),
            st.text(max_size=4),
            st.sampled_from(["Won", "Lost", "Engaging", "Prospecting", "?"]),
            st.dates(date(2016, 1, 1), date(2018, 6, 1)).map(str) | st.text(max_size=4),
            st.dates(date(2016, 1, 1), date(2018, 6, 1)).map(str) | st.text(max_size=4),
            st.integers(-5, 10**6).map(str) | st.floats().map(str),
        )
    )
)
def test_every_row_of_a_pipeline_gets_one_verdict(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([PIPELINE.split(","), *rows])
    path = file_of(tmp_path_factory.getbasetemp(), text.getvalue())

    assert len(list(crm.read_deals(path, OPTIONS))) == len(rows)


@needs("crm-maven")
def test_the_real_pipeline_gives_its_figures() -> None:
    figures = json.loads((SHARED / "crm-maven/FIGURES.json").read_text())["sales_pipeline.csv"]

    deals = accepted(crm.read_deals(SHARED / "crm-maven/sales_pipeline.csv", OPTIONS))

    won: Counter[str] = Counter()
    for deal in deals:
        if deal.outcome == "won" and deal.closed_on and deal.amount:
            won[f"{deal.closed_on:%Y-%m}"] += int(deal.amount)
    engaged = sorted(deal.engaged_on for deal in deals if deal.engaged_on)
    closed = sorted(deal.closed_on for deal in deals if deal.closed_on)
    assert figures == {
        "rows": len(deals),
        "unique_ids": len({deal.external_id for deal in deals}),
        "stages": Counter(deal.stage for deal in deals),
        "won_total": str(won.total()),
        "engage": [str(engaged[0]), str(engaged[-1])],
        "close": [str(closed[0]), str(closed[-1])],
        "no_account": sum(deal.account is None for deal in deals),
        "products": Counter(deal.product for deal in deals),
        "agents": len({deal.owner for deal in deals}),
        "accounts": len({deal.account for deal in deals if deal.account}),
        "won_by_close_month": {month: str(total) for month, total in won.items()},
    }


@needs("crm-maven")
def test_every_real_deal_finds_its_product_account_and_agent() -> None:
    folder = SHARED / "crm-maven"
    named = DealOptions(today=OPTIONS.today, products={"GTXPro": "GTX Pro"})

    deals = accepted(crm.read_deals(folder / "sales_pipeline.csv", named))

    products = {row.name for row in accepted(crm.read_products(folder / "products.csv"))}
    accounts = {row.name for row in accepted(crm.read_accounts(folder / "accounts.csv"))}
    agents = {row.name for row in accepted(crm.read_teams(folder / "sales_teams.csv"))}
    assert {deal.product for deal in deals} == products
    assert {deal.account for deal in deals} - {None} == accounts
    assert {deal.owner for deal in deals} < agents


@needs("crm-exports")
def test_the_real_opportunities_give_their_figures() -> None:
    name = "salesforce_opportunities.csv"
    figures = json.loads((SHARED / "crm-exports/FIGURES.json").read_text())[name]
    now = DealOptions(today=date(2024, 1, 1))

    deals = accepted(salesforce.read_deals(SHARED / "crm-exports" / name, now))

    assert len(deals) == figures["rows"]
    assert Counter(deal.stage for deal in deals) == figures["stages"]
    assert sum(deal.amount or 0 for deal in deals) == Decimal(figures["amount"])
    assert sum(deal.weighted_amount or 0 for deal in deals) == Decimal(figures["weighted"])
    won = sum(deal.amount or 0 for deal in deals if deal.outcome == "won")
    assert won == Decimal(figures["won"])

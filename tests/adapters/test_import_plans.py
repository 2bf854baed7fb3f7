"""Plans of deals and rates: which commands a row becomes, and which rows become none."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.imports.deal import DealOptions
from adapters.imports.plans.deal_terms import Billing, TermsOptions, rate_card, terms
from adapters.imports.plans.deals import DealChoices, DealPlan
from adapters.imports.plans.name_map import NameMap
from adapters.imports.plans.names import Names
from adapters.imports.plans.planned import Plan, Planned
from adapters.imports.plans.rates import RatePlan
from adapters.imports.plans.window import Window
from domain.identity import named_id
from domain.pricing.resolution import Work, from_line, resolve_rate
from domain.sales.opportunity import Opportunity, Terms
from tests.adapters.imported import file_of
from tests.adapters.planning import NO_NAMES, Known, commands, holder, kinds, mapped, refused

TODAY = date(2018, 1, 1)
PIPELINE = (
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
)
WON = "D1,Ann Example,GTXPro,Acme,Won,2016-10-20,2017-03-01,1054"
PROSPECT = "D2,Ann Example,MG Special,Acme,Prospecting,,,"
TERMS = TermsOptions(entity="DE01", entity_currency="EUR")
ACME = Known(clients={"Acme": holder("Acme")})


def deal_plan(
    path: Path, known: Known = ACME, names: NameMap = NO_NAMES, **choices: Any
) -> DealPlan:
    reading = DealOptions(today=TODAY)
    return DealPlan(path, DealChoices(reading=reading, terms=TERMS, **choices), known, names)


def test_a_won_deal_is_opened_given_terms_and_closed(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, WON)

    card, begin, update, close = commands(deal_plan(path).steps())

    assert type(card).__name__ == "PublishRateCard"
    assert (begin.external_ref, begin.client_id) == ("D1", holder("Acme").id)
    assert (begin.name, begin.effective_date) == ("GTXPro for Acme", date(2016, 10, 20))
    assert (update.value, update.currency, update.stage) == (Decimal(1054), "USD", "engaging")
    assert (type(close).__name__, close.closed_on) == ("CloseOpportunityWon", date(2017, 3, 1))


def test_the_same_row_becomes_the_same_commands(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, WON, PROSPECT)

    assert list(deal_plan(path).steps()) == list(deal_plan(path).steps())


def test_a_lost_deal_is_closed_and_an_open_one_is_not(tmp_path: Path) -> None:
    lost = WON.replace("Won", "Lost").replace("1054", "0")

    found = kinds(deal_plan(file_of(tmp_path, PIPELINE, lost, PROSPECT)).steps())

    assert found == [
        "OpenOpportunity", "UpdateOpportunity", "CloseOpportunityLost",
        "OpenOpportunity", "UpdateOpportunity",
    ]  # fmt: skip


def test_a_deal_without_an_account_is_refused_whatever_its_stage(tmp_path: Path) -> None:
    rows = [WON.replace("Acme", ""), PROSPECT.replace("Acme", "")]

    found = refused(deal_plan(file_of(tmp_path, PIPELINE, *rows), create_missing=True).steps())

    assert found == [(2, "missing_client", "account"), (3, "missing_client", "account")]


def test_an_unknown_account_becomes_a_client_only_where_asked(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, PROSPECT, PROSPECT.replace("D2", "D3"))

    assert refused(deal_plan(path, Known()).steps())[0] == (2, "unknown_client", "account")
    found = kinds(deal_plan(path, Known(), create_missing=True).steps())
    assert found.count("RegisterClient") == 1
    assert found[0] == "RegisterClient"


def test_an_account_that_the_crm_does_not_list_becomes_no_client(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("account\nOther\n")
    path = file_of(tmp_path, PIPELINE, PROSPECT)

    found = refused(deal_plan(path, Known(), create_missing=True).steps())

    assert found == [(2, "unknown_client", "account")]


def test_a_client_of_another_entity_buys_nothing_here(tmp_path: Path) -> None:
    known = Known(clients={"Acme": holder("Acme", "US01")})

    found = refused(deal_plan(file_of(tmp_path, PIPELINE, PROSPECT), known).steps())

    assert found == [(2, "other_entity", "account")]


def with_products(folder: Path) -> Path:
    (folder / "products.csv").write_text(
        "product,series,sales_price\nGTX Pro,GTX,4821\nMG Special,MG,55\n"
    )
    return file_of(folder, PIPELINE, WON, PROSPECT)


def test_a_product_written_without_its_space_is_taken_for_it_and_that_is_told(
    tmp_path: Path,
) -> None:
    plan = deal_plan(with_products(tmp_path))

    packages = [c.package for c in commands(plan.steps()) if hasattr(c, "client_id")]

    assert packages == ["GTX Pro", "MG Special"]
    assert plan.notes == ["'GTXPro' was taken for 'GTX Pro' in 1 rows"]


def test_exact_names_take_no_product_for_another(tmp_path: Path) -> None:
    plan = deal_plan(with_products(tmp_path), exact_names=True)

    assert refused(plan.steps()) == [(2, "unknown_product", "product")]


def test_a_map_says_which_product_is_meant(tmp_path: Path) -> None:
    names = mapped(products={"GTXPro": "MG Special"})

    plan = deal_plan(with_products(tmp_path), names=names, exact_names=True)

    assert [c.package for c in commands(plan.steps()) if hasattr(c, "client_id")] == [
        "MG Special", "MG Special",
    ]  # fmt: skip


def test_a_name_that_may_be_two_of_ours_is_none() -> None:
    names = Names({}, ["GTX Pro", "gtx pro", "MG"])

    assert (names.ours("GTXPro"), names.ours("mg"), names.ours("GTX Pro")) == (
        None,
        "MG",
        "GTX Pro",
    )


def test_the_list_price_is_the_value_of_a_deal_that_has_none_yet(tmp_path: Path) -> None:
    *_, update = commands(deal_plan(with_products(tmp_path)).steps())

    assert (update.value, update.stage) == (Decimal(55), "prospecting")


def test_a_later_export_changes_the_terms_of_a_deal_that_is_open(tmp_path: Path) -> None:
    first = {type(c).__name__: c for c in commands(
        deal_plan(file_of(tmp_path, PIPELINE, PROSPECT)).steps())}  # fmt: skip
    opened = Opportunity(
        first["OpenOpportunity"].opportunity_id, holder("Acme").id, "DE01", "", "D2", Terms()
    )
    later = PROSPECT.replace("Prospecting,,,", "Won,2017-01-02,2017-02-03,60")

    known = Known(ACME.clients, opened={opened.id: opened})
    _, update, close = commands(deal_plan(file_of(tmp_path, PIPELINE, later), known).steps())

    assert update.command_id != first["UpdateOpportunity"].command_id
    assert (update.value, close.closed_on) == (Decimal(60), date(2017, 2, 3))


def test_a_deal_does_not_pass_from_one_client_to_another(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, PROSPECT)
    id_ = named_id("opportunity", "D2")
    opened = Opportunity(id_, holder("Somebody").id, "DE01", "", "D2", Terms())

    found = refused(deal_plan(path, Known(ACME.clients, opened={id_: opened})).steps())

    assert found == [(2, "changed_deal", "account")]


def test_sellers_are_named_only_where_asked(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, PROSPECT)

    plain, told = (
        commands(deal_plan(path, with_sellers=asked).steps())[0] for asked in (False, True)
    )

    assert plain.name == "MG Special for Acme"
    assert told.name == "MG Special for Acme, sold by Ann Example"


def test_a_seller_in_no_team_is_told(tmp_path: Path) -> None:
    (tmp_path / "sales_teams.csv").write_text(
        "sales_agent,manager,regional_office\nB,C,East\n,,\n"
    )
    plan = deal_plan(file_of(tmp_path, PIPELINE, PROSPECT))

    list(plan.steps())

    assert plan.notes == ["the seller 'Ann Example' is in no team"]


def test_rows_outside_the_days_asked_for_are_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path, PIPELINE, WON, WON.replace("D1", "D2").replace("03-01", "05-01"))
    window = Window(date(2017, 4, 1), date(2017, 4, 30))

    assert [code for _, code, _ in refused(deal_plan(path, window=window).steps())] == [
        "out_of_range", "out_of_range",
    ]  # fmt: skip


@given(
    value=st.decimals(min_value="0.01", max_value="99999999", places=2),
    key=st.text(max_size=8),
    series=st.sampled_from(["GTX", "MG", "GTK", "", None]),
    billing=st.sampled_from(["time_and_materials", "fixed_fee", "mixed"]),
    start=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_terms_of_any_value_pass_the_gate_of_a_won_deal(
    value: Decimal, key: str, series: str | None, billing: Billing, start: date
) -> None:
    options = TermsOptions(entity="DE01", entity_currency="EUR", billing=billing)

    found = terms(
        options, opportunity=named_id("x", key), value=value, currency="USD", series=series,
        starts_on=start,
    )  # fmt: skip

    assert Terms(**{**found, "package": "p"}).missing() == []
    assert found["ends_on"] > start


def test_planned_hours_at_the_cards_rates_are_worth_the_deal() -> None:
    card = rate_card(TERMS, "USD")
    candidates = [from_line(line.line(), "USD") for line in card.lines]

    found = terms(
        TERMS, opportunity=card.rate_card_id, value=Decimal(26768), currency="USD", series="GTK",
        starts_on=TODAY,
    )  # fmt: skip

    worth = sum(
        role.hours * resolve_rate(candidates, Work(TODAY, role=role.role)).hourly_rate
        for role in found["roles"]
    )
    assert abs(worth - 26768) < 2
    assert found["rate_card_id"] == card.rate_card_id


def test_mixed_billing_is_the_same_each_time_and_of_both_kinds() -> None:
    options = TermsOptions(entity="DE01", entity_currency="EUR", billing="mixed")
    ids = [named_id("opportunity", str(no)) for no in range(100)]

    models = [
        [terms(options, opportunity=id_, value=Decimal(1), currency="EUR", series=None,
               starts_on=TODAY)["billing_model"] for id_ in ids]
        for _ in range(2)
    ]  # fmt: skip

    assert models[0] == models[1]
    assert 30 < models[0].count("fixed_fee") < 70


def rate_plan(path: Path, window: Window = Window()) -> Plan:  # noqa: B008 -- frozen
    return RatePlan(path, TODAY, window).steps()


def test_the_rates_of_a_day_are_one_command_wherever_they_stand(tmp_path: Path) -> None:
    rows = ["2017-01-03,1.05,N/A,", "2017-01-02,1.04,0.85,", "2017-01-03,,0.86,"]

    steps = list(rate_plan(file_of(tmp_path, "Date,USD,GBP,", *rows)))

    days = {
        str(c.quoted_on): {r.currency: str(r.rate) for r in c.rates} for c in commands(iter(steps))
    }
    assert days["2017-01-03"] == {"USD": "1.05", "GBP": "0.86"}
    assert [step.spots for step in steps if isinstance(step, Planned)] == [
        ((2, "USD"), (4, "GBP")), ((3, "USD"), (3, "GBP")),
    ]  # fmt: skip


def test_one_bad_rate_does_not_cost_its_day(tmp_path: Path) -> None:
    steps = list(rate_plan(file_of(tmp_path, "Date,USD,GBP", "2017-01-03,1.05,zero")))

    assert refused(iter(steps)) == [(2, "bad_number", "GBP")]
    assert len([step for step in steps if isinstance(step, Planned)]) == 1


def test_a_rate_written_longer_is_the_same_command(tmp_path: Path) -> None:
    short, long = (
        commands(rate_plan(file_of(tmp_path, "Date,PLN", f"2017-01-03,{rate}")))
        for rate in ("4.63", "4.6300")
    )

    assert short == long


def test_rates_before_the_day_asked_for_are_refused_one_by_one(tmp_path: Path) -> None:
    path = file_of(tmp_path, "Date,USD,GBP", "2017-01-03,1.05,0.86", "2017-01-02,1.04,0.85")

    found = refused(rate_plan(path, Window(since=date(2017, 1, 3))))

    assert found == [(3, "out_of_range", "USD"), (3, "out_of_range", "GBP")]

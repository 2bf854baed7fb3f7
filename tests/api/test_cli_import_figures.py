"""Real files of other people, taken in: the database gives the figures computed beside them."""

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.wiring import System
from domain.organisation.commands import RegisterLegalEntity
from tests.adapters.imported import SHARED, needs
from tests.api.importing import ENTITY, Importer, counted, importer_on
from tests.conftest import cloned
from tests.firm import CHIEF

FACTS = (
    "(SELECT topic, effective_date, convert_from(payload, 'utf8')::jsonb AS fact FROM events) e"
)


def found(system: System) -> None:
    """Register the entity that everything is taken in for."""
    system.store.execute(
        RegisterLegalEntity(
            code="DE01", name="Nordlicht GmbH", currency="EUR", country="DE", zone="Europe/Berlin"
        ),
        CHIEF,
    )


@pytest.fixture
def run(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Importer]:
    found(system)
    yield from importer_on(system, tmp_path, monkeypatch)


@dataclass(frozen=True)
class Sample:
    """The sample CRM taken in once, with its sellers' names; ``told`` are its figures."""

    run: Importer
    verdicts: list[dict[str, str]]
    told: dict[str, Any]
    rows: list[dict[str, str]]

    @property
    def refused(self) -> list[dict[str, str]]:
        """Rows of the file that were refused."""
        lines = [int(row["line"]) for row in self.verdicts if row["verdict"] == "refused"]
        return [self.rows[line - 2] for line in lines]


SAMPLE = ("deals", SHARED / "crm-maven", *ENTITY, "--currency", "USD", "--create-missing",
          "--with-sellers")  # fmt: skip


@pytest.fixture(scope="module")
def sample(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("sample")
    with (
        cloned(server, template, folder) as system,
        pytest.MonkeyPatch.context() as patch,
        contextmanager(importer_on)(system, folder, patch) as run,
    ):
        found(system)
        verdicts = run.verdicts(*SAMPLE)
        with (SHARED / "crm-maven/sales_pipeline.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        yield Sample(run, verdicts, figures("crm-maven", "sales_pipeline.csv"), rows)


def figures(folder: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHARED / folder / "FIGURES.json").read_text())[name]
    return found


@needs("crm-maven")
def test_every_deal_with_an_account_goes_in(sample: Sample) -> None:
    told = sample.told

    assert counted(sample.verdicts) == {
        "accepted": told["rows"] - told["no_account"],
        "refused": told["no_account"],
        "missing_client": told["no_account"],
    }
    opened = "SELECT count(*), count(DISTINCT stream_id) FROM events WHERE topic ~ 'y_opened'"
    assert sample.run.ask(opened) == [(told["rows"] - told["no_account"],) * 2]


@needs("crm-maven")
def test_won_deals_are_worth_what_the_file_says_in_each_month(sample: Sample) -> None:
    query = f"""SELECT to_char(effective_date, 'YYYY-MM'),
                       sum((fact -> 'terms' ->> 'value')::numeric)::text
                FROM {FACTS} WHERE topic = 'sales.opportunity_closed_won' GROUP BY 1"""

    months = dict(sample.run.ask(query))

    assert months == sample.told["won_by_close_month"]
    assert sum(map(Decimal, months.values())) == Decimal(sample.told["won_total"])


@needs("crm-maven")
def test_every_deal_stands_at_its_stage(sample: Sample) -> None:
    query = """SELECT coalesce(min(substring(topic FROM 'closed_(.*)')), min(fact ->> 'stage'))
               FROM (SELECT stream_id, topic, convert_from(payload, 'utf8')::jsonb AS fact
                     FROM events WHERE topic LIKE 'sales.%%') s GROUP BY stream_id"""

    taken = Counter(stage.capitalize() for (stage,) in sample.run.ask(query))

    assert taken + Counter(row["deal_stage"] for row in sample.refused) == sample.told["stages"]


@needs("crm-maven")
def test_every_deal_sells_its_product(sample: Sample) -> None:
    query = f"SELECT fact -> 'terms' ->> 'package' FROM {FACTS} WHERE topic ~ 'y_opened'"

    taken = Counter(name.replace("GTX Pro", "GTXPro") for (name,) in sample.run.ask(query))

    assert taken + Counter(row["product"] for row in sample.refused) == sample.told["products"]


@needs("crm-maven")
@pytest.mark.parametrize(
    ("figure", "topics"), [("engage", "y_(opened|updated)"), ("close", "y_closed")]
)
def test_deals_keep_their_days(sample: Sample, figure: str, topics: str) -> None:
    query = "SELECT min(effective_date)::text, max(effective_date)::text FROM events"
    imported = f"{query} WHERE topic ~ %s AND effective_date < '2018-01-01'"

    assert list(sample.run.ask(imported, topics)[0]) == sample.told[figure]


@needs("crm-maven")
def test_accounts_are_clients_and_sellers_are_text(sample: Sample) -> None:
    clients = "SELECT count(*) FROM events WHERE topic = 'organisation.client_registered'"
    sellers = f"SELECT DISTINCT split_part(fact ->> 'name', ', sold by ', 2) FROM {FACTS}"

    assert sample.run.one(clients) == sample.told["accounts"]
    opened = sample.run.ask(f"{sellers} WHERE topic ~ 'y_opened'")
    assert len(opened) == sample.told["agents"]


@needs("crm-maven")
def test_the_sample_taken_in_again_changes_nothing(sample: Sample) -> None:
    before = sample.run.position

    again = sample.run.verdicts(*SAMPLE)

    assert sample.run.position == before
    assert counted(again)["answered"] == counted(sample.verdicts)["accepted"]


@needs("crm-maven")
def test_a_year_moved_is_the_same_year(run: Importer) -> None:
    told = figures("crm-maven", "sales_pipeline.csv")

    run.verdicts("deals", SHARED / "crm-maven", *ENTITY, "--create-missing", "--shift-years", "8")

    query = f"""SELECT to_char(effective_date - interval '8 years', 'YYYY-MM'),
                       sum((fact -> 'terms' ->> 'value')::numeric)::text
                FROM {FACTS} WHERE topic = 'sales.opportunity_closed_won' GROUP BY 1"""
    assert dict(run.ask(query)) == told["won_by_close_month"]


@needs("crm-exports")
def test_salesforces_opportunities_give_their_figures(run: Importer) -> None:
    told = figures("crm-exports", "salesforce_opportunities.csv")
    path = SHARED / "crm-exports/salesforce_opportunities.csv"

    verdicts = run.verdicts("deals", path, *ENTITY, "--currency", "USD", "--create-missing")

    assert counted(verdicts) == {"accepted": told["rows"]}
    value = "SELECT sum((fact -> 'terms' ->> 'value')::numeric)"
    worth = f"{value} FROM {FACTS} WHERE topic = 'sales.opportunity_updated'"
    won = f"{value} FROM {FACTS} WHERE topic = 'sales.opportunity_closed_won'"
    assert run.one(worth) == Decimal(told["amount"])
    assert run.one(won) == Decimal(told["won"])


@needs("ecb-rates")
@pytest.mark.parametrize(
    "name",
    ["eurofxref-hist_2010-12_2011-01.csv", "eurofxref-hist_2023-01-02_2025-12-31.csv"],
)
def test_a_history_of_rates_gives_its_figures(run: Importer, name: str) -> None:
    told = figures("ecb-rates", name)
    verdicts = run.verdicts("rates", SHARED / "ecb-rates" / name)

    days = f"FROM {FACTS} WHERE topic = 'pricing.fx_rates_recorded'"
    (count, first, last), *_ = run.ask(
        f"SELECT count(*), min(effective_date), max(effective_date) {days}"
    )
    each = f"""SELECT key, count(*), min(value::numeric), max(value::numeric),
                      round(avg(value::numeric), 6),
                      (array_agg(value ORDER BY effective_date))[1],
                      (array_agg(value ORDER BY effective_date DESC))[1]
               FROM {FACTS}, jsonb_each_text(fact -> 'rates')
               WHERE topic = 'pricing.fx_rates_recorded' GROUP BY key"""
    found = {key: tuple(map(str, rest)) for key, *rest in run.ask(each)}
    assert (count, str(first), str(last)) == (told["days"], told["first"], told["last"])
    assert len(found) == told["currencies_with_data"]
    assert {key: int(found[key][0]) for key in told["days_per_currency"]} == (
        told["days_per_currency"]
    )
    assert found["USD"][1:] == (
        told["usd_min"], told["usd_max"], told["usd_mean"], told["usd_first"], told["usd_last"],
    )  # fmt: skip
    assert found["GBP"][3] == told["gbp_mean"]
    assert counted(verdicts) == {"accepted": sum(int(days[0]) for days in found.values())}


@needs("ecb-rates")
def test_the_two_layouts_of_xml_give_their_figures(run: Importer) -> None:
    day, days = "eurofxref-daily_2021-12-14.xml", "eurofxref-hist-90d_first5days_2017-03-03.xml"

    one = run.verdicts("rates", SHARED / "ecb-rates" / day)
    five = run.verdicts("rates", SHARED / "ecb-rates" / days)

    told = figures("ecb-rates", days)
    assert counted(one) == {"accepted": figures("ecb-rates", day)["currencies"]}
    assert counted(five) == {"accepted": told["rates"]}
    query = "SELECT effective_date::text FROM events WHERE topic = 'pricing.fx_rates_recorded'"
    assert sorted(on for (on,) in run.ask(query))[:: told["days"]] == [told["first"], "2021-12-14"]
    assert sorted(on for (on,) in run.ask(query))[told["days"] - 1] == told["last"]


TIME = (
    "timesheets_utilisation.csv",
    "toggl_detailed_timba.csv",
    "solidtime/toggl_time_entries_import_test_1.csv",
    "solidtime/clockify_time_entries_import_test_1.csv",
    "solidtime/clockify_time_entries_import_test_7.csv",
    "solidtime/generic_time_entries_import_test_1.csv",
    "solidtime/harvest_time_entries_import_test_1.csv",
    "solidtime/solidtime_import_test_1/time_entries.csv",
)


def seconds_told(told: dict[str, Any]) -> Decimal:
    """The seconds of a file; those whose figures tell none hold an entry of 3601 seconds."""
    if "hours" in told:
        return Decimal(told["hours"]) * 3600
    return Decimal(told.get("seconds", 3601))


@needs("time")
@pytest.mark.parametrize("name", TIME)
def test_hours_give_their_figures_and_a_second_time_nothing(run: Importer, name: str) -> None:
    told = figures("time", name)
    asked = ("time", SHARED / "time" / name, *ENTITY, "--create-missing")

    verdicts = run.verdicts(*asked)

    noted = f"""SELECT count(*),
                sum(trim('s' FROM split_part(fact ->> 'external_ref', '/', 3))::numeric),
                sum((fact ->> 'minutes')::int) FILTER (WHERE (fact ->> 'billable')::boolean)
                FROM {FACTS} WHERE topic = 'delivery.time_logged'"""
    (count, seconds, billable_minutes), *_ = run.ask(noted)
    assert len(verdicts) == told["rows"]
    assert set(counted(verdicts)) <= {"accepted", "refused", "zero_duration"}
    assert count == counted(verdicts)["accepted"]
    assert seconds == seconds_told(told)
    if "billable_hours" in told:
        assert billable_minutes == told["billable_hours"] * 60
    before = run.position
    assert counted(run.verdicts(*asked)).get("answered") == count
    assert run.position == before


@needs("time")
def test_a_date_that_is_none_keeps_its_row_out(run: Importer) -> None:
    path = SHARED / "time/solidtime/clockify_time_entries_import_test_3.csv"

    assert counted(run.verdicts("time", path, *ENTITY, "--create-missing")) == {
        "refused": figures("time", f"solidtime/{path.name}")["rows"],
        "bad_date": 1,
    }


@needs("time")
def test_a_timeclock_is_somebodys(run: Importer) -> None:
    path = SHARED / "time/hledger_sample.timeclock"

    verdicts = run.verdicts("time", path, *ENTITY, "--create-missing", "--person", "Ann Example")

    assert counted(verdicts) == {"accepted": 3}


@needs("time")
def test_a_folder_is_taken_in_with_the_names_beside_it(run: Importer, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    shutil.copytree(SHARED / "time/solidtime/solidtime_import_test_1", folder)
    folder.chmod(0o755)

    result = run("time", folder, *ENTITY, "--create-missing")

    assert "time_entries.csv: 2 rows: 1 accepted, 0 answered, 1 refused" in result.output
    assert (folder / "time_entries.verdicts.csv").is_file()

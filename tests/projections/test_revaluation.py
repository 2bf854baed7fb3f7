"""A month's revaluation from the books: what is gathered, posted, read again and run twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.command import Command
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.revaluation import AlreadyRevalued, Revaluation, revaluation_id
from projections import gathering
from projections.as_of import NotYetRead
from projections.gathering import gathered
from projections.gathering.foreign_balances import held
from projections.reports import REPORTS
from tests.firm import CHIEF, Firm
from tests.projections.faults import damage, off
from tests.projections.test_close import tasks

JANUARY: dict[str, Any] = {"entity": "DE01", "month": date(2025, 1, 1)}
Rows = list[tuple[str, str, str, str]]


@pytest.fixture
def trading(firm: Firm) -> Firm:
    """An invoice of 1,428 dollars, half of it paid; January closes at 0.80 euros a dollar."""
    contract, project = firm.win()
    invoice = firm.bill("one", contract, date(2025, 1, 7), firm.work(project, date(2025, 1, 3)))
    receive(firm, "P1", date(2025, 1, 8), invoice)
    firm.rates(date(2025, 1, 31), USD="1.25", GBP="0.8")
    return firm


def receive(firm: Firm, name: str, on: date, invoice: UUID | None = None) -> None:
    """A payment of 714 dollars, applied where an invoice is named."""
    payment, money = named_id("payment", name), {"amount": "714.00", "currency": "USD"}
    firm.do("RecordPayment", payment_id=payment, client_id=firm.client, received_on=on,
            bank_reference=name, amount=money)  # fmt: skip
    if invoice:
        firm.do(
            "ApplyPayment", payment_id=payment, invoice_id=invoice, applied_on=on, amount=money
        )


def lines(firm: Firm, on: str) -> Rows:
    """What revaluations posted on a day, by account and currency."""
    with firm.system.connect() as conn:
        rows = conn.execute(
            "SELECT rule, account, currency, sum(functional) FROM ledger_lines"
            " WHERE rule LIKE 'revaluation%%' AND accounting_date = %s"
            " GROUP BY 1, 2, 3 HAVING sum(functional) <> 0 ORDER BY 1, 2, 3", [on]
        ).fetchall()  # fmt: skip
    return [(rule, account, currency, str(amount)) for rule, account, currency, amount in rows]


def test_balances_are_read_posted_and_put_back(trading: Firm) -> None:
    answer: Any = trading.do("RevalueForeignBalances", **JANUARY).answer
    trading.settle()

    assert [(one.account, one.amount, one.booked, one.value) for one in answer.lines] == [
        ("1000", Decimal("714.00"), Decimal("691.79"), Decimal("571.20")),
        ("1100", Decimal("714.00"), Decimal("691.79"), Decimal("571.20")),
        ("2300", Decimal("-228.00"), Decimal("-220.91"), Decimal("-182.40")),
    ]  # fmt: skip
    assert lines(trading, "2025-01-31") == [
        ("revaluation", "1000", "USD", "-120.59"), ("revaluation", "1100", "USD", "-120.59"),
        ("revaluation", "2300", "USD", "38.51"), ("revaluation", "7010", "EUR", "202.67"),
    ]  # fmt: skip
    assert lines(trading, "2025-02-01") == [
        ("revaluation_reversal", "1100", "USD", "120.59"),
        ("revaluation_reversal", "2300", "USD", "-38.51"),
        ("revaluation_reversal", "7010", "EUR", "-82.08"),
    ]  # fmt: skip
    assert not off(trading)


def test_the_same_books_are_revalued_once(trading: Firm) -> None:
    trading.do("RevalueForeignBalances", **JANUARY)

    with pytest.raises(AlreadyRevalued):
        trading.do("RevalueForeignBalances", **JANUARY)


def test_a_late_payment_makes_the_month_new(trading: Firm) -> None:
    trading.do("RevalueForeignBalances", **JANUARY)
    receive(trading, "P2", date(2025, 1, 9))

    trading.do("RevalueForeignBalances", **JANUARY)
    trading.settle()

    assert lines(trading, "2025-01-31")[0] == ("revaluation", "1000", "USD", "-361.77")
    assert not off(trading)


def test_a_bank_account_takes_what_is_new_since_the_last_month(trading: Firm) -> None:
    trading.do("RevalueForeignBalances", **JANUARY)
    trading.rates(date(2025, 2, 28), USD="1.00")

    answer: Any = trading.do(
        "RevalueForeignBalances", entity="DE01", month=date(2025, 2, 1)
    ).answer

    bank = answer.lines[0]
    assert (bank.booked, bank.difference) == (Decimal("571.20"), Decimal("142.80"))
    assert answer.lines[1].booked == Decimal("691.79")


def test_two_at_once_admit_one(trading: Firm) -> None:
    trading.settle()
    asked = [Command.registry["RevalueForeignBalances"].model_validate(JANUARY) for _ in range(2)]
    with trading.system.connect() as conn:
        ready = [gathered(conn, command) for command in asked]

    def run(command: Command) -> str:
        try:
            trading.store.execute(command, CHIEF)
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(run, ready))

    assert said == ["ALREADY_REVALUED", "done"]


def test_an_entity_without_foreign_balances_is_revalued_too(firm: Firm) -> None:
    answer: Any = firm.do("RevalueForeignBalances", **JANUARY).answer

    assert answer.lines == ()


def test_a_rehearsal_posts_nothing(trading: Firm) -> None:
    trading.do("RevalueForeignBalances", **JANUARY, dry_run=True)

    assert trading.store.load_fresh([revaluation_id("DE01", date(2025, 1, 1))]) == {}


def test_contracts_counted_one_by_one_are_their_account(year: Firm) -> None:
    year.settle()
    with year.system.connect() as conn:
        known = conn.execute("SELECT max(position) FROM events").fetchall()[0][0]
        found = held(conn, "DE01", date(2025, 6, 30), known)
        booked = conn.execute(
            "SELECT sum(amount), sum(functional) FROM ledger_lines WHERE entity = 'DE01'"
            " AND account = '1200' AND currency = 'USD' AND accounting_date <= '2025-06-30'"
            " AND rule NOT LIKE 'revaluation%%'"
        ).fetchall()[0]

    of_contracts = [one for one in found if one.account == "1200" and one.currency == "USD"]
    assert len(of_contracts) > 3
    assert tuple(map(sum, zip(*((o.amount, o.booked) for o in of_contracts), strict=True))) == (
        booked
    )


def asked(firm: Firm, name: str, on: date, **given: Any) -> list[dict[str, Any]]:
    """Rows of a report."""
    firm.settle()
    with firm.system.connect() as conn:
        return REPORTS[name].run(conn, {"effective": on, **given}).said()


def test_unrealised_differences_are_listed_and_are_what_was_posted(trading: Firm) -> None:
    trading.do("RevalueForeignBalances", **JANUARY)
    receive(trading, "P2", date(2025, 1, 9))
    trading.do("RevalueForeignBalances", **JANUARY)

    rows = asked(trading, "unrealised-fx", date(2025, 1, 31), entity="DE01")

    assert [(r["account"], r["balance"], r["value"], r["afterwards"]) for r in rows] == [
        ("1000", "1428.00", "1142.40", "stays"), ("1100", "714.00", "571.20", "put back"),
        ("2230", "-714.00", "-571.20", "put back"), ("2300", "-228.00", "-182.40", "put back"),
    ]  # fmt: skip
    assert {(r["month"], r["rate"], r["source"], r["quoted_on"]) for r in rows} == {
        ("2025-01", "0.8000000000", "ECB", "2025-01-31"),
    }
    gain = sum(Decimal(r["difference"]) for r in rows)
    posted = [Decimal(amount) for rule, account, _, amount in lines(trading, "2025-01-31")
              if account == "7010"]  # fmt: skip
    assert gain == -sum(posted)
    assert asked(trading, "unrealised-fx", date(2024, 12, 31)) == []


def test_realised_differences_are_account_7000(year: Firm) -> None:
    rows = asked(year, "realised-fx", date(2025, 12, 31), entity="DE01")

    with year.system.connect() as conn:
        booked = conn.execute(
            "SELECT sum(functional) FROM ledger_lines WHERE account = '7000' AND entity = 'DE01'"
        ).fetchall()[0][0]
    assert sum(Decimal(row["gain"]) for row in rows) == -booked != 0
    late = asked(year, "realised-fx", date(2025, 12, 31), entity="DE01", **{"from": "2025-04-01"})
    assert 0 < len(late) < len(rows)


def test_a_close_waits_for_the_revaluation_and_for_late_facts(trading: Firm) -> None:
    assert "are not valued" in checklist(trading)["revaluation"]
    trading.do("RevalueForeignBalances", **JANUARY)
    assert checklist(trading)["revaluation"] == ""

    receive(trading, "P2", date(2025, 1, 9))

    assert "have changed" in checklist(trading)["revaluation"]
    trading.do("RevalueForeignBalances", **JANUARY)
    assert checklist(trading)["revaluation"] == ""


def checklist(firm: Firm) -> dict[str, str]:
    """What is left to do of each task of January's close."""
    firm.settle()
    return tasks(firm)


def test_figures_that_were_not_in_the_books_are_found(trading: Firm) -> None:
    given = {"account": "1100", "currency": "USD", "amount": "10.00", "booked": "9.00"}
    trading.do("RevalueForeignBalances", **JANUARY, position=20, balances=[given])
    trading.settle()

    assert "1100 10.00 USD (9.00) at 8.00" in off(trading)["revaluations = the books"][0]


def test_a_difference_that_never_went_back_is_found(trading: Firm) -> None:
    trading.do("RevalueForeignBalances", **JANUARY)
    trading.settle()
    damage(trading, f"DELETE FROM {ledger(trading)}.ledger_lines"
                    " WHERE rule = 'revaluation_reversal' AND account = '1100'")  # fmt: skip

    assert "DE01 1100 USD: -120.59 was left, 0 stays" in off(trading)["revaluations = the books"]


def ledger(firm: Firm) -> str:
    """The schema of the live ledger."""
    with firm.system.connect() as conn:
        row = conn.execute("SELECT slot FROM projections WHERE live AND name = 'ledger'")
        return str(row.fetchall()[0][0])


def test_a_year_holds_a_month_revalued_twice(year: Firm) -> None:
    id_ = revaluation_id("DE01", date(2025, 6, 1))
    run: Any = year.store.load_fresh([id_])[id_]

    assert isinstance(run, Revaluation)
    assert run.version == 2
    assert {row.balance.account for row in run.rows} >= {"1000", "1100", "1200", "1210", "2210"}


def test_what_is_not_posted_yet_is_waited_for(
    trading: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "PATIENCE_S", 0.0)
    trading.settle()
    receive(trading, "P2", date(2025, 1, 9))
    asked_now = Command.registry["RevalueForeignBalances"].model_validate(JANUARY)

    with trading.system.connect() as conn, pytest.raises(NotYetRead, match="posted up to"):
        gathered(conn, asked_now)

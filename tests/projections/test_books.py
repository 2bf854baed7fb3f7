"""One run of events, two books: what differs is what the layer holds, journal by journal."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.ledger.book import UnknownBook
from projections.reports import REPORTS
from tests.domain.named import new
from tests.domain.samples_revenue import ready
from tests.firm import Firm
from tests.projections.faults import off

END = date(2025, 3, 31)


@pytest.fixture
def layered(firm: Firm) -> Firm:
    """A loss that the local book does not provide for, a cost that it expenses, and rent."""
    firm.do("DefineBook", entity="DE01", code="local", name="Local", onerous="none",
            contract_cost="expense")  # fmt: skip
    contract = ready(firm, "loss", price="1000", currency="EUR")
    firm.do("ProvideForLoss", contract_id=contract, on=date(2025, 1, 31), total_cost="1200",
            cost_to_date="300")  # fmt: skip
    firm.do("CapitalizeContractCost", cost_id=new("cost"), contract_id=contract, nature="obtain",
            amount="120", months=12, capitalized_on=date(2025, 1, 10))  # fmt: skip
    firm.do("AmortizeContractCost", cost_id=new("cost"), month=date(2025, 1, 1))
    firm.do("PostJournal", journal_id=new("rent"), entity="DE01", accounting_date=date(2025, 2, 1),
            description="rent", lines=[{"account": "6010", "currency": "EUR", "debit": "70"},
                                       {"account": "1000", "currency": "EUR", "credit": "70"}],
            )  # fmt: skip
    firm.settle()
    return firm


def asked(firm: Firm, name: str, book: str, **given: Any) -> list[dict[str, Any]]:
    with firm.system.connect() as conn:
        packet = REPORTS[name].run(conn, {"effective": END, "book": book, **given})
    return packet.said()


def balances(firm: Firm, book: str) -> Mapping[str, Decimal]:
    return {
        row["account"]: Decimal(row["functional_debit"]) - Decimal(row["functional_credit"])
        for row in asked(firm, "trial-balance", book)
    }


def test_two_books_differ_by_the_layers_journals_alone(layered: Firm) -> None:
    main, local = balances(layered, "main"), balances(layered, "local")
    differs = {code for code in main.keys() | local.keys() if main.get(code) != local.get(code)}
    with layered.system.connect() as conn:
        rows = conn.execute(
            "SELECT account, sum(functional) FROM ledger_lines WHERE book = 'local' GROUP BY 1"
        ).fetchall()

    nothing = Decimal(0)
    assert {c: local.get(c, nothing) - main.get(c, nothing) for c in differs} == dict(rows)
    assert differs == {"1310", "2240", "5050", "5060"}
    assert (local["5060"], main["5060"]) == (Decimal(120), Decimal(10))


def test_the_general_ledger_of_a_book_shows_its_layer_among_the_lines(layered: Firm) -> None:
    def lines(book: str) -> int:
        rows = asked(layered, "general-ledger", book, account="5060")
        return sum(row["row"] == "line" for row in rows)

    assert (lines("main"), lines("local")) == (1, 3)


def test_verify_finds_nothing_in_two_books(layered: Firm) -> None:
    assert not {name for name in off(layered) if "seal" not in name}


@pytest.mark.parametrize("name", ["trial-balance", "revenue-by-month"])
def test_a_book_nobody_keeps_is_refused(layered: Firm, name: str) -> None:
    with pytest.raises(UnknownBook):
        asked(layered, name, "ifrs")

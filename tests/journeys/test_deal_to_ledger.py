"""One fact's whole way: from a closed deal to a posted ledger."""

from datetime import date
from decimal import Decimal

from tests.firm import Firm

ZERO = Decimal(0), Decimal(0)


def balances(firm: Firm) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    firm.settle()
    with firm.system.connect() as conn:
        rows = conn.execute(
            "SELECT account, currency, sum(amount), sum(functional) FROM ledger_lines"
            " GROUP BY 1, 2"
        ).fetchall()
    return {(account, currency): (amount, books) for account, currency, amount, books in rows}


def test_a_foreign_invoice_paid_in_full_is_zero_in_both_currencies(firm: Firm) -> None:
    firm.rates(date(2025, 2, 3), USD="1.0274")
    firm.rates(date(2025, 2, 20), USD="1.0480")
    contract, project = firm.win()
    invoice = firm.bill("one", contract, date(2025, 2, 3), firm.work(project, date(2025, 1, 3)))

    for number, amount in enumerate(["500.01", "927.99"]):
        payment = f"01941000-0000-7000-8000-00000000000{number}"
        firm.do("RecordPayment", payment_id=payment, client_id=firm.client,
                received_on=date(2025, 2, 20), bank_reference=f"B{number}",
                amount={"amount": amount, "currency": "USD"})  # fmt: skip
        firm.do("ApplyPayment", payment_id=payment, invoice_id=invoice,
                applied_on=date(2025, 2, 20),
                amount={"amount": amount, "currency": "USD"})  # fmt: skip

    found = balances(firm)
    nothing = (Decimal(0), Decimal(0))
    assert found["1100", "USD"] == nothing
    assert found["2230", "USD"] == nothing
    assert found["1200", "USD"] == nothing
    assert found["1000", "USD"][0] == Decimal("1428.00")
    assert sum(books for _, books in found.values()) == 0

"""One client's money settles another client's invoice, once it consents."""

from decimal import Decimal
from uuid import UUID

import pytest

from domain.billing.consent import Consent, OtherClient
from domain.billing.payment import Payment
from domain.receivables.credit_account import CreditAccount, credit_account_id
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.receivables_stage import Collecting
from tests.domain.samples_receivables import usd

AGREED = {"consent_by": "finance director", "consent_evidence": "letter of 9 January"}
SAID = Consent("ACME", "finance director", "letter of 9 January")


@pytest.fixture
def at(paper: PaperFirm) -> Collecting:
    """Receivables in every state."""
    return Collecting(paper)


@pytest.fixture
def theirs(at: Collecting) -> UUID:
    """200 USD from somebody else than the client who owes."""
    return at.receive("theirs", "200.00", client_id=at.other_client())


def owed(at: Collecting, client: UUID) -> Decimal:
    """What the client's credit account says is open."""
    moves = at.firm.all(CreditAccount.Moved)
    mine = [fact.amount for fact in moves if fact.originator_id == credit_account_id(client)]
    return sum(mine, Decimal(0))


def test_anothers_invoice_is_settled_on_consent_that_stays_on_record(
    at: Collecting, theirs: UUID
) -> None:
    invoice = at.bill("debt")
    before = owed(at, at.firm.client)

    at.settle(theirs, invoice, "150.00", **AGREED)

    used = at.firm.last(Payment.Applied)
    assert (used.client_code, used.consent) == ("OTHER-DE01", SAID)
    assert at.firm.replayed(invoice).open == 0
    assert owed(at, at.firm.client) == before - used.booked
    assert owed(at, new("other DE01")) == 0


@pytest.mark.parametrize("missing", AGREED)
def test_consent_has_somebody_and_something_written(
    at: Collecting, theirs: UUID, missing: str
) -> None:
    invoice = at.bill("debt")
    given = {"payment_id": theirs, "invoice_id": invoice, "applied_on": "2025-01-10",
             "amount": usd("150.00")}  # fmt: skip

    at.firm.refuses(OtherClient, "ApplyPayment", **given)
    at.firm.refuses(OtherClient, "ApplyPayment", **given, **{**AGREED, missing: ""})


def test_no_consent_reaches_into_another_entity(at: Collecting) -> None:
    foreign = at.receive("foreign", "150.00", client_id=at.other_client("DE02"),
                         reason="late")  # fmt: skip
    given = {"payment_id": foreign, "invoice_id": at.bill("debt"), "applied_on": "2025-01-10",
             "amount": usd("150.00")}  # fmt: skip

    at.firm.refuses(OtherClient, "ApplyPayment", **given, **AGREED, reason="late")


def test_consent_to_what_one_owes_oneself_is_not_recorded(at: Collecting) -> None:
    at.settle(at.receive("own", "150.00"), at.bill("debt"), "150.00", **AGREED)

    assert at.firm.last(Payment.Applied).consent is None


def test_taken_off_again_the_debtor_owes_and_the_payer_has_it_back(
    at: Collecting, theirs: UUID
) -> None:
    invoice = at.bill("debt")
    before, books = owed(at, at.firm.client), at.firm.balances()
    at.settle(theirs, invoice, "150.00", **AGREED)

    at.do("UnapplyPayment", payment_id=theirs, invoice_id=invoice)

    assert at.firm.last(Payment.Unapplied).consent == SAID
    assert owed(at, at.firm.client) == before
    assert at.firm.replayed(theirs).left == 200
    now = at.firm.balances()
    assert {k: now.get(k) for k in books} == books

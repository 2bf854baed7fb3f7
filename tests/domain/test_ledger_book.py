"""Books as layers over the main one: they hold only the journals in which they differ."""

from datetime import date
from decimal import Decimal

from domain.ledger.book import BookDiffers, Books, books_id
from domain.ledger.book_commands import NotALayer
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_revenue import CONTROLLER, new, ready

D = Decimal
EURO = {"currency": "EUR"}
US = {"entity": "DE01", "code": "us", "name": "US GAAP", "onerous": "construction",
      "contract_cost": "capitalise"}  # fmt: skip
LOCAL = {"entity": "DE01", "code": "local", "name": "Local", "onerous": "none",
         "contract_cost": "expense"}  # fmt: skip


def in_book(firm: PaperFirm, book: str, account: str) -> Decimal:
    """A book's balance: the main one's and its layer's."""
    key = account, "EUR"
    found = [firm.balances(one).get(key, (D(0), D(0)))[1] for one in {"main", book}]
    return sum(found, D(0))


def provide(firm: PaperFirm, cost: str, to_date: str, **fields: object) -> None:
    """A loss of 200 in all, the part still to come by progress."""
    contract = ready(firm, "loss", price="1000", **EURO)
    firm.do("ProvideForLoss", contract_id=contract, on=date(2025, 1, 31), total_cost=cost,
            cost_to_date=to_date, **fields)  # fmt: skip


def test_a_book_is_defined_once_and_keeps_its_policies(paper: PaperFirm) -> None:
    paper.do("DefineBook", CONTROLLER, **US)
    before = len(paper.facts)
    paper.do("DefineBook", CONTROLLER, **US)
    assert len(paper.facts) == before

    paper.refuses(BookDiffers, "DefineBook", **{**US, "onerous": "all"})
    paper.refuses(NotALayer, "DefineBook", **{**US, "code": "main"})


def test_a_book_without_a_provision_has_the_mirror_of_the_main_ones(paper: PaperFirm) -> None:
    paper.do("DefineBook", **US)
    paper.do("DefineBook", **LOCAL)

    provide(paper, "1200", "300")

    assert in_book(paper, "main", "2240") == D(-150)
    assert in_book(paper, "us", "2240") == in_book(paper, "us", "5050") == D(0)
    assert in_book(paper, "local", "2240") == D(0)


def test_construction_is_provided_for_where_others_are_not(paper: PaperFirm) -> None:
    paper.do("DefineBook", **US)
    paper.do("DefineBook", **LOCAL)

    provide(paper, "1200", "300", construction_type=True)

    assert in_book(paper, "us", "2240") == D(-150)
    assert in_book(paper, "local", "2240") == D(0)


def test_a_book_that_begins_later_keeps_a_provision_until_it_is_used(paper: PaperFirm) -> None:
    provide(paper, "1200", "300")
    paper.do("DefineBook", **LOCAL)
    later = {"contract_id": new("loss"), "on": date(2025, 2, 28)}

    paper.do("ReleaseLossProvision", **later, total_cost="1200", cost_to_date="1200")
    assert in_book(paper, "local", "2240") == in_book(paper, "main", "2240") == D(0)
    paper.do("ProvideForLoss", **later, total_cost="1400", cost_to_date="700")

    assert in_book(paper, "main", "2240") == D(-200)
    assert in_book(paper, "local", "2240") == D(0)


def test_a_cost_that_is_an_asset_in_one_book_is_an_expense_in_another(paper: PaperFirm) -> None:
    paper.do("DefineBook", **LOCAL)
    for nature in ("obtain", "fulfil"):
        paper.do("CapitalizeContractCost", cost_id=new(f"cost {nature}"), nature=nature,
                 amount="120", months=12, contract_id=ready(paper, nature, **EURO),
                 capitalized_on="2025-01-10")  # fmt: skip
        paper.do("AmortizeContractCost", cost_id=new(f"cost {nature}"), month="2025-01-01")
        paper.do("ImpairContractCost", CONTROLLER, cost_id=new(f"cost {nature}"),
                 impaired_on="2025-02-10", consideration="60", direct_costs="0")  # fmt: skip

    assert in_book(paper, "main", "1310") == in_book(paper, "main", "1300") == D(60)
    assert in_book(paper, "main", "5060") == D(120)
    assert in_book(paper, "local", "1310") == in_book(paper, "local", "1300") == D(0)
    assert in_book(paper, "local", "5060") == D(120)
    assert in_book(paper, "main", "5000") == D(-120)
    assert in_book(paper, "local", "5000") == D(0)


def test_an_entitys_books_are_its_own(paper: PaperFirm) -> None:
    paper.do("DefineBook", **LOCAL)

    books = paper.replayed(books_id("DE01"))

    assert isinstance(books, Books)
    assert list(books.layers) == ["local"]

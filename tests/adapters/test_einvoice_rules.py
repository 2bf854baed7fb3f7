"""The rules of EN 16931: on published documents if they are at hand, and on wrong figures."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pytest

from adapters.exports.einvoice.rules import Read, broken, broken_in, parsed
from adapters.exports.einvoice.ubl import xml
from tests.adapters.einvoice_samples import codes, issued, said, share, taxed
from tests.adapters.imported import SHARED, needs

FOLDER = SHARED / "einvoice"
FIGURES = ("line_total", "LineExtensionAmount"), ("excl", "TaxExclusiveAmount"), (
    "incl", "TaxInclusiveAmount"), ("prepaid", "PrepaidAmount"), (
    "rounding", "PayableRoundingAmount"), ("payable", "PayableAmount")  # fmt: skip


def known() -> dict[str, dict[str, Any]]:
    """What the published UBL documents say, read by somebody else; none where they are not."""
    path = FOLDER / "FIGURES.json"
    told: dict[str, Any] = json.loads(path.read_text())["invoices"] if path.exists() else {}
    return {name: one for name, one in told.items() if name.startswith("ubl_")}


def cases(path: Path) -> Iterator[tuple[Element, str, bool]]:
    """Documents of a published test of one rule: the rule, and whether it is broken."""
    for test in parsed(path.read_bytes()):
        kinds = {part.tag.partition("}")[2]: part for part in test}
        document = kinds.get("Invoice", kinds.get("CreditNote"))
        for claim in kinds.get("assert", ()) if document is not None else ():
            if (kind := claim.tag.partition("}")[2]) in ("success", "error"):
                assert document is not None
                yield document, (claim.text or "").strip(), kind == "error"


def before(name: str, more: str, text: str) -> tuple[str, str]:
    """What to replace, and by what, to put another element in front."""
    return f"<cbc:{name}", f"<cbc:{more}>{text}</cbc:{more}><cbc:{name}"


@needs("einvoice")
def test_published_documents_break_no_rule() -> None:
    found = {name: broken((FOLDER / name).read_bytes()) for name in known()}

    assert len(found) > 20
    assert not {name: rules for name, rules in found.items() if rules}


@needs("einvoice")
def test_published_documents_have_the_figures_others_read() -> None:
    for name, told in known().items():
        read = Read(parsed((FOLDER / name).read_bytes()))
        figures = {key: told[key] and Decimal(told[key]) for key, _ in FIGURES}

        assert {key: read.total(path) for key, path in FIGURES} == figures, name
        assert len(read.lines) == told["lines"], name


@needs("einvoice")
def test_published_tests_of_rules_come_out_as_published() -> None:
    told = [case for path in sorted((FOLDER / "unit").glob("*.xml")) for case in cases(path)]

    wrong = [
        (rule, tostring(document, "unicode"))
        for document, rule, is_broken in told
        if (rule in {one.rule for one in broken_in(document)}) != is_broken
    ]

    assert len(told) > 60
    assert not wrong


@pytest.mark.parametrize(
    ("rule", "was", "then"),
    [
        ("BR-CO-10", 'LineExtensionAmount currencyID="EUR">300.00', 1),
        ("BR-CO-13", 'TaxExclusiveAmount currencyID="EUR">300.00', 1),
        ("BR-CO-14", 'TaxAmount currencyID="EUR">26.00', 1),
        ("BR-CO-15", 'TaxInclusiveAmount currencyID="EUR">326.00', 1),
        ("BR-CO-16", 'PayableAmount currencyID="EUR">326.00', 1),
        ("BR-CO-17", "Percent>19", 2),
        ("BR-S-08", 'TaxableAmount currencyID="EUR">100.00', 1),
        ("BR-S-01", "Percent>7", 1),
        ("BR-Z-09", 'TaxAmount currencyID="EUR">0.00', 1),
        ("PEPPOL-EN16931-R120", 'PriceAmount currencyID="EUR">100', 1),
    ],
)  # fmt: skip
def test_a_figure_gone_wrong_breaks_its_rule(rule: str, was: str, then: int) -> None:
    lines = taxed([share("100.00", no) for no in (1, 2, 3)], ["S19", "S07", "E"], codes(), "EUR")
    text = xml(said(issued(lines))).decode()
    assert not broken(text.encode())
    head, _, number = was.rpartition(">")
    wrong = text.replace(was, f"{head}>{Decimal(number) + then * 7}", 1)

    assert wrong != text
    assert rule in {one.rule for one in broken(wrong.encode())}


@pytest.mark.parametrize(
    ("rule", "was", "then"),
    [
        ("BR-CO-11", *before("PayableAmount", "AllowanceTotalAmount", "5")),
        ("BR-CO-12", *before("PayableAmount", "ChargeTotalAmount", "5")),
        ("BR-CO-18", "TaxSubtotal", "Nothing"),
        ("BR-CO-25", "DueDate", "OtherDate"),
        ("BR-E-10", "TaxExemptionReason>", "Other>"),
        ("BR-S-02", "PartyTaxScheme", "Other"),
        ("BR-DEC", "326.00", "326.001"),
        ("BR-27", '">100<', '">-100<'),
        ("BR-16", "InvoiceLine", "OtherLine"),
        ("BR-53", *before("BuyerReference", "TaxCurrencyCode", "SEK")),
    ],
)  # fmt: skip
def test_what_is_not_said_breaks_its_rule(rule: str, was: str, then: str) -> None:
    lines = taxed([share("100.00", no) for no in (1, 2, 3)], ["S19", "S07", "E"], codes(), "EUR")
    text = xml(said(issued(lines))).decode()

    found = {one.rule for one in broken(text.replace(was, then).encode())}

    assert rule in found

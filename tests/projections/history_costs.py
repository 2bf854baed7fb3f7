"""What the firm of the lived year buys: subcontractors, an accrual, things that last."""

from datetime import date

from tests.domain.named import new
from tests.domain.samples_assets import sold, used
from tests.domain.samples_payables import BOSS, desk, noted, owed, payment, vendor
from tests.firm import Firm

WHY = {"why": "agreed"}


def buy(firm: Firm) -> None:
    """Bills in two currencies: retained, paid in part and back, credited, void, capitalised."""
    project = new("fitting")
    firm.do("CreateProject", project_id=project, code="FIT", name="fitting", entity="DE01")
    vendor(firm, currency="USD", retainage_pct="5")
    vendor(firm, "SHOP")
    work = {"net": "800.00", "tax": "0", "cost_type": "subcontract", "cost_code": "print",
            "project_id": project}  # fmt: skip
    firm.do("CommitCost", project_id=project, commitment_id=new("sub"), cost_code="print",
            vendor="SUB", reference="PO 2", committed_on="2025-02-03",
            amount={"amount": "1000.00", "currency": "EUR"})  # fmt: skip
    first = owed(firm, "first", {**work, "commitment_id": new("sub")}, billed_on="2025-02-07")
    firm.do("RecordVendorCredit", **first, number="C 1", credited_on="2025-02-12", **WHY,
            lines=[{"no": 1, "net": "100.00"}])  # fmt: skip
    for name, amount in (("half", "300.00"), ("lost", "200.00")):
        firm.do("PayVendorBill", **first, **payment(name, amount, "2025-03-07"))
    firm.do("ReverseVendorPayment", **first, payment_id=new("paid lost"), **WHY,
            reversed_on="2025-03-10")  # fmt: skip
    kept = {**first, **WHY}
    firm.do("WithholdSubcontractRetainage", **kept, withheld_on="2025-03-10", amount="10.00")
    firm.do("ReleaseSubcontractRetainage", **kept, released_on="2025-04-07", amount="30.00")
    slip = owed(firm, "slip", work, billed_on="2025-02-10")
    firm.do("VoidVendorBill", **slip, voided_on="2025-02-11", **WHY)
    paid = owed(firm, "paid", {**work, "net": "99.99"}, billed_on="2025-02-10", retainage_pct="0")
    firm.do("PayVendorBill", **paid, **payment("all", "99.99", "2025-03-12"))
    firm.do("RecordVendorBill", **noted("waits", work, billed_on="2025-02-10"))
    firm.do("AccrueCost", accrual_id=new("accrued"), entity="DE01", currency="USD",
            accrued_on="2025-02-28", line=work, description="print of February")  # fmt: skip
    desks = owed(firm, "desks", desk(tax="456.00"), desk("900.00", account="1620"),
                 vendor_id=new("vendor SHOP"), billed_on="2025-02-10")  # fmt: skip
    firm.do("CapitalizeBillLine", asset_id=new("asset desk"), **desks, line=1, code="desk",
            name="Desk", months=60, capitalized_on="2025-02-10")  # fmt: skip


def own(firm: Firm) -> None:
    """Assets written off for four months: one revised, one impaired, one sold; a run undone."""
    firm.do("PlaceInService", asset_id=new("asset desk"), in_service_on="2025-02-12")
    used(firm, "laptop", residual="100.00", convention="days", on="2025-01-17")
    used(firm, "press", kind="intangible")
    used(firm, "van", cost="9999.99", months=60)
    run(firm, 1, 2)
    firm.do("ReverseDepreciation", entity="DE01", month="2025-02-01", reversed_on="2025-02-28",
            **WHY)  # fmt: skip
    run(firm, 2)
    firm.do("ReviseAsset", asset_id=new("asset laptop"), from_month="2025-03-01", months_left=30,
            residual="50.00", **WHY)  # fmt: skip
    firm.do("ImpairAsset", asset_id=new("asset press"), impaired_on="2025-02-28",
            recoverable="600.00", **WHY)  # fmt: skip
    run(firm, 3)
    firm.do("DisposeAsset", **sold("van", on="2025-04-07", proceeds="8000.00", tax="1520.00"))
    run(firm, 5)


def make(firm: Firm) -> None:
    """Labour with a burden; of one project moved, carried, and an asset in the end."""
    project = {"project_id": new("fitting")}
    firm.do("SetLabourBurden", entity="DE01", from_date="2025-11-01", burden_pct="25")
    firm.work(new("fitting"), date(2025, 11, 3), 120)
    firm.do("ClassifyExpenditure", **project, from_date="2025-11-10", treatment="capex", **WHY)
    firm.work(new("fitting"), date(2025, 11, 10), 240)
    _, slip = firm.work(new("fitting"), date(2025, 11, 17), 60)
    firm.do("ReverseTime", person_id=firm.person, week=date(2025, 11, 17), entry_ids=[slip],
            **WHY)  # fmt: skip
    firm.do("ReclassifyExpenditure", **project, reclassified_on="2025-11-28", amount="100.00",
            **WHY)  # fmt: skip
    firm.do("CapitalizeLabour", **project, asset_id=new("product"), code="product", months=36,
            name="Product", capitalized_on="2025-11-30")  # fmt: skip


def run(firm: Firm, *months: int) -> None:
    """Depreciation of months of the first entity."""
    for month in months:
        firm.do("RunDepreciation", BOSS, entity="DE01", month=f"2025-{month:02}-01")

"""What happens in a month of the demo: rates, time, expenses, milestones, bills, cash, closes."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID

from api.demo.firm import HOUSES, PEOPLE_AN_ENTITY, YEAR, Deal, House, deals, person_id
from domain.billing.credit_commands import IssueCreditMemo
from domain.billing.invoice_commands import IssueInvoice
from domain.billing.payment_commands import ApplyPayment, RecordPayment
from domain.command import Command
from domain.delivery.expense_commands import ApproveExpense, RecordExpense
from domain.delivery.project_commands import AcceptMilestone, CompleteMilestone
from domain.delivery.time_commands import ApproveTime, LogTime, SubmitTimesheet
from domain.delivery.time_entry import monday_of
from domain.identity import named_id
from domain.ledger.commands import OpenPeriod
from domain.policies import contract_id, milestone_id, project_id
from domain.pricing.commands import CurrencyRate, ImportFxRates

FRIDAY = 4


def last_day(month: int) -> date:
    """The month's last day."""
    return date(YEAR + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def workdays(month: int) -> list[date]:
    """Monday to Friday."""
    days = [date(YEAR, month, 1) + timedelta(days=n) for n in range(last_day(month).day)]
    return [day for day in days if day.weekday() <= FRIDAY]


def rates(month: int) -> Iterator[Command]:
    """The euro reference rates of the month (source: European Central Bank)."""
    table = files("api.demo").joinpath("ecb_2025.csv").read_text()
    for row in csv.DictReader(table.splitlines()):
        day = date.fromisoformat(row["Date"])
        if (day.year, day.month) == (YEAR, month) or (month == 1 and day.year < YEAR):
            listed = tuple(CurrencyRate(currency=c, rate=Decimal(row[c])) for c in ("USD", "GBP"))
            yield ImportFxRates(
                command_id=named_id("demo", f"fx {day}"), quoted_on=day, rates=listed
            )


def opening(month: int) -> Iterator[Command]:
    """The books of the month open."""
    for house in HOUSES:
        yield OpenPeriod(
            command_id=named_id("demo", f"open {house.code} {month}"), entity=house.code,
            month=date(YEAR, month, 1),
        )  # fmt: skip


def running(house: House, month: int, scale: int) -> list[Deal]:
    """Deals that have begun by the month's start."""
    return [deal for deal in deals(house, scale) if deal.starts_on.month <= month]


def logging_time(month: int, scale: int) -> Iterator[Command]:
    """Each person books two projects a day."""
    for house in HOUSES:
        active = running(house, month, scale)
        for no in range(1, PEOPLE_AN_ENTITY * scale + 1):
            for day in workdays(month):
                yield from day_of(house, no, day, active)


def day_of(house: House, no: int, day: date, active: list[Deal]) -> Iterator[Command]:
    """A day's two entries; lengths follow from day and person."""
    for part, minutes in enumerate((255 - 15 * (day.day % 4), 180 + 15 * (no % 5))):
        deal = active[(no + part + day.isocalendar().week) % len(active)]
        if deal.starts_on > day:
            continue
        words = f"{house.code} {no} {day} {part}"
        yield LogTime(
            command_id=named_id("demo time", words, day), person_id=person_id(house, no),
            project_id=project_id(deal.id), work_date=day, minutes=minutes,
            activity=("workshop", "build", "review")[(day.day + part) % 3],
            note=f"Worked on {deal.key}", external_ref=words,
        )  # fmt: skip


def weeks(month: int) -> list[date]:
    """A day of every week that has workdays in the month."""
    return sorted({monday_of(day): day for day in workdays(month)}.values())


def submitting(month: int, scale: int) -> Iterator[Command]:
    """Each person submits each week; one that straddles months is submitted in both."""
    for house, no, day in people_weeks(month, scale):
        yield SubmitTimesheet(
            command_id=named_id("demo", f"submit {house.code} {no} {day}"),
            person_id=person_id(house, no), week=day,
        )  # fmt: skip


def approving(month: int, scale: int) -> Iterator[Command]:
    """Somebody else approves."""
    for house, no, day in people_weeks(month, scale):
        yield ApproveTime(
            command_id=named_id("demo", f"approve {house.code} {no} {day}"),
            person_id=person_id(house, no), week=day,
        )  # fmt: skip


def people_weeks(month: int, scale: int) -> Iterator[tuple[House, int, date]]:
    """Every person's weeks that hold time."""
    for house in HOUSES:
        first = min(deal.starts_on for deal in deals(house, scale))
        for no in range(1, PEOPLE_AN_ENTITY * scale + 1):
            for day in weeks(month):
                if day >= first:
                    yield house, no, day


def spending(month: int, scale: int) -> Iterator[tuple[Command, Command]]:
    """One trip a running deal in every second month: recorded, then approved."""
    for house in HOUSES:
        for deal in running(house, month, scale):
            if (deal.no + month) % 2:
                continue
            id_ = named_id("demo expense", f"{deal.key} {month}")
            net, tax = Decimal(120 + 7 * (deal.no % 11)), Decimal(12)
            recorded = RecordExpense.model_validate({
                "command_id": named_id("demo", f"spend {deal.key} {month}"), "expense_id": id_,
                "person_id": person_id(house, 1), "project_id": project_id(deal.id),
                "spent_on": workdays(month)[8], "category": "travel",
                "net": {"amount": net, "currency": house.currency},
                "tax": {"amount": tax, "currency": house.currency}, "markup_pct": Decimal(10),
            })  # fmt: skip
            agreed = ApproveExpense(
                command_id=named_id("demo", f"agree {deal.key} {month}"), expense_id=id_
            )
            yield recorded, agreed


def accepting(month: int, scale: int) -> Iterator[Command]:
    """A fixed-fee deal completes and has accepted one milestone a month, four in all."""
    for house in HOUSES:
        for deal in running(house, month, scale):
            no = month - deal.starts_on.month + 1
            if not deal.fixed or no > 4:  # noqa: PLR2004 -- a fixed-fee deal has four
                continue
            common = {"project_id": project_id(deal.id), "milestone_id": milestone_id(deal.id, no)}
            yield CompleteMilestone.model_validate({
                **common, "command_id": named_id("demo", f"complete {deal.key} {no}"),
                "completed_on": workdays(month)[-4],
            })  # fmt: skip
            yield AcceptMilestone.model_validate({
                **common, "command_id": named_id("demo", f"accept {deal.key} {no}"),
                "accepted_on": workdays(month)[-2], "evidence": "protocol signed",
            })  # fmt: skip


Billable = tuple[str, UUID, UUID]


def billing(month: int, deal: Deal, billables: Iterable[Billable]) -> Command:
    """Everything a deal has unbilled, on the last workday."""
    held: dict[tuple[str, UUID], list[UUID]] = {}
    for kind, holder, item in billables:
        held.setdefault((kind, holder), []).append(item)
    sources = [{"kind": k, "holder_id": h, "ids": ids} for (k, h), ids in held.items()]
    return IssueInvoice.model_validate({
        "command_id": named_id("demo", f"bill {deal.key} {month}"),
        "invoice_id": invoice_id(deal, month), "contract_id": contract_id(deal.id),
        "issued_on": workdays(month)[-1], "sources": sources,
    })  # fmt: skip


def invoice_id(deal: Deal, month: int) -> UUID:
    """The invoice of a deal for a month."""
    return named_id("demo invoice", f"{deal.key} {month}")


def crediting(month: int, deal: Deal, line: int, net: Decimal) -> Command:
    """In odd quarters a tenth off the first line; in even ones it is freed and billed again."""
    free = month % 6 == 0
    part = {"no": line, "restore": True} if free else {"no": line, "net": (net / 10).quantize(net)}
    return IssueCreditMemo.model_validate({
        "command_id": named_id("demo", f"credit {deal.key} {month}"),
        "memo_id": named_id("demo memo", f"{deal.key} {month}"),
        "invoice_id": invoice_id(deal, month), "issued_on": last_day(month),
        "why": "billed again next month" if free else "goodwill", "lines": [part],
    })  # fmt: skip


def paying(
    key: str, client: UUID, invoice: UUID, amount: Decimal, currency: str, on: date
) -> list[Command]:
    """Money comes and settles an invoice, in part or whole."""
    money: Any = {"amount": amount, "currency": currency}
    payment = named_id("demo payment", key)
    return [
        RecordPayment(command_id=named_id("demo", f"receive {key}"), payment_id=payment,
                      client_id=client, received_on=on, amount=money, bank_reference=key),
        ApplyPayment(command_id=named_id("demo", f"apply {key}"), payment_id=payment,
                     invoice_id=invoice, amount=money, applied_on=on),
    ]  # fmt: skip

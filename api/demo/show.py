"""What the demo prints: reports as tables, each with its digest, and one digest of them all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from rich.console import Console
from rich.table import Table

from api.demo.firms.group_year import LOOKED_AT
from api.demo.firms.sample import Sample
from projections.packet import Packet
from projections.report import ENTITY
from projections.reports import REPORTS
from projections.table import Conn

MOST_ROWS = 12


@dataclass
class Shown:
    """Prints reports on a console and remembers their digests in order."""

    conn: Conn
    console: Console
    digests: list[str] = field(default_factory=list)

    def ask(self, name: str, **given: Any) -> Packet:
        """A report, remembered."""
        packet = REPORTS[name].run(self.conn, given)
        self.digests.append(packet.digest)
        return packet

    def table(self, title: str, packet: Packet, columns: Sequence[str]) -> None:
        """Some columns of a report; the first rows of a long one."""
        rows = packet.said()
        made = Table(title=title, title_justify="left", box=None, pad_edge=False)
        for name in columns:
            figures = name not in TEXTS
            made.add_column(name.replace("_", " "), justify="right" if figures else "left",
                            no_wrap=figures, overflow="fold")  # fmt: skip
        for row in rows[:MOST_ROWS]:
            made.add_row(*(shown(row[name]) for name in columns))
        self.console.print(made)
        more = f"{len(rows) - MOST_ROWS} more rows; " if len(rows) > MOST_ROWS else ""
        self.console.print(f"  [dim]{more}digest {packet.digest[:16]}[/dim]\n", highlight=False)

    def digest(self) -> str:
        """One digest over all that was shown."""
        return sha256("".join(self.digests).encode()).hexdigest()


TEXTS = frozenset({
    "account", "name", "currency", "functional_currency", "client", "project", "entity", "role",
    "month", "where", "kind", "state", "contract", "source", "limit_name", "effect", "measure",
    "counterparty", "status", "entity_currency", "counterparty_currency", "member",
    "presentation", "thresholds_passed", "valid_until", "item", "unit", "of", "leak", "reason",
})  # fmt: skip


def shown(value: Any) -> str:
    """Zero amounts as nothing, so that figures stand out."""
    return "" if value is None or value in {"0.00", "0"} else str(value)


def trial_balances(out: Shown, entities: Sequence[str], on: date) -> None:
    """The books of every entity at a day."""
    for entity in entities:
        packet = out.ask("trial-balance", entity=entity, effective=on)
        columns = ("account", "name", "currency", "debit", "credit", "functional_debit",
                   "functional_credit")  # fmt: skip
        out.table(f"Trial balance of {entity} at {on}", packet, columns)


def the_year(out: Shown, on: date) -> None:
    """Budget against actual, revenue by month, what clients owe, what is not billed."""
    packet = out.ask("budget-vs-actual", effective=on)
    columns = ("project", "role", "budget_hours", "actual_hours", "currency", "budget_value",
               "actual_value")  # fmt: skip
    out.table("Budget against actual", packet, columns)
    out.table("Revenue by month", out.ask("revenue-by-month", effective=on),
              ("entity", "month", "account", "currency", "revenue"))  # fmt: skip
    columns = ("entity", "client", "currency", "current", "days_1_30", "days_31_60", "total")
    ageing = out.ask("receivables-ageing", effective=on)
    known = [name for name in columns if name in {column.name for column in ageing.columns}]
    out.table("What clients owe, by age", ageing, known)
    out.table("Not billed yet", out.ask("unbilled", effective=on),
              ("entity", "client", "project", "currency", "amount"))  # fmt: skip


def of_a_kind(out: Shown, firm: Sample, on: date) -> None:
    """What the people of a firm of one kind look at."""
    for name, columns in firm.REPORTS.items():
        report = REPORTS[name]
        given = {"entity": firm.CODE} if ENTITY in report.parameters else {}
        out.table(report.title, out.ask(name, effective=on, **given),
                  columns or [column.name for column in report.columns])  # fmt: skip


def of_a_group(out: Shown, on: date) -> None:
    """What the accountant of a group looks at."""
    for name, given in LOOKED_AT.items():
        report = REPORTS[name]
        out.table(report.title, out.ask(name, effective=on, **given),
                  [column.name for column in report.columns])  # fmt: skip


def late_fact(out: Shown, entity: str, closed: date, booked: date, before: int) -> None:
    """The closed month did not change; the late day stands in the month that was open."""
    old, now = (
        out.ask("trial-balance", entity=entity, effective=closed, **known)
        for known in ({"known": before}, {})
    )
    same = "unchanged" if old.digest == now.digest else "CHANGED"
    out.console.print("Late fact: a day of March, closed long ago, was remembered in July.")
    out.console.print(f"  {entity} at {closed}, known then and known now: {same}"
                      f" ({old.digest[:16]}, {now.digest[:16]})", highlight=False)  # fmt: skip
    lines = out.ask("general-ledger", entity=entity, account="5000", effective=booked,
                    **{"from": booked.replace(day=1)})  # fmt: skip
    for row in lines.said():
        if row["row"] == "line" and row["effective_date"] < str(booked.replace(day=1)):
            out.console.print(
                f"  booked {row['accounting_date']} with effective date {row['effective_date']}:"
                f" {row['debit']} {row['currency']} {row['description']}\n",
                highlight=False,
            )

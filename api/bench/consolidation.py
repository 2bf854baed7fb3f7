"""Consolidation: twenty entities over twelve months, against two of them."""

from collections.abc import Iterator, Sequence
from datetime import date

from api.bench.ground import ACTOR, Ground
from api.bench.line import Line, seconds
from api.bench.projecting import memory_mb
from api.commands.run_consolidation import STEPS
from api.followers import Followers
from domain.command import Command
from domain.group.group_commands import DefineGroup
from domain.group.intercompany_commands import RaiseIntercompanyCharge
from domain.identity import named_id
from domain.ledger.chart import CHART
from domain.ledger.commands import OpenPeriod, PostJournal
from domain.organisation.commands import RegisterLegalEntity
from domain.pricing.commands import ImportFxRates
from projections.gathering import gathered

SMALL, LARGE, LIMIT_S = 2, 20, 60.0
MONTHS = [date(2024, no, 1) for no in range(1, 13)]
CURRENCIES = ("USD", "GBP", "EUR", "CHF")
ACCOUNTS = [code for code, one in CHART.items() if not (one.control or one.group)
            and one.type != "equity" and code != "1000"]  # fmt: skip


def lines(ground: Ground) -> Iterator[Line]:
    """A year of a large and of a small group."""
    ground.do(*rates())
    followers, found = Followers(ground.system), []
    for size in (SMALL, LARGE):
        codes = [f"BG{size:02}{no:02}" for no in range(size)]
        ground.load(books(f"BG{size}", codes))
        followers.catch_up()
        before = memory_mb()
        took = seconds(lambda: year(ground, f"BG{size}", followers))  # noqa: B023 -- run at once
        found.append((size * len(MONTHS) / took, took, memory_mb() - before))
    followers.close()
    (small, _, _), (large, took, grown) = found
    yield Line("consolidation of 20 entities over 12 months", took, LIMIT_S, "seconds",
               "the limit set", 1.0, sense="at most",
               note=f"{grown:.0f} MB more at its peak")  # fmt: skip
    yield Line("entities and months consolidated", large, small, "a second",
               "the same over a tenth", 0.8)  # fmt: skip


def year(ground: Ground, group: str, followers: Followers) -> None:
    """Every step of every month, each posted and read before the next."""
    for month in MONTHS:
        for kind in STEPS:
            with ground.system.connect() as conn:
                asked = kind.model_validate({"group": group, "month": month})
                command = gathered(conn, asked)
            ground.store.execute(command, ACTOR)
            followers.catch_up()


def rates() -> Iterator[Command]:
    """Rates that move every third day of the year."""
    for no in range(1, 366):
        day = date.fromordinal(date(2023, 12, 31).toordinal() + no)
        if no % 3 == 1:
            listed = [{"currency": code, "rate": f"1.{(no * (3 + at)) % 90 + 10}"}
                      for at, code in enumerate(("USD", "GBP", "CHF"))]  # fmt: skip
            yield ImportFxRates.model_validate({"quoted_on": day, "rates": listed})


def books(group: str, codes: Sequence[str]) -> Iterator[Command]:
    """Entities with forty accounts in use each month, and charges from one to the next."""
    members = []
    for no, code in enumerate(codes):
        yield RegisterLegalEntity(code=code, name="Bench (fictional)",
                                  currency=CURRENCIES[no % 4], country="NL")  # fmt: skip
        share = {"parent": codes[0], "pct": 100 - no} if no else {}
        members.append({"member": code, "from_date": MONTHS[0], **share})
    yield DefineGroup.model_validate({"code": group, "name": "Bench (fictional)",
                                      "currency": "EUR", "country": "NL",
                                      "members": members})  # fmt: skip
    for code in (*codes, group):
        for month in MONTHS:
            yield OpenPeriod(entity=code, month=month)
    for month in MONTHS:
        for no, code in enumerate(codes):
            yield journal(code, CURRENCIES[no % 4], month)
            yield RaiseIntercompanyCharge.model_validate({
                "charge_id": named_id("bench charge", f"{code} {month}"), "provider": code,
                "receiver": codes[(no + 1) % len(codes)], "charged_on": month.replace(day=9),
                "amount": 100 + no, "currency": "USD", "text": "bench",
            })  # fmt: skip


def journal(code: str, currency: str, month: date) -> Command:
    """Something on every account; the bank takes the rest."""
    sides = [{"account": account, "currency": currency, "debit": f"{10 + at}.0{month.month % 10}"}
             for at, account in enumerate(ACCOUNTS)]  # fmt: skip
    whole = sum(10 + at for at, _ in enumerate(ACCOUNTS)) * 100 + len(sides) * (month.month % 10)
    total = f"{whole // 100}.{whole % 100:02}"
    return PostJournal.model_validate({
        "journal_id": named_id("bench journal", f"{code} {month}"), "entity": code,
        "accounting_date": month.replace(day=5), "description": "bench",
        "lines": [*sides, {"account": "1000", "currency": currency, "credit": total}],
    })  # fmt: skip

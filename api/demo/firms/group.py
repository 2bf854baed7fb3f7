"""A group: a studio here, a subsidiary overseas with other owners, one bought in spring.

Each house has clients of its own and lends people to the others; the group has books of its own.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import ClassVar

from api.demo.firm import YEAR
from api.demo.firms.sample import FIRST, MANAGER, OFFICE, Phase, Sample
from api.demo.month import weeks, workdays
from domain.command import Command
from domain.delivery.time_entry import monday_of
from domain.group.group_commands import DefineGroup, SetOwnership
from domain.group.intercompany_commands import DefineIntercompanyRule, RaiseIntercompanyCharge
from domain.identity import named_id
from domain.ledger.commands import PostJournal

GROUP = "TRNG"
JOINED, MORE_SHARES = date(YEAR, 3, 1), date(YEAR, 10, 1)
PAID = date(YEAR, 1, 2)
FEE = Decimal("1250.00")


class House(Sample):
    """One person, one client, one project; some days a month elsewhere."""

    REPORTS: ClassVar = {}
    ROLE: ClassVar[str]
    COST: ClassVar[int]
    PRICE: ClassVar[int]
    CAPITAL: ClassVar[int]

    def agreeing(self) -> Iterator[Command]:
        """Time by the hour for the year."""
        yield from self.person("P1", self.ROLE, self.COST)
        yield self.rate_card(self.CURRENCY, **{"": self.PRICE})
        yield from self.contract("Own", "OWN", value=100_000, tax_rate_pct=0,
                                 billing_model="time_and_materials",
                                 rate_card_id=self.id("card", self.CURRENCY))  # fmt: skip
        yield self.project(self.CODE, "Own")

    def month(self, month: date) -> Iterator[Phase]:
        """Some days for the own client, and what the others need."""
        yield OFFICE, self._days(month)
        yield OFFICE, self.submitted(["P1"], month)
        yield MANAGER, self.approved(["P1"], month)

    def lent(self, month: date) -> "tuple[House | None, int]":
        """To whom, and for how many days of a month."""
        del month
        return None, 0

    def _days(self, month: date) -> Iterator[Command]:
        """A day of each week for the own client, the next ones elsewhere."""
        house, count = self.lent(month)
        for week in weeks(month.month):
            days = [day for day in workdays(month.month) if monday_of(day) == monday_of(week)]
            yield self.logged("P1", self.CODE, days[0], 300 + 7 * days[0].day, activity="work")
            if house and len(days) > 1 and count:
                count -= 1
                yield self.lent_day(house, days[1], 240 + 5 * days[1].day)

    def lent_day(self, house: "House", day: date, minutes: int) -> Command:
        """A day of ours on their project."""
        lent = self.logged("P1", self.CODE, day, minutes, activity="lent")
        words = f"{self.CODE} P1 {house.CODE} {day}"
        key = named_id("sample command", f"{self.CODE} LogTime {words}")
        change = {
            "command_id": key, "external_ref": words,
            "project_id": house.id("project", house.CODE),
        }  # fmt: skip
        return lent.model_copy(update=change)

    def paid_in(self) -> Command:
        """Capital, in the bank before the year's first work."""
        return booked(self, "capital", PAID, self.CURRENCY, "1000", "3000", self.CAPITAL)


class Here(House):
    """The parent."""

    CODE, NAME = "TRN1", "Tern Studio SE (fictional)"
    CURRENCY, COUNTRY, ZONE = "EUR", "DE", "Europe/Berlin"
    CLIENTS: ClassVar = {"OWN": "Quayside Museum"}
    ROLE, COST, PRICE, CAPITAL = "architect", 70, 150, 400_000

    def lent(self, month: date) -> tuple[House | None, int]:
        """Two days a month go overseas."""
        del month
        return Overseas(), 2


class Overseas(House):
    """Founded with others, who hold a fifth of it until autumn."""

    CODE, NAME = "TRN2", "Tern Studio Inc. (fictional)"
    CURRENCY, COUNTRY, ZONE = "USD", "US", "America/New_York"
    CLIENTS: ClassVar = {"OWN": "Lakeshore Library"}
    ROLE, COST, PRICE, CAPITAL = "designer", 80, 170, 100_000


class Bought(House):
    """Bought in spring for more than its net assets; lends a day a month from then on."""

    CODE, NAME = "TRN3", "Tern Drafting Ltd (fictional)"
    CURRENCY, COUNTRY, ZONE = "GBP", "GB", "Europe/London"
    CLIENTS: ClassVar = {"OWN": "Moorland Railway"}
    ROLE, COST, PRICE, CAPITAL = "drafter", 45, 95, 30_000

    def lent(self, month: date) -> tuple[House | None, int]:
        """A day a month for the parent's client."""
        return (Here(), 1) if month >= JOINED else (None, 0)


HOUSES: tuple[House, ...] = (Here(), Overseas(), Bought())


def booked(
    house: House, words: str, on: date, currency: str, debit: str, credit: str, amount: int,
    counterparty: str = "",
) -> Command:  # fmt: skip
    """A manual journal of two lines; the first may name a counterparty."""
    sides = ({"account": debit, "debit": amount, "counterparty": counterparty},
             {"account": credit, "credit": amount})  # fmt: skip
    lines = [{"currency": currency, **side} for side in sides]
    return house.do(PostJournal, words, journal_id=house.id("journal", words), entity=house.CODE,
                    accounting_date=on, description=words, lines=lines)  # fmt: skip


def defining() -> Iterator[Command]:
    """The group, and what its houses charge each other."""
    here, overseas, bought = HOUSES
    held = {"parent": here.CODE}
    yield here.do(
        DefineGroup, GROUP, code=GROUP, name="Tern Group (fictional)", currency="EUR",
        country="DE", members=[
            {"member": here.CODE, "from_date": FIRST},
            {"member": overseas.CODE, **held, "pct": "80", "from_date": FIRST},
            {"member": bought.CODE, **held, "pct": "100", "from_date": JOINED},
        ],
    )  # fmt: skip
    yield here.do(DefineIntercompanyRule, "overseas", provider=here.CODE, receiver=overseas.CODE,
                  currency="USD", from_date=FIRST, hourly=[{"hourly_rate": "120"}])  # fmt: skip
    yield bought.do(DefineIntercompanyRule, "here", provider=bought.CODE, receiver=here.CODE,
                    currency="EUR", from_date=FIRST, markup_pct="15")  # fmt: skip


def events_of(month: date) -> Iterator[Command]:
    """What happens to shares, and the fee of the month, in the parent's books."""
    here, overseas, bought = HOUSES
    if month == FIRST:
        yield from (house.paid_in() for house in HOUSES)
        yield booked(here, "shares overseas", PAID, "USD", "1700", "1000", 80_000, overseas.CODE)
    if month == JOINED:
        yield booked(here, "shares bought", JOINED, "GBP", "1700", "1000", 50_000, bought.CODE)
    if month == MORE_SHARES:
        yield here.do(SetOwnership, "more shares", group=GROUP, member=overseas.CODE,
                      parent=here.CODE, pct="90", from_date=MORE_SHARES)  # fmt: skip
        yield booked(here, "more shares", MORE_SHARES, "EUR", "1700", "1000", 12_000,
                     overseas.CODE)  # fmt: skip
    if month >= JOINED:
        yield here.do(RaiseIntercompanyCharge, f"fee {month}",
                      charge_id=here.id("fee", str(month)), provider=here.CODE,
                      receiver=bought.CODE, charged_on=month.replace(day=20), amount=FEE,
                      currency="EUR", text="Management fee")  # fmt: skip

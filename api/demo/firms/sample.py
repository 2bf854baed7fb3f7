"""A sample firm: who it is, and what its people do in each month of a year.

The year around it (``sample_year``) opens and closes the books, bills, recognises and collects.
Every name is made up; every id follows from words, so that a year run twice changes nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from api.demo.firm import YEAR
from api.demo.month import weeks
from domain.access.roles import ALL
from domain.actor import EVERY_ENTITY, Actor
from domain.command import Command
from domain.contracts.commands import ActivateContract, DraftContract
from domain.delivery.project_commands import CreateProject
from domain.delivery.time_commands import ApproveTime, LogTime, SubmitTimesheet
from domain.identity import named_id
from domain.organisation.commands import (
    RegisterClient,
    RegisterLegalEntity,
    RegisterPerson,
    SetCostRate,
)
from domain.pricing.commands import PublishRateCard
from domain.revenue.commands import (
    AllocateTransactionPrice,
    DetermineTransactionPrice,
    IdentifyContract,
    IdentifyPerformanceObligation,
)
from domain.revenue.obligation import ContractCriteria

OFFICE = Actor("sample office", frozenset(ALL), frozenset({EVERY_ENTITY}))
MANAGER = Actor("sample manager", frozenset(ALL), frozenset({EVERY_ENTITY}))
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
Phase = tuple[Actor, Iterable[Command]]
"""Who does some commands; they are followed up before the next phase."""


class Sample(ABC):
    """A firm of one legal entity."""

    CODE: ClassVar[str]
    NAME: ClassVar[str]
    CURRENCY: ClassVar[str]
    COUNTRY: ClassVar[str]
    ZONE: ClassVar[str]
    CLIENTS: ClassVar[dict[str, str]]
    """Names by code; a client that pays in another currency than the firm's has it after a |."""
    REPORTS: ClassVar[dict[str, tuple[str, ...]]]
    """What its people look at when the year is over, and which columns (none named: all)."""

    @abstractmethod
    def agreeing(self) -> Iterator[Command]:
        """What it has agreed with its clients before the year begins."""

    @abstractmethod
    def month(self, month: date) -> Iterator[Phase]:
        """What its people do in a month, up to its billing."""

    def founding(self) -> Iterator[Command]:
        """The entity and its clients, then what was agreed."""
        yield self.do(RegisterLegalEntity, "found", code=self.CODE, name=self.NAME,
                      currency=self.CURRENCY, country=self.COUNTRY, zone=self.ZONE)  # fmt: skip
        for code, told in self.CLIENTS.items():
            name, _, currency = told.partition("|")
            yield self.do(RegisterClient, f"client {code}", client_id=self.id("client", code),
                          code=f"{self.CODE}-{code}", name=f"{name} (fictional)",
                          entity=self.CODE, currency=currency or self.CURRENCY,
                          payment_terms_days=30, contact_name=f"Contact of {name}")  # fmt: skip
        yield from self.agreeing()

    def id(self, *words: str) -> UUID:
        """The id of what these words name."""
        return named_id("sample firm", " ".join((self.CODE, *words)))

    def do(self, kind: type[Command], words: str, /, **fields: Any) -> Command:
        """A command, done once whatever happens."""
        key = named_id("sample command", f"{self.CODE} {kind.__name__} {words}")
        return kind.model_validate({"command_id": key, **fields})

    def contract(self, name: str, client: str, **terms: Any) -> Iterator[Command]:
        """A contract of the whole year, signed before it begins."""
        contract = self.id("contract", name)
        yield self.do(DraftContract, name, **{
            "contract_id": contract, "client_id": self.id("client", client), "name": name,
            "currency": self.CURRENCY, "starts_on": FIRST, "ends_on": LAST,
            "payment_terms_days": 30, **terms,
        })  # fmt: skip
        yield self.do(ActivateContract, name, contract_id=contract, approved_by="signed by both")

    def project(self, name: str, contract: str) -> Command:
        """The project that delivers a contract."""
        return self.do(CreateProject, name, project_id=self.id("project", name), code=name,
                       name=name, contract_id=self.id("contract", contract))  # fmt: skip

    def person(self, code: str, role: str, cost: int) -> Iterator[Command]:
        """Somebody who works, and what an hour costs."""
        person = self.id("person", code)
        yield self.do(RegisterPerson, code, person_id=person, code=f"{self.CODE}-{code}",
                      name=f"Fictional {role} {code}", entity=self.CODE, role=role,
                      user=f"user {code}")  # fmt: skip
        yield self.do(SetCostRate, code, person_id=person, from_date=FIRST, hourly_rate=cost)

    def rate_card(self, currency: str, **hourly: int) -> Command:
        """What an hour of each role costs a client."""
        lines = [{"role": role, "hourly_rate": rate, "from_date": FIRST}
                 for role, rate in hourly.items()]  # fmt: skip
        return self.do(PublishRateCard, currency, rate_card_id=self.id("card", currency),
                       name=f"{self.CODE} {currency} {YEAR}", entity=self.CODE,
                       currency=currency, lines=lines)  # fmt: skip

    def promising(
        self, contract: str, price: Decimal, **promises: dict[str, Any]
    ) -> Iterator[Command]:
        """What the accountant settles of a contract earned by run: promises, price, shares."""
        given = {"contract_id": self.id("contract", contract)}
        criteria = dict.fromkeys(ContractCriteria.__dataclass_fields__, True)
        yield self.do(IdentifyContract, contract, **given, **criteria)
        for name, told in promises.items():
            yield self.do(IdentifyPerformanceObligation, f"{contract} {name}", **{
                **given, "obligation": name, "name": name, "measure": "straight_line_monthly",
                "starts_on": FIRST, "ends_on": LAST, **told,
            })  # fmt: skip
        yield self.do(DetermineTransactionPrice, contract, **given, determined_on=FIRST,
                      fixed=price)  # fmt: skip
        yield self.do(AllocateTransactionPrice, contract, **given, allocated_on=FIRST)

    def logged(self, person: str, project: str, day: date, minutes: int, **more: Any) -> Command:
        """Some time of a day."""
        words = f"{person} {project} {day}"
        return self.do(LogTime, words, person_id=self.id("person", person), minutes=minutes,
                       project_id=self.id("project", project), work_date=day,
                       external_ref=f"{self.CODE} {words}", **more)  # fmt: skip

    def submitted(self, people: Iterable[str], month: date) -> Iterator[Command]:
        """Everybody's weeks of a month."""
        yield from self._sheets(SubmitTimesheet, people, month)

    def approved(self, people: Iterable[str], month: date) -> Iterator[Command]:
        """Somebody else agrees to them."""
        yield from self._sheets(ApproveTime, people, month)

    def _sheets(
        self, kind: type[Command], people: Iterable[str], month: date
    ) -> Iterator[Command]:
        for person in people:
            for day in weeks(month.month):
                yield self.do(kind, f"{person} {day}", person_id=self.id("person", person),
                              week=day)  # fmt: skip

"""A person who delivers work: role, home entity and what an hour costs, by date."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Personal, Root, event
from domain.errors import Refusal


class OverlappingRate(Refusal):
    """Another rate of the same scope starts on the same day."""

    code = "OVERLAPPING_RATE"


class NoCostRate(Refusal):
    """No cost rate of the person covers the day."""

    code = "NO_COST_RATE"


class Person(Root):
    """Cost rates are per hour in the home entity's functional currency."""

    class Registered(Root.Created):
        """A person joined an entity."""

        TOPIC = "organisation.person_registered"
        code: str
        name: Personal
        email: Personal
        entity: str
        role: str
        user: str

        def claims(self) -> tuple[str, ...]:
            """Person codes are unique."""
            return (f"person {self.code}",)

    class CostRateSet(Root.Event):
        """From a day on, an hour of this person costs this much."""

        TOPIC = "organisation.cost_rate_set"
        from_date: date
        hourly_rate: Decimal
        currency: str

    class DepartmentAssigned(Root.Event):
        """From a day on the person works in this department; in none where it is empty."""

        TOPIC = "organisation.department_assigned"
        entity: str
        department: str
        from_date: date

    @event(Registered)
    def __init__(
        self,
        id: UUID,
        code: str,
        name: str,
        email: str,
        entity: str,
        role: str,
        user: str,
    ) -> None:
        self.code = code
        self.name = name
        self.email = email
        self.entity = entity
        self.role = role
        self.user = user
        self.cost_rates: dict[date, Decimal] = {}
        self.departments: dict[date, str] = {}

    def set_cost_rate(self, from_date: date, hourly_rate: Decimal, currency: str) -> None:
        """Same day and rate again changes nothing. Raises OverlappingRate."""
        if (known := self.cost_rates.get(from_date)) is not None:
            if known == hourly_rate:
                return
            raise OverlappingRate(f"a cost rate already starts on {from_date}", field="from_date")
        self._cost_rate_set(from_date, hourly_rate, currency)

    def cost_rate(self, on: date) -> Decimal:
        """Cost of an hour worked on a day. Raises NoCostRate."""
        starts = [start for start in self.cost_rates if start <= on]
        if not starts:
            raise NoCostRate(f"no cost rate of {self.code} covers {on}")
        return self.cost_rates[max(starts)]

    def assign_department(self, department: str, from_date: date) -> None:
        """The same again changes nothing; another of the same day replaces it."""
        if self.departments.get(from_date) != department:
            self._department_assigned(self.entity, department, from_date)

    @event(DepartmentAssigned)
    def _department_assigned(self, entity: str, department: str, from_date: date) -> None:
        del entity
        self.departments[from_date] = department

    @event(CostRateSet)
    def _cost_rate_set(self, from_date: date, hourly_rate: Decimal, currency: str) -> None:
        del currency
        self.cost_rates[from_date] = hourly_rate

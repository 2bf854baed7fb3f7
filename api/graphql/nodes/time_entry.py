"""Time entries: who worked when on what, and what it costs and bills."""

from datetime import date
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.person import Person
from api.graphql.nodes.project import Project
from api.graphql.noun import Money, Node, money, noun, one, said
from api.graphql.words import TimeState


@noun("time_entries")
class TimeEntry(Node):
    """Work of a person on a project; its figures are frozen when it is approved."""

    timesheet_id: UUID = said("The person's week: what invoices take time from")
    entity: str = said("Code of the person's home entity")
    work_date: date = said("Local date of the work")
    minutes: int
    starts_at: str = said("Local time, HH:MM; empty where nobody said it")
    activity: str
    work_item: str = said("Code in the project's plan; empty for none")
    billable: bool
    state: TimeState
    amount: Money | None = money("amount", "currency", "What it bills; null before approval")
    cost: Money | None = money("cost", "cost_currency", "What it costs; null before approval")
    explanation: str = said("How the amount came about")
    external_ref: str
    person: Person | None = one("person_id")
    project: Project | None = one("project_id")


time_entries = listing(
    "Time entries; both dates belong to the range.",
    project_id=UUID,
    person_id=UUID,
    state=TimeState,
    from_date=Choice(date, "{t}.work_date >= {v}"),
    to_date=Choice(date, "{t}.work_date <= {v}"),
)

"""``throughline run acceptances``: milestones whose clients kept silent for the days agreed."""

import sys
from datetime import date, datetime
from uuid import UUID

import click

from api.commands.run_billing import DAY, operator
from api.followers import catch_up
from api.settings import settings
from api.wiring import System, opened
from domain.billing.schedule_commands import DeemAccepted
from domain.errors import Refusal
from projections.as_of import snapshot
from projections.billing_plan import BillingPlan

DUE = """
WITH standing AS (
    SELECT DISTINCT ON (milestone_id) milestone_id, project_id, state, effective_date
    FROM milestone_steps ORDER BY milestone_id, position DESC
)
SELECT m.project_id, m.milestone_id, m.effective_date + s.deemed_after_days AS due_on
FROM standing m JOIN billing_schedules s ON s.project_id = m.project_id
WHERE m.state = 'completed' AND s.entity = %(entity)s
    AND m.effective_date + s.deemed_after_days <= %(through)s
ORDER BY due_on, m.milestone_id
"""


@click.command("acceptances")
@click.option("--entity", required=True, help="Legal entity.")
@click.option("--through", required=True, type=DAY, help="Silence counts to this day.")
def acceptances(*, entity: str, through: datetime) -> None:
    """Accept completed milestones whose clients kept silent; twice accepts once."""
    with opened(settings()) as system:
        catch_up(system)
        accepted, refused = deem_all(system, entity, through.date())
        catch_up(system)
    for milestone, why in refused:
        click.echo(f"{milestone}: {why.code}: {why}", err=True)
    click.echo(f"{accepted} accepted, {len(refused)} refused")
    sys.exit(1 if refused else 0)


def deem_all(system: System, entity: str, through: date) -> tuple[int, list[tuple[UUID, Refusal]]]:
    """Accept each on the day its silence counts; how many, and what was refused."""
    with system.connect() as conn, snapshot(conn, (BillingPlan.name,)):
        rows = conn.execute(DUE, {"entity": entity, "through": through}).fetchall()
    refused: list[tuple[UUID, Refusal]] = []
    for project, milestone, due_on in rows:
        command = DeemAccepted(project_id=project, milestone_id=milestone, accepted_on=due_on)
        try:
            system.store.execute(command, operator())
        except Refusal as refusal:
            refused.append((milestone, refusal))
    return len(rows) - len(refused), refused

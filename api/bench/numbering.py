"""Eight concurrent posters on one gapless number series: nobody fails, no number is lost."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID

from api.bench.ground import ACTOR, ENTITY, Ground
from api.bench.line import Line, in_parallel
from domain.billing.invoice_commands import IssueInvoice
from domain.command import Command
from domain.contracts.commands import ActivateContract, DraftContract
from domain.delivery.project_commands import (
    AcceptMilestone,
    CompleteMilestone,
    CreateProject,
    PlanMilestone,
)
from domain.identity import named_id
from domain.organisation.commands import RegisterClient

POSTERS, EACH = 8, 25
CLIENT, CONTRACT = named_id("bench client", "one"), named_id("bench contract", "one")
ON = date(2025, 6, 2)
NUMBERS = """
SELECT count(*), count(DISTINCT number), max(number) FROM
    (SELECT convert_from(payload, 'UTF8')::jsonb ->> 'number' AS number FROM events
     WHERE topic = 'billing.invoice_issued') n
"""


def lines(ground: Ground) -> Iterator[Line]:
    """Served without error, as a share of all."""
    ground.do(*contract())
    ground.load(command for who in range(POSTERS) for command in milestones(who))
    jobs = [partial(post_all, ground, [bill(who, no) for no in range(EACH)])
            for who in range(POSTERS)]  # fmt: skip
    took = in_parallel(jobs)
    with ground.system.connect() as conn:
        count, distinct, last = conn.execute(NUMBERS).fetchone() or (0, 0, "")
    assert last == f"{ENTITY}-INV-2025-{POSTERS * EACH:05d}", last  # noqa: S101 -- gapless
    assert count == distinct  # noqa: S101 -- each number once
    yield Line("eight posters on one gapless series", float(count), float(POSTERS * EACH),
               "invoices served", "invoices asked for", 1.0,
               note=f"{POSTERS * EACH / took:.0f} a second")  # fmt: skip


def contract() -> Iterator[Command]:
    """A fixed-fee contract."""
    yield RegisterClient(client_id=CLIENT, code="BC", name="Bench Client (fictional)",
                         entity=ENTITY, currency="EUR")  # fmt: skip
    yield DraftContract(
        contract_id=CONTRACT, client_id=CLIENT, name="bench", currency="EUR", value=Decimal(10**6),
        starts_on=ON, ends_on=ON, billing_model="fixed_fee", payment_terms_days=30,
        tax_rate_pct=Decimal(0),
    )  # fmt: skip
    yield ActivateContract(contract_id=CONTRACT, approved_by="bench")


def project(who: int, no: int) -> UUID:
    """One a document, so that posters meet at the number alone."""
    return named_id("bench project", f"{who}-{no}")


def milestones(who: int) -> Iterator[Command]:
    """An accepted milestone for each document."""
    for no in range(EACH):
        id_ = project(who, no)
        yield CreateProject(
            project_id=id_, code=f"M{who}-{no}", name="bench", contract_id=CONTRACT
        )
        yield PlanMilestone(project_id=id_, milestone_id=id_, name="done", amount=Decimal(100),
                            due_on=ON)  # fmt: skip
        yield CompleteMilestone(project_id=id_, milestone_id=id_, completed_on=ON)
        yield AcceptMilestone(project_id=id_, milestone_id=id_, accepted_on=ON, evidence="bench")


def bill(who: int, no: int) -> Command:
    """One milestone."""
    id_ = project(who, no)
    return IssueInvoice.model_validate({
        "invoice_id": named_id("bench invoice", f"{who}-{no}"), "contract_id": CONTRACT,
        "issued_on": ON, "sources": [{"kind": "milestone", "holder_id": id_, "ids": [id_]}],
    })  # fmt: skip


def post_all(ground: Ground, commands: list[Command]) -> None:
    """One after the other; any refusal ends the bench."""
    for command in commands:
        ground.store.execute(command, ACTOR)

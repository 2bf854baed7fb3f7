"""``throughline run billing`` and ``run issue``: from what is unbilled to issued invoices."""

import getpass
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from types import MappingProxyType
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from api.determining import Determine, with_taxes
from api.followers import catch_up
from api.settings import settings
from api.wiring import System, opened
from domain.access.roles import ALL
from domain.actor import EVERY_ENTITY, Actor
from domain.billing.invoice_commands import InvoiceAnswer, IssueInvoice
from domain.billing.recurring_commands import AccrueCharges
from domain.billing.retainer_commands import FundRetainer
from domain.billing.run import BillingRun, Proposal
from domain.billing.run_commands import (
    IssueFromRun,
    PrepareBillingRun,
    ProposalInput,
    run_invoice_id,
)
from domain.billing.run_rules import after, before
from domain.billing.usage_commands import ChargeUsage
from domain.command import Command
from domain.errors import Refusal
from domain.identity import named_id, new_id
from domain.importing import Import
from domain.money import minor_unit
from projections.as_of import snapshot
from projections.billing_inputs import READS, ToBill, to_bill

CONTRACTS_A_BATCH = 200
DAY = click.DateTime(["%Y-%m-%d"])
WIDE = 400  # a pipe has no edge
PLANS = "SELECT id FROM recurring_plans WHERE entity = %s AND starts_on <= %s ORDER BY id"
METERS = "SELECT contract_id, name FROM usage_meters WHERE entity = %s ORDER BY id"
RETAINERS = "SELECT contract_id FROM retainers WHERE entity = %s AND from_date <= %s ORDER BY id"


@dataclass(frozen=True)
class Proposed:
    """What a run proposes for a contract, and the contract's name."""

    name: str
    given: ProposalInput

    @property
    def proposal(self) -> Proposal:
        """As the run keeps it."""
        return self.given.proposal()


@click.command("billing")
@click.option("--entity", required=True, help="Legal entity.")
@click.option("--through", required=True, type=DAY, help="Last day of work that counts.")
@click.option("--issued-on", type=DAY, help="Invoice date (default: the last day of work).")
@click.option(
    "--minimum",
    "least",
    multiple=True,
    metavar="CUR=AMOUNT",
    help="Smallest net worth an invoice, such as EUR=50; one a currency.",
)
@click.option("--dry-run", is_flag=True, help="Decide and show, but record nothing.")
def billing(
    *, entity: str, through: datetime, issued_on: datetime | None, least: tuple[str, ...],
    dry_run: bool,
) -> None:  # fmt: skip
    """Prepare a billing run: every contract's next invoice, or what stands in its way.

    Over the same things it is the same run, however often it is prepared.
    """
    on, minimums = (issued_on or through).date(), minimums_of(least)
    with opened(settings()) as system:
        catch_up(system)
        known, found = propose(system, entity, through.date(), on, new_id(), minimums)
        run_id = run_id_of(system, entity, through.date(), on, found)
        if found and not dry_run and run_id not in system.store.load_fresh([run_id]):
            command = prepare(run_id, entity, through.date(), on, known, found)
            system.store.execute(command, operator())
            catch_up(system)
    show(found, f"Billing of {entity} through {through:%Y-%m-%d}" + " (dry run)" * dry_run)
    if found and not dry_run:
        click.echo(f"run {run_id}: somebody else approves it (throughline do approve-run"
                   f" --run-id {run_id}), then throughline run issue {run_id}")  # fmt: skip


@click.command("charges")
@click.option("--entity", required=True, help="Legal entity.")
@click.option("--through", required=True, type=DAY, help="Cycles due by this day.")
def charges(*, entity: str, through: datetime) -> None:
    """Charge plans, meters and retainers of an entity for what is due; twice charges once."""
    with opened(settings()) as system:
        catch_up(system)
        refused = accrue_all(system, entity, through.date())
        catch_up(system)
    for what, why in refused:
        click.echo(f"{what}: {why.code}: {why}", err=True)
    sys.exit(1 if refused else 0)


def accrue_all(system: System, entity: str, through: date) -> list[tuple[str, Refusal]]:
    """Charge plans, meters and periods of retainers; what was refused, and of what."""
    refused: list[tuple[str, Refusal]] = []
    due = list(accruals(system, entity, through))
    with system.store.importing(operator()) as batch:
        batch.expect([command for _, command in due])
        for what, command in due:
            try:
                batch.run(command)
            except Refusal as refusal:
                refused.append((what, refusal))
    return refused


def accruals(system: System, entity: str, through: date) -> Iterator[tuple[str, Command]]:
    """What is to be charged, and the command that charges it."""
    with system.connect() as conn, snapshot(conn, ("recurring", "usage", "retainers")):
        plans = conn.execute(PLANS, [entity, through]).fetchall()
        meters = conn.execute(METERS, [entity]).fetchall()
        retainers = conn.execute(RETAINERS, [entity, through]).fetchall()
    for (id_,) in plans:
        yield f"plan {id_}", AccrueCharges(plan_id=id_, through=through)
    for id_, name in meters:
        command = ChargeUsage(contract_id=id_, name=name, through=through)
        yield f"{name} of contract {id_}", command
    for (id_,) in retainers:
        yield f"retainer of contract {id_}", FundRetainer(contract_id=id_, through=through)


@click.command("issue")
@click.argument("run_id", type=click.UUID)
def issue(run_id: UUID) -> None:
    """Issue the invoices of an approved billing run; again: those that are still missing."""
    with opened(settings()) as system:
        catch_up(system)
        issued, refused = issue_all(system, run_id)
        catch_up(system)
    for number in issued:
        click.echo(number)
    for contract, why in refused:
        click.echo(f"{contract}: {why.code}: {why}", err=True)
    click.echo(f"{len(issued)} issued, {len(refused)} refused")
    sys.exit(1 if refused else 0)


def operator() -> Actor:
    """Whoever sits at this command line."""
    return Actor(f"{getpass.getuser()} (command line)", frozenset(ALL), frozenset({EVERY_ENTITY}))


def minimums_of(given: Iterable[str]) -> dict[str, Decimal]:
    """Amounts by currency, as they are typed."""
    found = {}
    for one in given:
        currency, _, amount = one.partition("=")
        try:
            minor_unit(currency)
            found[currency] = Decimal(amount)
        except (Refusal, InvalidOperation):
            raise click.BadParameter(
                f"{one!r} is not like EUR=50", param_hint="--minimum"
            ) from None
    return found


def run_id_of(
    system: System, entity: str, through: date, on: date, found: Iterable[Proposed]
) -> UUID:
    """The one run over these proposals; another once somebody has discarded it."""
    said = "\n".join(one.given.model_dump_json() for one in found)
    run_id = named_id("billing run", f"{entity}:{through}:{on}:{said}", through)
    while True:
        known = system.store.load_fresh([run_id]).get(run_id)
        if not isinstance(known, BillingRun) or known.state != "discarded":
            return run_id
        run_id = named_id("billing run", f"after {run_id}", through)


def propose(
    system: System, entity: str, through: date, issued_on: date, run_id: UUID,
    minimums: Mapping[str, Decimal] = MappingProxyType({}),
) -> tuple[int, list[Proposed]]:  # fmt: skip
    """The position answered from, and a proposal for each contract with something to bill.

    Each is decided by ``IssueInvoice`` itself, on top of the ones before it, and not appended.
    """
    with system.connect() as conn, snapshot(conn, READS) as known:
        due = iter(list(to_bill(conn, entity, through)))
    found: list[Proposed] = []
    while some := list(islice(due, CONTRACTS_A_BATCH)):
        batch = Import(system.store, operator())
        commands = [rehearsal(one, issued_on, run_id) for one in some]
        batch.expect(commands)
        found += [decide(batch, one, command, minimums, system.determine)
                  for one, command in zip(some, commands, strict=True)]  # fmt: skip
    return known, judge_together(found, minimums)


def rehearsal(one: ToBill, issued_on: date, run_id: UUID) -> IssueInvoice:
    """The command that would bill all of a contract."""
    return IssueInvoice.model_validate({
        "command_id": named_id("billing rehearsal", f"{run_id}:{one.contract_id}"),
        "invoice_id": run_invoice_id(run_id, one.contract_id), "contract_id": one.contract_id,
        "issued_on": issued_on, "sources": one.sources,
    })  # fmt: skip


def decide(
    batch: Import, one: ToBill, command: IssueInvoice, minimums: Mapping[str, Decimal],
    determine: Determine | None = None,
) -> Proposed:  # fmt: skip
    """What the command would do, or what stands in its way."""
    told: dict[str, Any] = {
        "contract_id": one.contract_id, "currency": one.currency, "sources": command.sources,
        "together": one.together,
    }  # fmt: skip
    if obstacle := before(one.client, one.parked, one.free, one.held):
        told |= blocked(obstacle.code, obstacle.text)
    else:
        told |= rehearsed(batch, one, command, minimums, determine)
    return Proposed(one.name, ProposalInput.model_validate(told))


def rehearsed(
    batch: Import, one: ToBill, command: IssueInvoice, minimums: Mapping[str, Decimal],
    determine: Determine | None,
) -> dict[str, Any]:  # fmt: skip
    """The figures of the invoice to be, or what refuses it."""
    try:
        answer = with_taxes(batch.run, command, determine).answer
    except Refusal as refusal:
        return blocked(refusal.code, str(refusal))
    assert isinstance(answer, InvoiceAnswer)  # noqa: S101 -- what IssueInvoice answers
    figures = {"net": answer.net, "tax": answer.tax, "written_down": answer.written_down}
    alone = {} if one.together else minimums
    if obstacle := after(answer.net, one.currency, alone):
        return figures | blocked(obstacle.code, obstacle.text)
    return figures | {"text": "; ".join(filter(None, (*answer.steps, one.held)))[:500]}


def judge_together(found: Iterable[Proposed], minimums: Mapping[str, Decimal]) -> list[Proposed]:
    """Block consolidated invoices that are too small, each by the sum of its proposals."""
    listed = list(found)
    sums: dict[str, Decimal] = {}
    for one in listed:
        if one.given.together and not one.given.blocker:
            sums[one.given.together] = sums.get(one.given.together, Decimal(0)) + one.given.net
    small = {key: obstacle for key, net in sums.items()
             if (obstacle := after(net, key.rpartition(" ")[2], minimums))}  # fmt: skip
    return [
        replace(one, given=one.given.model_copy(update=blocked(obstacle.code, obstacle.text)))
        if (obstacle := small.get(one.given.together)) and not one.given.blocker else one
        for one in listed
    ]  # fmt: skip


def blocked(code: str, text: str) -> dict[str, str]:
    """What a blocked proposal says."""
    return {"blocker": code, "text": text[:500]}


def prepare(
    run_id: UUID, entity: str, through: date, on: date, known: int, found: Sequence[Proposed]
) -> PrepareBillingRun:
    """The command that puts the proposals on record."""
    return PrepareBillingRun(
        run_id=run_id, entity=entity, through=through, issued_on=on, position=known,
        proposals=tuple(one.given for one in found),
    )  # fmt: skip


def issue_all(system: System, run_id: UUID) -> tuple[list[str], list[tuple[UUID, Refusal]]]:
    """Numbers of what was issued, and what was refused, in the order of the run."""
    loaded = system.store.load_fresh([run_id]).get(run_id)
    if not isinstance(loaded, BillingRun):
        raise click.ClickException(f"no billing run has id {run_id}")
    due = iter(loaded.due())
    numbers: list[str] = []
    refused: list[tuple[UUID, Refusal]] = []
    while some := list(islice(due, CONTRACTS_A_BATCH)):
        batch = Import(system.store, operator())
        commands = list(issuing(run_id, some))
        batch.expect(commands)
        batch.foresee([source.holder_id for document in some for one in document
                       for source in one.sources])  # fmt: skip
        for command in commands:
            try:
                with_taxes(batch.run, command, system.determine)
            except Refusal as refusal:
                refused.append((command.contract_id, refusal))
        batch.flush()
        refused += [(one.contract_id, why) for one, why in batch.refused
                    if isinstance(one, IssueFromRun)]  # fmt: skip
        answers = filter(None, map(batch.appended, commands))
        numbers += [answer.model_dump()["number"] for answer in answers]
    return numbers, refused


def issuing(run_id: UUID, documents: Iterable[tuple[Proposal, ...]]) -> Iterator[IssueFromRun]:
    """One command a document, with a key of its own, so that twice issues once."""
    for one, *_ in documents:
        yield IssueFromRun(
            command_id=named_id("run issue", f"{run_id}:{one.contract_id}"), run_id=run_id,
            contract_id=one.contract_id,
        )  # fmt: skip


def show(found: Sequence[Proposed], title: str) -> None:
    """The proposals as a table, and what stands in the way."""
    table = Table(title=title)
    table.add_column("contract")
    for name in ("net", "tax", "written down"):
        table.add_column(name, justify="right")
    table.add_column("")
    for one in found:
        made = one.proposal
        note = f"{made.blocker}: {made.text}" if made.blocker else made.text
        table.add_row(one.name, f"{made.net} {made.currency}", str(made.tax),
                      str(made.written_down or ""), note)  # fmt: skip
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)
    blocked = sum(bool(one.given.blocker) for one in found)
    click.echo(f"{len(found)} contracts, {blocked} blocked")

"""Issuing what a tax engine taxes: ask it between two tries of a command, record what it says.

The command itself says what must be asked: it refuses with the question. So the engine is asked
about exactly the lines to be issued, outside any transaction, and a refusal of the engine leaves
nothing half done. A determination that is on record is used again, not asked again.
"""

from collections.abc import Callable

from domain.actor import SYSTEM, Actor
from domain.billing.tax_determination import Determination, TaxNotDetermined, TaxQuestion
from domain.billing.tax_determination_commands import RecordTaxDetermination
from domain.command import Command
from domain.identity import named_id
from domain.request import Outcome
from domain.store import Store

Determine = Callable[[TaxQuestion], Determination]
"""Asks an engine. Raises TaxEngineUnavailable, TaxEngineRefused."""
Run = Callable[[Command], Outcome]


def with_taxes(
    run: Run, command: Command, determine: Determine | None, record: Run | None = None
) -> Outcome:
    """Run a command; where an engine must say taxes first, ask it, record that, run it again.

    ``record`` runs what the engine said; left out, ``run`` does. A dry run asks nobody. Raises
    what the command and the engine refuse; TaxNotDetermined where there is no engine.
    """
    try:
        return run(command)
    except TaxNotDetermined as refusal:
        if determine is None or command.dry_run:
            raise
        asked = refusal.question
        (record or run)(recording(asked, determine(asked)))
        return run(command)


def determined_first(
    store: Store, actor: Actor, command: Command, determine: Determine | None
) -> Outcome:
    """Run one command on the store; what the engine says is recorded by the system."""
    return with_taxes(
        lambda one: store.execute(one, actor), command, determine,
        lambda one: store.execute(one, SYSTEM),
    )  # fmt: skip


def recording(asked: TaxQuestion, said: Determination) -> RecordTaxDetermination:
    """The command that records an answer; the same answer is recorded once."""
    return RecordTaxDetermination.model_validate({
        "command_id": named_id("tax answer", f"{asked.invoice_id}:{said.engine}:{said.reference}"),
        "invoice_id": asked.invoice_id, "contract_id": asked.contract_id,
        "engine": said.engine, "reference": said.reference, "place": said.place, "on": said.on,
        "lines": [
            {"no": line.no, "kind": line.kind, "net": line.net,
             "taxes": [vars(tax) for tax in line.taxes]}
            for line in said.lines
        ],
    })  # fmt: skip

"""Every command with gathered fields, and where they come from."""

from domain.allocation.run_commands import RunAllocation, SupersedeAllocationRun
from domain.command import Command
from domain.ledger.attestation_commands import AttestReport
from domain.ledger.close_commands import HardClosePeriod
from domain.ledger.revaluation_commands import RevalueForeignBalances
from projections import allocation_inputs, close_tasks
from projections.gathering import Gathering, attestation
from projections.gathering.close import books_to_close
from projections.gathering.foreign_balances import READS as REVALUATION_READS
from projections.gathering.foreign_balances import foreign_balances

_ALLOCATION = Gathering(allocation_inputs.READS, allocation_inputs.fields)
GATHERINGS: dict[type[Command], Gathering] = {
    RunAllocation: _ALLOCATION,
    SupersedeAllocationRun: _ALLOCATION,
    RevalueForeignBalances: Gathering(REVALUATION_READS, foreign_balances),
    HardClosePeriod: Gathering(close_tasks.READS, books_to_close),
    AttestReport: Gathering(attestation.reads, attestation.digest),
}

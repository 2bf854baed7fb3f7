"""What an attestation needs: the digest of the report, worked out again."""

from collections.abc import Mapping
from typing import Any

from domain.ledger.attestation_commands import AttestReport
from projections.as_of import NotYetRead
from projections.report import BadParameter, Report
from projections.table import Conn


def reads(command: AttestReport) -> tuple[str, ...]:
    """What the report reads. Raises BadParameter."""
    return _report(command).reads


def digest(conn: Conn, command: AttestReport, known: int) -> Mapping[str, Any]:
    """The digest as of the position named. Raises BadParameter, NotYetRead."""
    if command.known > known:
        raise NotYetRead(f"read up to {known}, asked for {command.known}", field="known")
    report = _report(command)
    given = {one.name: one.value for one in command.parameters}
    if any(parameter.name == "entity" for parameter in report.parameters):
        given["entity"] = command.entity
    return {"found": report.packet(conn, report.asked(given), command.known).digest}


def _report(command: AttestReport) -> Report:
    from projections.reports import REPORTS

    found = REPORTS.get(command.report)
    if found is None or found.live:
        raise BadParameter(f"no report {command.report!r} can be vouched for", field="report")
    return found

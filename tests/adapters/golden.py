"""One stored sample of every event, as it was written when its form was new.

``python -m tests.adapters.golden`` adds what is missing: a new topic, or a new
``class_version`` of an old one. It never touches a sample that is there.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.postgres.mapper import FactMapper, Stored
from domain.aggregate import Root, topics
from domain.billing.minimum import MinimumCommitment
from domain.delivery.time_entry import timesheet_id
from tests.adapters.mirror import Mirror
from tests.domain import samples_progress
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import new, samples, set_up

FOLDER = Path(__file__).parent / "golden_events"
MAPPER = FactMapper(Mirror())


def name_of(topic: str, version: int) -> str:
    """The file of a topic's form."""
    return f"{topic}@{version}.json"


def wanted() -> dict[str, type[Root.Event]]:
    """The file that every event of today must have a sample in."""
    return {name_of(topic, kind.class_version): kind for topic, kind in topics().items()}


def played() -> Iterator[Any]:
    """Facts of small firms on paper, each command used once and some twice."""
    for name in samples(*_staged()):
        firm, at = _staged()
        given = samples(firm, at)[name]
        firm.do(name, ANYBODY, **given)
        _go_on(firm, name)
        yield from (fact.event for fact in firm.facts)


def _staged() -> tuple[PaperFirm, Any]:
    firm = PaperFirm()
    firm.found()
    return firm, set_up(firm)


def _go_on(firm: PaperFirm, name: str) -> None:
    """What only follows something else: corrections, and work freed again."""
    if name == "ImportFxRates":
        firm.do(name, quoted_on="2025-01-09", rates=[{"currency": "USD", "rate": "1.1"}])
    if name == "RecordDelivery":
        firm.do(name, ANYBODY, connection="books", key="k2", kind="invoice", entity="DE01",
                error="no such client")  # fmt: skip
    if name == "IssueInvoice":
        invoice = firm.replayed(new("i2"))
        lines = [{"no": no, "restore": True} for no in invoice.lines]
        firm.do("IssueCreditMemo", memo_id=new("m9"), invoice_id=new("i2"),
                issued_on="2025-01-11", why="again", lines=lines)  # fmt: skip
    if name == "AccrueCharges":
        plan = firm.replayed(new("plan"))
        source = {"kind": "recurring", "holder_id": plan.id, "ids": list(plan.charges)}
        firm.do("IssueInvoice", invoice_id=new("i7"), contract_id=plan.contract_id,
                issued_on="2025-01-31", sources=[source])  # fmt: skip
        firm.do("IssueCreditMemo", memo_id=new("m7"), invoice_id=new("i7"),
                issued_on="2025-01-31", why="again",
                lines=[{"no": 1, "restore": True}])  # fmt: skip
    if name == "TrueUpCommitment":
        charge = firm.last(MinimumCommitment.TruedUp)
        source = {"kind": "commitment", "holder_id": charge.originator_id,
                  "ids": [charge.charge.id]}  # fmt: skip
        firm.do("IssueInvoice", invoice_id=new("i5"), contract_id=charge.contract_id,
                issued_on="2025-04-01", sources=[source])  # fmt: skip
        firm.do("IssueCreditMemo", memo_id=new("m5"), invoice_id=new("i5"),
                issued_on="2025-04-01", why="again",
                lines=[{"no": 1, "restore": True}])  # fmt: skip
    if name == "CertifyPayApplication":
        samples_progress.charged(firm, "two", "2025-01-09")
        firm.do("IssueCreditMemo", memo_id=new("m6"), invoice_id=new("bill two"),
                issued_on="2025-01-09", why="again",
                lines=[{"no": 1, "restore": True}])  # fmt: skip
    if name == "ApproveChangeOrder":
        samples_progress.enlarged(firm)
    if name == "SetCap":
        contract = samples(firm, _staged()[1])[name]["contract_id"]
        firm.do("SetCap", contract_id=contract, limit="1800.00", kinds=["time"], name="labour")
        sheet = timesheet_id(firm.person, date(2025, 1, 6))
        sources = [{"kind": "time", "holder_id": sheet, "ids": [*firm.replayed(sheet).entries]}]
        firm.do("IssueInvoice", invoice_id=new("i9"), contract_id=contract,
                issued_on="2025-01-10", sources=sources)  # fmt: skip
    if name == "AcceptMilestone":
        given = samples(firm, _staged()[1])[name]
        firm.do("IssueInvoice", invoice_id=new("i8"), issued_on="2025-01-10",
                contract_id=firm.replayed(given["project_id"]).contract_id,
                sources=[{"kind": "milestone", "holder_id": given["project_id"],
                          "ids": [given["milestone_id"]]}])  # fmt: skip
        firm.do("IssueCreditMemo", memo_id=new("m8"), invoice_id=new("i8"),
                issued_on="2025-01-11", why="again",
                lines=[{"no": 1, "restore": True}])  # fmt: skip


def text_of(stored: Stored) -> str:
    """A sample as it is committed."""
    held = {
        "topic": stored.topic,
        "schema_version": stored.schema_version,
        "stream_id": str(stored.originator_id),
        "version": stored.originator_version,
        "payload": json.loads(stored.state),
    }
    return json.dumps(held, indent=2, ensure_ascii=False) + "\n"


def stored_in(file: Path) -> Stored:
    """The stored event of a sample, its payload in the very bytes the log would hold."""
    held = json.loads(file.read_text())
    payload = json.dumps(held["payload"], separators=(",", ":"), ensure_ascii=False).encode()
    return Stored(
        UUID(held["stream_id"]), held["version"], held["topic"], payload, held["schema_version"]
    )


def record_missing() -> list[str]:
    """Write samples that are not there yet; their names."""
    missing = {kind: name for name, kind in wanted().items() if not (FOLDER / name).exists()}
    FOLDER.mkdir(exist_ok=True)
    written = []
    for fact in played():
        if name := missing.pop(type(fact), ""):
            (FOLDER / name).write_text(text_of(MAPPER.to_stored_event(fact)))
            written.append(name)
    assert not missing, f"nobody plays {missing}"
    return written


if __name__ == "__main__":
    print("\n".join(record_missing()))  # noqa: T201 -- it is run by hand

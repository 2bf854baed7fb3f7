"""One stored sample of every event, as it was written when its form was new.

``python -m tests.adapters.golden`` adds what is missing: a new topic, or a new
``class_version`` of an old one. It never touches a sample that is there.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.postgres.mapper import FactMapper, Stored
from domain.aggregate import Root, topics
from tests.adapters.golden_next import NEXT
from tests.adapters.mirror import Mirror
from tests.domain import samples_currencies
from tests.domain.paper_firm import ANYBODY, PaperFirm
from tests.domain.samples import samples, set_up

FOLDER = Path(__file__).parent / "golden_events"
MAPPER = FactMapper(Mirror())
AGAIN: dict[str, dict[str, Any]] = {
    "ImportFxRates": {"quoted_on": "2025-01-09", "rates": [{"currency": "USD", "rate": "1.1"}]},
    "OverrideTax": {"evidence": "certificate 8"},
    "RevalueForeignBalances": {
        "position": 8,
        "balances": [samples_currencies.held("1100", "1000.00", "968.90")],
    },
    "SetRebateAgreement": {"mode": "graduated"},
    "CaptureDriver": {"source": "a count in March"},
    "PublishTemplate": {"checklist": ["scope"]},
}
"""Commands that say something else the second time, and what."""


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
        if name in AGAIN:
            firm.do(name, ANYBODY, **{**given, **AGAIN[name]})
        if name in NEXT:
            NEXT[name](firm, given)
        yield from (fact.event for fact in firm.facts)


def _staged() -> tuple[PaperFirm, Any]:
    firm = PaperFirm()
    firm.found()
    return firm, set_up(firm)


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

"""An attestation: somebody vouches for the figures of a report, exactly as they were."""

from dataclasses import dataclass
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal


class DigestDiffers(Refusal):
    """The report does not say what is vouched for."""

    code = "DIGEST_DIFFERS"


@dataclass(frozen=True)
class Given:
    """A parameter of a report, as text."""

    name: str
    value: str


@dataclass(frozen=True)
class Said:
    """A report as of a position; ``parameters`` in the order of their names."""

    report: str
    parameters: tuple[Given, ...]
    known: int
    digest: str


class Attestation(Root):
    """Never changed; a later one may say something else."""

    class Made(Root.Created):
        """Somebody stands by the figures."""

        TOPIC = "ledger.report_attested"
        entity: str
        said: Said
        statement: str
        attested_by: str

    @event(Made)
    def __init__(
        self, id: UUID, entity: str, said: Said, statement: str, attested_by: str
    ) -> None:
        del statement, attested_by
        self.entity = entity
        self.said = said

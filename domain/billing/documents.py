"""What every billing document shares: who may issue it, its number, and what it must ask for."""

from domain.access.roles import ADMIN, BILLING, CONTROLLER
from domain.command import Answer
from domain.errors import Refusal

BILLERS = frozenset({ADMIN, BILLING, CONTROLLER})


class NothingToBill(Refusal):
    """The document would have no amount."""

    code = "NOTHING_TO_BILL"


class DocumentAnswer(Answer):
    """The document's number."""

    number: str

"""A firm that needs no database: rules are tried on paper."""

import pytest

from tests.domain.paper_firm import PaperFirm


@pytest.fixture
def paper() -> PaperFirm:
    """The small firm on paper, founded."""
    firm = PaperFirm()
    firm.found()
    return firm

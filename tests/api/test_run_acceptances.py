"""``run acceptances``: silence accepts what is due, once, and names what is refused."""

from datetime import date

from api.commands.run_acceptances import deem_all
from tests.domain.named import new
from tests.domain.samples_progress import built, mark, thirds, tower
from tests.firm import Firm


def test_silence_accepts_once_and_only_where_it_was_agreed(firm: Firm) -> None:
    built(firm, "tower", "1000", currency="EUR")
    firm.do("PlanBillingSchedule", **tower(), entries=thirds(), deemed_after_days=10)
    firm.do("CompleteMilestone", **mark("frame"), completed_on="2025-01-03")
    firm.do("CompleteMilestone", **mark("interior"), completed_on="2025-01-04")
    firm.settle()

    assert deem_all(firm.system, "DE01", date(2025, 1, 12)) == (0, [])
    assert deem_all(firm.system, "DE01", date(2025, 1, 13)) == (1, [])
    firm.settle()
    assert deem_all(firm.system, "DE01", date(2025, 1, 13)) == (0, [])
    firm.do("PlanBillingSchedule", **tower(), deemed_after_days=None,
            entries=thirds(handover="300.00"))  # fmt: skip
    firm.settle()
    assert deem_all(firm.system, "DE01", date(2025, 12, 31)) == (0, [])


def test_what_is_refused_is_named(firm: Firm) -> None:
    built(firm, "tower", "1000")
    firm.do("PlanBillingSchedule", **tower(), entries=thirds(), deemed_after_days=10)
    firm.do("CompleteMilestone", **mark("frame"), completed_on="2025-06-03")
    firm.settle()

    accepted, refused = deem_all(firm.system, "DE01", date(2025, 12, 31))

    assert accepted == 0
    assert [(id_, why.code) for id_, why in refused] == [(new("frame"), "MISSING_RATE")]

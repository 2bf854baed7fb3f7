"""Whoever has caught up gives the lead back: the same process catches up again, and others do."""

from datetime import date

from api.followers import catch_up
from tests.firm import Firm

BEHIND = "SELECT name FROM projections WHERE live AND position < %s"


def test_a_process_catches_up_as_often_as_it_asks(firm: Firm) -> None:
    for month in (1, 2):
        firm.do("OpenPeriod", entity="DE01", month=date(2026, month, 1))

        catch_up(firm.system)

        end = firm.store.recorder.max_notification_id()
        with firm.system.connect() as conn:
            assert conn.execute(BEHIND, [end]).fetchall() == []

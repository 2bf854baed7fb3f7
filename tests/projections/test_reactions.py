"""Reactions meet refusals and interruptions: nothing is lost, and one bad fact stops no other."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from domain import importing
from domain.identity import named_id
from domain.policies import contract_id
from domain.request import Conflict, TooBusy
from tests.firm import Firm


def dead_letters(firm: Firm) -> list[tuple[str, str]]:
    with firm.system.connect() as conn:
        rows = conn.execute("SELECT reader, error FROM dead_letters ORDER BY position").fetchall()
    return [(reader, error) for reader, error in rows]


def projects(firm: Firm) -> set[UUID]:
    with firm.system.connect() as conn:
        rows = conn.execute(
            "SELECT stream_id FROM events WHERE topic = 'delivery.project_created'"
        ).fetchall()
    return {row[0] for row in rows}


def before_appending(firm: Firm, monkeypatch: pytest.MonkeyPatch, what: Callable[[], Any]) -> None:
    """Do something once, between a reaction's decision and its append."""
    recorder = firm.system.store.log_
    append = recorder.import_events

    def after_that(batch: Any) -> int:
        monkeypatch.setattr(recorder, "import_events", append)
        what()
        position: int = append(batch)
        return position

    monkeypatch.setattr(recorder, "import_events", after_that)


def test_a_deal_whose_project_code_is_taken_is_a_dead_letter_and_the_next_one_goes_on(
    firm: Firm,
) -> None:
    firm.do("CreateProject", project_id=named_id("project", "by hand"), code="D-77",
            name="By hand", entity="DE01")  # fmt: skip

    firm.win("D-77")
    _, project = firm.win("D-78")

    assert project in projects(firm)
    [(reader, error)] = dead_letters(firm)
    assert reader == "policies"
    assert "ALREADY_TAKEN" in error


def test_a_follow_up_refused_only_as_it_is_appended_is_a_dead_letter_too(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.settle()
    ours = contract_id(named_id("opportunity", "D-79"))
    before_appending(firm, monkeypatch, lambda: draft(firm, ours))

    firm.win("D-79")

    [(reader, error)] = dead_letters(firm)
    assert reader == "policies"
    assert "DraftContract ALREADY_TAKEN" in error


def draft(firm: Firm, id_: UUID) -> None:
    firm.do("DraftContract", contract_id=id_, client_id=firm.client, name="By hand",
            currency="USD", value="1", starts_on="2025-01-01", ends_on="2025-12-31",
            billing_model="time_and_materials", rate_card_id=firm.card,
            payment_terms_days=30, tax_rate_pct="19")  # fmt: skip


def test_an_import_that_keeps_losing_says_so_and_drops_nothing(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.settle()
    recorder = firm.system.store.log_

    def lose(_: Any) -> int:
        raise Conflict

    with monkeypatch.context() as patch:
        patch.setattr(recorder, "import_events", lose)
        patch.setattr(importing, "MOST_TRIES", 3)
        with pytest.raises(TooBusy):
            firm.win("D-80")
    firm.settle()

    assert len(projects(firm)) == 1
    assert dead_letters(firm) == []

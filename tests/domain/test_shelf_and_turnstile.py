"""Loaded aggregates kept at hand, and the passage of a hot record."""

import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

import pytest

from domain import turnstile
from domain.shelf import Shelf
from domain.turnstile import Turnstile
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import new


def some(firm: PaperFirm, count: int) -> list[Any]:
    """So many aggregates."""
    for no in range(count):
        firm.do("CreateProject", project_id=new(f"p{no}"), code=f"P{no}", name="x", entity="DE01")
    return [firm.replayed(new(f"p{no}")) for no in range(count)]


def test_a_shelf_keeps_what_was_used_last(paper: PaperFirm) -> None:
    first, second, third = some(paper, 3)
    shelf = Shelf(2)
    shelf.put(first)
    shelf.put(second)
    shelf.get(first.id)

    shelf.put(third)

    assert shelf.get(second.id) is None
    assert shelf.get(first.id) is first
    assert shelf.get(third.id) is third


def test_a_shelf_knows_what_is_nowhere_until_it_is(paper: PaperFirm) -> None:
    [one] = some(paper, 1)
    shelf = Shelf(10)
    shelf.note_empty(one.id)

    assert shelf.is_empty(one.id)
    assert shelf.get(one.id) is None
    assert not shelf.is_empty(new("another"))

    shelf.put(one)
    assert not shelf.is_empty(one.id)
    shelf.note_empty(one.id)
    shelf.drop([one.id])
    assert not shelf.is_empty(one.id)


def test_what_is_taken_is_taken_by_one(paper: PaperFirm) -> None:
    [one] = some(paper, 1)
    shelf = Shelf(10)
    shelf.put(one)

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: shelf.take(one.id), range(8)))

    assert [each for each in taken if each is not None] == [one]


def test_what_is_dropped_is_read_again(paper: PaperFirm) -> None:
    first, second = some(paper, 2)
    shelf = Shelf(10)
    shelf.put(first)
    shelf.put(second)

    shelf.drop([first.id, new("never there")])

    assert shelf.get(first.id) is None
    assert shelf.get(second.id) is second


def test_one_at_a_time_passes_with_the_same_key() -> None:
    gate, inside, most = Turnstile(), [0], [0]

    def visit(_: int) -> None:
        held = gate.visit()
        held.hold(["series"])
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        sleep(0.001)
        inside[0] -= 1
        held.leave()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(40)))

    assert most == [1]


def test_others_pass_meanwhile_and_again_after_leaving() -> None:
    gate = Turnstile()
    first, second = gate.visit(), gate.visit()
    first.hold(["a"])
    began = monotonic()

    second.hold(["b"])
    first.leave()
    second.hold(["a"])
    second.hold(["a", "b"])
    second.leave()

    third = gate.visit()
    third.hold(["a", "b"])
    third.leave()
    assert monotonic() - began < turnstile.PATIENCE_S


def test_two_who_want_the_same_keys_crosswise_both_get_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turnstile, "PATIENCE_S", 0.05)
    gate, both = Turnstile(), threading.Barrier(2)

    def visit(keys: list[str]) -> bool:
        held = gate.visit()
        held.hold(keys[:1])
        both.wait(timeout=5)
        held.hold(keys[1:])
        held.leave()
        return True

    with ThreadPoolExecutor(2) as pool:
        passed = [pool.submit(visit, keys) for keys in (["a", "b"], ["b", "a"])]

        assert [each.result(timeout=5) for each in passed] == [True, True]

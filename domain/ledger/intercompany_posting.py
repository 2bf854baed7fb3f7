"""Posting rules between entities: charges in both books, netting, payment from bank to bank."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from domain.aggregate import Root
from domain.group.charge import ChargeLine, IntercompanyCharge, Portion
from domain.group.clearing import IntercompanyNetting, IntercompanySettlement
from domain.group.intercompany_rule import Parties
from domain.ledger import chart
from domain.ledger.dimensions import Dimensions
from domain.ledger.entry import Entry, balanced, both
from domain.ledger.journal import Line

Charged = IntercompanyCharge.Raised | IntercompanyCharge.Extended


def with_(counterparty: str) -> Dimensions:
    """A line between two entities names the other one."""
    return Dimensions(counterparty=counterparty)


def intercompany_charge(fact: Charged) -> Iterable[Entry]:
    """Dr 1500, Cr 4500 with the provider; Dr 5030, Cr 2400 with the receiver; a day each."""
    yield from charge_entries("intercompany_charge", fact.between, fact.lines)


def intercompany_undone(fact: IntercompanyCharge.TakenBack) -> Iterable[Entry]:
    """The mirror of what the lines posted, on their days, in both books."""
    for entry in charge_entries("intercompany_undone", fact.between, fact.lines):
        yield replace(entry, description=f"{entry.description}, undone",
                      lines=tuple(line.mirrored() for line in entry.lines))  # fmt: skip


def charge_entries(rule: str, between: Parties, lines: Iterable[ChargeLine]) -> Iterable[Entry]:
    """Both sides of the lines of each day."""
    accounts = between.accounts
    for on, group in groupby(sorted(lines, key=lambda line: line.on), lambda line: line.on):
        listed = list(group)
        provided = [
            both(accounts.due_from, accounts.revenue, between.currency, one.amount, one.provided,
                 one.project_id, with_(between.receiver))
            for one in listed
        ]  # fmt: skip
        received = [
            both(accounts.cost, accounts.due_to, between.currency, one.amount, one.received,
                 one.project_id, with_(between.provider))
            for one in listed
        ]  # fmt: skip
        yield Entry(rule, between.provider, between.provider_books, on,
                    f"Charged to {between.receiver}", "", sum(provided, ()))  # fmt: skip
        yield Entry(rule, between.receiver, between.receiver_books, on,
                    f"Charged by {between.provider}", "", sum(received, ()))  # fmt: skip


def due_from(portion: Portion) -> Line:
    """What leaves the provider's claim, as it was booked."""
    between = portion.between
    return Line(between.accounts.due_from, between.currency, -portion.amount, -portion.provided,
                dimensions=with_(between.receiver))  # fmt: skip


def due_to(portion: Portion) -> Line:
    """What leaves the receiver's debt, as it was booked."""
    between = portion.between
    return Line(between.accounts.due_to, between.currency, portion.amount, portion.received,
                dimensions=with_(between.provider))  # fmt: skip


def intercompany_netting(fact: IntercompanyNetting.Netted) -> Iterable[Entry]:
    """In each of the two books Dr 2400, Cr 1500; what the rates did since is realised."""
    for entity, books in fact.books.items():
        lines = [due_from(one) for one in fact.portions if one.between.provider == entity]
        lines += [due_to(one) for one in fact.portions if one.between.receiver == entity]
        yield Entry("intercompany_netting", entity, books, fact.netted_on,
                    "Netting between entities", "", balanced(lines, books))  # fmt: skip


def intercompany_settlement(fact: IntercompanySettlement.Settled) -> Iterable[Entry]:
    """Dr 1000, Cr 1500 with the provider; Dr 2400, Cr 1000 with the receiver; the rest is FX."""
    between = fact.portions[0].between
    amount = sum((one.amount for one in fact.portions), Decimal(0))
    sides = (
        (between.provider, fact.provider_quote, 1, [due_from(one) for one in fact.portions]),
        (between.receiver, fact.receiver_quote, -1, [due_to(one) for one in fact.portions]),
    )
    for entity, quote, sign, lines in sides:
        bank = Line(chart.BANK, between.currency, sign * amount, sign * quote.convert(amount))
        kept = balanced([bank, *lines], quote.to)
        yield Entry("intercompany_settlement", entity, quote.to, fact.settled_on,
                    "Payment between entities", "", kept)  # fmt: skip


INTERCOMPANY_RULES: Mapping[type[Root.Event], tuple[Callable[[Any], Iterable[Entry]], ...]] = {
    IntercompanyCharge.Raised: (intercompany_charge,),
    IntercompanyCharge.Extended: (intercompany_charge,),
    IntercompanyCharge.TakenBack: (intercompany_undone,),
    IntercompanyNetting.Netted: (intercompany_netting,),
    IntercompanySettlement.Settled: (intercompany_settlement,),
}

"""A contract modification: which treatment it calls for, and a person's word on it.

The assessor proposes with its reasons and the clause; nothing is accounted for before a person
confirms. The figures of each treatment are in ``remeasurement`` (ASC 606-10-25-10 to 25-13).
"""

from dataclasses import dataclass
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step

Treatment = Literal[
    "separate_contract",
    "prospective",
    "cumulative_catch_up",
    "mixed",
    "variable_consideration",
    "not_a_modification",
]
Remaining = Literal["distinct", "not_distinct", "mixed", "none"]


class ReasonMissing(Refusal):
    """Another treatment than the proposed one, or any confirmation, needs a reason."""

    code = "REASON_MISSING"


class NotApproved(Refusal):
    """A change that is not approved cannot be accounted for as a modification."""

    code = "MODIFICATION_NOT_APPROVED"


@dataclass(frozen=True, kw_only=True)
class Modification:
    """The facts of a change that its treatment follows from.

    ``added_distinct`` and ``added_at_ssp`` are about goods that came with the change, the latter
    with fair adjustments for the contract (no sales cost, say). ``remaining`` is about what was
    not yet passed on: distinct from what was, or one obligation partly done, or some of each.
    ``reduces_or_reshapes`` says that something already promised was cut, removed or changed.
    """

    approved: bool
    remaining: Remaining
    adds: bool = False
    added_distinct: bool = False
    added_at_ssp: bool = False
    reduces_or_reshapes: bool = False
    price_agreed: bool = True


@dataclass(frozen=True)
class Proposal:
    """The treatment the facts call for, its clause, and each question's answer."""

    treatment: Treatment
    clause: str
    steps: tuple[Step, ...]


def propose(change: Modification) -> Proposal:
    """The questions of ASC 606-10-25-10 to 25-13, in their order."""
    if not change.approved:
        return _proposal("not_a_modification", "606-10-25-10", "it is not approved: as before")
    if not change.price_agreed:
        because = "the scope is approved, the price is not: estimate it as variable"
        return _proposal("variable_consideration", "606-10-25-11", because)
    asked = _separate(change)
    if all(met for met, _ in asked):
        because = "what is added is distinct and at its standalone price"
        return _proposal("separate_contract", "606-10-25-12", because)
    missing = next(text for met, text in asked if not met)
    step = Step("modification.not_separate", f"not a contract of its own: {missing}")
    return _of_remaining(change.remaining, step)


def _separate(change: Modification) -> tuple[tuple[bool, str], ...]:
    return (
        (change.adds, "nothing is added"),
        (change.added_distinct, "what is added is not distinct"),
        (change.added_at_ssp, "the price is not the standalone price of what is added"),
        (not change.reduces_or_reshapes, "something promised before is cut or changed"),
    )


def _of_remaining(remaining: Remaining, step: Step) -> Proposal:
    if remaining == "not_distinct":
        because = "what remains completes one obligation partly done"
        return _proposal("cumulative_catch_up", "606-10-25-13(b)", because, step)
    if remaining == "mixed":
        because = "some of what remains is distinct, some completes what is partly done"
        return _proposal("mixed", "606-10-25-13(c)", because, step)
    because = "what remains is distinct from what was passed on"
    return _proposal("prospective", "606-10-25-13(a)", because, step)


def _proposal(treatment: Treatment, clause: str, because: str, *before: Step) -> Proposal:
    step = Step(f"modification.{treatment}", f"{clause}: {because}")
    return Proposal(treatment, clause, (*before, step))


@dataclass(frozen=True)
class ConfirmedTreatment:
    """What a person decided, what had been proposed to them, and why."""

    treatment: Treatment
    proposed: Treatment
    reason: str
    steps: tuple[Step, ...]


def confirm(proposal: Proposal, treatment: Treatment, reason: str) -> ConfirmedTreatment:
    """A person's decision, with a reason always. Raises ReasonMissing, NotApproved."""
    if not reason.strip():
        raise ReasonMissing(f"say why the treatment is {treatment}", field="reason")
    if proposal.treatment == "not_a_modification" and treatment != proposal.treatment:
        raise NotApproved("approve the change before it is accounted for", field="treatment")
    word = "as proposed" if treatment == proposal.treatment else f"not {proposal.treatment}"
    step = Step("modification.confirmed", f"{treatment}, {word}: {reason.strip()}")
    return ConfirmedTreatment(
        treatment, proposal.treatment, reason.strip(), (*proposal.steps, step)
    )

"""The words of allocation: each list of them with its name and meaning in the schema."""

from typing import get_args

from domain.allocation.pool import Method
from domain.allocation.rule import Driver, OnProjects, Targets

ALLOCATION: dict[tuple[str, ...], tuple[str, str]] = {
    get_args(Method): (
        "AllocationMethod",
        "How pools meet: services pass nothing to one another, pass on in order, or all at once.",
    ),
    get_args(Driver): ("AllocationDriver", "What a pool is shared by."),
    get_args(Targets): ("AllocationTargets", "Which cost objects a pool goes to."),
    get_args(OnProjects): (
        "PoolOnProjects", "Whether cost that stands on a project is in a pool too.",
    ),
}  # fmt: skip

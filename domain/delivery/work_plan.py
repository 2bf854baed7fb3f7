"""A project's work items: a tree of what there is to do, which time may name."""

from dataclasses import dataclass
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id


class WorkItemExists(Refusal):
    """The project has a work item with this code."""

    code = "WORK_ITEM_EXISTS"


class UnknownWorkItem(Refusal):
    """The project has no such work item."""

    code = "UNKNOWN_WORK_ITEM"


class WorkItemClosed(Refusal):
    """The work item is done: it takes no time and nothing under it."""

    code = "WORK_ITEM_CLOSED"


class WorkItemsOpen(Refusal):
    """Work items under this one are not closed."""

    code = "WORK_ITEMS_OPEN"


class WorkItemLoop(Refusal):
    """A work item does not lie under itself."""

    code = "WORK_ITEM_LOOP"


def work_plan_id(project_id: UUID) -> UUID:
    """The stream of a project's work items."""
    return named_id("work plan", str(project_id))


@dataclass
class WorkItem:
    """``parent`` is the code of the item above; empty at the top."""

    name: str
    parent: str
    closed: bool = False


class WorkPlan(Root):
    """Of one project; items are known by their codes."""

    class Begun(Root.Created):
        """The first item is planned."""

        TOPIC = "delivery.work_plan_begun"
        project_id: UUID

    class ItemAdded(Root.Event):
        """There is more to do."""

        TOPIC = "delivery.work_item_added"
        project_id: UUID
        item: str
        name: str
        parent: str

    class ItemMoved(Root.Event):
        """It lies elsewhere in the tree, with all under it."""

        TOPIC = "delivery.work_item_moved"
        project_id: UUID
        item: str
        parent: str

    class ItemClosed(Root.Event):
        """It is done."""

        TOPIC = "delivery.work_item_closed"
        project_id: UUID
        item: str

    @event(Begun)
    def __init__(self, id: UUID, project_id: UUID) -> None:
        self.project_id = project_id
        self.items: dict[str, WorkItem] = {}

    def require_open(self, item: str) -> WorkItem:
        """An item that takes time. Raises UnknownWorkItem, WorkItemClosed."""
        refuse_unknown_item(self, item)
        if self.items[item].closed:
            raise WorkItemClosed(f"work item {item} is closed", field="work_item")
        return self.items[item]

    def add(self, item: str, name: str, parent: str) -> None:
        """Raises WorkItemExists, UnknownWorkItem, WorkItemClosed."""
        if item in self.items:
            raise WorkItemExists(f"work item {item} exists", field="work_item")
        if parent:
            self.require_open(parent)
        self._added(self.project_id, item, name, parent)

    def move(self, item: str, parent: str) -> None:
        """The same place again changes nothing. Raises WorkItemLoop and as ``add``."""
        held = self.require_open(item)
        if parent:
            self.require_open(parent)
        above = parent
        while above:
            if above == item:
                raise WorkItemLoop(f"{parent} lies under {item}", field="parent")
            above = self.items[above].parent
        if parent != held.parent:
            self._moved(self.project_id, item, parent)

    def close(self, item: str) -> None:
        """Twice changes nothing. Raises UnknownWorkItem, WorkItemsOpen."""
        refuse_unknown_item(self, item)
        under = [c for c, one in self.items.items() if one.parent == item and not one.closed]
        if under:
            raise WorkItemsOpen(f"{', '.join(under)} under {item} open", field="work_item")
        if not self.items[item].closed:
            self._closed(self.project_id, item)

    @event(ItemAdded)
    def _added(self, project_id: UUID, item: str, name: str, parent: str) -> None:
        del project_id
        self.items[item] = WorkItem(name, parent)

    @event(ItemMoved)
    def _moved(self, project_id: UUID, item: str, parent: str) -> None:
        del project_id
        self.items[item].parent = parent

    @event(ItemClosed)
    def _closed(self, project_id: UUID, item: str) -> None:
        del project_id
        self.items[item].closed = True


def refuse_unknown_item(plan: WorkPlan | None, item: str) -> None:
    """Raises UnknownWorkItem where the project has no such item."""
    if plan is None or item not in plan.items:
        raise UnknownWorkItem(f"the project has no work item {item}", field="work_item")

"""Limits of an operation, checked before anything runs: length, depth, aliases, directives.

They are validation rules of graphql-core, so a refused document names the place.
"""

from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    specified_rules,
)

MOST_TOKENS = 1000
MOST_CHARACTERS = 20_000
MOST_ALIASES = 15
MOST_DIRECTIVES = 20
MOST_ERRORS = 10
DEEPEST = 12
META = "__"


class DepthLimit(ValidationRule):
    """Fields nest at most 12 levels; introspection, which costs no data, at most twice that."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._known: dict[str, int] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure an operation with its fragments."""
        for selection in node.selection_set.selections:
            name = selection.name.value if isinstance(selection, FieldNode) else ""
            most = 2 * DEEPEST if name.startswith(META) else DEEPEST
            if self._depth(selection, set()) > most:
                self.report_error(GraphQLError(f"deeper than {most} levels", node))
                return

    def _depth(self, node: Node, inside: set[str]) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, inside)
        below: SelectionSetNode | None = getattr(node, "selection_set", None)
        deepest = (
            max((self._depth(one, inside) for one in below.selections), default=0) if below else 0
        )
        return deepest + isinstance(node, FieldNode)

    def _fragment(self, name: str, inside: set[str]) -> int:
        fragment = self.context.get_fragment(name)
        if fragment is None or name in inside:
            return 0
        if name not in self._known:
            self._known[name] = self._depth(fragment, inside | {name})
        return self._known[name]


class AliasLimit(ValidationRule):
    """At most 15 aliases a document: each may ask for the whole again."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._count = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Count it."""
        self._count += node.alias is not None
        if node.alias is not None and self._count == MOST_ALIASES + 1:
            self.report_error(GraphQLError(f"more than {MOST_ALIASES} aliases", node))


class DirectiveLimit(ValidationRule):
    """At most 20 directives a document."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._count = 0

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """Count it."""
        self._count += 1
        if self._count == MOST_DIRECTIVES + 1:
            self.report_error(GraphQLError(f"more than {MOST_DIRECTIVES} directives", node))


class SpreadLimit(ValidationRule):
    """Fragments may spread fragments, but not so that the whole doubles at every level.

    Counts the fields an operation has once every fragment is written out.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._known: dict[str, int] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Count an operation."""
        if self._count(node, set()) > MOST_TOKENS:
            self.report_error(GraphQLError(f"more than {MOST_TOKENS} fields", node))

    def _count(self, node: Node, inside: set[str]) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, inside)
        below: SelectionSetNode | None = getattr(node, "selection_set", None)
        inner = sum(self._count(one, inside) for one in below.selections) if below else 0
        return inner + isinstance(node, FieldNode)

    def _fragment(self, name: str, inside: set[str]) -> int:
        fragment: FragmentDefinitionNode | None = self.context.get_fragment(name)
        if fragment is None or name in inside:
            return 0
        if name not in self._known:
            self._known[name] = self._count(fragment, inside | {name})
        return self._known[name]


LIMITS: tuple[type[ValidationRule], ...] = (DepthLimit, AliasLimit, DirectiveLimit, SpreadLimit)
"""Checked first: the rules of the specification compare fields pairwise."""
RULES = tuple(specified_rules)

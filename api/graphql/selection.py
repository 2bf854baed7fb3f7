"""What an operation selects: fields by response key, with fragments and directives resolved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    get_directive_values,
    is_abstract_type,
)
from graphql.execution.values import VariableValues

TYPENAME = "__typename"


@dataclass(frozen=True)
class Picked:
    """A field under its response key; ``nodes`` are all places that ask for it."""

    key: str
    name: str
    nodes: tuple[FieldNode, ...]

    @property
    def node(self) -> FieldNode:
        """Where its arguments stand; validation made sure they are the same everywhere."""
        return self.nodes[0]


class Selection:
    """Collects fields (GraphQL specification, section 6.3.2) for one set of variables."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: VariableValues
    ) -> None:
        self.schema = schema
        self.variables = variables
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def of(self, kind: GraphQLObjectType, selections: Iterable[SelectionNode]) -> list[Picked]:
        """The fields of an object, in the order they are first asked for."""
        found: dict[str, list[FieldNode]] = {}
        self._collect(kind, selections, found, set())
        return [Picked(key, nodes[0].name.value, tuple(nodes)) for key, nodes in found.items()]

    def below(self, kind: GraphQLObjectType, picked: Picked) -> list[Picked]:
        """The fields of the object that a field answers."""
        sets = (node.selection_set for node in picked.nodes)
        return self.of(kind, [one for found in sets if found for one in found.selections])

    def _collect(
        self,
        kind: GraphQLObjectType,
        selections: Iterable[SelectionNode],
        found: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in selections:
            if not self._wanted(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                found.setdefault(key, []).append(node)
            elif fragment := self._fragment(cast("Any", node), kind, seen):
                self._collect(kind, fragment.selection_set.selections, found, seen)

    def _fragment(
        self,
        node: FragmentSpreadNode | InlineFragmentNode,
        kind: GraphQLObjectType,
        seen: set[str],
    ) -> FragmentDefinitionNode | InlineFragmentNode | None:
        if isinstance(node, InlineFragmentNode):
            fits = node.type_condition is None or self._fits(node.type_condition.name.value, kind)
            return node if fits else None
        name = node.name.value
        if name in seen:
            return None
        seen.add(name)
        fragment = self._fragments[name]
        return fragment if self._fits(fragment.type_condition.name.value, kind) else None

    def _fits(self, name: str, kind: GraphQLObjectType) -> bool:
        if name == kind.name:
            return True
        condition: GraphQLNamedType | None = self.schema.get_type(name)
        return is_abstract_type(condition) and self.schema.is_sub_type(condition, kind)

    def _wanted(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        skip: Mapping[str, Any] | None = get_directive_values(
            GraphQLSkipDirective, node, self.variables
        )
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

"""Plans: what each root field of an operation needs, worked out once and run many times.

A root field's resolver says what is asked for: a page, an id, or a function that makes a value.
How to answer it follows from the type of the field.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute,
    get_argument_values,
    get_named_type,
)
from graphql.execution.values import VariableValues

from api.graphql import policy
from api.graphql.inputs import check_text
from api.graphql.level import Level, connected
from api.graphql.noun import NOUNS
from api.graphql.refusals import field_error
from api.graphql.selection import TYPENAME, Picked, Selection
from api.graphql.session import Session
from api.graphql.value import cut

META = ("__schema", "__type")


class Root(ABC):
    """One root field; ``touched`` are the types and fields its answer shows."""

    def __init__(self, selection: Selection, kind: GraphQLObjectType, picked: Picked) -> None:
        self.key = picked.key
        self.touched: set[str] = set()
        self._is_query = kind.name == "Query"
        self._definition = kind.fields[picked.name]
        self._node = picked.node
        declared: Any = self._definition.extensions["strawberry-definition"]
        self._resolve = declared.base_resolver.wrapped_func
        self.prepare(selection, picked)

    @property
    def answers(self) -> Any:
        """The type of the field, without non-null and list."""
        return get_named_type(self._definition.type)

    @abstractmethod
    def prepare(self, selection: Selection, picked: Picked) -> None:
        """Work out what does not depend on arguments."""

    @abstractmethod
    def fetch(self, session: Session, asked: Any) -> Any:
        """Answer what the resolver says is asked for."""

    def answer(self, session: Session) -> Any:
        """Check the policy of all that is touched, then answer. Raises refusals."""
        policy.require(session.actor, self.touched)
        arguments = get_argument_values(self._definition, self._node, session.variables)
        if self._is_query:  # a command checks its own
            check_text(arguments)
        return self.fetch(session, self._resolve(**arguments))


class PageRoot(Root):
    """A connection."""

    def prepare(self, selection: Selection, picked: Picked) -> None:
        """One statement."""
        self._level = connected(self.answers, picked, selection, self.touched)

    def fetch(self, session: Session, asked: Any) -> Any:
        """``asked`` is a Page."""
        return session.reading.page(self._level, asked)


class NounRoot(Root):
    """One noun by its id."""

    def prepare(self, selection: Selection, picked: Picked) -> None:
        """One statement."""
        noun = NOUNS[self.answers.name]
        self._level = Level(noun, selection, self.touched).as_one(self.answers, picked)

    def fetch(self, session: Session, asked: Any) -> Any:
        """``asked`` is the id."""
        return session.reading.lookup(self._level, asked)


class NodeRoot(Root):
    """Any node by its id: one statement finds out what it is, the next reads it."""

    def prepare(self, selection: Selection, picked: Picked) -> None:
        """A level for every type of node."""
        self._levels: dict[str, Level] = {}
        interface = cast("GraphQLInterfaceType", self.answers)
        for kind in selection.schema.get_possible_types(interface):
            level = Level(NOUNS[kind.name], selection, set())
            self._levels[kind.name] = level.as_one(kind, picked)

    def fetch(self, session: Session, asked: Any) -> Any:
        """``asked`` is the id as text; what is no id of ours is None."""
        try:
            key = UUID(asked)
        except ValueError:
            return None
        seen = {name: one for name, one in self._levels.items() if policy.may(session.actor, name)}
        name = session.reading.which([one.noun for one in seen.values()], key)
        if name is None:
            return None
        policy.require(session.actor, seen[name].touched)
        return session.reading.lookup(seen[name], key)


class ValueRoot(Root):
    """A value made in Python: a payload, a report. What makes it checks who asks."""

    def prepare(self, selection: Selection, picked: Picked) -> None:
        """What to take of it."""
        self._cut = cut(selection, self._definition.type, picked)

    def fetch(self, session: Session, asked: Any) -> Any:
        """``asked`` is a function of the session."""
        return self._cut(asked(session))


def root_of(selection: Selection, kind: GraphQLObjectType, picked: Picked) -> Root:
    """The way to answer a root field."""
    answers = get_named_type(kind.fields[picked.name].type)
    if isinstance(answers, GraphQLInterfaceType):
        return NodeRoot(selection, kind, picked)
    if answers.name in NOUNS:
        return NounRoot(selection, kind, picked)
    if answers.name.removesuffix("Connection") in NOUNS:
        return PageRoot(selection, kind, picked)
    return ValueRoot(selection, kind, picked)


class Plan:
    """One operation for one choice of its switches."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> None:
        self._schema = schema
        kind = cast("GraphQLObjectType", schema.get_root_type(operation.operation))
        selection = Selection(schema, document, variables)
        picked = selection.of(kind, operation.selection_set.selections)
        self._order = [one.key for one in picked]
        self._names = {one.key: kind.name for one in picked if one.name == TYPENAME}
        self._roots = [
            root_of(selection, kind, one)
            for one in picked
            if one.name != TYPENAME and one.name not in META
        ]
        self._meta = _introspection(
            document, operation, [one for one in picked if one.name in META]
        )

    def run(self, session: Session, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The answer: data by key, and errors where there are any. Root fields may be null."""
        found: dict[str, Any] = dict(self._names)
        errors: list[dict[str, Any]] = []
        for root in self._roots:
            try:
                found[root.key] = root.answer(session)
            except Exception as error:  # noqa: BLE001 -- one field's fault leaves the others be
                found[root.key] = None
                errors.append(field_error(error, [root.key]))
        if self._meta is not None:
            found |= self._introspect(inputs)
        data = {key: found[key] for key in self._order}
        return {"data": data, "errors": errors} if errors else {"data": data}

    def _introspect(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        assert self._meta is not None  # noqa: S101
        result = execute(self._schema, self._meta, variable_values=dict(inputs))
        assert isinstance(result, ExecutionResult)  # noqa: S101 -- nothing in it is awaited
        return result.data or {}


def _introspection(
    document: DocumentNode, operation: OperationDefinitionNode, picked: list[Picked]
) -> DocumentNode | None:
    """The part of an operation that asks about the schema, for graphql-core to answer."""
    if not picked:
        return None
    nodes = tuple(node for one in picked for node in one.nodes)
    alone = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=nodes),
    )
    fragments = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
    return DocumentNode(definitions=(alone, *fragments))

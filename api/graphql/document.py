"""Documents: query texts, parsed and checked once, and the plans made of them."""

from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_directive_values,
    get_variable_values,
    parse,
    validate,
    visit,
)
from graphql.execution.values import VariableValues

from api.graphql.limits import LIMITS, MOST_CHARACTERS, MOST_ERRORS, MOST_TOKENS, RULES
from api.graphql.plan import Plan
from api.graphql.refusals import BAD_INPUT, INVALID_DOCUMENT, PARSE_FAILED, invalid, refused

KEPT = 500
MOST_PLANS = 16


class Document:
    """A valid document. Plans differ only in the variables that skip and include ask for."""

    def __init__(self, schema: GraphQLSchema, node: DocumentNode) -> None:
        self._schema = schema
        self._node = node
        self._operations = [
            one for one in node.definitions if isinstance(one, OperationDefinitionNode)
        ]
        self._switches = switches(node)
        self._plans: dict[tuple[Any, ...], Plan] = {}

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of a name, or the only one. Raises RequestRefused."""
        found = [one for one in self._operations if name in (None, one.name and one.name.value)]
        if len(found) == 1:
            return found[0]
        words = f"no operation is called {name}" if name else "say which operation: operationName"
        raise refused(400, "OPERATION_RESOLUTION_FAILURE", words)

    def variables(
        self, operation: OperationDefinitionNode, given: dict[str, Any]
    ) -> VariableValues:
        """Values of an operation's variables. Raises RequestRefused."""
        found = get_variable_values(
            self._schema, operation.variable_definitions or (), given, max_errors=MOST_ERRORS
        )
        if isinstance(found, list):
            raise invalid(400, BAD_INPUT, found)
        return found

    def after(self, operation: OperationDefinitionNode, variables: VariableValues) -> int:
        """The position a query waits for; 0 where it waits for none."""
        directive = self._schema.get_directive("after")
        if not operation.directives or directive is None:
            return 0
        found = get_directive_values(directive, operation, variables)
        return int(found["position"]) if found else 0

    def plan(self, operation: OperationDefinitionNode, variables: VariableValues) -> Plan:
        """How to answer an operation, made once. Raises TooComplex."""
        values = tuple(variables.coerced.get(name) for name in self._switches)
        key = (operation.name and operation.name.value, values)
        if (known := self._plans.get(key)) is None:
            known = Plan(self._schema, self._node, operation, variables)
            if len(self._plans) < MOST_PLANS:
                self._plans[key] = known
        return known


class Documents:
    """The documents used last, by their text."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._lock = Lock()
        self._known: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        """A document. Raises RequestRefused."""
        with self._lock:
            if (known := self._known.get(text)) is not None:
                self._known.move_to_end(text)
                return known
        document = Document(self._schema, checked(self._schema, text))
        with self._lock:
            self._known[text] = document
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return document


def checked(schema: GraphQLSchema, text: str) -> DocumentNode:
    """Parse and validate. Raises RequestRefused."""
    if len(text) > MOST_CHARACTERS:
        raise refused(400, PARSE_FAILED, f"the document is longer than {MOST_CHARACTERS}")
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        raise invalid(400, PARSE_FAILED, [error]) from None
    for rules in (LIMITS, RULES):
        if errors := validate(schema, document, rules, max_errors=MOST_ERRORS):
            raise invalid(400, INVALID_DOCUMENT, errors)
    return document


def switches(document: DocumentNode) -> list[str]:
    """Names of the variables that decide which fields are there."""
    found = Switches()
    visit(document, found)
    return sorted(found.names)


class Switches(Visitor):
    """Goes through the directives of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """Note the variables of skip and include."""
        if node.name.value in ("skip", "include"):
            self.names |= set(_variables(node))


def _variables(node: DirectiveNode) -> Iterator[str]:
    for argument in node.arguments or ():
        if isinstance(argument.value, VariableNode):
            yield argument.value.name.value
